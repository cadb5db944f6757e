"""Which coupons and points of a row belong to which price (design, §9).  Pure; both sides use it.

A coupon lowers a price, stored value pays it, a pass is prepaid service: a `value.redeem` is
lowered by the `coupon.redeem` and `points.redeem` lines that stand directly before it.  Where none
follows, they are goods that are handed over.
"""

import dataclasses as dc
import datetime as dt

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.members import Size, Tier
from kiosk.domain.pricing import Quote, Terms, Unfit, quote
from kiosk.domain.refusals import Reason
from kiosk.domain.rewards import CouponForm, CouponKind, PointsReward
from kiosk.domain.transactions import AnyLine, CouponRedeem, PointsRedeem, ValueRedeem

Used = CouponRedeem | PointsRedeem


@dc.dataclass(frozen=True, slots=True)
class Bargain:
    """What is used together, and the redemption whose price it lowers; None: goods."""

    used: tuple[Used, ...]
    redeem: ValueRedeem | None = None


def bargains(lines: tuple[AnyLine, ...]) -> list[Bargain]:
    """List the bargains of a row, in its order."""
    found: list[Bargain] = []
    used: list[Used] = []
    for line in lines:
        if isinstance(line, Used):
            used.append(line)
            continue
        if isinstance(line, ValueRedeem) and used:
            found.append(Bargain(tuple(used), line))
        else:
            found += [Bargain((one,)) for one in used]
        used = []
    return found + [Bargain((one,)) for one in used]


def priced(
    bargain: Bargain, catalogue: Catalogue, size: Size | None, tier: Tier, day: dt.date
) -> Quote | None:
    """Price the redemption as its coupons and points lower it; None for goods.

    Raises NoPrice, and Unfit for what this catalogue does not let go together.
    """
    terms = _terms(bargain.used, catalogue)
    if bargain.redeem is not None:
        return quote(catalogue, bargain.redeem.service, size, tier, day, terms)
    for kind in terms.coupons:
        if kind.form is not CouponForm.GIFT or kind.gives:
            raise Unfit(Reason.NOT_ALLOWED)
    if terms.points:
        reward = terms.reward
        if reward is None or reward.gives or reward.points != terms.points:
            raise Unfit(Reason.NOT_ALLOWED)
    return None


def _terms(used: tuple[Used, ...], catalogue: Catalogue) -> Terms:
    coupons = [_kind(line, catalogue) for line in used if isinstance(line, CouponRedeem)]
    points = [line for line in used if isinstance(line, PointsRedeem)]
    if len(points) > 1:
        raise Unfit(Reason.NOT_STACKABLE)
    if not points:
        return Terms(tuple(coupons))
    amount = sum(leg.amount for leg in points[0].legs)
    if not amount:
        raise Unfit(Reason.NOT_ALLOWED)
    return Terms(tuple(coupons), amount, _reward(points[0], catalogue))


def _kind(line: CouponRedeem, catalogue: Catalogue) -> CouponKind:
    kind = catalogue.coupon_kind(line.coupon)
    if kind is None:
        raise Unfit(Reason.WRONG_STORE)
    if sum(leg.amount for leg in line.legs) != 1:
        raise Unfit(Reason.NOT_ALLOWED)
    return kind


def _reward(line: PointsRedeem, catalogue: Catalogue) -> PointsReward | None:
    if not line.reward:
        return None
    reward = catalogue.points_reward(line.reward)
    if reward is None:
        raise Unfit(Reason.WRONG_STORE)
    return reward
