"""A member's visit up to the last look: greeting, choice of service, choice of pet."""

import dataclasses as dc

from kiosk.domain import screens
from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Lamp, Part
from kiosk.domain.effects import (
    AskAllowance,
    Commit,
    Draft,
    Effect,
    Identify,
    Light,
    MarkShown,
    Print,
    Show,
)
from kiosk.domain.events import ButtonPressed, Correlation, Identified, Refused
from kiosk.domain.media import MediumKey
from kiosk.domain.members import PurseKind
from kiosk.domain.names import Name
from kiosk.domain.refusals import Reason
from kiosk.domain.screens import Choice
from kiosk.domain.transactions import CheckIn
from kiosk.domain.views import MemberView
from kiosk.flows import receipts, uses
from kiosk.flows.confirming import look
from kiosk.flows.notes import notes
from kiosk.flows.offers import Offer, choice, offers, pets_in_order, settle
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
from kiosk.flows.step import KEEP, Context, Refusal, Step
from kiosk.flows.uses import PLAIN, Use, held_elsewhere

DETAILS = Choice(Name("详情", "Details"))
"""The choice that opens the notes: neither visits nor a price."""


def identified(state: Identifying, event: Identified, context: Context) -> Step:
    """Greet; but first say what was taken last, if that was perhaps never seen."""
    view = event.view
    asks: list[Effect] = []
    if context.online and (accounts := held_elsewhere(view, context)):
        asks.append(AskAllowance(accounts))
    if first := is_first_today(view, context):
        asks.append(check_in(view, context))
    if view.unshown is not None and (screen := receipts.already_taken(view, context)):
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
    known = context.clock is not ClockState.UNSYNCED
    return known and context.policy.checkin_points > 0 and view.checked_in != context.day


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
    slip = receipts.earlier_slip(state.view, state.row, context, copy=1)
    printing = (Print(state.row.seq, slip),) if slip and context.has_printer else ()
    return Step(greeting.state, (*greeting.effects, *printing), greeting.deadline)


def go_on(state: Recalling, _event: ButtonPressed, context: Context) -> Step:
    """B or C on the recall: seen; go on to the greeting."""
    return greet(state.medium, state.view, context)


def greet(
    medium: MediumKey,
    view: MemberView,
    context: Context,
    selected: int = 0,
    *,
    checked_in: bool = False,
    asking: Correlation | None = None,
) -> Step:
    """Show the member and the choices; the last one opens the notes, if there are any.

    `asking` is what the greeting still waits for, see `look_again`.
    """
    known = notes(view, context, checked_in=checked_in)
    offered = offers(view, context)
    rows = [choice(offer, view, context) for offer in offered]
    if known:
        rows.append(DETAILS)
    selected = min(selected, max(0, len(rows) - 1))
    state = Greeting(medium, view, offered, known, selected, asking)
    value = view.value()
    screen = screens.Member(
        view.record.masked_name,
        view.record.tier,
        value.shown,
        value.held,
        view.total(PurseKind.POINTS).shown,
        tuple(rows),
        selected,
        known[0] if known else None,
        uses.count(view, context),
    )
    return Step(state, (Light(Lamp.BUSY), Show(screen)), context.policy.idle_seconds)


def look_again(state: Greeting, _event: object, context: Context) -> Step:
    """Something has come from central: perhaps what another terminal held of this member."""
    asking = dc.replace(state, correlation=context.correlation)
    return Step(asking, (Identify(context.correlation, state.medium),), KEEP)


def seen_again(state: Greeting, event: Identified, context: Context) -> Step:
    """The member as of now, with the same choice selected; unchanged, nothing moves."""
    if event.view == state.view:
        return Step(dc.replace(state, correlation=None), (), KEEP)
    step = _greet_again(state, event.view, context)
    # a top-up at another terminal may become known only now
    new = set(held_elsewhere(event.view, context)) - set(held_elsewhere(state.view, context))
    asks = (AskAllowance(tuple(sorted(new))),) if new and context.online else ()
    return Step(step.state, (*step.effects, *asks), KEEP)


def priced_again(state: Greeting, _event: object, context: Context) -> Step:
    """A price list has come: after a power cut it can be later than the card on the reader."""
    step = _greet_again(state, state.view, context, state.correlation)
    return Step(step.state, step.effects, KEEP)


def _greet_again(
    state: Greeting, view: MemberView, context: Context, asking: Correlation | None = None
) -> Step:
    """Greet with the same choice selected, as far as there still is one."""
    keys = [_key(offer) for offer in offers(view, context)]
    selected = 0
    if state.offers and state.selected >= len(state.offers):
        selected = len(keys)
    elif state.offers and (key := _key(state.offers[state.selected])) in keys:
        selected = keys.index(key)
    return greet(state.medium, view, context, selected, asking=asking)


def _key(offer: Offer) -> tuple[str, str, Use]:
    """Name what was chosen, whatever has become of its price or of the pass since."""
    return offer.service.code, offer.punch_pass.pass_id if offer.punch_pass else "", offer.use


def not_seen_again(_state: Greeting, event: Refused, context: Context) -> Step:
    """The card has just been blocked, or the journal has failed."""
    return refuse(event.reason, context)


def next_offer(state: Greeting, _event: ButtonPressed, context: Context) -> Step:
    """B: the next choice."""
    selected = (state.selected + 1) % max(1, len(state.offers) + bool(state.notes))
    return greet(state.medium, state.view, context, selected, asking=state.correlation)


def choose(state: Greeting, _event: ButtonPressed, context: Context) -> Step:
    """A: take the selected choice; ask for the pet only where there are several."""
    if state.selected >= len(state.offers):
        if state.notes:
            return read(ReadingDetails(state.medium, state.view, state.notes), context)
        return refuse(Reason.CATALOGUE_MISSING, context)
    offer = state.offers[state.selected]
    pets = pets_in_order(state.view)
    if offer.service.for_pet and len(pets) > 1:
        refused = settle(offer, state.view, pets[0], context)
        fixed = offer.punch_pass is not None or offer.use != PLAIN
        if isinstance(refused, Refusal) and fixed:
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
