"""What the journal checks of a transaction once more at the commit, whatever the flow believed.

Pure.  The flow decided on a view that may be seconds old; here the directory of this very
moment decides.  Accounts and amounts are checked by the UPDATE itself (accounts.move).
"""

import dataclasses as dc
import datetime as dt
from collections.abc import Mapping

from kiosk.domain.catalogue import Catalogue, PassPlan
from kiosk.domain.clock import ClockState
from kiosk.domain.effects import Draft
from kiosk.domain.members import (
    MediumStatus,
    MemberRecord,
    OperatorRecord,
    PunchPass,
    Purse,
    PurseKind,
    Role,
    Ticket,
)
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import (
    CheckIn,
    CouponRedeem,
    Leg,
    PassLoad,
    PointsRedeem,
    Taking,
    Transaction,
    ValueLoad,
    ValueRedeem,
    VisitLog,
    VisitRedeem,
    Void,
    pass_accounts,
    ticket_id,
    undo,
)
from kiosk.journal import coupons
from kiosk.journal.pairing import Unpaired, still_open

VALUE = (PurseKind.PRINCIPAL, PurseKind.BONUS)
VISITS = (PurseKind.PASS_BOUGHT, PurseKind.PASS_GIFT)
IN_CHARGE = (Role.MANAGER, Role.OWNER)
SELLING = (Role.CASHIER, *IN_CHARGE)

UNDO_WITHIN = dt.timedelta(hours=24)
"""No row is undone later by a clock that can be trusted.  The shop's own limit is in minutes."""


@dc.dataclass(frozen=True, slots=True)
class Facts:
    """What a draft refers to, as it is at this moment; None for what is not known.

    `is_plain`: it takes something and does nothing else, as nearly all do.  `tickets` are the
    member's open ones, `checked_in` is the last local day of a check-in here, `original` the row
    that a void names (not one that is undone already).
    """

    record: MemberRecord
    is_plain: bool
    operator: OperatorRecord | None = None
    catalogue: Catalogue | None = None
    tickets: Mapping[str, Ticket] = dc.field(default_factory=dict)
    checked_in: dt.date | None = None
    original: Transaction | None = None


def check(draft: Draft, facts: Facts) -> None:
    """Refuse what these facts do not allow.  Raises Refusal."""
    _allow(not draft.operator or facts.operator is not None)
    if not facts.is_plain and any(isinstance(line, Void) for line in draft.lines):
        _check_void(draft, facts)
        return
    _allow(not draft.ref)
    if draft.medium or not _is_ticket_work(draft):
        check_medium(draft.medium, facts.record)
    purses = {purse.account: purse for purse in facts.record.purses}
    for line in draft.lines:
        match line:
            case VisitRedeem():
                _check_visit(draft, line, facts.record, purses)
            case ValueRedeem():
                _check_purses(line.legs, purses, VALUE)
                _allow(sum(leg.amount for leg in line.legs) == line.price)
            case CouponRedeem() | PointsRedeem():
                pass  # all of them together, below
            case ValueLoad():
                _check_top_up(line, facts, purses)
            case PassLoad():
                _check_sale(line, facts)
            case VisitLog():
                _check_log(line, facts)
            case CheckIn():
                _check_in(draft, line, facts)
            case _:
                # a kind of line without a rule here could raise what is held without a reason
                raise Refusal(Reason.NOT_ALLOWED)
    if not facts.is_plain:
        coupons.check(draft, facts.record, facts.catalogue)
        _check_pairs(draft)


def empty(account: str, record: MemberRecord) -> Reason:
    """Say why an account without enough on it refuses."""
    if reason := coupons.empty(account, record):
        return reason
    visits = any(p.account == account and p.kind in VISITS for p in record.purses)
    return Reason.PASS_EMPTY if visits else Reason.INSUFFICIENT_VALUE


def check_medium(medium: str, record: MemberRecord) -> None:
    """Refuse a medium that is lost or was taken from the member."""
    found = next((m for m in record.media if m.medium == medium), None)
    if found is None or found.status is not MediumStatus.ACTIVE:
        raise Refusal(Reason.BLOCKED)


def _allow(condition: bool) -> None:
    if not condition:
        raise Refusal(Reason.NOT_ALLOWED)


def _is_ticket_work(draft: Draft) -> bool:
    """Logs of open tickets need no member card: nothing is taken."""
    named = all(isinstance(line, VisitLog) and line.ticket for line in draft.lines)
    return named and bool(draft.operator)


def _check_purses(
    legs: tuple[Leg, ...], purses: Mapping[str, Purse], kinds: tuple[PurseKind, ...]
) -> list[Purse]:
    found = [purses[leg.account] for leg in legs if leg.account in purses]
    _allow(len(found) == len(legs) and all(purse.kind in kinds for purse in found))
    return found


def _check_visit(
    draft: Draft, line: VisitRedeem, record: MemberRecord, purses: Mapping[str, Purse]
) -> None:
    passes = {p.pass_id: p for p in record.passes}
    used = {purse.pass_id for purse in _check_purses(line.legs, purses, VISITS)}
    _allow(bool(used) and used <= passes.keys())
    for pass_id in sorted(used):
        _check_pass(draft, line.service, passes[pass_id])


def _check_pass(draft: Draft, service: str, punch_pass: PunchPass) -> None:
    if punch_pass.services and service not in punch_pass.services:
        raise Refusal(Reason.WRONG_SERVICE)
    # accepted, flagged by its clock state, and central decides (design, §5)
    uncertain = draft.clock is ClockState.UNSYNCED
    until = punch_pass.valid_until
    if until is not None and draft.local_day > until and not uncertain:
        raise Refusal(Reason.EXPIRED)


def _seller_and_catalogue(facts: Facts) -> Catalogue:
    _allow(facts.operator is not None and facts.operator.role in SELLING)
    if facts.catalogue is None:
        raise Refusal(Reason.CATALOGUE_MISSING)
    return facts.catalogue


def _check_top_up(line: ValueLoad, facts: Facts, purses: Mapping[str, Purse]) -> None:
    catalogue = _seller_and_catalogue(facts)
    plan = next((p for p in catalogue.top_up_plans if p.code == line.plan), None)
    _check_purses(line.legs, purses, VALUE)
    loaded = dict.fromkeys(VALUE, 0)
    for leg in line.legs:
        loaded[purses[leg.account].kind] += leg.amount
    _allow(
        plan is not None
        and line.paid == plan.pay == loaded[PurseKind.PRINCIPAL]
        and loaded[PurseKind.BONUS] == plan.bonus
    )


def _check_sale(line: PassLoad, facts: Facts) -> None:
    catalogue = _seller_and_catalogue(facts)
    plan = pass_plan(catalogue, line)
    bought, gift = pass_accounts(line.pass_id)
    _allow(
        plan is not None
        and line.paid == plan.price
        and line.bought == Leg(bought, plan.bought)
        and line.gift == (Leg(gift, plan.gift) if plan.gift else None)
    )


def pass_plan(catalogue: Catalogue, line: PassLoad) -> PassPlan | None:
    """Find the plan by which a pass is sold."""
    return next((p for p in catalogue.pass_plans if p.code == line.plan), None)


def _check_log(line: VisitLog, facts: Facts) -> None:
    _allow(facts.operator is not None)
    if line.ticket:
        ticket = facts.tickets.get(line.ticket)
        _allow(ticket is not None and ticket.service == line.service)


def _check_pairs(draft: Draft) -> None:
    try:
        still_open(draft.lines)
    except Unpaired:
        raise Refusal(Reason.NOT_ALLOWED) from None


def _check_in(draft: Draft, line: CheckIn, facts: Facts) -> None:
    _allow(line.day == draft.local_day)
    if facts.checked_in == line.day or draft.lines.count(line) > 1:
        raise Refusal(Reason.SAME_TAP)


def _check_void(draft: Draft, facts: Facts) -> None:
    original = facts.original
    if original is None or facts.operator is None:
        raise Refusal(Reason.NOT_ALLOWED)
    own = facts.operator.operator == original.operator
    _allow(own or facts.operator.role in IN_CHARGE)
    _allow(draft.member == original.member and draft.medium in ("", original.medium))
    # a void, a check-in and a release stand for ever
    undone = Taking | ValueLoad | PassLoad | VisitLog
    _allow(any(isinstance(line, undone) for line in original.lines))
    _allow(draft.lines == (undo(original.lines),))
    # a service that is paid and done is not unpaid
    opened = still_open(original.lines)
    names = {ticket_id(original.journal, original.seq, n) for n in opened}
    _allow(names <= facts.tickets.keys())
    if draft.clock is original.clock is ClockState.SYNCED:
        _allow(draft.at - original.at <= UNDO_WITHIN)
