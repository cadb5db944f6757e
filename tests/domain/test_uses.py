"""Which coupons and points lower a price, and in which order they are offered."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.catalogue import Catalogue, Service
from kiosk.domain.members import Coupon, Size, Tier
from kiosk.domain.pricing import Quote, Unfit, quote
from kiosk.domain.rewards import CouponForm, CouponKind, PointsOffset, PointsReward, Window
from kiosk.domain.uses import PLAIN, Use, coupons, lowering, points_off, rewards, ways

DAY = dt.date(2026, 11, 20)
DAY_BEFORE, DAY_AFTER = DAY - dt.timedelta(1), DAY + dt.timedelta(1)
BATH = Service("bath", "洗澡", "Bath", {Size.SMALL: 5_800})
OFF = CouponKind("off", "满58减10", "10 off 58", CouponForm.OFF, off=1_000, threshold=5_800)
DEAR = CouponKind("dear", "满58.01减30", "30 off", CouponForm.OFF, off=3_000, threshold=5_801)
RATE = CouponKind("rate", "八折", "20 % off", CouponForm.RATE, rate=8_000)
STACK = CouponKind("stack", "叠加", "Stack", CouponForm.OFF, off=1_000, stackable=True)
OTHER = CouponKind("other", "训练券", "Training", CouponForm.OFF, off=2_000, services=("training",))
FREE = CouponKind("free", "免费洗澡", "Free bath", CouponForm.GIFT, gives="bath")
TOY = CouponKind("toy", "玩具", "Toy", CouponForm.GIFT)
SEASON = CouponKind(
    "season", "冬", "Winter", CouponForm.OFF, off=100, window=Window(DAY, DAY_AFTER)
)
BATH_REWARD = PointsReward("bath", "洗澡", "Bath", 900, gives="bath")
TOY_REWARD = PointsReward("toy", "玩具", "Toy", 200)
LATER = PointsReward("later", "下月", "Later", 10, window=Window(first=DAY_AFTER))
SHOP = Catalogue(
    1,
    "s1",
    (BATH,),
    coupon_kinds=(OFF, DEAR, RATE, STACK, OTHER, FREE, TOY, SEASON),
    points_offset=PointsOffset(100, 100, most=5_000),
    points_rewards=(BATH_REWARD, TOY_REWARD, LATER),
)


def owned(*kinds: str, until: dt.date | None = None) -> list[Coupon]:
    return [Coupon(f"c-{kind}", kind, until) for kind in kinds]


def priced(use: Use) -> Quote | None:
    try:
        return quote(SHOP, "bath", Size.SMALL, Tier.BASIC, DAY, use.terms)
    except Unfit:
        return None


def codes(found: list[Use]) -> list[str]:
    return [use.kind.code for use in found if use.kind]


@pytest.mark.parametrize(
    ("until", "day", "is_valid"),
    [
        (None, DAY, True),
        (DAY, DAY, True),
        (DAY_BEFORE, DAY, False),
        (DAY_BEFORE, None, True),
    ],
    ids=["endless", "on its last day", "the day after", "with an unsynced clock"],
)
def test_a_coupon_is_good_to_the_end_of_its_last_day(
    until: dt.date | None, day: dt.date | None, is_valid: bool
) -> None:
    assert bool(coupons(SHOP, owned("off", until=until), day)) is is_valid


@pytest.mark.parametrize(
    ("day", "is_open"),
    [(DAY_BEFORE, False), (DAY, True), (DAY_AFTER, True), (DAY_AFTER + dt.timedelta(1), False)],
)
def test_a_kind_of_coupon_has_days_of_its_own(day: dt.date, is_open: bool) -> None:
    assert bool(coupons(SHOP, owned("season"), day)) is is_open
    assert coupons(SHOP, owned("season"), None)


def test_what_ends_first_stands_first_and_an_unknown_kind_nowhere() -> None:
    late, soon = owned("off", until=DAY_AFTER), owned("rate", until=DAY)
    found = coupons(SHOP, [*owned("toy", "free"), *late, *soon, *owned("gone")], DAY)
    assert codes(found) == ["rate", "off", "free", "toy"]


def test_a_coupon_that_lowers_more_comes_first_and_one_below_its_threshold_never() -> None:
    found = coupons(SHOP, owned("season", "dear", "off", "rate", "other", "free"), DAY)
    assert codes(lowering(found, priced)) == ["rate", "off", "season"]


def test_of_equal_coupons_that_which_ends_first_comes_first() -> None:
    found = coupons(SHOP, [*owned("off", until=DAY_AFTER), *owned("stack", until=DAY)], DAY)
    assert codes(lowering(found, priced)) == ["stack", "off"]


def test_nothing_lowers_what_has_no_price() -> None:
    assert lowering(coupons(SHOP, owned("off"), DAY), lambda use: None) == []
    assert list(ways(None, lambda use: None, lambda price: 100)) == [PLAIN]


@pytest.mark.parametrize(
    ("points", "day", "found"),
    [
        (199, DAY, []),
        (200, DAY, ["toy"]),
        (900, DAY, ["toy", "bath"]),
        (900, DAY_AFTER, ["later", "toy", "bath"]),
        (900, None, ["later", "toy", "bath"]),
    ],
)
def test_rewards_are_those_that_the_points_are_enough_for(
    points: int, day: dt.date | None, found: list[str]
) -> None:
    assert [use.reward.code for use in rewards(SHOP, points, day) if use.reward] == found


def test_points_are_money_off_in_whole_steps_up_to_their_part_of_the_price() -> None:
    assert points_off(SHOP, 5_800, 250, DAY) == 200
    assert points_off(SHOP, 5_800, 10_000, DAY) == 2_900
    assert points_off(SHOP, 199, 10_000, DAY) == 0
    over = PointsOffset(100, 100, window=Window(last=DAY_BEFORE))
    closed = Catalogue(1, "s1", (BATH,), points_offset=over)
    assert points_off(closed, 5_800, 250, DAY) == 0
    assert points_off(closed, 5_800, 250, None) == 200, "the clock cannot be trusted"
    assert points_off(Catalogue(1, "s1", (BATH,)), 5_800, 250, DAY) == 0


def offered(kind: str, points: int) -> list[tuple[str, int]]:
    best = next(iter(lowering(coupons(SHOP, owned(kind), DAY), priced)), None)
    found = ways(best, priced, lambda price: points_off(SHOP, price, points, DAY))
    return [(use.kind.code if use.kind else "", use.points) for use in found]


def test_the_ways_are_coupon_nothing_points_and_both_where_they_go_together() -> None:
    assert offered("off", 5_000) == [("off", 0), ("", 0), ("", 2_900)]
    # together the points pay at most half of what the coupon leaves
    assert offered("stack", 5_000) == [("stack", 0), ("", 0), ("", 2_900), ("stack", 2_400)]
    assert offered("stack", 99) == [("stack", 0), ("", 0)]
    assert offered("toy", 99) == [("", 0)]


@given(st.lists(st.sampled_from(SHOP.coupon_kinds), max_size=4), st.integers(0, 9_000))
def test_each_way_has_a_price_and_none_is_dearer_than_nothing(
    kinds: list[CouponKind], points: int
) -> None:
    known = coupons(SHOP, [Coupon(f"c{n}", k.code) for n, k in enumerate(kinds)], DAY)
    best = next(iter(lowering(known, priced)), None)
    found = list(ways(best, priced, lambda price: points_off(SHOP, price, points, DAY)))
    prices = [quoted.price if (quoted := priced(use)) else None for use in found]
    assert None not in prices
    assert max(price for price in prices if price is not None) == 5_800
    assert found.count(PLAIN) == 1


def test_a_gift_says_what_it_gives_and_a_use_its_name() -> None:
    free, toy, off = coupons(SHOP, owned("free", "toy", "off"), None), PLAIN, Use(points=100)
    assert [use.gives for use in free] == ["bath", None, ""], "in the order of their accounts"
    assert (toy.gives, off.gives) == (None, None)
    assert Use(points=900, reward=BATH_REWARD).gives == "bath"
    assert Use(points=200, reward=TOY_REWARD).name.en == "Toy"
    assert PLAIN.name.zh == ""
