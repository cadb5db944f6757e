"""A member's visit from the tap to the last look: what was taken last, the choice, the pet."""

import dataclasses as dc

from kiosk.domain import screens
from kiosk.domain.devices import Lamp, Part
from kiosk.domain.effects import (
    AskAllowance,
    Commit,
    Draft,
    Effect,
    Light,
    MarkShown,
    Print,
    Show,
)
from kiosk.domain.events import ButtonPressed, Identified, Refused
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import CheckIn
from kiosk.domain.uses import PLAIN
from kiosk.domain.views import MemberView
from kiosk.flows import earlier
from kiosk.flows.confirming import look
from kiosk.flows.greeting import greet
from kiosk.flows.holdings import held_elsewhere
from kiosk.flows.offers import offers, pets_in_order, settle
from kiosk.flows.rest import UNKNOWN_SECONDS, refuse, rest, unknown_medium
from kiosk.flows.states import (
    Confirming,
    Greeting,
    Identifying,
    PickingPet,
    ReadingDetails,
    Recalling,
    Refusing,
)
from kiosk.flows.step import Context, Refusal, Step


def identified(state: Identifying, event: Identified, context: Context) -> Step:
    """Greet; but first say what was taken last, if that was perhaps never seen."""
    view = event.view
    asks: list[Effect] = []
    if context.online and (accounts := held_elsewhere(view, context)):
        asks.append(AskAllowance(accounts))
    if first := is_first_today(view, context):
        asks.append(check_in(view, context))
    if view.unshown is not None and (screen := earlier.already_taken(view, context)):
        seen = () if Part.DISPLAY in context.faults else (MarkShown(view.unshown.seq),)
        effects = (Light(Lamp.BUSY), Show(screen), *seen, *asks)
        recalling = Recalling(state.medium, view, view.unshown)
        return Step(recalling, effects, context.policy.idle_seconds)
    greeting = greet(state.medium, view, context, checked_in=first)
    return Step(greeting.state, (*greeting.effects, *asks), greeting.deadline)


def is_first_today(view: MemberView, context: Context) -> bool:
    """Tell whether this tap is the member's first of the day here (签到, S46).

    With an unsynced clock nobody knows the day, and nothing is claimed.
    """
    day = context.sure_day
    return day is not None and context.policy.checkin_points > 0 and view.checked_in != day


def check_in(view: MemberView, context: Context) -> Commit:
    """Write the check-in beside the greeting, which does not wait for it."""
    lines = (CheckIn(context.day),)
    draft = Draft(
        context.now, context.clock, context.day, lines, view.record.member, view.medium, 0
    )
    return Commit(context.correlation, draft)


def not_identified(state: Identifying, event: Refused, context: Context) -> Step:
    """No member for this medium, a blocked one, or a journal that cannot answer."""
    if event.reason is Reason.UNKNOWN_MEDIUM and state.again:
        return Step(Refusing(unknown=state.medium), (), UNKNOWN_SECONDS)
    if event.reason is Reason.UNKNOWN_MEDIUM:
        return unknown_medium(state, context)
    return refuse(event.reason, context)


def reprint(state: Recalling, _event: ButtonPressed, context: Context) -> Step:
    """A on the recall: print its slip once more, marked as a copy, and go on."""
    greeting = greet(state.medium, state.view, context)
    slip = earlier.slip(state.view, state.row, context, copy=1)
    printing = (Print(state.row.seq, slip),) if slip and context.has_printer else ()
    return Step(greeting.state, (*greeting.effects, *printing), greeting.deadline)


def go_on(state: Recalling, _event: ButtonPressed, context: Context) -> Step:
    """B or C on the recall: seen; go on to the greeting."""
    return greet(state.medium, state.view, context)


def choose(state: Greeting, _event: ButtonPressed, context: Context) -> Step:
    """A: take the selected choice; ask for the pet only where there are several."""
    if state.selected >= len(state.offers):
        if state.notes:
            return read(ReadingDetails(state.medium, state.view, state.notes), context)
        return refuse(Reason.CATALOGUE_MISSING, context)
    offer = state.offers[state.selected]
    pets = pets_in_order(state.view)
    if offer.service.for_pet and len(pets) > 1:
        found = [settle(offer, state.view, pet, context) for pet in pets]
        refused = [one for one in found if isinstance(one, Refusal)]
        fixed = offer.punch_pass is not None or offer.use != PLAIN
        if fixed and len(refused) == len(pets):
            return refuse(refused[0].reason, context, refused[0].missing)
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


def back(state: PickingPet | Confirming, _event: ButtonPressed, context: Context) -> Step:
    """C: back to the greeting, with the same choice selected."""
    visit = state.job if isinstance(state, Confirming) else state
    found = offers(visit.view, context)
    selected = found.index(visit.offer) if visit.offer in found else 0
    return greet(visit.medium, visit.view, context, selected)


def read(state: ReadingDetails, context: Context) -> Step:
    """Show the notes from the first on this page."""
    record = state.view.record
    screen = screens.Details(record.masked_name, record.tier, state.notes, state.first)
    return Step(state, (Show(screen),), context.policy.idle_seconds)


def turn_page(state: ReadingDetails, _event: ButtonPressed, context: Context) -> Step:
    """B: the next note at the top, round and round."""
    return read(dc.replace(state, first=(state.first + 1) % len(state.notes)), context)


def close_details(state: ReadingDetails, _event: ButtonPressed, context: Context) -> Step:
    """A or C: back to the greeting."""
    return greet(state.medium, state.view, context)


leave = rest
"""C at the greeting: done here."""
