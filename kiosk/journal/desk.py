"""What a row does beside accounts and tickets: sales, undoing, check-ins, the local day."""

import dataclasses as dc
import datetime as dt
import sqlite3

from kiosk.domain.effects import Draft
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import (
    CheckIn,
    PassLoad,
    Transaction,
    ValueLoad,
    Void,
    legs_of,
)
from kiosk.journal import (
    allowances,
    catalogues,
    chain,
    coupons,
    members,
    operators,
    passes,
    tickets,
)
from kiosk.journal.members import Known
from kiosk.journal.pairing import REDEEMS
from kiosk.journal.recent import Recent
from kiosk.journal.rules import Facts, pass_plan

_PLAIN = frozenset(REDEEMS)
_BY_CATALOGUE = frozenset((ValueLoad, PassLoad, *coupons.USED))


def facts(db: sqlite3.Connection, draft: Draft, known: Known, recent: Recent) -> Facts:
    """Look up what a draft refers to, and no more: most refer to nothing but their member."""
    kinds = {type(line) for line in draft.lines}
    return Facts(
        known.record,
        kinds <= _PLAIN,
        operators.read(db, draft.operator) if draft.operator else None,
        catalogues.read(db, draft.catalogue) if kinds & _BY_CATALOGUE else None,
        recent.tickets.of(db, known, recent.day_of),
        known.checked_in,
        _standing_row(db, draft.ref) if Void in kinds else None,
    )


def _standing_row(db: sqlite3.Connection, seq: int) -> Transaction | None:
    """Read row `seq` unless there is none, or it is undone."""
    if db.execute("SELECT 1 FROM voided WHERE seq = ?", (seq,)).fetchone():
        return None
    # not by its hash: that of the last row that went (retention) is still known
    there = db.execute("SELECT 1 FROM chain WHERE seq = ?", (seq,)).fetchone()
    return chain.transaction(db, seq) if there else None


def sell(
    db: sqlite3.Connection, row: Transaction, day: dt.date, known: Known, found: Facts
) -> Known:
    """Put the passes that a row sells on the member's record, with empty purses.

    Raises Refusal(NOT_ALLOWED) for a pass or an account that is here already.
    """
    record = known.record
    for line in row.lines:
        if not isinstance(line, PassLoad):
            continue
        plan = pass_plan(found.catalogue, line) if found.catalogue else None
        if plan is None or not passes.is_fresh(db, line.pass_id, record):
            raise Refusal(Reason.NOT_ALLOWED)
        record = passes.sell(db, record, line, plan, day, row.seq)
        allowances.post(db, ((leg.account, row.member, 0) for leg in legs_of(line)))
    if record is known.record:
        return known
    members.replace(db, record)
    return dc.replace(known, record=record)


def settle(db: sqlite3.Connection, row: Transaction, known: Known, found: Facts) -> Known:
    """Do what else a row brings about, once its accounts have moved."""
    if found.original is not None:
        known = _undo(db, row, found.original, known)
    tickets.keep_closed(db, row, found.tickets)
    return _check_in(db, row, known)


def _undo(db: sqlite3.Connection, row: Transaction, original: Transaction, known: Known) -> Known:
    """Mark the original, so that it is undone once for ever, and take back what it sold."""
    db.execute("INSERT INTO voided VALUES (?, ?)", (original.seq, row.seq))
    sold = [line for line in original.lines if isinstance(line, PassLoad)]
    if not sold:
        return known
    record = known.record
    for line in sold:
        record = passes.take_back(db, record, line, row.seq)
    members.replace(db, record)
    allowances.disown(db, ((leg.account, row.member) for line in sold for leg in legs_of(line)))
    return dc.replace(known, record=record)


def _check_in(db: sqlite3.Connection, row: Transaction, known: Known) -> Known:
    """Note the check-in, if the row is one."""
    for line in row.lines:
        if isinstance(line, CheckIn):
            members.check_in(db, row.member, line.day)
            return dc.replace(known, checked_in=line.day)
    return known


def begin_day(db: sqlite3.Connection, first: int, day: dt.date) -> None:
    """Note that rows from `first` on are of another local day."""
    db.execute("INSERT INTO local_day VALUES (?, ?)", (first, day.isoformat()))
