"""Units of value.  Money is integer 分 (1/100 yuan); a float never holds value anywhere."""

import enum
from typing import NewType

Fen = NewType("Fen", int)
"""Money in 分, 1/100 of a yuan."""

BasisPoints = NewType("BasisPoints", int)
"""A share in 1/10,000; 9,500 is 95 % (九五折)."""

MAX_AMOUNT = 10**12
"""Largest amount a message may carry, in any unit: far above any shop, far below 2**63."""


class Unit(enum.StrEnum):
    """What an account counts in."""

    FEN = "fen"
    VISITS = "visits"
    POINTS = "points"


def share(amount: int, basis_points: int) -> int:
    """Take `basis_points`/10,000 of a non-negative amount, half rounded up to a whole unit."""
    if amount < 0 or basis_points < 0:
        raise ValueError("share() takes non-negative numbers")
    return (amount * basis_points + 5_000) // 10_000


def yuan(amount: int) -> str:
    """Write 分 as yuan with two digits and thousands separators, without a currency sign.

    >>> yuan(123456)
    '1,234.56'
    """
    sign = "-" if amount < 0 else ""
    whole, cents = divmod(abs(amount), 100)
    return f"{sign}{whole:,}.{cents:02d}"
