"""Logging a service that was paid before (design, §4): its ticket is closed, nothing is taken."""

import datetime as dt

from kiosk.domain import desk
from kiosk.domain.catalogue import Service
from kiosk.domain.effects import Show
from kiosk.domain.members import Ticket
from kiosk.domain.transactions import VisitLog
from kiosk.domain.views import MemberView, OpenTicket
from kiosk.flows import receipts
from kiosk.flows.committing import staff_draft, write
from kiosk.flows.desk_states import Deciding, Tapped
from kiosk.flows.jobs import Log, Shift
from kiosk.flows.step import Context, Step


def follow_up(service: str, context: Context) -> dt.date | None:
    """Return the day of the follow-up (回访) that this service asks for."""
    found = context.catalogue.service(service) if context.catalogue else None
    if found is None or not found.follow_up_days:
        return None
    return context.day + dt.timedelta(days=found.follow_up_days)


def finish(shift: Shift, ticket: OpenTicket, context: Context) -> Step:
    """A on a ticket of the list: it is done.  One press; undo mends a slip of the finger."""
    job = Log(
        shift,
        receipts.service_name(ticket.ticket.service, context),
        ticket.pet,
        ticket.masked_name,
        follow_up(ticket.ticket.service, context),
    )
    line = log(ticket.ticket.service, ticket.ticket.pet, ticket.ticket.ticket, context)
    return write(staff_draft(shift, (line,), ticket.member, "", context), job, context)


def open_ticket(service: Service, view: MemberView) -> Ticket | None:
    """Find the member's open ticket for this service, that of the last pet first."""
    tickets = [t for t in view.tickets if t.service == service.code]
    last = [t for t in tickets if t.pet == view.record.last_pet]
    return next(iter(last or tickets), None)


def close(shift: Shift, tapped: Tapped, ticket: Ticket, view: MemberView, context: Context) -> Step:
    """A member card for a service that was paid before: log it, take nothing."""
    name = receipts.service_name(ticket.service, context)
    pet = next((pet for pet in view.record.pets if pet.pet == ticket.pet), None)
    masked = view.record.masked_name
    job = Log(shift, name, pet, masked, follow_up(ticket.service, context))
    line = log(ticket.service, ticket.pet, ticket.ticket, context)
    draft = staff_draft(shift, (line,), view.record.member, view.medium, context)
    screen = desk.ConfirmLog(name, pet.name if pet else "", masked, pet.warning if pet else "")
    deciding = Deciding(shift, draft, job, tapped)
    return Step(deciding, (Show(screen),), context.staff_seconds)


def log(service: str, pet: str, ticket: str, context: Context) -> VisitLog:
    """Make the line that says a service is done."""
    return VisitLog(service, pet, ticket, follow_up(service, context))
