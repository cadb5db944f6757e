"""Coupons (优惠券) and what points (积分) are good for, as a price list states them.

Units: `off` and `threshold` are 分, `rate` and `most` basis points, `points` whole points.  A kind
belongs to its version of the catalogue: a coupon that was issued follows the version in force when
it is used, so other terms are another code.
"""

import datetime as dt
import enum
from typing import Annotated

import msgspec

from kiosk.domain.members import Amount, Code, Frozen
from kiosk.domain.units import MAX_AMOUNT, share

Rate = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
"""A discount rate in basis points that remains to be paid: 9,500 is 95 % (九五折)."""

Positive = Annotated[int, msgspec.Meta(ge=1, le=MAX_AMOUNT)]


class Window(Frozen, frozen=True):
    """Local days from `first` to `last`, both included; None leaves that side open."""

    first: dt.date | None = None
    last: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Tell whether `day` is within."""
        early = self.first is not None and day < self.first
        late = self.last is not None and day > self.last
        return not (early or late)


class CouponForm(enum.StrEnum):
    """What a coupon does: 满减, 折扣, 赠品."""

    OFF = "off"
    RATE = "rate"
    GIFT = "gift"


class CouponKind(Frozen, frozen=True):
    """One kind of coupon.

    OFF takes `off`, RATE leaves `rate` to pay, from a price of `threshold` on, of `services` (none:
    every service).  GIFT makes the service `gives` free; with none, it is goods of the coupon's
    name.  Only a `stackable` one goes together with others and with points.
    """

    code: Code
    name_zh: str
    name_en: str
    form: CouponForm
    off: Amount = 0
    rate: Rate = 10_000
    threshold: Amount = 0
    services: tuple[Code, ...] = ()
    gives: str = ""
    stackable: bool = False
    window: Window = Window()

    def fits(self, service: str) -> bool:
        """Tell whether it may be used for this service."""
        if self.form is CouponForm.GIFT:
            return bool(self.gives) and service == self.gives
        return not self.services or service in self.services

    def lowered(self, price: int) -> int:
        """Lower a price in 分: never below 0, half-up to whole 分."""
        match self.form:
            case CouponForm.OFF:
                return max(0, price - self.off)
            case CouponForm.RATE:
                return share(price, self.rate)
            case CouponForm.GIFT:
                return 0


class PointsOffset(Frozen, frozen=True):
    """积分抵现: each `points` points take `off` from a price; they pay at most `most` of it."""

    points: Positive
    off: Positive
    most: Rate = 10_000
    window: Window = Window()

    def usable(self, price: int, available: int) -> int:
        """Return how many of the `available` points a price can take: whole steps only."""
        steps = min(available // self.points, price * self.most // 10_000 // self.off)
        return max(0, steps) * self.points

    def value(self, points: int) -> int:
        """Return what `points` are worth; a part of a step is worth nothing."""
        return points // self.points * self.off


class PointsReward(Frozen, frozen=True):
    """积分兑换: for `points`, the service `gives` is free; with none, goods of that name."""

    code: Code
    name_zh: str
    name_en: str
    points: Positive
    gives: str = ""
    window: Window = Window()
