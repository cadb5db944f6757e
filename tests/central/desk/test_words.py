"""Amounts in words: each kind of purse in its own unit, one of it as one."""

import pytest
from django.utils.translation import override

from central.desk import seen, words


@pytest.mark.parametrize(
    ("value", "kind", "english", "chinese"),
    [
        (123_456, "principal", "¥1,234.56", "¥1,234.56"),
        (-5, "fen", "-¥0.05", "-¥0.05"),
        (1, "pass_bought", "1 visit", "1 次"),
        (0, "pass_gift", "0 visits", "0 次"),
        (12, "visits", "12 visits", "12 次"),
        (1, "points", "1 point", "1 积分"),
        (6_395, "points", "6,395 points", "6,395 积分"),
        (1, "coupon", "1 coupon", "1 张"),
        (-2, "coupon", "-2 coupons", "-2 张"),
    ],
)
def test_an_amount_has_the_unit_of_its_purse(
    value: int, kind: str, english: str, chinese: str
) -> None:
    with override("en"):
        assert words.amount(value, kind) == english
    with override("zh-hans"):
        assert words.amount(value, kind) == chinese


@pytest.mark.parametrize(
    ("key", "english", "chinese"),
    [
        ("pm1:Zq7_abcdef8Vb2", "Code …8Vb2", "消费码 …8Vb2"),
        ("uid:04FEFEFEFEFE80", "NFC …FE80", "NFC …FE80"),
    ],
)
def test_a_code_is_called_so_wherever_it_is_kept(key: str, english: str, chinese: str) -> None:
    """On a telephone, on paper, or in the memory of a card: who reads the list cannot know."""
    with override("en"):
        assert seen.shown(key) == english
    with override("zh-hans"):
        assert seen.shown(key) == chinese
