"""What can be wrong with a row that is posted all the same, and what it brings about.

Nothing here refuses anything or writes anything: a chain-valid row counts, because the goods are
gone.  Each finding becomes an exception case beside the row.
"""

import datetime as dt
from collections.abc import Iterator

from central.books import bargaining
from central.books.facts import Detail, Facts, Finding
from central.shop.choices import Role
from central.shop.models import CaseKind
from kiosk.domain import pricing
from kiosk.domain.bargains import bargains
from kiosk.domain.clock import ClockState
from kiosk.domain.members import PurseKind, Tier
from kiosk.domain.transactions import (
    AnyLine,
    CheckIn,
    CouponRedeem,
    PassLoad,
    PointsRedeem,
    Release,
    Transaction,
    ValueLoad,
    ValueRedeem,
    VisitLog,
    VisitRedeem,
    Void,
    legs_of,
    pass_accounts,
    undo,
)

VOID_SLACK = dt.timedelta(minutes=1)
"""A void may be this much later than the policy says: the press itself takes its time."""

_VISITS = {PurseKind.PASS_BOUGHT, PurseKind.PASS_GIFT}
_VALUE = {PurseKind.PRINCIPAL, PurseKind.BONUS}
_FITTING: dict[type, set[PurseKind]] = {
    VisitRedeem: _VISITS,
    PassLoad: _VISITS,
    ValueRedeem: _VALUE,
    ValueLoad: _VALUE,
    CouponRedeem: {PurseKind.COUPON},
    PointsRedeem: {PurseKind.POINTS},
    Void: _VISITS | _VALUE | {PurseKind.COUPON, PurseKind.POINTS},
}
_MAY_SELL = {Role.CASHIER, Role.MANAGER, Role.OWNER}


def findings(row: Transaction, facts: Facts) -> Iterator[Finding]:
    """List what is wrong with a row's meaning; that it is not covered shows in posting it."""
    if row.member and row.member not in facts.members:
        yield Finding(CaseKind.UNKNOWN_MEMBER, {"member": row.member})
    elif row.member and facts.members[row.member].merged_into_id is not None:
        into = facts.members[row.member].merged_into_id
        yield Finding(CaseKind.MEMBER_MERGED, {"member": row.member, "into": into})
    yield from _operator(row, facts)
    yield from bargaining.findings(row, facts)
    lowered = {id(bargain.redeem) for bargain in bargains(row.lines)}
    undone = False
    for line in row.lines:
        yield from _purses(row, line, facts)
        match line:
            case VisitRedeem():
                yield from _visit(row, line, facts)
            case ValueRedeem():
                yield from _paid(line)
                if id(line) not in lowered:
                    yield from _price(row, line, facts)
            case ValueLoad():
                yield from _load(row, line, facts)
            case PassLoad():
                yield from _sale(row, line, facts)
            case CheckIn():
                yield from _check_in(row, line, facts)
            case Void():
                yield from _void(row, line, facts, again=undone)
                undone = True
            case VisitLog() | Release() | CouponRedeem() | PointsRedeem():
                pass


def _operator(row: Transaction, facts: Facts) -> Iterator[Finding]:
    """Somebody of this store is named where the work is an operator's, and it is theirs."""
    operator = facts.operators.get(row.operator)
    if row.operator and operator is None:
        yield Finding(CaseKind.UNKNOWN_OPERATOR, {"operator": row.operator[:64]})
    for line in row.lines:
        sells = isinstance(line, ValueLoad | PassLoad)
        unnamed = not row.operator and (sells or isinstance(line, VisitLog))
        if unnamed or (sells and operator and Role(operator.role) not in _MAY_SELL):
            role = operator.role if operator else None
            yield Finding(CaseKind.NOT_ALLOWED, {"operator": row.operator[:64], "role": role})


def _purses(row: Transaction, line: AnyLine, facts: Facts) -> Iterator[Finding]:
    for leg in legs_of(line):
        account = facts.sheet.purse(leg.account)
        if account is None:
            yield Finding(CaseKind.UNKNOWN_ACCOUNT, {"account": leg.account, "amount": leg.amount})
        elif not isinstance(line, Release):
            if account.member_id != row.member:
                yield Finding(CaseKind.OTHER_MEMBER, {"account": leg.account, "member": row.member})
            if account.kind not in _FITTING[type(line)]:
                yield Finding(CaseKind.WRONG_PURSE, {"account": leg.account, "kind": account.kind})


def _visit(row: Transaction, line: VisitRedeem, facts: Facts) -> Iterator[Finding]:
    day = facts.day(row)
    passes = {
        account.punch_pass
        for leg in line.legs
        if (account := facts.sheet.purse(leg.account)) and account.punch_pass
    }
    for punch_pass in passes:
        if punch_pass.valid_until is not None and punch_pass.valid_until < day:
            until = punch_pass.valid_until.isoformat()
            yield Finding(
                CaseKind.EXPIRED,
                {"pass": punch_pass.pk, "until": until, "day": str(day), "clock": row.clock.value},
            )
        if punch_pass.services and line.service not in punch_pass.services:
            yield Finding(CaseKind.WRONG_SERVICE, {"pass": punch_pass.pk, "service": line.service})


def _paid(line: ValueRedeem) -> Iterator[Finding]:
    paid = sum(leg.amount for leg in line.legs)
    if paid != line.price:
        yield Finding(CaseKind.PRICE_DIFFERS, {"paid": paid, "price": line.price})


def _price(row: Transaction, line: ValueRedeem, facts: Facts) -> Iterator[Finding]:
    member, catalogue = facts.members.get(row.member), facts.catalogue(row.catalogue)
    named: Detail = {"service": line.service, "catalogue": row.catalogue}
    if catalogue is None or member is None:
        if catalogue is None:
            yield Finding(CaseKind.NO_PRICE, named)
        return
    try:
        quote = pricing.quote(
            catalogue, line.service, facts.size(row, line.pet), Tier(member.tier), facts.day(row)
        )
    except pricing.NoPrice:
        yield Finding(CaseKind.NO_PRICE, named)
        return
    if quote.price != line.price:
        differs: Detail = {"price": line.price, "computed": quote.price, "clock": row.clock.value}
        yield Finding(CaseKind.PRICE_DIFFERS, named | differs)


def _load(row: Transaction, line: ValueLoad, facts: Facts) -> Iterator[Finding]:
    loaded = dict.fromkeys(PurseKind, 0)
    for leg in line.legs:
        if account := facts.sheet.purse(leg.account):
            loaded[PurseKind(account.kind)] += leg.amount
    principal, bonus = loaded[PurseKind.PRINCIPAL], loaded[PurseKind.BONUS]
    catalogue = facts.catalogue(row.catalogue)
    plans = catalogue.top_up_plans if catalogue else ()
    plan = next((p for p in plans if p.code == line.plan), None)
    if plan is None or (plan.pay, plan.pay, plan.bonus) != (line.paid, principal, bonus):
        yield Finding(
            CaseKind.PLAN_DIFFERS,
            {"plan": line.plan, "paid": line.paid, "principal": principal, "bonus": bonus},
        )


def _sale(row: Transaction, line: PassLoad, facts: Facts) -> Iterator[Finding]:
    plan = facts.pass_plan(row.catalogue, line.plan)
    gift = line.gift.amount if line.gift else 0
    named = (line.bought.account, line.gift.account if line.gift else None)
    bought_id, gift_id = pass_accounts(line.pass_id)
    right = named in ((bought_id, None), (bought_id, gift_id))
    sold = (line.paid, line.bought.amount, gift)
    if plan is None or (plan.price, plan.bought, plan.gift) != sold or not right:
        yield Finding(
            CaseKind.PLAN_DIFFERS,
            {"plan": line.plan, "paid": line.paid, "bought": line.bought.amount, "gift": gift},
        )


def _check_in(row: Transaction, line: CheckIn, facts: Facts) -> Iterator[Finding]:
    day = facts.day(row)
    if line.day != day and row.clock is ClockState.SYNCED:
        yield Finding(CaseKind.DAY_DIFFERS, {"day": str(line.day), "row": str(day)})


def _void(row: Transaction, line: Void, facts: Facts, *, again: bool) -> Iterator[Finding]:
    original = facts.original(row)
    if original is None:
        yield Finding(CaseKind.VOID_UNKNOWN, {"ref": row.ref})
        return
    if again or original.undone:
        yield Finding(CaseKind.VOIDED_TWICE, {"ref": row.ref})
        return
    if line != undo(original.row.lines) or row.member != original.row.member:
        yield Finding(CaseKind.VOID_DIFFERS, {"ref": row.ref})
    allowed = dt.timedelta(minutes=facts.store.undo_minutes) + VOID_SLACK
    late = row.at - original.row.at
    clocks = {row.clock, original.row.clock}
    if late > allowed and clocks == {ClockState.SYNCED}:
        yield Finding(
            CaseKind.VOID_LATE, {"ref": row.ref, "minutes": int(late / dt.timedelta(minutes=1))}
        )


def points(row: Transaction, facts: Facts) -> int:
    """Points to mint for the stored value that a row spends, at the rate of its catalogue.

    They follow what was paid, also where that differs from the computed price.  A member or a
    catalogue that nobody knows earns none; its case is open.
    """
    catalogue = facts.catalogue(row.catalogue)
    if catalogue is None or row.member not in facts.members:
        return 0
    paid = (line.price for line in row.lines if isinstance(line, ValueRedeem))
    return sum(price // 100 * catalogue.points_per_yuan for price in paid)
