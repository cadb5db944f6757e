"""Coupons and points at the counter: the terminals' rules, and back to where it came from."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from central.books import actions, allowances, coupons, ripening
from central.books.actions import HeldElsewhere, NotUsable, Reduced
from central.desk import counter, reversals
from central.desk.models import Receipt
from central.shop.models import (
    Account,
    CouponKind,
    Member,
    Movement,
    Pet,
    Recall,
    Service,
    ServiceTicket,
    Store,
    Transaction,
)
from kiosk.domain import transactions as tx
from kiosk.domain.refusals import Reason
from tests.central.books import assert_sound, cases, leased, posted, send, tickets
from tests.central.test_coupons import (
    OFF,
    POINTS,
    TODAY,
    VALUE,
    _in_date,
    bath,
    coupon,
    points,
    row,
)
from tests.central.till import Till, void

__all__ = ["_in_date"]

PURSES = (OFF, POINTS, VALUE, "m-gao.bonus")


def gao() -> Member:
    return Member.objects.get(pk="m-gao")


def redeem(less: Reduced, **rest: object) -> ServiceTicket:
    """A bath for 元宝, which is 60 yuan."""
    values = {
        "store": Store.objects.get(pk="s1"),
        "member": gao(),
        "service": "bath",
        "today": TODAY,
        "pet": Pet.objects.get(pk="p-yuanbao"),
        "how": less,
    } | rest
    return actions.redeem_at_counter(**values)  # type: ignore[arg-type]


def entries(ticket: ServiceTicket) -> list[tuple[str, int]]:
    assert ticket.movement is not None
    return list(ticket.movement.entries.order_by("pk").values_list("account", "amount"))


def issue(code: str) -> str:
    """Give Gao a coupon; return its account."""
    kind = CouponKind.objects.get(store="s1", code=code)
    return str(coupons.issue(kind, gao(), TODAY).account_id)


@pytest.mark.parametrize(
    ("less", "moved"),
    [
        (Reduced(), [(VALUE, -6000), (POINTS, 60)]),
        (Reduced(OFF), [(OFF, -1), (VALUE, -5000), (POINTS, 50)]),
        (Reduced(points=300), [(POINTS, -300), (VALUE, -5700), (POINTS, 57)]),
    ],
)
def test_what_is_used_lowers_the_price(less: Reduced, moved: list[tuple[str, int]]) -> None:
    ticket = redeem(less)
    assert entries(ticket) == moved
    assert (ticket.open, ticket.service, ticket.pet) == (True, "bath", "p-yuanbao")
    assert_sound()


def test_a_service_for_a_coupon_or_for_points() -> None:
    free = issue("free-bath")
    assert entries(redeem(Reduced(free))) == [(free, -1)]
    coupons.give_points("s1", gao(), 4400, "x")
    assert entries(redeem(Reduced(points=5000, reward="bath-5000"))) == [(POINTS, -5000)]
    assert tickets().filter(open=True).count() == 2
    assert posted(VALUE) == 20_000


def test_a_coupon_with_points_where_they_go_together() -> None:
    eight_tenths = issue("training-80")
    training = {"service": "training", "pet": None}
    actions.adjust("s1", Account.objects.get(pk=VALUE), 20_000, "x")
    price = -dict(entries(redeem(Reduced(), **training)))[VALUE]
    ticket = redeem(Reduced(eight_tenths, 100), **training)
    moved = dict(entries(ticket)[:3])
    assert moved == {eight_tenths: -1, POINTS: -100, VALUE: -(price * 8 // 10 - 100)}
    with pytest.raises(NotUsable, match="not_stackable"):
        redeem(Reduced(OFF, 100))


def elsewhere() -> Reduced:
    store = Store.objects.create(code="s2", name="分店")
    kind = CouponKind.objects.get(store="s1", code="off-10")
    kind.pk, kind.store = None, store
    kind.save()
    return Reduced(coupons.issue(kind, gao(), TODAY).account_id)


def used_up() -> Reduced:
    redeem(Reduced(OFF))
    return Reduced(OFF)


@pytest.mark.parametrize(
    ("less", "reason"),
    [
        (lambda: Reduced("coupon-gao-toy"), Reason.WRONG_SERVICE),
        (lambda: Reduced(issue("training-80")), Reason.WRONG_SERVICE),
        (lambda: Reduced(VALUE), Reason.NOT_ALLOWED),
        (lambda: Reduced("nothing"), Reason.NOT_ALLOWED),
        (lambda: Reduced(points=150), Reason.NOT_ALLOWED),
        (lambda: Reduced(points=-100), Reason.NOT_ALLOWED),
        (lambda: Reduced(points=3000), Reason.INSUFFICIENT_POINTS),
        (lambda: Reduced(points=5000, reward="bath-5000"), Reason.INSUFFICIENT_POINTS),
        (lambda: Reduced(points=200, reward="toy-200"), Reason.WRONG_SERVICE),
        (lambda: Reduced(reward="bath-5000"), Reason.NOT_ALLOWED),
        (lambda: Reduced(points=100, reward="none"), Reason.WRONG_STORE),
        (elsewhere, Reason.WRONG_STORE),
        (used_up, Reason.COUPON_USED),
    ],
)  # fmt: skip
def test_what_the_rules_forbid_takes_nothing(less: object, reason: Reason) -> None:
    wanted = less()  # type: ignore[operator]
    before = Movement.objects.count()
    with pytest.raises(NotUsable) as refused:
        redeem(wanted)
    assert refused.value.reason is reason
    assert Movement.objects.count() == before


def test_days_and_owners_are_looked_at() -> None:
    later = timezone.now().date() + dt.timedelta(61)
    with pytest.raises(NotUsable, match="coupon_expired"):
        redeem(Reduced(OFF), today=later)
    with pytest.raises(NotUsable, match="not_allowed"):
        redeem(Reduced(OFF), member=Member.objects.get(pk="m-wang"), pet=None)
    Account.objects.filter(pk=VALUE).update(posted=0)
    with pytest.raises(NotUsable, match="insufficient_value"):
        redeem(Reduced(OFF))


def test_what_a_terminal_holds_of_any_of_it_is_asked_back_at_once(till: Till) -> None:
    before = Movement.objects.count()
    with pytest.raises(HeldElsewhere) as held:
        redeem(Reduced(OFF))
    assert held.value.terminals == ("s1/k1",)
    assert set(held.value.accounts) == {OFF, VALUE}
    assert set(Recall.objects.values_list("account", flat=True)) == {OFF, VALUE}
    till.row(tx.Release((tx.Leg(OFF, 1),)), member="")
    send(till)
    assert allowances.answer(till.journal, till.request(OFF)).grants == [], "it stays here"
    with pytest.raises(HeldElsewhere) as held:
        redeem(Reduced(OFF))
    assert set(held.value.accounts) == {VALUE}
    till.row(tx.Release((tx.Leg(VALUE, 20_000),)), member="")
    send(till)
    assert Movement.objects.count() == before, "nothing half done meanwhile"
    redeem(Reduced(OFF))
    assert (posted(OFF), posted(VALUE)) == (0, 15_000)
    assert not Recall.objects.exists()
    assert_sound()


def test_a_coupon_is_used_once_whoever_shows_it(till: Till) -> None:
    """The kiosk holds it no more: what it says of it all the same is a case, and nobody's loss."""
    till.row(tx.Release((tx.Leg(OFF, 1), tx.Leg(VALUE, 20_000))), member="")
    send(till)
    redeem(Reduced(OFF))
    allowances.answer(till.journal, till.request())
    assert leased(OFF) == 0
    row(till, coupon(), bath(5000))
    send(till)
    assert (2, "not_covered") in cases()
    assert posted(OFF) == 0


def test_points_that_a_void_may_still_want_are_not_taken(till: Till) -> None:
    row(till, points(500), bath(5500))
    till.row(tx.Release((tx.Leg(POINTS, 100), tx.Leg(VALUE, 14_500))), member="")
    send(till)
    assert (posted(POINTS), ripening.unripe()) == (155, {POINTS: 55})
    redeem(Reduced(points=100))
    assert posted(POINTS) == 55 + 59
    with pytest.raises(NotUsable, match="insufficient_points"):
        redeem(Reduced(points=100))
    void(till, 1)
    send(till)
    assert cases() == []
    assert posted(POINTS) == 500 + 59
    assert_sound()


@pytest.mark.parametrize("less", [Reduced(OFF), Reduced(points=300), Reduced()])
def test_its_reversal_returns_everything(less: Reduced) -> None:
    user = User.objects.create_user("lin")
    before = {account: posted(account) for account in PURSES}
    store, pet = Store.objects.get(), Pet.objects.get(pk="p-yuanbao")
    done = counter.redeem(store, gao(), Service.objects.get(code="bath"), pet, less, user)
    reversals.reverse_movement(done, "x", user)
    assert {account: posted(account) for account in PURSES} == before
    assert not tickets().filter(open=True).exists()
    assert cases() == []
    assert_sound()


def test_another_price_than_the_one_shown_is_not_taken() -> None:
    store, pet = Store.objects.get(), Pet.objects.get(pk="p-yuanbao")
    service, user = Service.objects.get(code="bath"), User.objects.create_user("lin")
    with pytest.raises(counter.Outdated, match="price_changed"):
        counter.redeem(store, gao(), service, pet, Reduced(OFF), user, 4_900)
    assert (posted(OFF), posted(VALUE), tickets().exists()) == (1, 20_000, False)
    counter.redeem(store, gao(), service, pet, Reduced(OFF), user, 5_000)
    assert Receipt.objects.get().member == "m-gao"
    assert not Transaction.objects.exists()
