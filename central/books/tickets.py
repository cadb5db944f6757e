"""Service tickets (服务单) within one batch: opened by what was paid, closed by the log of it.

A ticket is open, or closed by one row, or voided.  What is logged takes nothing (design, §4).
"""

import datetime as dt
from collections.abc import Iterable, Iterator

from central.books.facts import Facts, Finding
from central.shop.models import CaseKind, FollowUp, ServiceTicket, Transaction
from kiosk.domain import transactions as rows

Redeem = rows.VisitRedeem | rows.ValueRedeem


class Tickets:
    """Tickets that rows open, name and undo.  `write` ends it."""

    def __init__(self, facts: Facts, batch: Iterable[rows.Transaction]) -> None:
        self._facts, self._store = facts, facts.store
        named = {
            line.ticket
            for row in batch
            for line in row.lines
            if isinstance(line, rows.VisitLog) and line.ticket
        }
        found = ServiceTicket.objects.filter(store=self._store, ticket__in=named)
        self._tickets = {ticket.ticket: ticket for ticket in found}
        self._opened: list[ServiceTicket] = []
        self._changed: dict[str, ServiceTicket] = {}
        self._follow_ups: list[FollowUp] = []
        self.touched: set[str] = set()

    def serve(self, stored: Transaction, row: rows.Transaction) -> Iterator[Finding]:
        """Open the tickets of what a row pays for, then close those of what it logs."""
        here = [
            self._open(stored, number, row, line)
            for number, line in enumerate(row.lines)
            if isinstance(line, Redeem)
        ]
        for line in row.lines:
            if isinstance(line, rows.VisitLog):
                yield from self._log(stored, row, line, here)

    def _open(
        self, stored: Transaction, number: int, row: rows.Transaction, line: Redeem
    ) -> ServiceTicket:
        ticket = ServiceTicket(
            ticket=rows.ticket_id(row.journal, row.seq, number),
            store=self._store,
            transaction=stored,
            line=number,
            member=stored.member,
            pet=line.pet[:64],
            service=line.service,
            day=self._facts.day(row),
            opened_at=stored.received_at,
        )
        self._tickets[ticket.ticket] = ticket
        self._opened.append(ticket)
        self.touched.add(ticket.member)
        return ticket

    def _log(
        self,
        stored: Transaction,
        row: rows.Transaction,
        line: rows.VisitLog,
        here: list[ServiceTicket],
    ) -> Iterator[Finding]:
        ticket = self._tickets.get(line.ticket) if line.ticket else _own(line, here)
        if ticket is None or ticket.voided:
            yield Finding(CaseKind.NO_TICKET, {"ticket": line.ticket[:64], "service": line.service})
            return
        if not ticket.open:
            yield Finding(CaseKind.TICKET_CLOSED, {"ticket": ticket.ticket})
            return
        logged = (line.service, line.pet or ticket.pet, row.member or ticket.member)
        if logged != (ticket.service, ticket.pet or line.pet, ticket.member):
            yield Finding(
                CaseKind.TICKET_DIFFERS, {"ticket": ticket.ticket, "service": line.service}
            )
        ticket.open, ticket.closed_by, ticket.operator = False, stored, stored.operator
        ticket.closed_on = self._facts.day(row)
        self._change(ticket)
        if line.follow_up is not None:
            self._follow_up(stored, ticket, line, line.follow_up)

    def _follow_up(
        self, stored: Transaction, ticket: ServiceTicket, line: rows.VisitLog, due_on: dt.date
    ) -> None:
        member = self._facts.member(ticket.member)
        if member is None:
            return
        self._follow_ups.append(
            FollowUp(
                store=self._store,
                member=member,
                pet=self._facts.pet(member.pk, line.pet or ticket.pet),
                service=line.service,
                due_on=due_on,
                transaction=stored,
            )
        )

    def undo(self, original: Transaction) -> None:
        """Void what this row opened, reopen what it closed, cancel its follow-ups."""
        for found in ServiceTicket.objects.filter(transaction=original):
            ticket = self._tickets.setdefault(found.ticket, found)
            ticket.open, ticket.voided = False, True
            self._change(ticket)
        for found in ServiceTicket.objects.filter(closed_by=original):
            ticket = self._tickets.setdefault(found.ticket, found)
            ticket.open, ticket.operator = not ticket.voided, ""
            ticket.closed_by, ticket.closed_on = None, None
            self._change(ticket)
        FollowUp.objects.filter(transaction=original, done=False).update(cancelled=True)

    def _change(self, ticket: ServiceTicket) -> None:
        self._changed[ticket.ticket] = ticket
        self.touched.add(ticket.member)

    def write(self) -> None:
        """Write all of it."""
        ServiceTicket.objects.bulk_create(self._opened)
        opened = {ticket.ticket for ticket in self._opened}
        stored = [ticket for name, ticket in self._changed.items() if name not in opened]
        ServiceTicket.objects.bulk_update(
            stored, ["open", "voided", "closed_by", "closed_on", "operator"], batch_size=100
        )
        FollowUp.objects.bulk_create(self._follow_ups)


def _own(line: rows.VisitLog, here: list[ServiceTicket]) -> ServiceTicket | None:
    """Choose, of the tickets that the row itself opens, the one that a log without one means."""
    still = [ticket for ticket in here if ticket.open]
    fitting = [
        ticket for ticket in still if (ticket.service, ticket.pet) == (line.service, line.pet)
    ]
    return next(iter(fitting or still), None)
