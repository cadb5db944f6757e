"""A member's visit up to the confirmation: greeting, choice of service, choice of pet."""

import dataclasses as dc
from collections.abc import Iterable

from kiosk.domain import screens
from kiosk.domain.devices import Lamp, Part
from kiosk.domain.effects import AskAllowance, Effect, Light, MarkShown, Print, Show
from kiosk.domain.events import ButtonPressed, Identified, Refused
from kiosk.domain.media import MediumKey
from kiosk.domain.members import Pet, PurseKind
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import ValueRedeem
from kiosk.domain.views import MemberView
from kiosk.flows import receipts
from kiosk.flows.offers import Offer, choice, offers, pets_in_order, price, settle
from kiosk.flows.rest import refuse, rest, unknown_medium
from kiosk.flows.states import Confirming, Greeting, Identifying, PickingPet, Recalling
from kiosk.flows.step import Context, Refusal, Step


def held_elsewhere(view: MemberView) -> tuple[str, ...]:
    """List the accounts of which another terminal, or central, holds a part."""
    return tuple(a for a, balance in view.balances.items() if balance.shown > balance.held)


def identified(state: Identifying, event: Identified, context: Context) -> Step:
    """Greet; but first say what was taken last, if that was perhaps never seen."""
    view = event.view
    asks: Iterable[Effect] = ()
    if context.online and (accounts := held_elsewhere(view)):
        asks = (AskAllowance(accounts),)
    if view.unshown is not None and (screen := receipts.already_taken(view, context)):
        seen = () if Part.DISPLAY in context.faults else (MarkShown(view.unshown.seq),)
        effects = (Light(Lamp.BUSY), Show(screen), *seen, *asks)
        recalling = Recalling(state.medium, view, view.unshown)
        return Step(recalling, effects, context.policy.idle_seconds)
    greeting = greet(state.medium, view, context)
    return Step(greeting.state, (*greeting.effects, *asks), greeting.deadline)


def not_identified(state: Identifying, event: Refused, context: Context) -> Step:
    """No member for this medium, a blocked one, or a journal that cannot answer."""
    if event.reason is Reason.UNKNOWN_MEDIUM:
        return unknown_medium(state, context)
    return refuse(event.reason, context)


def reprint(state: Recalling, _event: ButtonPressed, context: Context) -> Step:
    """A on the recall: print its slip once more, marked as a copy, and go on."""
    greeting = greet(state.medium, state.view, context)
    slip = receipts.recalled_slip(state.view, state.row, context)
    printing = (Print(state.row.seq, slip),) if slip and context.has_printer else ()
    return Step(greeting.state, (*greeting.effects, *printing), greeting.deadline)


def go_on(state: Recalling, _event: ButtonPressed, context: Context) -> Step:
    """B or C on the recall: seen; go on to the greeting."""
    return greet(state.medium, state.view, context)


def greet(medium: MediumKey, view: MemberView, context: Context, selected: int = 0) -> Step:
    """Show the member and the choices."""
    state = Greeting(medium, view, offers(view, context), selected)
    value = view.value()
    screen = screens.Member(
        view.record.masked_name,
        view.record.tier,
        value.shown,
        value.held,
        view.total(PurseKind.POINTS).shown,
        tuple(choice(offer, view, context) for offer in state.offers),
        selected,
    )
    return Step(state, (Light(Lamp.BUSY), Show(screen)), context.policy.idle_seconds)


def next_offer(state: Greeting, _event: ButtonPressed, context: Context) -> Step:
    """B: the next choice."""
    selected = (state.selected + 1) % max(1, len(state.offers))
    return greet(state.medium, state.view, context, selected)


def choose(state: Greeting, _event: ButtonPressed, context: Context) -> Step:
    """A: take the selected choice; ask for the pet only where there are several."""
    if not state.offers:
        return refuse(Reason.CATALOGUE_MISSING, context)
    offer = state.offers[state.selected]
    pets = pets_in_order(state.view)
    if offer.service.for_pet and len(pets) > 1:
        refused = settle(offer, state.view, pets[0], context)
        if isinstance(refused, Refusal) and offer.punch_pass is not None:
            return refuse(refused.reason, context, refused.missing)
        return pick(PickingPet(state.medium, state.view, offer, pets), context)
    return look(state.medium, state.view, offer, pets[0] if pets else None, context)


def pick(state: PickingPet, context: Context) -> Step:
    """Show the pets."""
    screen = screens.ChoosePet(state.offer.service_name, state.pets, state.selected)
    return Step(state, (Show(screen),), context.policy.idle_seconds)


def next_pet(state: PickingPet, _event: ButtonPressed, context: Context) -> Step:
    """B: the next pet."""
    selected = (state.selected + 1) % len(state.pets)
    return pick(dc.replace(state, selected=selected), context)


def choose_pet(state: PickingPet, _event: ButtonPressed, context: Context) -> Step:
    """A: for this pet."""
    return look(state.medium, state.view, state.offer, state.pets[state.selected], context)


def look(
    medium: MediumKey, view: MemberView, offer: Offer, pet: Pet | None, context: Context
) -> Step:
    """Show exactly what would be taken and what would be left; or why it cannot be."""
    line = settle(offer, view, pet, context)
    if isinstance(line, Refusal):
        step = refuse(line.reason, context, line.missing)
        if line.reason is Reason.HELD_ELSEWHERE and context.online:
            ask = AskAllowance(held_elsewhere(view))
            return Step(step.state, (*step.effects, ask), step.deadline)
        return step
    quoted = price(offer, view, pet, context) if isinstance(line, ValueRedeem) else None
    amount = line.price if isinstance(line, ValueRedeem) else None
    if offer.punch_pass is not None:
        left = view.visits(offer.punch_pass).shown - 1
    else:
        left = view.value().shown - (amount or 0)
    screen = screens.Confirm(
        offer.service_name,
        pet.name if pet and offer.service.for_pet else "",
        offer.pass_name,
        amount,
        quoted.lines if quoted else (),
        left,
    )
    version = context.catalogue.version if context.catalogue else 0
    state = Confirming(medium, view, offer, pet, line, quoted, version)
    return Step(state, (Show(screen),), context.policy.idle_seconds)


def back(state: PickingPet | Confirming, _event: ButtonPressed, context: Context) -> Step:
    """C: back to the greeting, with the same choice selected."""
    found = offers(state.view, context)
    selected = found.index(state.offer) if state.offer in found else 0
    return greet(state.medium, state.view, context, selected)


leave = rest
"""C at the greeting: done here."""
