"""Old rows leave the file, so that its size is bounded (docs/decisions/0009).

Invariants:
- only a prefix of the chain goes, and its last seq and hash are kept in the same transaction: the
  chain is verified from there, and no seq is ever given out twice;
- a row stays while central has not acknowledged it, while it is one of the last RECENT (it may be
  undone, or not have been seen), and while its member's record lacks it or the row that undid it
  (its ticket stands in no record then);
- age is what central's clock witnessed: once a day the last seq is noted with its time, and a row
  is as old as the first note at or above it.  No clock of this terminal, and no row's own time,
  makes anything old.

What is freed is used again by the next rows.  A step waits for no flush: a power cut may bring its
rows back, whole, and they go again.
"""

import datetime as dt
import itertools
import sqlite3

from kiosk.domain.transactions import Transaction
from kiosk.journal import chain, recent, tickets

STEP = 50
"""Rows that go at once: a tap that comes meanwhile waits for a few milliseconds."""

EVERY = dt.timedelta(days=1)
"""How often central's time is noted."""


def witness(db: sqlite3.Connection, now: dt.datetime) -> None:
    """Note that the last row was there when central's clock said `now` (UTC); once a day."""
    newest = db.execute("SELECT max(at) FROM witnessed").fetchone()[0]
    if newest is not None and newest > _text(now):
        # that clock was wrong then or is now: what was noted by it proves nothing
        db.execute("DELETE FROM witnessed")
    elif newest is not None and newest > _text(now - EVERY):
        return
    if last := chain.head(db)[0]:
        db.execute("INSERT OR IGNORE INTO witnessed VALUES (?, ?)", (last, _text(now)))


def _text(at: dt.datetime) -> str:
    """Write a time so that texts sort as times do."""
    return at.astimezone(dt.UTC).isoformat(timespec="seconds")


def step(db: sqlite3.Connection, before: dt.datetime) -> int:
    """Let up to STEP of the oldest rows go that were witnessed before that time; count them."""
    through = chain.floor(db)[0]
    acknowledged, old = db.execute(
        "SELECT acknowledged, (SELECT max(seq) FROM witnessed WHERE at < ?) FROM journal",
        (_text(before),),
    ).fetchone()
    limit = min(acknowledged, chain.head(db)[0] - recent.RECENT, old or 0)
    first = (chain.transaction(db, seq) for seq in range(through + 1, limit + 1)[:STEP])
    gone = [*itertools.takewhile(lambda row: not _is_needed(db, row), first)]
    if gone:
        _forget(db, gone[-1].seq)
    return len(gone)


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
    db.execute("DELETE FROM witnessed WHERE seq <= ?", (through,))
    tickets.forget_closed(db, through)
    db.execute(
        "DELETE FROM local_day WHERE first < (SELECT max(first) FROM local_day WHERE first <= ?)",
        (through + 1,),
    )
