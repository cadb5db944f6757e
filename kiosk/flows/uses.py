"""Coupons and points that a member could use now: pure sums over a MemberView."""

import dataclasses as dc
import datetime as dt

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.clock import ClockState
from kiosk.domain.members import Coupon, PurseKind
from kiosk.domain.names import Name
from kiosk.domain.pricing import Terms, legs
from kiosk.domain.refusals import Reason
from kiosk.domain.rewards import CouponForm, CouponKind, PointsReward, Window
from kiosk.domain.transactions import AnyLine, CouponRedeem, Leg, PointsRedeem
from kiosk.domain.views import NOTHING, Balance, MemberView
from kiosk.flows.step import Context, Refusal


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


def is_open(window: Window, context: Context) -> bool:
    """Tell whether today is within; with an unsynced clock every day is (accept, flag)."""
    return context.clock is ClockState.UNSYNCED or window.holds(context.day)


def coupons(view: MemberView, context: Context) -> list[Use]:
    """List the coupons that are left and valid today, the ones that end first at the front."""
    catalogue = context.catalogue
    found = []
    for coupon in view.record.coupons:
        kind = catalogue.coupon_kind(coupon.kind) if catalogue else None
        if kind is None or not is_open(kind.window, context):
            continue
        if is_open(Window(last=coupon.valid_until), context) and _balance(view, coupon).shown > 0:
            found.append(Use(coupon, kind))
    return sorted(found, key=_ends)


def _ends(use: Use) -> tuple[dt.date, str]:
    assert use.coupon is not None
    return use.coupon.valid_until or dt.date.max, use.coupon.account


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
    known = context.catalogue.points_rewards if context.catalogue else ()
    points = view.total(PurseKind.POINTS).shown
    found = [r for r in known if r.points <= points and is_open(r.window, context)]
    return [Use(points=r.points, reward=r) for r in sorted(found, key=lambda r: r.points)]


def points_off(price: int, view: MemberView, context: Context) -> int:
    """Return how many points held here can be money off `price` 分 today."""
    offset = context.catalogue.points_offset if context.catalogue else None
    if offset is None or not is_open(offset.window, context):
        return 0
    return offset.usable(price, view.total(PurseKind.POINTS).held)


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
