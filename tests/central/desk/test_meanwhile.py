"""What has changed at a kiosk, or at another desk, while a page stood open."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from central.desk import counter, moving, reversals, settling
from central.desk.models import Choice, Receipt
from central.shop.models import (
    Account,
    Case,
    CaseKind,
    Member,
    Movement,
    Pass,
    PassPlan,
    Recall,
    Store,
    Transaction,
)
from tests.central.books import assert_sound, leased, posted, send
from tests.central.desk.conftest import Login
from tests.central.till import Till, load, pay, release, sale, visit, void

PRINCIPAL, BONUS = "m-wang.principal", "m-wang.bonus"


@pytest.fixture
def user() -> User:
    return User.objects.create_user("lin")


@pytest.fixture
def client(login: Login) -> Client:
    return login("manager")


def row(seq: int) -> Transaction:
    return Transaction.objects.get(seq=seq)


def test_a_void_that_comes_while_the_page_is_open_is_seen(till: Till, user: User) -> None:
    till.row(pay(7920, (PRINCIPAL, 7920)))
    send(till)
    read_before = row(1)
    void(till, 1)
    send(till)
    with pytest.raises(counter.NotNow, match="voided"):
        reversals.reverse(read_before, "x", user)
    assert posted(PRINCIPAL) == 20_000


@pytest.fixture
def merged(till: Till, user: User) -> Member:
    """Wang, who has had a bath on the pass and one for money, is Li since; return Li."""
    till.row(visit())
    till.row(pay(7920, (PRINCIPAL, 7920)))
    till.row(load("topup-500", 50_000, (PRINCIPAL, 50_000), (BONUS, 5_000)), operator="o-xu")
    send(till)
    wang, li = Member.objects.get(pk="m-wang"), Member.objects.get(pk="m-li")
    for account in Account.objects.filter(member__in=[wang, li], leased__gt=0):
        till.row(release(account.pk, account.leased))
    send(till)
    Recall.objects.all().delete()
    moving.merge(Store.objects.get(), wang, li, "the same", user)
    return li


def has(member: Member) -> tuple[int, int, int, int]:
    """What a member has: of each kind of purse, and visits."""
    kinds = ("principal", "bonus", "points", "pass_bought")
    return tuple(  # type: ignore[return-value]
        sum(a.posted for a in Account.objects.filter(member=member, kind=kind)) for kind in kinds
    )


def test_rows_of_a_merged_member_go_back_to_whom_it_is_now(merged: Member, user: User) -> None:
    principal, bonus, points, visits = has(merged)
    reversals.reverse(row(1), "x", user)
    assert has(merged) == (principal, bonus, points, visits + 1), "the pass goes on"
    reversals.reverse(row(2), "x", user)
    assert has(merged) == (principal + 7920, bonus, points - 79, visits + 1)
    reversals.reverse(row(3), "x", user)
    assert has(merged) == (principal + 7920 - 50_000, bonus - 5_000, points - 79, visits + 1)
    assert has(Member.objects.get(pk="m-wang")) == (0, 0, 0, 0)
    assert not Case.objects.exists()
    assert_sound()


def test_what_came_after_the_merge_is_taken_from_where_it_is(
    merged: Member, user: User, till: Till
) -> None:
    """A late row fills the old purse; its reversal empties that, and only that."""
    till.row(load("topup-500", 50_000, (PRINCIPAL, 50_000), (BONUS, 5_000)), operator="o-xu")
    send(till)
    before = has(merged)
    assert (posted(PRINCIPAL), posted(BONUS)) == (50_000, 5_000)
    late = Case.objects.get(kind=CaseKind.MEMBER_MERGED)
    till.row(release(PRINCIPAL, leased(PRINCIPAL)))
    till.row(release(BONUS, leased(BONUS)))
    send(till)
    settling.decide(late, Choice.REVERSE, "x", user)
    assert (posted(PRINCIPAL), posted(BONUS), has(merged)) == (0, 0, before)


def test_a_pass_that_was_sold_is_gone_also_after_its_buyer_was_merged(user: User) -> None:
    wang, li = Member.objects.get(pk="m-wang"), Member.objects.get(pk="m-li")
    sold = counter.sell_pass(wang, PassPlan.objects.get(code="bath-10"), "cash", user)
    moving.merge(Store.objects.get(), wang, li, "the same", user)
    standing = li.passes.filter(voided=False).count()
    reversals.reverse_movement(sold, "x", user)
    assert li.passes.filter(voided=False).count() == standing - 1
    assert Receipt.objects.latest("movement").paid == -60_000
    assert_sound()


def test_visits_that_go_back_to_a_pass_that_is_over_have_a_case(merged: Member, user: User) -> None:
    """It was cancelled after the merge: nobody sees them there."""
    new = merged.passes.get(voided=False)
    moving.cancel(Store.objects.get(), new, "cash", "moves away", user)
    reversals.reverse(row(1), "x", user)
    bought = new.accounts.get(kind="pass_bought")
    (case,) = Case.objects.all()
    assert (case.kind, case.detail) == ("pass_ended", {"account": bought.pk, "amount": 1})
    assert bought.posted == 1


def test_a_second_sale_of_a_pass_that_is_reversed_leaves_the_first(till: Till, user: User) -> None:
    """What the second one loaded is in suspense; the pass is of the first."""
    for _ in range(2):
        till.row(sale("p1"), operator="o-xu")
    send(till)
    reversals.reverse(row(2), "x", user)
    first = Pass.objects.get(pk="p1")
    assert (first.voided, first.accounts.get(kind="pass_bought").posted) == (False, 10)
    assert posted("suspense.s1.visits") == 0


def test_a_pass_is_not_paid_back_for_visits_that_came_in_after_the_look(
    client: Client, till: Till
) -> None:
    """The form stands there while the kiosk is waited for."""
    page = reverse("desk:pass", args=["m-wang", "pass-wang-bath"])
    shown = client.get(page).content.decode()
    assert 'name="worth" value="48000"' in shown
    till.row(visit())
    till.row(release("pass-wang-bath.bought", 7))
    till.row(release("pass-wang-bath.gift", 2))
    send(till)
    form = {"what": "cancel", "paid": "480", "means": "cash", "reason": "x"}
    answer = client.post(page, form | {"worth": "48000", "once": "a"}, follow=True)
    assert "请看现在值多少" in answer.content.decode()
    assert not Movement.objects.filter(kind="cancel_pass").exists()
    client.post(page, form | {"paid": "420", "worth": "42000", "once": "b"})
    assert Receipt.objects.get(movement__kind="cancel_pass").paid == -42_000
    assert_sound()
