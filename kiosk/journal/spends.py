"""Writing a transaction: checks, accounts and row together, inside the caller's SQL transaction."""

import datetime as dt
import sqlite3
from collections.abc import Iterator, Sequence

from kiosk.domain.clock import ClockState
from kiosk.domain.effects import Draft
from kiosk.domain.errors import JournalError, Malformed
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import (
    GENESIS,
    Leg,
    Release,
    Transaction,
    deltas,
    encode,
)
from kiosk.domain.transactions import chain as chain_hash
from kiosk.domain.wire import JournalState
from kiosk.journal import allowances, chain, desk, members, rules, tickets, views
from kiosk.journal.members import Known
from kiosk.journal.recent import Recent
from kiosk.journal.standing import Attempt, Receipt

_LEGS = 100
"""Accounts in one release row: its payload stays far below transactions.MAX_PAYLOAD."""

_HEAD = f"""
SELECT state, seq, hash, {members.KNOWN} FROM journal
LEFT JOIN chain ON seq = (SELECT max(seq) FROM chain)
LEFT JOIN member ON member.member = ?
LEFT JOIN own ON own.member = member.member
"""


def spend(db: sqlite3.Connection, journal: str, draft: Draft, recent: Recent) -> Attempt:
    """Write a transaction of a member.  Raises Refusal; the caller then rolls back."""
    seq, prev, known = _next(db, draft.member)
    if known is None:
        raise Refusal(Reason.UNKNOWN_MEDIUM)

    def days(row: int) -> dt.date | None:
        return draft.local_day if row == seq else recent.day_of(row)

    facts = desk.facts(db, draft, known, recent)
    rules.check(draft, facts)
    row = Transaction(
        journal=journal,
        seq=seq,
        at=draft.at,
        clock=draft.clock,
        lines=draft.lines,
        member=draft.member,
        medium=draft.medium,
        operator=draft.operator,
        catalogue=draft.catalogue,
        ref=draft.ref,
    )
    row_hash = _append(db, row, prev, known.latest)
    members.link(db, draft.member, seq)
    if recent.day != draft.local_day:
        desk.begin_day(db, seq, draft.local_day)
    if not facts.is_plain:
        known = desk.sell(db, row, draft.local_day, known, facts)
    try:
        allowances.move(db, deltas(draft.lines), draft.member)
    except allowances.Short as e:
        raise Refusal(rules.empty(e.account, known.record)) from e
    if not facts.is_plain:
        known = desk.settle(db, row, known, facts)
    open_tickets = dict(facts.tickets)
    tickets.apply(db, open_tickets, row, days)
    view = views.after(db, known, row, recent, open_tickets)
    return Attempt(Receipt(seq, journal, view), row, row_hash)


def release(
    db: sqlite3.Connection,
    journal: str,
    wanted: Sequence[str],
    at: dt.datetime,
    clock: ClockState,
) -> Transaction | None:
    """Give back what is held of these accounts; None if nothing is.  Raises Refusal.

    The amount is read in the transaction that lowers it: a recall and a spend cannot both have
    it.  Of a longer list the first accounts are given back; ask again for the rest.  A frozen
    journal gives back too: that is how it drains.
    """
    seq, prev, _ = _next(db, drains=True)
    held = list(allowances.held(db, wanted).items())[:_LEGS]
    if not held:
        return None
    line = Release(legs=tuple(Leg(account, amount) for account, amount in held))
    row = Transaction(journal=journal, seq=seq, at=at, clock=clock, lines=(line,))
    _append(db, row, prev)
    allowances.move(db, deltas((line,)), None)
    return row


def release_all(
    db: sqlite3.Connection, journal: str, at: dt.datetime, clock: ClockState
) -> Iterator[Transaction]:
    """Give back all that is held, as few rows as that takes.  Raises Refusal."""
    refuse_closed(db)
    held = allowances.all_held(db)
    for start in range(0, len(held), _LEGS):
        if row := release(db, journal, held[start : start + _LEGS], at, clock):
            yield row


def refuse_closed(db: sqlite3.Connection) -> None:
    """Raise Refusal(QUARANTINED) unless the journal is open for spending."""
    if db.execute("SELECT state FROM journal").fetchone()[0] != JournalState.OPEN:
        raise Refusal(Reason.QUARANTINED)


def _next(
    db: sqlite3.Connection, member: str = "", *, drains: bool = False
) -> tuple[int, bytes, Known | None]:
    """Return the next seq, the hash before it, and the member, read at once."""
    state, last, prev, *found = db.execute(_HEAD, (member,)).fetchone()
    if state != JournalState.OPEN and not (drains and state == JournalState.FROZEN):
        raise Refusal(Reason.QUARANTINED)
    known = None if found[0] is None else Known.of(*found)
    return (1, GENESIS, known) if last is None else (last + 1, prev, known)


def _append(
    db: sqlite3.Connection, transaction: Transaction, prev: bytes, earlier: int = 0
) -> bytes:
    try:
        payload = encode(transaction)
    except Malformed as e:
        raise JournalError(f"not written: {e}") from e
    row_hash = chain_hash(prev, payload)
    chain.append(db, transaction.seq, payload, row_hash, earlier)
    return row_hash
