"""Price of a service and the purses that pay it.  Pure: kiosk and central compute the same.

The price shown is the price paid.  Central recomputes with the catalogue version named in the
transaction; a difference becomes an exception case there, never a refusal.
"""

import dataclasses as dc
import datetime as dt
import enum
from collections.abc import Sequence

from kiosk.domain.catalogue import Catalogue, Service
from kiosk.domain.members import Purse, PurseKind, Size, Tier
from kiosk.domain.refusals import Reason
from kiosk.domain.rewards import CouponKind, PointsReward
from kiosk.domain.transactions import Leg
from kiosk.domain.units import Fen, share


class PriceStep(enum.StrEnum):
    """What a price line is: the list price first, then what lowers it."""

    LIST = "list"
    TIER = "tier"
    MEMBER_DAY = "member_day"
    COUPON = "coupon"
    POINTS = "points"
    ROUND_DOWN = "round_down"


@dc.dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of the price: the list price, or a reduction (negative), in 分."""

    step: PriceStep
    amount: Fen


@dc.dataclass(frozen=True, slots=True)
class Quote:
    """A price in 分, how it came about, and the points central is expected to mint for it."""

    price: Fen
    lines: tuple[PriceLine, ...]
    points: int

    def off(self, step: PriceStep) -> int:
        """Return by how many 分 a step lowers the price."""
        return -sum(line.amount for line in self.lines if line.step is step)


@dc.dataclass(frozen=True, slots=True)
class Terms:
    """What the member uses beside the list price: coupons in their order, then points.

    `points` are money off, or with a `reward` the points that it costs.
    """

    coupons: tuple[CouponKind, ...] = ()
    points: int = 0
    reward: PointsReward | None = None


LIST_PRICE = Terms()
"""Nothing is used."""


class NoPrice(LookupError):
    """This catalogue has no such service, or no price for this size."""


class Unfit(ValueError):
    """A coupon or points cannot be used so; `reason` is what the member is told."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def quote(
    catalogue: Catalogue,
    service: str,
    size: Size | None,
    tier: Tier,
    day: dt.date,
    terms: Terms = LIST_PRICE,
) -> Quote:
    """Price a service for a pet of `size` on the shop's local `day`.

    A service that is not for a pet takes the price of Size.SMALL.  What lowers it is applied in
    turn, each on what is left and half-up to whole 分: tier, member day, coupons, points, 抹零.
    No price is below 0.  Whether coupons and points are valid on `day` is the caller's to know,
    who knows the clock.  Raises NoPrice, Unfit.
    """
    found = catalogue.service(service)
    if found is None:
        raise NoPrice(service)
    lines = [PriceLine(PriceStep.LIST, Fen(_list_price(found, size)))]
    rates = [(PriceStep.TIER, catalogue.tier_rates.get(tier, 10_000))]
    if (member_day := catalogue.member_day) and member_day.weekday == day.isoweekday():
        rates.append((PriceStep.MEMBER_DAY, member_day.rate))
    price = int(lines[0].amount)
    for step, rate in rates:
        price = _lower(lines, step, price, share(price, rate))
    price = _lower(lines, PriceStep.COUPON, price, _with_coupons(terms, service, price))
    price = _lower(lines, PriceStep.POINTS, price, _with_points(terms, catalogue, service, price))
    remainder = price % catalogue.round_down_to
    price = _lower(lines, PriceStep.ROUND_DOWN, price, price - remainder)
    return Quote(Fen(price), tuple(lines), price // 100 * catalogue.points_per_yuan)


def _list_price(service: Service, size: Size | None) -> int:
    try:
        return service.prices[size if service.for_pet and size is not None else Size.SMALL]
    except KeyError:
        raise NoPrice(f"{service.code} for {size}") from None


def _lower(lines: list[PriceLine], step: PriceStep, price: int, lowered: int) -> int:
    if lowered != price:
        lines.append(PriceLine(step, Fen(lowered - price)))
    return lowered


def _with_coupons(terms: Terms, service: str, price: int) -> int:
    together = len(terms.coupons) + bool(terms.points)
    if together > 1 and not all(kind.stackable for kind in terms.coupons):
        raise Unfit(Reason.NOT_STACKABLE)
    lowered = price
    for kind in terms.coupons:
        if not kind.fits(service):
            raise Unfit(Reason.WRONG_SERVICE)
        if price < kind.threshold:
            raise Unfit(Reason.BELOW_THRESHOLD)
        lowered = kind.lowered(lowered)
    return lowered


def _with_points(terms: Terms, catalogue: Catalogue, service: str, price: int) -> int:
    reward, offset = terms.reward, catalogue.points_offset
    if reward is not None:
        if not reward.gives or reward.gives != service:
            raise Unfit(Reason.WRONG_SERVICE)
        if terms.points != reward.points:
            raise Unfit(Reason.NOT_ALLOWED)
        return 0
    if not terms.points:
        return price
    if offset is None or offset.usable(price, terms.points) != terms.points:
        raise Unfit(Reason.NOT_ALLOWED)
    return price - offset.value(terms.points)


def legs(amount: int, purses: Sequence[tuple[Purse, int]]) -> tuple[Leg, ...] | None:
    """Take `amount` from (purse, available) in the order given; None when they do not reach."""
    taken = []
    for purse, available in purses:
        part = min(amount, available)
        if part > 0:
            taken.append(Leg(purse.account, part))
            amount -= part
    return tuple(taken) if amount == 0 else None


def stored_value_order(catalogue: Catalogue) -> tuple[PurseKind, PurseKind]:
    """Which stored value pays first: principal (本金), unless the catalogue says bonus (赠金)."""
    if catalogue.bonus_first:
        return PurseKind.BONUS, PurseKind.PRINCIPAL
    return PurseKind.PRINCIPAL, PurseKind.BONUS
