"""What lowers a price: coupons and points that may be used on a day, the best first.

Pure; the kiosk's screens and the staff's desk choose by it, bargains.py prices what was chosen.
Where a `day` is None, the clock cannot be trusted and nothing is out of its days (accept, flag).
"""

import dataclasses as dc
import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.members import Coupon
from kiosk.domain.names import Name
from kiosk.domain.pricing import PriceStep, Quote, Terms
from kiosk.domain.rewards import CouponForm, CouponKind, PointsReward, Window


@dc.dataclass(frozen=True, slots=True)
class Use:
    """A coupon with its kind, points, or both; `reward` is what the points are for."""

    coupon: Coupon | None = None
    kind: CouponKind | None = None
    points: int = 0
    reward: PointsReward | None = None

    @property
    def terms(self) -> Terms:
        """What it means for a price."""
        return Terms((self.kind,) if self.kind else (), self.points, self.reward)

    @property
    def name(self) -> Name:
        """The name of the coupon or the reward."""
        named = self.kind or self.reward
        return Name(named.name_zh, named.name_en) if named else Name("", "")

    @property
    def gives(self) -> str | None:
        """The service that is free by it, empty for goods; None where it only lowers a price."""
        if self.reward is not None:
            return self.reward.gives
        is_gift = self.kind is not None and self.kind.form is CouponForm.GIFT
        return self.kind.gives if self.kind and is_gift else None


PLAIN = Use()
"""Neither a coupon nor points."""

Priced = Callable[[Use], Quote | None]
"""Prices a service with something used; None where that is not allowed."""


def is_open(window: Window, day: dt.date | None) -> bool:
    """Tell whether a day is within."""
    return day is None or window.holds(day)


def coupons(catalogue: Catalogue, owned: Iterable[Coupon], day: dt.date | None) -> list[Use]:
    """List those of the owned coupons that are valid, the ones that end first at the front."""
    known = [(coupon, catalogue.coupon_kind(coupon.kind)) for coupon in owned]
    found = [
        Use(coupon, kind)
        for coupon, kind in known
        if kind is not None
        and is_open(kind.window, day)
        and is_open(Window(last=coupon.valid_until), day)
    ]
    return sorted(found, key=_ends)


def _ends(use: Use) -> tuple[dt.date, str]:
    assert use.coupon is not None
    return use.coupon.valid_until or dt.date.max, use.coupon.account


def rewards(catalogue: Catalogue, points: int, day: dt.date | None) -> list[Use]:
    """List what so many points are enough for, the cheapest first."""
    found = [r for r in catalogue.points_rewards if r.points <= points and is_open(r.window, day)]
    return [Use(points=r.points, reward=r) for r in sorted(found, key=lambda r: r.points)]


def points_off(catalogue: Catalogue, price: int, points: int, day: dt.date | None) -> int:
    """Return how many of so many points can be money off `price` 分."""
    offset = catalogue.points_offset
    if offset is None or not is_open(offset.window, day):
        return 0
    return offset.usable(price, points)


def lowering(owned: Iterable[Use], priced: Priced) -> list[Use]:
    """List the coupons that lower a price, the one that lowers it most first.

    Of equal ones the order stays.
    """
    plain, found = priced(PLAIN), []
    for use in owned:
        quoted = priced(use) if plain and use.gives is None else None
        if plain and quoted and quoted.price < plain.price:
            found.append((quoted.price, use))
    return [use for _, use in sorted(found, key=lambda pair: pair[0])]


def ways(best: Use | None, priced: Priced, points: Callable[[int], int]) -> Iterator[Use]:
    """List the ways to pay a price, the best first.

    With the `best` coupon, with nothing, with points, and with that coupon and points where they go
    together.  `points` tells how many can be used for a price in 分.
    """
    plain = priced(PLAIN)
    if best is not None:
        yield best
    yield PLAIN
    if plain is None:
        return
    before = plain.price + plain.off(PriceStep.ROUND_DOWN)
    if many := points(before):
        yield Use(points=many)
    if best is None or best.kind is None or not best.kind.stackable:
        return
    if many := points(best.kind.lowered(before)):
        yield dc.replace(best, points=many)
