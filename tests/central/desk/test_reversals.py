"""冲正: what goes back and where from, in whatever order the kiosk's void and the desk's come."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from central.books import actions, allowances
from central.books.recalls import HeldElsewhere
from central.desk import counter, dayclose, moving, reversals, settling
from central.desk.models import Choice, Receipt
from central.shop.models import (
    Account,
    Case,
    CaseKind,
    FollowUp,
    Member,
    Movement,
    PassPlan,
    Recall,
    Service,
    Store,
    TopUpPlan,
    Transaction,
)
from kiosk.domain import transactions as tx
from tests.central.books import assert_sound, cases, leased, posted, send, tickets
from tests.central.desk.conftest import Login
from tests.central.till import Till, load, log, pay, release, visit, void

PRINCIPAL, BONUS, POINTS = "m-wang.principal", "m-wang.bonus", "m-wang.points"
DAY = dt.date(2026, 3, 4)


@pytest.fixture
def user() -> User:
    return User.objects.create_user("lin")


def row(seq: int) -> Transaction:
    return Transaction.objects.get(seq=seq)


def spend_points(till: Till, amount: int) -> None:
    """The member has used points at the counter; those that a kiosk held are home since."""
    if held := leased(POINTS):
        till.row(release(POINTS, held))
        send(till)
    actions.adjust("s1", Account.objects.get(pk=POINTS), -amount, "spent on a toy")


def balances() -> tuple[int, int, int]:
    return posted(PRINCIPAL), posted(BONUS), posted(POINTS)


def test_a_spend_goes_back_to_the_purses_it_came_from(till: Till, user: User) -> None:
    before = balances()
    till.row(
        tx.CheckIn(DAY),
        pay(7920, (PRINCIPAL, 4920), (BONUS, 3000)),
        log(follow_up=DAY + dt.timedelta(days=21)),
        operator="o-he",
    )
    send(till)
    assert balances() == (15_080, 0, 320 + 79 + 5)
    reversals.reverse(row(1), "没有洗", user)
    assert balances() == (before[0], before[1], before[2] + 5), "the member was there: check-in"
    assert FollowUp.objects.get().cancelled
    with pytest.raises(counter.NotNow, match="already_reversed"):
        reversals.reverse(row(1), "again", user)
    assert balances()[0] == before[0]
    assert_sound()


def test_points_that_are_gone_are_taken_as_far_as_there_are(till: Till, user: User) -> None:
    till.row(pay(7920, (PRINCIPAL, 7920)))
    till.row(release(POINTS, 320))
    send(till)
    spend_points(till, 350)
    movement = reversals.reverse(row(1), "x", user)
    assert (posted(PRINCIPAL), posted(POINTS)) == (20_000, 0)
    assert posted("suspense.s1.points") == -30
    (case,) = Case.objects.all()
    assert (case.kind, case.detail) == ("points_short", {"account": POINTS, "suspense": 30})
    assert movement.entries.get(account=POINTS).amount == -49
    settling.decide(case, Choice.ABSORB, "算了", user)
    assert posted("suspense.s1.points") == 0
    assert_sound()


def test_the_case_of_points_stays_open_when_its_row_is_reversed_through_a_case(
    till: Till, user: User
) -> None:
    till.row(pay(7000, (PRINCIPAL, 7000)))
    till.row(release(POINTS, 320))
    send(till)
    spend_points(till, 390)
    settling.decide(Case.objects.get(), Choice.REVERSE, "x", user)
    assert set(Case.objects.filter(open=True).values_list("kind", flat=True)) == {"points_short"}


def test_a_void_that_lacks_points_is_written_off_in_points(till: Till, user: User) -> None:
    till.row(pay(7920, (PRINCIPAL, 7920)))
    till.row(release(POINTS, 320))
    send(till)
    spend_points(till, 350)
    void(till, 1)
    send(till)
    assert posted("suspense.s1.points") == -30
    settling.decide(Case.objects.get(kind=CaseKind.NOT_COVERED), Choice.ABSORB, "x", user)
    assert posted("suspense.s1.points") == 0
    assert_sound()


def test_a_top_up_takes_its_bonus_back_from_what_is_free(till: Till, user: User) -> None:
    till.row(load("topup-500", 50_000, (PRINCIPAL, 50_000), (BONUS, 5_000)), operator="o-xu")
    send(till)
    with pytest.raises(HeldElsewhere) as held:
        reversals.reverse(row(1), "x", user)
    assert set(held.value.accounts) == {PRINCIPAL, BONUS}
    assert Recall.objects.count() == 2
    till.row(release(PRINCIPAL, 70_000))
    till.row(release(BONUS, 8_000))
    send(till)
    reversals.reverse(row(1), "x", user)
    assert balances()[:2] == (20_000, 3_000)
    assert Receipt.objects.get().paid == -50_000
    assert dayclose.of(Store.objects.get(), DAY).category("reversal", "bonus") == 0  # another day
    assert_sound()


def test_a_top_up_that_is_spent_is_not_reversed(till: Till, user: User) -> None:
    till.row(load("topup-500", 50_000, (PRINCIPAL, 50_000), (BONUS, 5_000)), operator="o-xu")
    till.row(pay(60_000, (PRINCIPAL, 60_000)))
    till.row(release(PRINCIPAL, 10_000))
    till.row(release(BONUS, 8_000))
    send(till)
    with pytest.raises(HeldElsewhere) as held:
        reversals.reverse(row(1), "x", user)
    assert held.value.terminals == ()
    assert posted(PRINCIPAL) == 10_000


def test_a_void_after_a_reversal_pays_twice_until_its_case_is_settled(
    till: Till, user: User
) -> None:
    before = balances()
    till.row(pay(7920, (PRINCIPAL, 7920)))
    send(till)
    reversals.reverse(row(1), "x", user)
    void(till, 1)  # the kiosk was offline and did not know
    send(till)
    assert posted(PRINCIPAL) == before[0] + 7_920
    assert (cases(), posted(POINTS)) == ([(2, "voided_twice")], before[2])
    case = Case.objects.get()
    assert Choice.REVERSE in settling.choices(case)
    allowances.answer(till.journal, till.request())
    with pytest.raises(HeldElsewhere):
        settling.decide(case, Choice.REVERSE, "退重了", user)
    till.row(release(PRINCIPAL, leased(PRINCIPAL)))
    send(till)
    settling.decide(case, Choice.REVERSE, "退重了", user)
    assert balances() == before
    case.refresh_from_db()
    assert not case.open
    assert_sound()


def test_a_reversal_after_a_void_is_refused(till: Till, user: User) -> None:
    before = balances()
    till.row(pay(7920, (PRINCIPAL, 7920)))
    void(till, 1)
    send(till)
    for seq, why in ((1, "voided"), (2, "nothing_to_reverse")):
        with pytest.raises(counter.NotNow, match=why):
            reversals.reverse(row(seq), "x", user)
    assert (balances(), cases()) == (before, [])


def test_what_was_done_at_the_desk_is_reversed_once(user: User) -> None:
    wang, store, before = Member.objects.get(pk="m-wang"), Store.objects.get(), balances()
    bath = Service.objects.get(code="bath")
    done = [
        counter.top_up(wang, TopUpPlan.objects.get(code="topup-500"), "wechat", user),
        counter.sell_pass(wang, PassPlan.objects.get(code="bath-10"), "cash", user),
        counter.redeem(store, wang, bath, wang.pets.first(), None, user),
    ]
    for movement in done:
        reversals.reverse_movement(movement, "x", user)
        with pytest.raises(counter.NotNow, match="already_reversed"):
            reversals.reverse_movement(Movement.objects.get(pk=movement.pk), "x", user)
    assert balances() == before
    assert wang.passes.filter(voided=False).count() == 1
    assert set(tickets().values_list("open", "voided")) == {(False, True)}
    assert sum(Receipt.objects.values_list("paid", flat=True)) == 0
    adjusted = counter.adjust(store, Account.objects.get(pk=PRINCIPAL), 1, "x", user)
    with pytest.raises(counter.NotNow, match="nothing_to_reverse"):
        reversals.reverse_movement(adjusted, "x", user)
    assert_sound()


def test_points_of_a_desk_redemption_that_are_gone_have_a_case(user: User) -> None:
    wang, store = Member.objects.get(pk="m-wang"), Store.objects.get()
    bath = Service.objects.get(code="bath")
    done = counter.redeem(store, wang, bath, wang.pets.first(), None, user)
    actions.adjust("s1", Account.objects.get(pk=POINTS), -posted(POINTS), "spent")
    reversals.reverse_movement(done, "x", user)
    case = Case.objects.get()
    assert (case.kind, case.journal, case.detail["suspense"]) == ("points_short", None, 79)
    settling.decide(case, Choice.ABSORB, "x", user)
    assert posted("suspense.s1.points") == 0


@pytest.fixture
def client(login: Login) -> Client:
    return login("manager")


def test_every_form_is_done_once_however_often_it_is_sent(client: Client, user: User) -> None:
    store, pay_back = Store.objects.get(), posted("m-li.principal")
    give = {"account": PRINCIPAL, "amount": "50", "to": "0102", "reason": "母女", "once": "g"}
    give_pass = {"what": "give", "to": "李娜", "reason": "母女", "once": "p"}
    for _ in range(3):
        client.post(reverse("desk:give", args=["m-wang"]), give)
        client.post(reverse("desk:pass", args=["m-wang", "pass-wang-bath"]), give_pass)
    assert (posted(PRINCIPAL), posted("m-li.principal")) == (15_000, pay_back + 5_000)
    li = Member.objects.get(pk="m-li")
    assert li.passes.count() == 1
    new = li.passes.get()
    page = reverse("desk:pass", args=["m-li", new.pk])
    shown = client.get(page, headers={"accept-language": "en"}).content.decode()
    assert 'value="480.00"' in shown, "8 of 10 visits for 600 yuan"
    cancel = {"what": "cancel", "paid": "480", "means": "wechat", "reason": "搬家", "once": "c"}
    for _ in range(3):
        client.post(page, cancel)
    receipt = Receipt.objects.get(movement__kind="cancel_pass")
    assert (receipt.paid, receipt.means) == (-48_000, "wechat")
    merge = {"to": "m-li", "reason": "同一人", "once": "m"}
    sure = client.post(reverse("desk:merge", args=["m-wang"]), merge).content.decode()
    assert "李娜" in sure
    assert Member.objects.get(pk="m-wang").merged_into is None, "not before it is confirmed"
    for _ in range(3):
        client.post(reverse("desk:merge", args=["m-wang"]), merge | {"sure": "1"})
    assert Movement.objects.filter(kind="merge").count() == 1
    assert posted(PRINCIPAL) == 0
    figures = dayclose.of(store, counter.today(store))
    assert figures.till in (0, -48_000), "central's own clock decides which day it is on"
    assert client.get(reverse("desk:member", args=["m-wang"])).status_code == 200
    assert_sound()


@pytest.mark.parametrize(("to", "said"), [("nobody", "Nobody"), ("1380000", "Several")])
def test_to_whom_must_be_one(client: Client, to: str, said: str) -> None:
    give = {"account": PRINCIPAL, "amount": "50", "to": to, "reason": "x"}
    answer = client.post(
        reverse("desk:give", args=["m-wang"]), give, headers={"accept-language": "en"}
    )
    assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_a_day_counts_what_stands(till: Till, user: User) -> None:
    """Undone and reversed rows are served by nobody; their entries cancel out, each on its day."""
    for _ in range(3):
        till.row(visit(), log(), operator="o-he")
    void(till, 1)
    send(till)
    reversals.reverse(row(2), "x", user)
    figures = dayclose.of(Store.objects.get(), DAY)
    assert figures.redeemed == {"bath": 1}
    assert figures.visits == {("bath", "o-he"): 1}
    assert figures.category("spent", "pass_bought") == -3
    assert figures.category("void", "pass_bought") == 1
    Movement.objects.filter(kind="reversal").update(at=row(2).at)
    figures = dayclose.of(Store.objects.get(), DAY)
    assert figures.category("reversal", "pass_bought") == 1
    assert figures.total("pass_bought") == -1


def test_a_cancelled_pass_is_in_the_till_of_its_day(user: User) -> None:
    store = Store.objects.get()
    sold = Member.objects.get(pk="m-wang").passes.get()
    done = moving.cancel(store, sold, "cash", "x", user)
    Movement.objects.filter(pk=done.pk).update(at=dt.datetime(2026, 3, 4, 7, tzinfo=dt.UTC))
    figures = dayclose.of(store, DAY)
    assert figures.category("cancel_pass", "pass_bought", "pass_gift") == -10
    (taken,) = [t for t in figures.taken if t.kind == "cancel_pass"]
    assert taken.paid == -48_000
