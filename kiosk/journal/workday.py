"""An operator's day here: open tickets, what was done, what may be undone."""

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Iterator

from kiosk.domain.members import MemberRecord, Ticket
from kiosk.domain.views import OpenTicket, OwnRow, Workday
from kiosk.journal import chain, marks, members, tickets
from kiosk.journal.recent import Recent

MOST_TICKETS = 50
"""Nobody turns through a longer list with one button."""


def workday(
    db: sqlite3.Connection, recent: Recent, operator: str, day: dt.date, since: dt.datetime
) -> Workday:
    """Survey the local `day`; rows not older than `since` may be undone."""
    found = sorted(_open_tickets(db, recent, day), key=lambda found: found[0])
    return Workday(
        tuple(ticket for _, ticket in found[:MOST_TICKETS]),
        _done(recent, operator, day),
        _undoable(db, recent, operator, since),
    )


def _open_tickets(
    db: sqlite3.Connection, recent: Recent, day: dt.date
) -> Iterator[tuple[tuple[int, str], OpenTicket]]:
    """List open tickets, each with its place: the row that opened it, or our last row when it
    came from central.
    """
    since = tickets.listed(db, day)
    for member in sorted(since.keys() | recent.served_on(day)):
        known = members.find(db, member)
        if known is None:
            continue
        for ticket in recent.tickets.of(db, known, recent.day_of).values():
            if ticket.day == day:
                place = recent.left_by(ticket.ticket) or since.get(member, 0)
                yield (place, ticket.ticket), _open_ticket(ticket, known.record)


def _open_ticket(ticket: Ticket, record: MemberRecord) -> OpenTicket:
    pet = next((pet for pet in record.pets if pet.pet == ticket.pet), None)
    return OpenTicket(ticket, record.member, record.masked_name, pet)


def _done(recent: Recent, operator: str, day: dt.date) -> dict[str, int]:
    works = [work for work in recent.of_operator(operator) if work.day == day]
    return dict(Counter(service for work in reversed(works) for service in work.services))


def _undoable(
    db: sqlite3.Connection, recent: Recent, operator: str, since: dt.datetime
) -> OwnRow | None:
    for work in recent.of_operator(operator):
        known = members.find(db, work.member) if work.at >= since else None
        if known is not None:
            row = chain.transaction(db, work.seq)
            return OwnRow(marks.as_last(row), row.member, row.medium, known.record.masked_name)
    return None
