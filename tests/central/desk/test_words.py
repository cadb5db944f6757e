"""Amounts in words: each kind of purse in its own unit, one of it as one."""

import pytest
from django.utils.translation import override

from central.desk import words


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
