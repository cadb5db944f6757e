"""Old rows leave the file, so that its size is bounded (docs/decisions/0009).

Invariants:
- only a prefix of the chain goes, and its last seq and hash are kept in the same transaction: the
  chain is verified from there, and no seq is ever given out twice;
- a row stays while central has not acknowledged it, while it is one of the last RECENT (it may be
  undone, or not have been seen), and while its member's record lacks it or the row that undid it
  (its ticket stands in no record then);
- order proves age: a row is at least as old as each row after it.  Only the time of a clock that
  could be trusted counts, so that a day in 1970 makes nothing old.

What is freed is used again by the next rows.  A step waits for no flush: a power cut may bring its
rows back, whole, and they go again.
"""

import datetime as dt
import itertools
import sqlite3
from collections.abc import Iterator, Sequence

from kiosk.domain.clock import ClockState
from kiosk.domain.transactions import Transaction
from kiosk.journal import chain, recent, tickets

STEP = 50
"""Rows that go at once: a tap that comes meanwhile waits for a few milliseconds."""


def step(db: sqlite3.Connection, before: dt.datetime) -> int:
    """Let up to STEP of the oldest rows go that were written before that time; count them."""
    through = chain.floor(db)[0]
    acknowledged = db.execute("SELECT acknowledged FROM journal").fetchone()[0]
    limit = min(acknowledged, chain.head(db)[0] - recent.RECENT)
    first = [chain.transaction(db, seq) for seq in range(through + 1, limit + 1)[:STEP]]
    old = _old_through(db, first, limit, before) if first else 0
    gone = [*itertools.takewhile(lambda row: row.seq <= old and not _is_needed(db, row), first)]
    if gone:
        _forget(db, gone[-1].seq)
    return len(gone)


def _old_through(
    db: sqlite3.Connection, first: Sequence[Transaction], limit: int, before: dt.datetime
) -> int:
    """Return the last of the `first` rows whose age a row up to `limit` proves; 0 for none."""
    for row in itertools.chain(first[-1:], _samples(db, first[-1].seq, limit), reversed(first)):
        if row.clock is not ClockState.UNSYNCED and row.at < before:
            return min(row.seq, first[-1].seq)
    return 0


def _samples(db: sqlite3.Connection, after: int, limit: int) -> Iterator[Transaction]:
    """Read a few rows above `after`: for a terminal whose clock was not set for many rows."""
    distance = STEP
    while after + distance < limit:
        yield chain.transaction(db, after + distance)
        distance *= 2
    if limit > after:
        yield chain.transaction(db, limit)


def _is_needed(db: sqlite3.Connection, row: Transaction) -> bool:
    """Tell whether a view of the member is still made from this row (tickets.Found)."""
    applied, undone_by = db.execute(
        "SELECT (SELECT applied FROM member WHERE member = ?),"
        " (SELECT voided_by FROM voided WHERE seq = ?)",
        (row.member, row.seq),
    ).fetchone()
    return applied is not None and applied < max(row.seq, undone_by or 0)


def _forget(db: sqlite3.Connection, through: int) -> None:
    known = chain.hash_at(db, through)
    db.execute("UPDATE pruned SET through = ?, hash = ?", (through, known))
    db.execute("DELETE FROM chain WHERE seq <= ?", (through,))
    db.execute("DELETE FROM print WHERE seq <= ?", (through,))
    db.execute("DELETE FROM voided WHERE seq <= ?", (through,))
    tickets.forget_closed(db, through)
    db.execute(
        "DELETE FROM local_day WHERE first < (SELECT max(first) FROM local_day WHERE first <= ?)",
        (through + 1,),
    )
