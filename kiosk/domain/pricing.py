"""Price of a service and the purses that pay it.  Pure: kiosk and central compute the same.

The price shown is the price paid.  Central recomputes with the catalogue version named in the
transaction; a difference becomes an exception case there, never a refusal.
"""

import dataclasses as dc
import datetime as dt
import enum
from collections.abc import Sequence

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.members import Purse, PurseKind, Size, Tier
from kiosk.domain.transactions import Leg
from kiosk.domain.units import Fen, share


class PriceStep(enum.StrEnum):
    """What a price line is: the list price first, then what lowers it."""

    LIST = "list"
    TIER = "tier"
    MEMBER_DAY = "member_day"
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


class NoPrice(LookupError):
    """This catalogue has no such service, or no price for this size."""


def quote(catalogue: Catalogue, service: str, size: Size | None, tier: Tier, day: dt.date) -> Quote:
    """Price a service for a pet of `size` on the shop's local `day`.

    A service that is not for a pet takes the price of Size.SMALL.  Discounts are applied in
    turn: tier first, then member day on what is left, each half-up to whole 分, then 抹零.
    Raises NoPrice.
    """
    found = catalogue.service(service)
    if found is None:
        raise NoPrice(service)
    try:
        price = found.prices[size if found.for_pet and size is not None else Size.SMALL]
    except KeyError:
        raise NoPrice(f"{service} for {size}") from None
    lines = [PriceLine(PriceStep.LIST, Fen(price))]
    rates = [(PriceStep.TIER, catalogue.tier_rates.get(tier, 10_000))]
    if (member_day := catalogue.member_day) and member_day.weekday == day.isoweekday():
        rates.append((PriceStep.MEMBER_DAY, member_day.rate))
    for step, rate in rates:
        lowered = share(price, rate)
        if lowered != price:
            lines.append(PriceLine(step, Fen(lowered - price)))
        price = lowered
    if remainder := price % catalogue.round_down_to:
        lines.append(PriceLine(PriceStep.ROUND_DOWN, Fen(-remainder)))
        price -= remainder
    return Quote(Fen(price), tuple(lines), price // 100 * catalogue.points_per_yuan)


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
