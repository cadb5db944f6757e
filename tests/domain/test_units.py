"""Money in whole 分: rounding, writing, and what is refused."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.units import MAX_AMOUNT, share, yuan

AMOUNTS = st.integers(0, MAX_AMOUNT)
RATES = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [(5_800, 9_500, 5_510), (1, 5_000, 1), (1, 4_999, 0), (3, 5_000, 2), (0, 9_500, 0)],
)
def test_half_a_fen_goes_up(amount: int, rate: int, expected: int) -> None:
    assert share(amount, rate) == expected


@given(AMOUNTS, RATES)
def test_a_share_is_within_half_a_fen_and_never_more_than_the_whole(amount: int, rate: int) -> None:
    exact = Fraction(amount * rate, 10_000)
    taken = share(amount, rate)
    assert -Fraction(1, 2) < taken - exact <= Fraction(1, 2)
    assert 0 <= taken <= amount


@given(AMOUNTS, AMOUNTS, RATES)
def test_a_larger_amount_never_has_a_smaller_share(one: int, other: int, rate: int) -> None:
    low, high = sorted((one, other))
    assert share(low, rate) <= share(high, rate)


@given(AMOUNTS)
def test_the_whole_is_the_whole(amount: int) -> None:
    assert share(amount, 10_000) == amount
    assert share(amount, 0) == 0


@pytest.mark.parametrize(("amount", "rate"), [(-1, 10), (10, -1)])
def test_negative_numbers_are_a_bug(amount: int, rate: int) -> None:
    with pytest.raises(ValueError, match="non-negative"):
        share(amount, rate)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123_456, "1,234.56"), (-100_000, "-1,000.00")],
)
def test_yuan(amount: int, text: str) -> None:
    assert yuan(amount) == text


@given(st.integers(-MAX_AMOUNT, MAX_AMOUNT))
def test_yuan_loses_nothing(amount: int) -> None:
    text = yuan(amount)
    assert int(text.replace(",", "").replace(".", "")) == amount
    assert text[-3] == "."
