"""Coupons and points against a price: what must hold whatever the shop writes in its list."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.bargains import Bargain, bargains, priced
from kiosk.domain.catalogue import Catalogue, MemberDay, Service
from kiosk.domain.members import Size, Tier
from kiosk.domain.pricing import PriceStep, Terms, Unfit, quote
from kiosk.domain.refusals import Reason
from kiosk.domain.rewards import CouponForm, CouponKind, PointsOffset, PointsReward, Window
from kiosk.domain.transactions import (
    CheckIn,
    CouponRedeem,
    Delta,
    Leg,
    PointsRedeem,
    ValueRedeem,
    Void,
    deltas,
    undo,
)
from kiosk.domain.units import MAX_AMOUNT, share

DAY = dt.date(2026, 11, 20)
RATES = st.integers(0, 10_000)
AMOUNTS = st.integers(0, 10**7)
SERVICE = Service("bath", "洗澡", "Bath", {Size.SMALL: 6_000, Size.LARGE: 12_855})
OFF = CouponKind("off", "满50减10", "10 off 50", CouponForm.OFF, off=1_000, threshold=5_000)
RATE = CouponKind("rate", "八折", "20 % off", CouponForm.RATE, rate=8_000, stackable=True)
FREE = CouponKind("free", "免费洗澡", "Free bath", CouponForm.GIFT, gives="bath")
TOY = CouponKind("toy", "玩具", "Toy", CouponForm.GIFT)
TOY_REWARD = PointsReward("toy", "玩具", "Toy", 200)
BATH_REWARD = PointsReward("bath", "洗澡", "Bath", 900, gives="bath")
OFFSET = PointsOffset(100, 100, most=5_000)
SHOP = Catalogue(
    1,
    "s1",
    (SERVICE,),
    coupon_kinds=(OFF, RATE, FREE, TOY),
    points_offset=OFFSET,
    points_rewards=(TOY_REWARD, BATH_REWARD),
)

KINDS = st.builds(
    CouponKind,
    code=st.just("any"),
    name_zh=st.just("券"),
    name_en=st.just("Coupon"),
    form=st.sampled_from(CouponForm),
    off=AMOUNTS,
    rate=RATES,
    threshold=AMOUNTS,
    services=st.sampled_from([(), ("bath",), ("training",)]),
    gives=st.sampled_from(["", "bath"]),
    stackable=st.booleans(),
)
OFFSETS = st.builds(PointsOffset, st.integers(1, 1_000), st.integers(1, 10_000), RATES)
CATALOGUES = st.builds(
    Catalogue,
    version=st.just(1),
    store=st.just("s1"),
    services=st.builds(
        lambda price: (Service("bath", "洗澡", "Bath", {Size.SMALL: price}),), AMOUNTS
    ),
    tier_rates=st.dictionaries(st.sampled_from(Tier), RATES),
    member_day=st.none() | st.builds(MemberDay, st.integers(1, 7), RATES),
    round_down_to=st.integers(1, 1_000),
    points_offset=st.none() | OFFSETS,
)


@given(CATALOGUES, st.lists(KINDS, max_size=3), st.integers(0, 5_000), st.sampled_from(list(Tier)))
def test_what_is_used_only_lowers_a_price_and_never_below_nothing(
    catalogue: Catalogue, kinds: list[CouponKind], points: int, tier: Tier
) -> None:
    plain = quote(catalogue, "bath", Size.SMALL, tier, DAY)
    try:
        found = quote(catalogue, "bath", Size.SMALL, tier, DAY, Terms(tuple(kinds), points))
    except Unfit:
        assert kinds or points
        return
    assert 0 <= found.price <= plain.price
    assert sum(line.amount for line in found.lines) == found.price
    assert found.price % catalogue.round_down_to == 0
    steps = [line.step for line in found.lines]
    assert steps == sorted(set(steps), key=list(PriceStep).index)
    assert all(line.amount < 0 for line in found.lines[1:])
    if points:
        assert catalogue.points_offset is not None
        before = plain.price + plain.off(PriceStep.ROUND_DOWN) - found.off(PriceStep.COUPON)
        assert found.off(PriceStep.POINTS) * 10_000 <= before * catalogue.points_offset.most


@given(OFFSETS, st.integers(0, MAX_AMOUNT), st.integers(0, MAX_AMOUNT))
def test_usable_points_are_whole_steps_that_the_price_can_take(
    offset: PointsOffset, price: int, available: int
) -> None:
    points = offset.usable(price, available)
    assert 0 <= points <= available
    assert points % offset.points == 0
    assert offset.value(points) * 10_000 <= price * offset.most
    assert offset.usable(price, points) == points


@pytest.mark.parametrize(
    ("terms", "price", "off"),
    [
        (Terms(), 6_000, 0),
        (Terms((OFF,)), 5_000, 1_000),
        (Terms((RATE,)), 4_800, 1_200),
        (Terms((RATE,), 300), 4_500, 1_500),
        (Terms((FREE,)), 0, 6_000),
        (Terms((), 600), 5_400, 600),
        (Terms((), 900, BATH_REWARD), 0, 6_000),
    ],
)
def test_each_form_takes_what_it_says(terms: Terms, price: int, off: int) -> None:
    found = quote(SHOP, "bath", Size.SMALL, Tier.BASIC, DAY, terms)
    assert found.price == price
    assert found.off(PriceStep.COUPON) + found.off(PriceStep.POINTS) == off
    assert found.points == price // 100


def test_a_percentage_is_half_up_once_and_after_tier_and_member_day() -> None:
    catalogue = Catalogue(
        1, "s1", (SERVICE,), {Tier.GOLD: 9_000}, MemberDay(5, 8_800), coupon_kinds=(RATE,)
    )
    found = quote(catalogue, "bath", Size.LARGE, Tier.GOLD, DAY, Terms((RATE,)))
    assert found.price == share(share(share(12_855, 9_000), 8_800), 8_000)
    assert [line.step for line in found.lines][-1] is PriceStep.COUPON


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        (Terms((OFF, RATE)), Reason.NOT_STACKABLE),
        (Terms((OFF,), 100), Reason.NOT_STACKABLE),
        (Terms((TOY,)), Reason.WRONG_SERVICE),
        (
            Terms((CouponKind("x", "x", "x", CouponForm.OFF, threshold=6_001),)),
            Reason.BELOW_THRESHOLD,
        ),
        (
            Terms((CouponKind("x", "x", "x", CouponForm.OFF, services=("y",)),)),
            Reason.WRONG_SERVICE,
        ),
        (Terms((), 50), Reason.NOT_ALLOWED),
        (Terms((), 3_100), Reason.NOT_ALLOWED),
        (Terms((), 200, TOY_REWARD), Reason.WRONG_SERVICE),
        (Terms((), 899, BATH_REWARD), Reason.NOT_ALLOWED),
    ],
)
def test_what_does_not_go_says_why(terms: Terms, reason: Reason) -> None:
    with pytest.raises(Unfit) as caught:
        quote(SHOP, "bath", Size.SMALL, Tier.BASIC, DAY, terms)
    assert caught.value.reason is reason


COUPON = CouponRedeem("off", (Leg("c1", 1),))
POINTS = PointsRedeem((Leg("p", 300),))
BATH = ValueRedeem("bath", 5_000, (Leg("v", 5_000),))


def test_what_stands_before_a_price_lowers_it_and_what_does_not_is_goods() -> None:
    assert bargains((BATH,)) == []
    assert bargains((COUPON, BATH, POINTS)) == [Bargain((COUPON,), BATH), Bargain((POINTS,))]
    assert bargains((COUPON, POINTS, BATH, BATH)) == [Bargain((COUPON, POINTS), BATH)]
    assert bargains((COUPON, CheckIn(DAY), BATH)) == [Bargain((COUPON,))]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (COUPON, Reason.NOT_ALLOWED),
        (CouponRedeem("free", (Leg("c1", 1),)), Reason.NOT_ALLOWED),
        (CouponRedeem("toy", (Leg("c1", 2),)), Reason.NOT_ALLOWED),
        (CouponRedeem("toy", ()), Reason.NOT_ALLOWED),
        (CouponRedeem("elsewhere", (Leg("c1", 1),)), Reason.WRONG_STORE),
        (POINTS, Reason.NOT_ALLOWED),
        (PointsRedeem((Leg("p", 199),), "toy"), Reason.NOT_ALLOWED),
        (PointsRedeem((Leg("p", 900),), "bath"), Reason.NOT_ALLOWED),
        (PointsRedeem((Leg("p", 900),), "elsewhere"), Reason.WRONG_STORE),
        (PointsRedeem((), "toy"), Reason.NOT_ALLOWED),
    ],
)
def test_only_gifts_and_rewards_that_are_goods_are_handed_over(
    line: CouponRedeem | PointsRedeem, reason: Reason
) -> None:
    with pytest.raises(Unfit) as caught:
        priced(Bargain((line,)), SHOP, None, Tier.BASIC, DAY)
    assert caught.value.reason is reason


def test_goods_have_no_price() -> None:
    for line in (CouponRedeem("toy", (Leg("c", 1),)), PointsRedeem((Leg("p", 200),), "toy")):
        assert priced(Bargain((line,)), SHOP, None, Tier.BASIC, DAY) is None


def test_a_void_returns_coupon_and_points_with_the_money() -> None:
    lines = (COUPON, POINTS, BATH)
    void = undo(lines)
    assert void == Void(back=(Leg("c1", 1), Leg("p", 300), Leg("v", 5_000)))
    taken, returned = deltas(lines), deltas((void,))
    assert taken["c1"] == Delta(-1, -1)
    assert all(returned[a] == Delta(-d.held, -d.posted) for a, d in taken.items())


def test_a_window_includes_both_its_days() -> None:
    window = Window(DAY, DAY)
    assert window.holds(DAY)
    assert not window.holds(DAY - dt.timedelta(1))
    assert not window.holds(DAY + dt.timedelta(1))
    assert Window().holds(dt.date.min)
