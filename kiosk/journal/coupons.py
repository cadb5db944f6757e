"""What a row must say of coupons and points to be written (rules.py calls this).  Pure.

Invariants: a coupon is used only by its member, within its days by a clock that can be trusted, at
its price list's terms, and points at theirs; the price of the row is the price that follows.  That
both are held here is the guard of the UPDATE itself, as for money (allowances.move): one coupon is
used once, whatever number of kiosks show it.
"""

from kiosk.domain.bargains import Bargain, bargains, priced
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.clock import ClockState
from kiosk.domain.effects import Draft
from kiosk.domain.members import MemberRecord, PurseKind
from kiosk.domain.pricing import NoPrice, Unfit
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.rewards import Window
from kiosk.domain.transactions import CouponRedeem, PointsRedeem

USED = (CouponRedeem, PointsRedeem)


def check(draft: Draft, record: MemberRecord, catalogue: Catalogue | None) -> None:
    """Refuse what member and price list do not allow.  Raises Refusal."""
    found = bargains(draft.lines)
    if not found:
        return
    if catalogue is None:
        raise Refusal(Reason.CATALOGUE_MISSING)
    for bargain in found:
        for line in bargain.used:
            _check_line(draft, line, record, catalogue)
        _check_price(draft, bargain, record, catalogue)


def _check_price(
    draft: Draft, bargain: Bargain, record: MemberRecord, catalogue: Catalogue
) -> None:
    redeem = bargain.redeem
    pets = {pet.pet: pet.size for pet in record.pets}
    size = pets.get(redeem.pet) if redeem else None
    try:
        quote = priced(bargain, catalogue, size, record.tier, draft.local_day)
    except Unfit as e:
        raise Refusal(e.reason) from None
    except NoPrice:
        raise Refusal(Reason.WRONG_SERVICE) from None
    if redeem is not None and (quote is None or quote.price != redeem.price):
        raise Refusal(Reason.NOT_ALLOWED)


def _check_line(
    draft: Draft, line: CouponRedeem | PointsRedeem, record: MemberRecord, catalogue: Catalogue
) -> None:
    wanted = PurseKind.COUPON if isinstance(line, CouponRedeem) else PurseKind.POINTS
    kinds = {purse.account: purse.kind for purse in record.purses}
    if any(kinds.get(leg.account) is not wanted for leg in line.legs):
        raise Refusal(Reason.NOT_ALLOWED)
    if isinstance(line, CouponRedeem):
        _check_coupon(draft, line, record, catalogue)
    else:
        _check_points(draft, line, catalogue)


def _check_coupon(
    draft: Draft, line: CouponRedeem, record: MemberRecord, catalogue: Catalogue
) -> None:
    owned = {coupon.account: coupon for coupon in record.coupons if coupon.kind == line.coupon}
    kind = catalogue.coupon_kind(line.coupon)
    for leg in line.legs:
        coupon = owned.get(leg.account)
        if coupon is None:
            raise Refusal(Reason.NOT_ALLOWED)
        _refuse_outside(draft, Window(last=coupon.valid_until), Reason.COUPON_EXPIRED)
    if kind is not None:
        _refuse_outside(draft, kind.window, Reason.COUPON_EXPIRED)


def _check_points(draft: Draft, line: PointsRedeem, catalogue: Catalogue) -> None:
    terms = catalogue.points_reward(line.reward) if line.reward else catalogue.points_offset
    if terms is not None:
        _refuse_outside(draft, terms.window, Reason.NOT_NOW)


def _refuse_outside(draft: Draft, window: Window, reason: Reason) -> None:
    # accepted, flagged by its clock state, and central decides (design, §5)
    if draft.clock is not ClockState.UNSYNCED and not window.holds(draft.local_day):
        raise Refusal(reason)


def empty(account: str, record: MemberRecord) -> Reason | None:
    """Say why an account of these without enough on it refuses; None for any other."""
    kind = next((p.kind for p in record.purses if p.account == account), None)
    if kind is PurseKind.COUPON:
        return Reason.COUPON_USED
    return Reason.INSUFFICIENT_POINTS if kind is PurseKind.POINTS else None
