"""The ways to have one offer: with a coupon, with points, with neither.  Pure."""

import dataclasses as dc
from functools import partial

from kiosk.domain import uses
from kiosk.domain.members import Pet
from kiosk.domain.pricing import Quote
from kiosk.domain.transactions import AnyLine
from kiosk.domain.uses import PLAIN, Use
from kiosk.domain.views import MemberView
from kiosk.flows import holdings
from kiosk.flows.offers import Offer, price, settle
from kiosk.flows.step import Context, Refusal


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
    """List the ways to have an offer, the best first (uses.ways); or tell why there is none."""
    if offer.punch_pass is not None or offer.use != PLAIN:
        found = settle(offer, view, pet, context)
        if isinstance(found, Refusal):
            return found
        free = offer.punch_pass is not None or offer.is_goods
        quoted = None if free else price(offer, view, pet, context, offer.use)
        return (Way(found, quoted, offer.use),)
    priced = partial(price, offer, view, pet, context)
    best = best_coupon(offer, view, pet, context)
    made, refusals = [], []
    for use in uses.ways(best, priced, lambda left: holdings.points_off(left, view, context)):
        found = settle(offer, view, pet, context, use)
        if isinstance(found, Refusal):
            refusals.append(found)
        else:
            made.append(Way(found, priced(use), use))
    return tuple(made) or refusals[0]


def best_coupon(
    offer: Offer, view: MemberView, pet: Pet | None, context: Context, *, held: bool = True
) -> Use | None:
    """Find the coupon that lowers a price most, of equal ones that which ends first.

    `held` False looks at those that another terminal, or central, holds.
    """
    priced = partial(price, offer, view, pet, context)
    known = [c for c in holdings.coupons(view, context) if holdings.is_held(c, view) is held]
    return next(iter(uses.lowering(known, priced)), None)
