"""Coupons and points at central: given, leased, posted, checked, taken back."""

import datetime as dt

import msgspec
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from central.books import allowances, coupons, ripening
from central.desk import reversals
from central.shop import catalogues
from central.shop.models import (
    Account,
    Case,
    Coupon,
    CouponKind,
    Member,
    Movement,
    Outgoing,
    Store,
    Transaction,
)
from central.sync.directory import pages
from central.sync.service import Service
from kiosk.domain import members, rewards
from kiosk.domain import transactions as tx
from kiosk.domain.clock import ClockState
from tests.central.books import assert_sound, cases, leased, posted, send
from tests.central.till import NOW, Till, void

OFF, TOY, POINTS, VALUE = "coupon-gao-off", "coupon-gao-toy", "m-gao.points", "m-gao.principal"
TODAY = dt.date(2026, 3, 4)


@pytest.fixture(autouse=True)
def _in_date(_database: None) -> None:
    """The demo's coupons are of its own day; the directory looks at the clock on the wall."""
    Coupon.objects.update(valid_until=timezone.now().date() + dt.timedelta(60))


@pytest.fixture
def other() -> Till:
    """Kiosk k2, which holds nothing yet."""
    found = Till(terminal="k2")
    list(Service().receive(found.address, found.hello()))
    return found


@pytest.fixture
def user() -> User:
    return User.objects.create_user("lin", is_staff=True)


def coupon(kind: str = "off-10", account: str = OFF) -> tx.CouponRedeem:
    return tx.CouponRedeem(kind, (tx.Leg(account, 1),))


def points(count: int, reward: str = "") -> tx.PointsRedeem:
    return tx.PointsRedeem((tx.Leg(POINTS, count),), reward)


def bath(price: int) -> tx.ValueRedeem:
    legs = (tx.Leg(VALUE, price),) if price else ()
    return tx.ValueRedeem("bath", price, legs, "p-yuanbao")


def row(till: Till, *lines: tx.AnyLine, clock: ClockState = ClockState.SYNCED) -> int:
    return till.row(*lines, member="m-gao", clock=clock)


def record(till: Till) -> members.MemberRecord:
    (page,) = pages(till.journal, 0)
    return next(m for m in page.members if m.member == "m-gao")


def test_the_price_list_carries_kinds_offset_and_rewards() -> None:
    catalogue = catalogues.current("s1")
    assert catalogue is not None
    off = catalogue.coupon_kind("off-10")
    assert off is not None
    assert (off.form, off.off, off.threshold) == (rewards.CouponForm.OFF, 1000, 5000)
    assert catalogue.points_offset == rewards.PointsOffset(100, 100, 5000)
    assert [r.code for r in catalogue.points_rewards] == ["toy-200", "bath-5000"]


def test_a_members_coupons_and_points_go_to_the_kiosks(till: Till) -> None:
    found = record(till)
    assert {(c.account, c.kind) for c in found.coupons} == {(OFF, "off-10"), (TOY, "toy")}
    assert found.coupons[0].valid_until is not None
    kinds = {p.account: (p.kind, p.posted) for p in found.purses}
    assert kinds[OFF] == (members.PurseKind.COUPON, 1)
    assert kinds[POINTS] == (members.PurseKind.POINTS, 600)
    assert (leased(OFF), leased(POINTS)) == (1, 600)


def test_what_is_used_by_the_rules_is_posted_without_a_case(till: Till) -> None:
    row(till, coupon(), bath(5000))
    row(till, points(300), bath(5700))
    row(till, coupon("toy", TOY))
    row(till, points(200, "toy-200"))
    send(till)
    assert cases() == []
    assert (posted(OFF), posted(TOY), leased(OFF)) == (0, 0, 0)
    assert posted(VALUE) == 20_000 - 5000 - 5700
    assert posted(POINTS) == 600 - 300 - 200 + 50 + 57


@pytest.mark.parametrize(
    ("lines", "kind", "detail"),
    [
        ((coupon(), bath(4900)), "price_differs", {"price": 4900, "computed": 5000}),
        ((coupon(), bath(6000)), "price_differs", {"price": 6000, "computed": 5000}),
        ((coupon("training-80"), bath(4800)), "coupon_unfit", {"reason": "wrong_service"}),
        ((coupon("gone"), bath(5000)), "coupon_unfit", {"reason": "wrong_store"}),
        ((coupon(),), "coupon_unfit", {"reason": "not_allowed"}),
        ((points(150), bath(5900)), "coupon_unfit", {"reason": "not_allowed"}),
        ((points(100, "toy-200"),), "coupon_unfit", {"reason": "not_allowed"}),
        ((coupon(account=VALUE), bath(5000)), "wrong_purse", {"kind": "principal"}),
    ],
)
def test_what_breaks_them_counts_and_is_a_case(
    till: Till, lines: tuple[tx.AnyLine, ...], kind: str, detail: dict[str, object]
) -> None:
    row(till, *lines)
    send(till)
    found = {case.kind: case.detail for case in Case.objects.all()}
    assert kind in found
    assert detail.items() <= found[kind].items()


def test_a_coupon_past_its_day_is_for_central_to_decide_with_the_clock(till: Till) -> None:
    Coupon.objects.filter(pk=OFF).update(valid_until=TODAY - dt.timedelta(1))
    row(till, coupon(), bath(5000), clock=ClockState.UNSYNCED)
    send(till)
    (case,) = Case.objects.all()
    expected = {"reason": "coupon_expired", "clock": "unsynced", "coupon": "off-10"}
    assert case.kind == "coupon_unfit"
    assert expected.items() <= case.detail.items()
    assert posted(OFF) == 0


def test_two_kiosks_use_one_coupon_once_and_a_forged_second_is_a_case(
    till: Till, other: Till
) -> None:
    assert allowances.answer(other.journal, other.request(OFF)).grants == []
    row(till, coupon(), bath(5000))
    send(till)
    row(other, coupon(), tx.ValueRedeem("bath", 5000, (), "p-yuanbao"))
    send(other)
    assert posted(OFF) == 0
    assert posted("suspense.s1.visits") == -1
    assert "not_covered" in {kind for _, kind in cases()}


def test_a_coupon_that_is_released_goes_to_who_needs_it(till: Till, other: Till) -> None:
    row(till, tx.Release((tx.Leg(OFF, 1), tx.Leg(POINTS, 600))))
    send(till)
    granted = allowances.answer(other.journal, other.request(OFF, POINTS)).grants
    assert {g.account: g.amount for g in granted} == {OFF: 1, POINTS: 600}


def test_a_void_returns_them_and_takes_back_what_was_earned(till: Till) -> None:
    row(till, points(300), bath(5700))
    seq = row(till, coupon(), bath(5000))
    send(till)
    before = posted(POINTS)
    void(till, seq)
    void(till, 1)
    send(till)
    assert cases() == []
    assert (posted(OFF), leased(OFF)) == (1, 1)
    assert (posted(POINTS), leased(POINTS)) == (600, 600)
    assert before == 600 - 300 + 57 + 50
    assert posted(VALUE) == 20_000


def test_earned_points_ripen_before_they_are_leased(till: Till) -> None:
    row(till, bath(6000))
    send(till)
    assert ripening.unripe() == {POINTS: 60}
    assert allowances.answer(till.journal, till.request(POINTS)).grants == []
    long_ago = timezone.now() - dt.timedelta(minutes=7)
    Transaction.objects.update(received_at=long_ago)
    (granted,) = allowances.answer(till.journal, till.request(POINTS)).grants
    assert (granted.account, granted.amount) == (POINTS, 60)
    assert_sound()


def test_check_in_points_and_given_ones_are_ripe_at_once(till: Till) -> None:
    row(till, tx.CheckIn(TODAY))
    row(till, bath(6000))
    send(till)
    coupons.give_points("s1", Member.objects.get(pk="m-gao"), 100, "活动")
    (granted,) = allowances.answer(till.journal, till.request(POINTS)).grants
    assert granted.amount == 105


def test_of_a_row_that_checks_in_and_pays_the_price_ripens(till: Till) -> None:
    paid = row(till, bath(6000), tx.CheckIn(TODAY))
    send(till)
    assert ripening.unripe() == {POINTS: 60}
    (granted,) = allowances.answer(till.journal, till.request(POINTS)).grants
    assert granted.amount == 5
    void(till, paid)
    send(till)
    assert cases() == []
    assert posted(POINTS) == 605
    assert_sound()


def test_a_late_void_finds_points_that_were_leased_on_in_suspense(till: Till, other: Till) -> None:
    row(till, bath(6000))
    send(till)
    Transaction.objects.update(received_at=timezone.now() - dt.timedelta(minutes=7))
    allowances.answer(other.journal, other.request(POINTS))
    void(till, 1)
    send(till)
    assert cases() == [(2, "not_covered")]
    assert (posted(POINTS), posted("suspense.s1.points")) == (660, -60)


def test_a_reversal_returns_a_coupon(till: Till, user: User) -> None:
    row(till, coupon(), bath(5000))
    send(till)
    reversals.reverse(Transaction.objects.get(seq=1), "x", user)
    assert (posted(OFF), posted(VALUE), posted(POINTS)) == (1, 20_000, 600)
    assert_sound()


def test_issuing_is_a_movement_and_an_offer(till: Till) -> None:
    kind, gao = CouponKind.objects.get(code="free-bath"), Member.objects.get(pk="m-gao")
    today = timezone.now().date()
    made = coupons.issue(kind, gao, today, 2)
    assert posted(made.account_id) == 2
    assert made.valid_until == today + dt.timedelta(days=90)
    assert made.account_id in Outgoing.objects.filter(kind=Outgoing.OFFER).last().accounts  # type: ignore[union-attr]
    assert made.account_id in {c.account for c in record(till).coupons}
    assert_sound()


def test_a_kind_that_is_over_or_out_of_stock_is_not_issued() -> None:
    kind, gao = CouponKind.objects.get(code="toy"), Member.objects.get(pk="m-gao")
    with pytest.raises(coupons.NotIssued, match="count"):
        coupons.issue(kind, gao, TODAY, 0)
    kind.stock = coupons.issued(kind) + 1
    coupons.issue(kind, gao, TODAY)
    with pytest.raises(coupons.NotIssued, match="stock"):
        coupons.issue(kind, gao, TODAY)
    kind.stock, kind.last_day = None, TODAY - dt.timedelta(1)
    with pytest.raises(coupons.NotIssued, match="expired"):
        coupons.issue(kind, gao, TODAY)
    assert_sound()


def test_a_used_coupon_stays_with_its_member_while_it_may_come_back(till: Till) -> None:
    row(till, coupon(), bath(5000))
    send(till)
    assert OFF in {c.account for c in record(till).coupons}
    long_ago = timezone.now() - dt.timedelta(days=3)
    Transaction.objects.update(received_at=long_ago)
    Movement.objects.update(at=long_ago)
    found = record(till)
    assert OFF not in {c.account for c in found.coupons}
    assert OFF not in {p.account for p in found.purses}


def test_an_edited_kind_is_a_new_version_and_the_row_keeps_its_own(till: Till) -> None:
    row(till, coupon(), bath(5000))
    CouponKind.objects.filter(code="off-10").update(off=2000)
    published = catalogues.publish(Store.objects.get(pk="s1"), TODAY)
    assert published.version == 2
    send(till)
    assert cases() == []
    assert Account.objects.get(pk=OFF).posted == 0


def test_what_travels_reads_back(till: Till) -> None:
    found = record(till)
    again = msgspec.json.decode(msgspec.json.encode(found), type=members.MemberRecord)
    assert again == found
    assert NOW.date() == TODAY
