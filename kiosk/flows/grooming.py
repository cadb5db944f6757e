"""Logging a service (design, §4): an open ticket is closed and takes nothing; without one the
service is redeemed and logged in one transaction.
"""

import dataclasses as dc
import datetime as dt

from kiosk.domain import desk, screens
from kiosk.domain.catalogue import Service
from kiosk.domain.effects import AskAllowance, Draft, Show
from kiosk.domain.events import ButtonPressed
from kiosk.domain.members import Pet, Ticket
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import AnyLine, ValueRedeem, VisitLog
from kiosk.domain.views import MemberView, OpenTicket
from kiosk.flows import receipts
from kiosk.flows.desk_states import Deciding, PickingPetFor
from kiosk.flows.jobs import Log, Shift
from kiosk.flows.offers import Offer, offers, pets_in_order, price, settle
from kiosk.flows.rest import refuse_staff
from kiosk.flows.spend import write
from kiosk.flows.step import Context, Refusal, Step
from kiosk.flows.uses import PLAIN, held_elsewhere


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
    line = _log(ticket.ticket.service, ticket.ticket.pet, ticket.ticket.ticket, context)
    return write(_draft(shift, (line,), ticket.member, "", context), job, context)


def begin(shift: Shift, service: str, view: MemberView, context: Context) -> Step:
    """A member card for a service; an empty code means the member's usual one."""
    found = _service(service, view, context)
    if found is None:
        return refuse_staff(shift, Reason.CATALOGUE_MISSING, context)
    tickets = [t for t in view.tickets if t.service == found.code]
    if tickets:
        last = [t for t in tickets if t.pet == view.record.last_pet]
        return _close(shift, (last or tickets)[0], view, context)
    pets = pets_in_order(view)
    if found.for_pet and len(pets) > 1:
        return pick(PickingPetFor(shift, view, found.code, pets), context)
    return propose(shift, view, found.code, pets[0] if pets else None, context)


def _service(code: str, view: MemberView, context: Context) -> Service | None:
    if context.catalogue is None:
        return None
    usual = context.catalogue.service(code or view.record.last_service)
    return usual or next(iter(context.catalogue.services), None)


def _close(shift: Shift, ticket: Ticket, view: MemberView, context: Context) -> Step:
    name = receipts.service_name(ticket.service, context)
    pet = next((pet for pet in view.record.pets if pet.pet == ticket.pet), None)
    masked = view.record.masked_name
    job = Log(shift, name, pet, masked, follow_up(ticket.service, context))
    line = _log(ticket.service, ticket.pet, ticket.ticket, context)
    draft = _draft(shift, (line,), view.record.member, view.medium, context)
    screen = desk.ConfirmLog(name, pet.name if pet else "", masked, pet.warning if pet else "")
    return Step(Deciding(shift, draft, job), (Show(screen),), context.policy.idle_seconds)


def pick(state: PickingPetFor, context: Context) -> Step:
    """Show the pets with their warnings."""
    name = receipts.service_name(state.service, context)
    screen = screens.ChoosePet(name, state.pets, state.selected, staff=True)
    return Step(state, (Show(screen),), context.policy.idle_seconds)


def next_pet(state: PickingPetFor, _event: ButtonPressed, context: Context) -> Step:
    """B: the next pet."""
    selected = (state.selected + 1) % len(state.pets)
    return pick(dc.replace(state, selected=selected), context)


def choose_pet(state: PickingPetFor, _event: ButtonPressed, context: Context) -> Step:
    """A: this one."""
    pet = state.pets[state.selected]
    return propose(state.shift, state.view, state.service, pet, context)


def propose(
    shift: Shift, view: MemberView, service: str, pet: Pet | None, context: Context
) -> Step:
    """Show what will be taken and logged: a pass before stored value; or why nothing can be.

    Coupons and points are the member's to use, at the member's own tap.
    """
    refusal = Refusal(Reason.WRONG_SERVICE)
    for offer in offers(view, context):
        if offer.service.code != service or offer.use != PLAIN:
            continue
        taken = settle(offer, view, pet, context)
        if not isinstance(taken, Refusal):
            return _confirm(shift, view, offer, pet, taken, context)
        refusal = refusal if refusal.reason is not Reason.WRONG_SERVICE else taken
    step = refuse_staff(shift, refusal.reason, context, refusal.missing)
    if refusal.reason is Reason.HELD_ELSEWHERE and context.online:
        ask = AskAllowance(held_elsewhere(view, context))
        return Step(step.state, (*step.effects, ask), step.deadline)
    return step


def _confirm(
    shift: Shift,
    view: MemberView,
    offer: Offer,
    pet: Pet | None,
    taken: tuple[AnyLine, ...],
    context: Context,
) -> Step:
    paid = next((line.price for line in taken if isinstance(line, ValueRedeem)), None)
    quoted = price(offer, view, pet, context) if paid is not None else None
    served = pet if pet and offer.service.for_pet else None
    code = offer.service.code
    day = follow_up(code, context)
    masked = view.record.masked_name
    job = Log(shift, offer.service_name, served, masked, day, offer, quoted)
    lines = (*taken, _log(code, served.pet if served else "", "", context))
    draft = _draft(shift, lines, view.record.member, view.medium, context)
    if offer.punch_pass is not None:
        left = view.visits(offer.punch_pass).shown - 1
    else:
        left = view.value().shown - (paid or 0)
    screen = screens.Confirm(
        offer.service_name,
        served.name if served else "",
        offer.pass_name,
        paid,
        quoted.lines if quoted else (),
        left,
        masked,
        served.warning if served else "",
    )
    return Step(Deciding(shift, draft, job), (Show(screen),), context.policy.idle_seconds)


def _log(service: str, pet: str, ticket: str, context: Context) -> VisitLog:
    return VisitLog(service, pet, ticket, follow_up(service, context))


def _draft(
    shift: Shift, lines: tuple[AnyLine, ...], member: str, medium: str, context: Context
) -> Draft:
    return Draft(
        context.now,
        context.clock,
        context.day,
        lines,
        member,
        medium,
        context.catalogue.version if context.catalogue else 0,
        shift.operator.record.operator,
    )
