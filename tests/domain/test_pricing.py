"""The price and who pays it: sums that must hold for every catalogue and every purse."""

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kiosk.domain.catalogue import Catalogue, MemberDay, Service
from kiosk.domain.members import Purse, PurseKind, Size, Tier
from kiosk.domain.pricing import NoPrice, PriceStep, legs, quote, stored_value_order
from kiosk.domain.units import MAX_AMOUNT, share

FRIDAY = dt.date(2026, 11, 20)
RATES = st.integers(0, 10_000)
DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2035, 12, 31))

CATALOGUES = st.builds(
    Catalogue,
    version=st.just(1),
    store=st.just("s1"),
    services=st.builds(
        lambda prices, for_pet: (Service("bath", "洗澡", "Bath", prices, for_pet),),
        st.dictionaries(st.sampled_from(Size), st.integers(0, MAX_AMOUNT), min_size=3),
        st.booleans(),
    ),
    tier_rates=st.dictionaries(st.sampled_from(Tier), RATES),
    member_day=st.none() | st.builds(MemberDay, st.integers(1, 7), RATES),
    points_per_yuan=st.integers(0, 1000),
    round_down_to=st.integers(1, 10_000),
)


def shop(**changes: object) -> Catalogue:
    service = Service("bath", "洗澡", "Bath", {Size.SMALL: 5_855, Size.LARGE: 12_800})
    return Catalogue(1, "s1", (service,), **changes)  # type: ignore[arg-type]


@given(CATALOGUES, st.none() | st.sampled_from(Size), st.sampled_from(Tier), DAYS)
def test_a_price_is_between_nothing_and_the_list_price_and_its_lines_sum_to_it(
    catalogue: Catalogue, size: Size | None, tier: Tier, day: dt.date
) -> None:
    found = quote(catalogue, "bath", size, tier, day)
    first, *reductions = found.lines
    service = catalogue.services[0]
    expected = size if size and service.for_pet else Size.SMALL
    assert (first.step, first.amount) == (PriceStep.LIST, service.prices[expected])
    assert 0 <= found.price <= first.amount
    assert sum(line.amount for line in found.lines) == found.price
    assert all(line.amount < 0 for line in reductions)
    assert found.price % catalogue.round_down_to == 0
    assert found.points == found.price // 100 * catalogue.points_per_yuan
    order = list(PriceStep)
    assert [line.step for line in found.lines] == sorted(
        {line.step for line in found.lines}, key=order.index
    )


@given(CATALOGUES, st.sampled_from(Size), st.sampled_from(Tier), DAYS)
def test_a_discount_never_makes_it_dearer(
    catalogue: Catalogue, size: Size, tier: Tier, day: dt.date
) -> None:
    plain = Catalogue(1, "s1", catalogue.services, round_down_to=catalogue.round_down_to)
    with_discounts = quote(catalogue, "bath", size, tier, day)
    assert with_discounts.price <= quote(plain, "bath", size, tier, day).price


def test_tier_then_member_day_then_round_down_each_on_what_is_left() -> None:
    catalogue = shop(
        tier_rates={Tier.GOLD: 9_000}, member_day=MemberDay(5, 8_800), round_down_to=100
    )
    found = quote(catalogue, "bath", Size.SMALL, Tier.GOLD, FRIDAY)
    after_tier = share(5_855, 9_000)
    after_day = share(after_tier, 8_800)
    assert (after_tier, after_day) == (5_270, 4_638)
    assert [(line.step, line.amount) for line in found.lines] == [
        (PriceStep.LIST, 5_855),
        (PriceStep.TIER, 5_270 - 5_855),
        (PriceStep.MEMBER_DAY, 4_638 - 5_270),
        (PriceStep.ROUND_DOWN, -38),
    ]
    assert (found.price, found.points) == (4_600, 46)


def test_a_member_day_is_one_weekday() -> None:
    catalogue = shop(member_day=MemberDay(5, 5_000))
    prices = [
        quote(catalogue, "bath", Size.SMALL, Tier.BASIC, FRIDAY + dt.timedelta(days)).price
        for days in range(8)
    ]
    assert prices == [2_928, *[5_855] * 6, 2_928]


def test_what_has_no_price_says_so() -> None:
    with pytest.raises(NoPrice):
        quote(shop(), "training", Size.SMALL, Tier.BASIC, FRIDAY)
    with pytest.raises(NoPrice, match="medium"):
        quote(shop(), "bath", Size.MEDIUM, Tier.BASIC, FRIDAY)


AVAILABLE = st.lists(st.integers(-10, 10_000), max_size=6)


def purses(available: list[int]) -> list[tuple[Purse, int]]:
    return [
        (Purse(f"a{i}", PurseKind.PRINCIPAL, max(0, amount)), amount)
        for i, amount in enumerate(available)
    ]


@given(st.integers(-5, 40_000), AVAILABLE)
def test_legs_sum_to_the_amount_exactly_or_are_refused(amount: int, available: list[int]) -> None:
    within = sum(max(0, a) for a in available)
    taken = legs(amount, purses(available))
    assert (taken is None) == (amount < 0 or amount > within)
    if taken is not None:
        assert sum(leg.amount for leg in taken) == amount


@given(AVAILABLE, st.data())
def test_legs_empty_each_purse_before_the_next_and_take_no_more_than_it_has(
    available: list[int], data: st.DataObject
) -> None:
    within = sum(max(0, a) for a in available)
    assume(within)
    taken = legs(data.draw(st.integers(1, within)), purses(available))
    assert taken is not None
    usable = [(f"a{i}", amount) for i, amount in enumerate(available) if amount > 0]
    full, last = usable[: len(taken) - 1], usable[len(taken) - 1]
    assert [(leg.account, leg.amount) for leg in taken[:-1]] == full
    assert taken[-1].account == last[0]
    assert 0 < taken[-1].amount <= last[1]


def test_nothing_to_pay_takes_nothing() -> None:
    assert legs(0, purses([5])) == ()
    assert legs(1, []) is None


def test_principal_pays_first_unless_the_catalogue_says_bonus() -> None:
    assert stored_value_order(shop()) == (PurseKind.PRINCIPAL, PurseKind.BONUS)
    assert stored_value_order(shop(bonus_first=True)) == (PurseKind.BONUS, PurseKind.PRINCIPAL)
