"""A member as this moment of the journal shows it."""

import dataclasses as dc
import sqlite3
from collections.abc import Mapping

from kiosk.domain.members import Ticket
from kiosk.domain.transactions import Transaction
from kiosk.domain.views import LastRow, MemberView
from kiosk.journal import allowances, chain, marks
from kiosk.journal.members import Known
from kiosk.journal.recent import Recent, has_moved


def now(db: sqlite3.Connection, known: Known, medium: str, recent: Recent) -> MemberView:
    """Show a member who has just presented a medium."""
    seq = recent.last(known.record.member)
    last = None if seq is None else marks.as_last(chain.transaction(db, seq))
    unshown = last if seq is not None and recent.is_unshown(seq) else None
    view = _view(db, known, medium, last, recent.tickets.of(db, known, recent.day_of))
    return dc.replace(view, unshown=unshown)


def after(
    db: sqlite3.Connection,
    known: Known,
    row: Transaction,
    recent: Recent,
    open_tickets: Mapping[str, Ticket],
) -> MemberView:
    """Show a member after `row`, which is not among the recent ones yet."""
    if has_moved(row):
        return _view(db, known, row.medium, marks.as_last(row), open_tickets)
    seq = recent.last(known.record.member, without=row.ref)
    last = None if seq is None else marks.as_last(chain.transaction(db, seq))
    return _view(db, known, row.medium, last, open_tickets)


def _view(
    db: sqlite3.Connection,
    known: Known,
    medium: str,
    last: LastRow | None,
    open_tickets: Mapping[str, Ticket],
) -> MemberView:
    return MemberView(
        known.record,
        medium,
        allowances.balances(db, [purse.account for purse in known.record.purses]),
        last=last,
        tickets=tuple(open_tickets.values()),
        checked_in=known.checked_in,
    )
