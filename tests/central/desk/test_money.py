"""Money at the counter: each form does what it says, once, and says who did it."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from central.books import allowances, apply
from central.desk import people
from central.desk.models import Receipt
from central.shop.models import (
    Account,
    Medium,
    Member,
    Movement,
    Outgoing,
    PassPlan,
    Recall,
    SeenMedium,
    Service,
    ServiceTicket,
    Terminal,
    TopUpPlan,
    Transaction,
)
from tests.central.books import assert_sound, leased, posted
from tests.central.desk.conftest import Login
from tests.central.till import NOW, Till, pay, release, visit

Post = Callable[..., str]


@pytest.fixture
def client(login: Login) -> Client:
    return login("manager")


@pytest.fixture
def post(client: Client) -> Post:
    """Send a form of a member's page; return the page that follows, with what it says."""

    def send(name: str, *args: object, member: str = "m-wang", **sent: object) -> str:
        address = reverse(f"desk:{name}", args=[member, *args])
        answer = client.post(address, sent, follow=True, headers={"accept-language": "en"})
        assert answer.status_code in (200, 409, 422), answer.status_code
        return str(answer.content.decode())

    return send


def test_a_top_up_by_plan_is_in_the_books_with_who_and_how(post: Post) -> None:
    plan = TopUpPlan.objects.get(code="topup-500")
    Outgoing.objects.all().delete()
    assert "Done." in post("top_up", plan=plan.pk, means="wechat", once="a")
    assert (posted("m-wang.principal"), posted("m-wang.bonus")) == (70_000, 8_000)
    receipt = Receipt.objects.get()
    assert (receipt.paid, receipt.means, receipt.store_id) == (50_000, "wechat", "s1")
    assert receipt.movement.user == User.objects.get(username="manager")
    offered = Outgoing.objects.get(kind=Outgoing.OFFER).accounts
    assert offered == ["m-wang.bonus", "m-wang.principal"], "the kiosks are told at once"
    assert "¥700.00" in post("top_up", plan=plan.pk, means="wechat", once="a")
    assert posted("m-wang.principal") == 70_000, "the same form again does nothing"
    assert_sound()


def test_a_pass_is_sold(post: Post) -> None:
    plan = PassPlan.objects.get(code="bath-10")
    post("sell_pass", plan=plan.pk, means="cash", member="m-li")
    (sold,) = people.passes(Member.objects.get(pk="m-li"))
    assert sold.left == 12
    assert Receipt.objects.get().paid == 60_000


@pytest.mark.parametrize(
    ("sent", "left", "paid"),
    [
        ({"account": "m-wang.principal", "amount": "50.5"}, 14_950, -5_050),
        ({"account": "m-wang.principal", "amount": "50", "paid": "45"}, 15_000, -4_500),
        ({"account": "m-wang.bonus", "amount": "30"}, 0, 0),
        ({"account": "pass-wang-bath.bought", "amount": "3", "paid": "180"}, 5, -18_000),
    ],
)
def test_a_refund_takes_from_its_purse_and_pays_back(
    post: Post, sent: dict[str, str], left: int, paid: int
) -> None:
    assert "Done." in post("pay_out", means="cash", reason="退卡", **sent)
    assert (posted(sent["account"]), Receipt.objects.get().paid) == (left, paid)


@pytest.mark.parametrize(
    "sent",
    [
        {"account": "m-wang.principal", "amount": "1"},
        {"account": "m-wang.principal", "amount": "0", "reason": "x"},
        {"account": "m-wang.principal", "amount": "1.005", "reason": "x"},
        {"account": "m-wang.principal", "amount": "1e3", "reason": "x"},
        {"account": "pass-wang-bath.bought", "amount": "1.5", "reason": "x"},
        {"account": "m-li.principal", "amount": "1", "reason": "x"},
        {"account": "m-wang.principal", "amount": "1", "reason": "   "},
    ],
)
def test_what_is_not_clear_moves_nothing(post: Post, sent: dict[str, str]) -> None:
    before = Movement.objects.count()
    assert 'class="fault"' in post("adjust", **sent)
    assert Movement.objects.count() == before


@pytest.mark.parametrize(("amount", "after"), [("-12.34", 18_766), ("＋0.01", None), ("8", 20_800)])
def test_an_adjustment_has_a_sign_and_a_reason(post: Post, amount: str, after: int | None) -> None:
    post("adjust", account="m-wang.principal", amount=amount, reason="盘点")
    assert posted("m-wang.principal") == (20_000 if after is None else after)


def test_what_a_terminal_holds_is_said_plainly_and_asked_back(post: Post, till: Till) -> None:
    page = post("pay_out", account="m-wang.principal", amount="50", means="cash", reason="退卡")
    assert "A terminal holds it: s1/k1 principal ¥200.00" in page
    assert 'value="50"' in page, "the form is there to be sent again"
    assert posted("m-wang.principal") == leased("m-wang.principal") == 20_000
    assert Recall.objects.filter(account="m-wang.principal").exists()
    assert not Receipt.objects.exists()

    till.row(release("m-wang.principal", 20_000))
    apply.apply(*till.address, till.batch())
    allowances.answer(till.journal, till.request())
    assert leased("m-wang.principal") == 0, "what was asked for stays here"
    page = post("pay_out", account="m-wang.principal", amount="50", means="cash", reason="退卡")
    assert "Done." in page
    assert posted("m-wang.principal") == 15_000
    assert not Recall.objects.exists(), "the rest is the terminals' again"
    assert_sound()


def test_redeeming_without_a_card_follows_the_rules_of_the_terminals(post: Post) -> None:
    service = Service.objects.get(code="bath")
    page = post("redeem", service=service.pk, pet="p-doudou", **{"pass": "pass-wang-bath"})
    assert "Done." in page
    assert posted("pass-wang-bath.bought") == 7
    post("redeem", service=service.pk, pet="p-doudou", **{"pass": ""})
    assert posted("m-wang.principal") == 20_000 - 7_920, "gold pays 90 % of 88 yuan"
    assert ServiceTicket.objects.filter(member="m-wang", open=True).count() == 2
    assert {r.member for r in Receipt.objects.all()} == {"m-wang"}
    training = Service.objects.get(code="training").pk
    page = post("redeem", service=training, **{"pass": "pass-wang-bath"})
    assert "what should pay is not for it" in page
    page = post("redeem", member="m-zhang", service=service.pk, pet="p-dahuang", **{"pass": ""})
    assert "not enough stored value" in page


def test_the_ways_to_pay_are_shown_with_their_price(client: Client) -> None:
    address = reverse("desk:redeem", args=["m-wang"])
    sent: dict[str, str | int] = {"service": Service.objects.get(code="bath").pk, "pet": "p-doudou"}
    text = client.get(address, sent).content.decode()
    assert "¥79.20" in text
    assert "洗澡十次卡" in text


def test_a_row_is_reversed_once_to_where_it_came_from(post: Post, till: Till) -> None:
    till.row(pay(7920, ("m-wang.principal", 5000), ("m-wang.bonus", 2920)))
    apply.apply(*till.address, till.batch())
    row = Transaction.objects.get()
    # the kiosk gives back what it holds of the points that this row earned
    assert "Done." in post("reverse", row.pk, reason="洗澡没做", once="b")
    assert (posted("m-wang.principal"), posted("m-wang.bonus")) == (20_000, 3_000)
    assert posted("m-wang.points") == 320
    ticket = ServiceTicket.objects.get(transaction=row)
    assert (ticket.open, ticket.voided) == (False, True)
    assert "reversed already" in post("reverse", row.pk, reason="再来", once="c")
    assert_sound()


def test_a_row_that_the_kiosk_may_still_undo_is_left_to_it(
    post: Post, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.row(visit())
    apply.apply(*till.address, till.batch())

    soon = NOW + dt.timedelta(minutes=2)
    monkeypatch.setattr("central.desk.counter.now", lambda: soon)
    assert "may still undo" in post("reverse", Transaction.objects.get().pk, reason="x")


def test_the_history_says_what_when_where_and_who(post: Post, client: Client, till: Till) -> None:
    till.row(visit())
    apply.apply(*till.address, till.batch())
    post("adjust", account="m-wang.points", amount="5", reason="生日礼")
    text = client.get(reverse("desk:member", args=["m-wang"])).content.decode()
    for said in ("核销 · 洗澡 · 豆豆", "2026-03-04 14:00", "s1/k1", "生日礼", "manager", "-1 次"):
        assert said in text, said


def test_an_unknown_card_is_bound_replaced_and_lost(post: Post, client: Client) -> None:
    terminal = Terminal.objects.get(code="k1")
    one = SeenMedium.objects.create(
        key="uid:04FEFEFEFEFE80", terminal=terminal, times=2, last_at=NOW
    )
    listed = client.get(reverse("desk:unknown")).content.decode()
    assert "NFC …FE80" in listed
    assert "04FEFEFE" not in listed, "no more of the number than is needed"
    version = Member.objects.get(pk="m-li").version
    address = reverse("desk:bind", args=[one.pk, "m-li"])
    client.post(address, {"instead": "c-li"})
    assert Medium.objects.get(pk="c-li").status == "lost"
    bound = Medium.objects.get(key="uid:04FEFEFEFEFE80")
    assert (bound.member_id, bound.status) == ("m-li", "active")
    assert Member.objects.get(pk="m-li").version > version, "the directory moves at once"
    assert not SeenMedium.objects.exists()
    assert client.post(address).status_code == 302, "gone meanwhile is no error"
    post("mark", bound.pk, "lost", member="m-li")
    bound.refresh_from_db()
    assert bound.status == "lost"
    history = client.get(reverse("desk:member", args=["m-li"])).content.decode()
    assert "挂失卡" in history


def test_a_card_of_somebody_else_stays_theirs(post: Post, client: Client) -> None:
    key = Medium.objects.get(pk="c-wang").key
    one = SeenMedium.objects.create(
        key=key, terminal=Terminal.objects.get(code="k1"), times=1, last_at=NOW
    )
    client.post(reverse("desk:bind", args=[one.pk, "m-li"]))
    assert Medium.objects.get(pk="c-wang").member_id == "m-wang"


def test_a_new_code_is_shown_once(client: Client) -> None:
    text = client.post(reverse("desk:reissue", args=["m-li"])).content.decode()
    made = Medium.objects.filter(member="m-li", key__startswith="pm1:").latest("pk")
    token = Medium.objects.filter(member="m-li").exclude(pk="c-li").get().key.partition(":")[2]
    assert f"PM1:{token}" in text
    assert made.status == "active"


def test_enrolling(client: Client) -> None:
    sent = {
        "name": "吴新",
        "phone": "139 1234 5678",
        "tier": "basic",
        "pet": "点点",
        "size": "small",
    }
    answer = client.post(reverse("desk:enrol"), sent)
    made = Member.objects.get(name="吴新")
    assert answer.headers["Location"] == reverse("desk:member", args=[made.pk])
    assert (made.phone, made.pets.get().name) == ("13912345678", "点点")
    assert "已有会员" in client.post(reverse("desk:enrol"), sent).content.decode()
    assert Account.objects.filter(member=made).count() == 0
