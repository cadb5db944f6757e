"""Service tickets (服务单): what central lists for a member, and what our rows have done since.

The rule is that of the balances: a record includes this journal's rows up to its `applied`; the
member's own rows above it are added, from the oldest to the newest.
"""

import collections
import datetime as dt
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from kiosk.domain.errors import JournalError
from kiosk.domain.members import MemberRecord, Ticket
from kiosk.domain.transactions import (
    Transaction,
    VisitLog,
    Void,
    ticket_id,
)
from kiosk.journal import chain
from kiosk.journal.members import Known
from kiosk.journal.pairing import REDEEMS, still_open

REMEMBERED = 64
"""Members whose open tickets are kept in memory: those of the last hour."""

Days = Callable[[int], dt.date | None]
"""The local day of a row."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Ticket)


def opened(row: Transaction, day: dt.date) -> list[Ticket]:
    """List the tickets that are open once a row of the local `day` is written."""
    found = []
    for n in still_open(row.lines):
        line = row.lines[n]
        if isinstance(line, REDEEMS):
            name = ticket_id(row.journal, row.seq, n)
            found.append(Ticket(name, line.service, day, line.pet))
    return found


def logs(row: Transaction) -> list[VisitLog]:
    """List the lines that close a ticket of another row."""
    return [line for line in row.lines if isinstance(line, VisitLog) and line.ticket]


class Found:
    """The open tickets of the members who were here last, as of rows that are committed.

    With a long outbox a member's rows are many: read once, a tap adds what came since.
    """

    def __init__(self) -> None:
        self._members: collections.OrderedDict[str, _Read] = collections.OrderedDict()

    def of(self, db: sqlite3.Connection, known: Known, days: Days) -> dict[str, Ticket]:
        """Find the open tickets of a member by their names, oldest first."""
        record, through = known.record, known.applied
        read = self._members.pop(record.member, None)
        if read and (read.applied, read.listed) == (through, record.tickets):
            through, tickets = read.through, dict(read.tickets)
        else:
            tickets = {ticket.ticket: ticket for ticket in record.tickets}
        if known.latest > through:
            for row in reversed(list(chain.of_member(db, known.latest, through))):
                apply(db, tickets, row, days)
            through = known.latest
        self._members[record.member] = _Read(known.applied, record.tickets, through, tickets)
        if len(self._members) > REMEMBERED:
            self._members.popitem(last=False)
        return dict(tickets)


class _Read(NamedTuple):
    """What was found through a row, for a record with these tickets that includes `applied`."""

    applied: int
    listed: tuple[Ticket, ...]
    through: int
    tickets: dict[str, Ticket]


def apply(db: sqlite3.Connection, tickets: dict[str, Ticket], row: Transaction, days: Days) -> None:
    """Do to the open tickets what a row of their member did, or is about to do."""
    if isinstance(row.lines[0], Void):
        original = chain.transaction(db, row.ref)
        for ticket in opened(original, _day(original, days)):
            tickets.pop(ticket.ticket, None)
        for log in logs(original):
            tickets[log.ticket] = _reopened(db, original, log, days)
        return
    for ticket in opened(row, _day(row, days)):
        tickets[ticket.ticket] = ticket
    for log in logs(row):
        tickets.pop(log.ticket, None)


def _day(row: Transaction, days: Days) -> dt.date:
    return days(row.seq) or row.at.date()


def _reopened(db: sqlite3.Connection, original: Transaction, log: VisitLog, days: Days) -> Ticket:
    found = db.execute(
        "SELECT content FROM closed WHERE seq = ? AND ticket = ?", (original.seq, log.ticket)
    ).fetchone()
    if found is None:
        return Ticket(log.ticket, log.service, _day(original, days), log.pet)
    try:
        return _decoder.decode(found[0])
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise JournalError(f"a ticket closed by row {original.seq} is damaged: {e}") from None


def keep_closed(db: sqlite3.Connection, row: Transaction, tickets: Mapping[str, Ticket]) -> None:
    """Keep the tickets that a row closes, for the case that it is undone."""
    for log in logs(row):
        content = _encoder.encode(tickets[log.ticket])
        db.execute("INSERT INTO closed VALUES (?, ?, ?)", (row.seq, log.ticket, content))


def forget_closed(db: sqlite3.Connection, through: int) -> None:
    """Drop what rows up to `through` closed; they are not undone any more."""
    db.execute("DELETE FROM closed WHERE seq <= ?", (through,))


def post(
    db: sqlite3.Connection, old: Iterable[MemberRecord], new: Iterable[MemberRecord], last: int
) -> None:
    """Note for which days these members have tickets; `last` is our last row."""
    before = {(t.day.isoformat(), r.member) for r in old for t in r.tickets}
    after = {(t.day.isoformat(), r.member) for r in new for t in r.tickets}
    db.executemany("DELETE FROM ticket_day WHERE day = ? AND member = ?", before - after)
    rows = ((day, member, last) for day, member in after)
    db.executemany("INSERT OR IGNORE INTO ticket_day VALUES (?, ?, ?)", rows)


def listed(db: sqlite3.Connection, day: dt.date) -> dict[str, int]:
    """Map members whose record lists a ticket of this day to the row since when."""
    found = db.execute("SELECT member, known FROM ticket_day WHERE day = ?", (day.isoformat(),))
    return dict(found.fetchall())
