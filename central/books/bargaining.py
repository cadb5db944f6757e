"""What can be wrong with coupons and points in a row that is posted all the same (checks.py)."""

from collections.abc import Iterator

from central.books.facts import Detail, Facts, Finding
from central.shop.models import CaseKind
from kiosk.domain.bargains import Bargain, Used, bargains, priced
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.members import Tier
from kiosk.domain.pricing import NoPrice, Unfit
from kiosk.domain.refusals import Reason
from kiosk.domain.rewards import Window
from kiosk.domain.transactions import CouponRedeem, Transaction


def findings(row: Transaction, facts: Facts) -> Iterator[Finding]:
    """List what the row's own price list does not allow; the price is computed with all of it."""
    catalogue = facts.catalogue(row.catalogue)
    for bargain in bargains(row.lines):
        if catalogue is None:
            yield Finding(CaseKind.NO_PRICE, {"catalogue": row.catalogue})
            continue
        for line in bargain.used:
            yield from _line(row, line, catalogue, facts)
        if row.member in facts.members:
            yield from _price(row, bargain, catalogue, facts)


def _price(
    row: Transaction, bargain: Bargain, catalogue: Catalogue, facts: Facts
) -> Iterator[Finding]:
    redeem, tier = bargain.redeem, Tier(facts.members[row.member].tier)
    size = facts.size(row, redeem.pet) if redeem else None
    named: Detail = {"catalogue": row.catalogue}
    if redeem is not None:
        named["service"] = redeem.service
    try:
        quote = priced(bargain, catalogue, size, tier, facts.day(row))
    except Unfit as e:
        yield Finding(CaseKind.COUPON_UNFIT, named | {"reason": e.reason.value})
        return
    except NoPrice:
        yield Finding(CaseKind.NO_PRICE, named)
        return
    if quote is not None and redeem is not None and quote.price != redeem.price:
        differs: Detail = {"price": redeem.price, "computed": quote.price, "clock": row.clock.value}
        yield Finding(CaseKind.PRICE_DIFFERS, named | differs)


def _line(row: Transaction, line: Used, catalogue: Catalogue, facts: Facts) -> Iterator[Finding]:
    if isinstance(line, CouponRedeem):
        kind = catalogue.coupon_kind(line.coupon)
        days = kind.window if kind else Window()
        yield from _outside(row, facts, days, Reason.COUPON_EXPIRED, line.coupon)
        for leg in line.legs:
            coupon = facts.coupon(leg.account)
            if coupon is None:
                continue  # an unknown account, or a purse of another kind, is a case of its own
            here = coupon.store_id == facts.store.pk
            if not here or coupon.kind != line.coupon:
                why = Reason.NOT_ALLOWED if here else Reason.WRONG_STORE
                yield Finding(CaseKind.COUPON_UNFIT, {"coupon": line.coupon, "reason": why.value})
            days = Window(last=coupon.valid_until)
            yield from _outside(row, facts, days, Reason.COUPON_EXPIRED, line.coupon)
        return
    terms = catalogue.points_reward(line.reward) if line.reward else catalogue.points_offset
    days = terms.window if terms else Window()
    yield from _outside(row, facts, days, Reason.NOT_NOW, line.reward)


def _outside(
    row: Transaction, facts: Facts, window: Window, reason: Reason, what: str
) -> Iterator[Finding]:
    day = facts.day(row)
    if not window.holds(day):
        detail: Detail = {"reason": reason.value, "day": str(day), "clock": row.clock.value}
        yield Finding(CaseKind.COUPON_UNFIT, detail | {"coupon": what})
