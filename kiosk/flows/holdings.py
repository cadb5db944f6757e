"""Coupons and points that a member holds and could use now: pure sums over a MemberView.

Which may be used, and in which order, kiosk/domain/uses.py says.
"""

from kiosk.domain import uses
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.members import Coupon, PurseKind
from kiosk.domain.pricing import legs
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import AnyLine, CouponRedeem, Leg, PointsRedeem
from kiosk.domain.uses import Use
from kiosk.domain.views import NOTHING, Balance, MemberView
from kiosk.flows.step import Context, Refusal


def coupons(view: MemberView, context: Context) -> list[Use]:
    """List the coupons that are left and valid today, the ones that end first at the front."""
    if context.catalogue is None:
        return []
    left = [coupon for coupon in view.record.coupons if _balance(view, coupon).shown > 0]
    return uses.coupons(context.catalogue, left, context.sure_day)


def _balance(view: MemberView, coupon: Coupon) -> Balance:
    return view.balances.get(coupon.account, NOTHING)


def is_held(use: Use, view: MemberView) -> bool:
    """Tell whether its coupon can be used on this terminal."""
    return use.coupon is None or _balance(view, use.coupon).held > 0


def count(view: MemberView, context: Context) -> int:
    """Count the valid coupons, wherever they are held."""
    return sum(_balance(view, use.coupon).shown for use in coupons(view, context) if use.coupon)


def rewards(view: MemberView, context: Context) -> list[Use]:
    """List what the member's points are enough for today, the cheapest first."""
    if context.catalogue is None:
        return []
    points = view.total(PurseKind.POINTS).shown
    return uses.rewards(context.catalogue, points, context.sure_day)


def points_off(price: int, view: MemberView, context: Context) -> int:
    """Return how many points held here can be money off `price` 分 today."""
    if context.catalogue is None:
        return 0
    held = view.total(PurseKind.POINTS).held
    return uses.points_off(context.catalogue, price, held, context.sure_day)


def lines(use: Use, view: MemberView) -> tuple[AnyLine, ...] | Refusal:
    """Make the lines that use it up from what is held here, or tell why they cannot be."""
    made: list[AnyLine] = []
    if use.coupon is not None:
        balance = _balance(view, use.coupon)
        if balance.held < 1:
            return Refusal(Reason.HELD_ELSEWHERE if balance.shown > 0 else Reason.COUPON_USED)
        made.append(CouponRedeem(use.coupon.kind, (Leg(use.coupon.account, 1),)))
    if use.points:
        purses = view.purses(PurseKind.POINTS)
        taken = legs(use.points, [(purse, balance.held) for purse, balance in purses])
        if taken is None:
            enough = view.total(PurseKind.POINTS).shown >= use.points
            return Refusal(Reason.HELD_ELSEWHERE if enough else Reason.INSUFFICIENT_POINTS)
        made.append(PointsRedeem(taken, use.reward.code if use.reward else ""))
    return tuple(made)


def held_elsewhere(view: MemberView, context: Context) -> tuple[str, ...]:
    """List the accounts of which another terminal, or central, holds a part.

    Points count where this price list has something to use them for.
    """
    wanted = points_matter(context.catalogue)
    spendable = [p.account for p in view.record.purses if wanted or p.kind is not PurseKind.POINTS]
    balances = {account: view.balances.get(account, NOTHING) for account in spendable}
    return tuple(a for a, balance in balances.items() if balance.shown > balance.held)


def points_matter(catalogue: Catalogue | None) -> bool:
    """Tell whether points can be used for anything."""
    return catalogue is not None and bool(catalogue.points_offset or catalogue.points_rewards)
