"""A member card for a service at the groomer's: a ticket is closed, else it is redeemed and logged.

Every way in which the member could have it at the own tap is here too, the best one chosen: a
pass, a free service, stored value less a coupon or points.  Both are one transaction.
"""

import dataclasses as dc

from kiosk.domain import screens
from kiosk.domain.catalogue import Service
from kiosk.domain.devices import Lamp
from kiosk.domain.effects import AskAllowance, Identify, Light, Show
from kiosk.domain.events import ButtonPressed, Identified, Refused
from kiosk.domain.members import Pet
from kiosk.domain.refusals import Reason
from kiosk.domain.uses import PLAIN
from kiosk.domain.views import MemberView
from kiosk.flows import grooming, receipts
from kiosk.flows.committing import staff_draft
from kiosk.flows.confirming import last_look
from kiosk.flows.desk_states import Deciding, Gathering, LogErrand, PickingPetFor, Tapped
from kiosk.flows.holdings import held_elsewhere
from kiosk.flows.jobs import Log, Shift, Spend
from kiosk.flows.offers import Offer, offers, pets_in_order, settle
from kiosk.flows.rest import refuse_staff
from kiosk.flows.step import KEEP, Context, Refusal, Step
from kiosk.flows.ways import best_coupon, ways

_NOT_FOR_THIS = (Reason.WRONG_SERVICE, Reason.BELOW_THRESHOLD)
"""Of several refusals these say the least: why nothing else pays is what staff need to know."""


def begin(shift: Shift, tapped: Tapped, view: MemberView, context: Context) -> Step:
    """A member card for a service.

    What another terminal holds is asked for, and waited for where it would pay.
    """
    service = _service(tapped, view, context)
    accounts: tuple[str, ...] = ()
    if service is not None and context.online and not grooming.open_ticket(service, view):
        accounts = held_elsewhere(view, context)
        if accounts and _is_elsewhere(service, view, context):
            ask = AskAllowance(accounts)
            effects = (Light(Lamp.BUSY), Show(screens.Looking()), ask)
            return Step(Gathering(shift, tapped, view), effects, context.policy.patience_seconds)
    step = _log(shift, tapped, view, context)
    asks = (AskAllowance(accounts),) if accounts else ()
    return Step(step.state, (*step.effects, *asks), step.deadline)


def look_again(state: Gathering, _event: object, context: Context) -> Step:
    """Something has come from central: perhaps what is waited for."""
    asking = dc.replace(state, correlation=context.correlation)
    return Step(asking, (Identify(context.correlation, state.tapped.medium),), KEEP)


def seen_again(state: Gathering, event: Identified, context: Context) -> Step:
    """The member as of now: go on, or wait for the rest."""
    service = _service(state.tapped, event.view, context)
    if service is not None and _is_elsewhere(service, event.view, context):
        return Step(dc.replace(state, view=event.view, correlation=None), (), KEEP)
    return _log(state.shift, state.tapped, event.view, context)


def not_seen_again(state: Gathering, event: Refused, context: Context) -> Step:
    """The card has just been blocked, or the journal has failed."""
    return refuse_staff(state.shift, event.reason, context)


def do_without(state: Gathering, _event: object, context: Context) -> Step:
    """It has not come: go on with what is held here."""
    return _log(state.shift, state.tapped, state.view, context)


def _service(tapped: Tapped, view: MemberView, context: Context) -> Service | None:
    """Find the service to log: where none was chosen, one that is paid, else the usual one."""
    catalogue = context.catalogue
    if catalogue is None:
        return None
    if isinstance(tapped.errand, LogErrand) and tapped.errand.service:
        return catalogue.service(tapped.errand.service)
    usual = view.record.last_service
    paid = [ticket.service for ticket in view.tickets if catalogue.service(ticket.service)]
    code = paid[0] if paid and usual not in paid else usual
    return catalogue.service(code) or next(iter(catalogue.services), None)


def _is_elsewhere(service: Service, view: MemberView, context: Context) -> bool:
    """Tell whether what would be chosen first is not held here."""
    pet = next(iter(pets_in_order(view)), None)
    for offer in _offers(service.code, view, context):
        found = settle(offer, view, pet, context)
        if not isinstance(found, Refusal):
            is_priced = offer.punch_pass is None and offer.use == PLAIN
            return is_priced and _is_coupon_elsewhere(offer, view, pet, context)
        if found.reason is Reason.HELD_ELSEWHERE:
            return True
    return False


def _is_coupon_elsewhere(offer: Offer, view: MemberView, pet: Pet | None, context: Context) -> bool:
    here = best_coupon(offer, view, pet, context)
    return here is None and best_coupon(offer, view, pet, context, held=False) is not None


def _offers(service: str, view: MemberView, context: Context) -> list[Offer]:
    found = offers(view, context)
    return [offer for offer in found if offer.service.code == service and not offer.is_goods]


def _log(shift: Shift, tapped: Tapped, view: MemberView, context: Context) -> Step:
    service = _service(tapped, view, context)
    if service is None:
        return refuse_staff(shift, Reason.CATALOGUE_MISSING, context)
    if ticket := grooming.open_ticket(service, view):
        return grooming.close(shift, tapped, ticket, view, context)
    pets = pets_in_order(view)
    if service.for_pet and len(pets) > 1:
        return pick(PickingPetFor(shift, tapped, view, service.code, pets), context)
    pet = pets[0] if pets else None
    found = _ways(tapped, view, service.code, pet, context)
    return _look(shift, tapped, found, None, context)


def pick(state: PickingPetFor, context: Context) -> Step:
    """Show the pets with their warnings."""
    name = receipts.service_name(state.service, context)
    screen = screens.ChoosePet(name, state.pets, state.selected, staff=True)
    return Step(state, (Show(screen),), context.staff_seconds)


def next_pet(state: PickingPetFor, _event: ButtonPressed, context: Context) -> Step:
    """B: the next pet."""
    selected = (state.selected + 1) % len(state.pets)
    return pick(dc.replace(state, selected=selected), context)


def choose_pet(state: PickingPetFor, _event: ButtonPressed, context: Context) -> Step:
    """A: this one."""
    pet = state.pets[state.selected]
    found = _ways(state.tapped, state.view, state.service, pet, context)
    return _look(state.shift, state.tapped, found, state, context)


def _ways(
    tapped: Tapped, view: MemberView, service: str, pet: Pet | None, context: Context
) -> tuple[Spend, ...] | Refusal:
    """List every way to take the service, the best first; or tell why there is none."""
    made: list[Spend] = []
    refusals: list[Refusal] = []
    for offer in _offers(service, view, context):
        found = ways(offer, view, pet, context)
        if isinstance(found, Refusal):
            refusals.append(found)
        else:
            made += [Spend(tapped.medium, view, offer, pet, way) for way in found]
    said = (r for r in refusals if r.reason not in _NOT_FOR_THIS)
    return tuple(made) or next(said, Refusal(Reason.WRONG_SERVICE))


def _look(
    shift: Shift,
    tapped: Tapped,
    found: tuple[Spend, ...] | Refusal,
    picking: PickingPetFor | None,
    context: Context,
) -> Step:
    """Show what will be taken and logged; or why nothing can be."""
    if isinstance(found, Refusal):
        return refuse_staff(shift, found.reason, context, found.missing)
    first = found[0]
    code = first.offer.service.code
    job = Log(
        shift,
        first.offer.service_name,
        first.pet if first.offer.service.for_pet else None,
        first.view.record.masked_name,
        grooming.follow_up(code, context),
        first,
    )
    pet = job.pet.pet if job.pet else ""
    lines = (*first.way.lines, grooming.log(code, pet, "", context))
    view = first.view
    draft = staff_draft(shift, lines, view.record.member, view.medium, context)
    return _show(Deciding(shift, draft, job, tapped, found, picking), job, context)


def next_way(state: Deciding, _event: ButtonPressed, context: Context) -> Step:
    """B: take it in another way, where there is one, by the same price list."""
    job = state.job
    if len(state.ways) < 2 or not isinstance(job, Log) or job.taken is None:
        return Step(state, (), KEEP)
    taken = state.ways[(state.ways.index(job.taken) + 1) % len(state.ways)]
    job = dc.replace(job, taken=taken)
    draft = dc.replace(state.draft, lines=(*taken.way.lines, state.draft.lines[-1]))
    return _show(dc.replace(state, draft=draft, job=job), job, context)


def _show(state: Deciding, job: Log, context: Context) -> Step:
    assert job.taken is not None
    warning = job.pet.warning if job.pet else ""
    look = last_look(job.taken, len(state.ways), context)
    screen = dc.replace(look, masked_name=job.masked_name, warning=warning)
    return Step(state, (Show(screen),), context.staff_seconds)
