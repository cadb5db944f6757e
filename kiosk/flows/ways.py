"""The ways to have one offer: with a coupon, with points, with neither.  Pure."""

import dataclasses as dc
from collections.abc import Iterator

from kiosk.domain.members import Pet
from kiosk.domain.pricing import PriceStep, Quote
from kiosk.domain.transactions import AnyLine
from kiosk.domain.views import MemberView
from kiosk.flows import uses
from kiosk.flows.offers import Offer, price, settle
from kiosk.flows.step import Context, Refusal
from kiosk.flows.uses import PLAIN, Use


@dc.dataclass(frozen=True, slots=True)
class Way:
    """One way to have an offer: the lines to write, the price with what lowers it, and what does.

    `quote` is None where no price is paid: a pass, or goods.
    """

    lines: tuple[AnyLine, ...]
    quote: Quote | None = None
    use: Use = PLAIN


def ways(
    offer: Offer, view: MemberView, pet: Pet | None, context: Context
) -> tuple[Way, ...] | Refusal:
    """List the ways to have an offer, the best first; or tell why there is none.

    From stored value: with the coupon that lowers the price most, with nothing, with points, and
    with that coupon and points where they go together.
    """
    if offer.punch_pass is not None or offer.use != PLAIN:
        found = settle(offer, view, pet, context)
        if isinstance(found, Refusal):
            return found
        free = offer.punch_pass is not None or offer.is_goods
        quoted = None if free else price(offer, view, pet, context, offer.use)
        return (Way(found, quoted, offer.use),)
    made, refusals = [], []
    for use in _candidates(offer, view, pet, context):
        found = settle(offer, view, pet, context, use)
        if isinstance(found, Refusal):
            refusals.append(found)
        else:
            made.append(Way(found, price(offer, view, pet, context, use), use))
    return tuple(made) or refusals[0]


def _candidates(offer: Offer, view: MemberView, pet: Pet | None, context: Context) -> Iterator[Use]:
    plain = price(offer, view, pet, context)
    if plain is None:
        yield PLAIN
        return
    best = best_coupon(offer, view, pet, context)
    if best is not None:
        yield best
    yield PLAIN
    before = plain.price + plain.off(PriceStep.ROUND_DOWN)
    if points := uses.points_off(before, view, context):
        yield Use(points=points)
    if best is None or best.kind is None or not best.kind.stackable:
        return
    if points := uses.points_off(best.kind.lowered(before), view, context):
        yield dc.replace(best, points=points)


def best_coupon(
    offer: Offer, view: MemberView, pet: Pet | None, context: Context, *, held: bool = True
) -> Use | None:
    """Find the coupon that lowers a price most, of equal ones that which ends first.

    `held` False looks at those that another terminal, or central, holds.
    """
    plain = price(offer, view, pet, context)
    found: list[tuple[int, Use]] = []
    for use in uses.coupons(view, context):
        if use.gives is None and uses.is_held(use, view) is held:
            quoted = price(offer, view, pet, context, use)
            if quoted is not None and plain is not None and quoted.price < plain.price:
                found.append((quoted.price, use))
    return min(found, key=lambda pair: pair[0])[1] if found else None
