"""From the confirmation to the proof.

Invariant: no success effect (Lamp.OK, Sound.OK, Done, Print) exists before Committed; Committing
and Doubting are left only by the journal's answer, never by a deadline, a button or a card.
"""

from kiosk.domain import screens
from kiosk.domain.devices import Lamp, Part, Sound
from kiosk.domain.effects import Commit, Draft, Effect, Light, MarkShown, Play, Print, Show
from kiosk.domain.events import ButtonPressed, Committed, Refused
from kiosk.domain.policy import SlipPolicy
from kiosk.flows import receipts
from kiosk.flows.rest import refuse
from kiosk.flows.states import Committing, Confirming, Doubting, Finished
from kiosk.flows.step import KEEP, Context, Step


def commit(state: Confirming, _event: ButtonPressed, context: Context) -> Step:
    """A: write it.  After `patience_seconds` without an answer the outcome is unknown."""
    draft = Draft(
        context.now,
        context.clock,
        context.day,
        (state.line,),
        state.view.record.member,
        state.view.medium,
        state.catalogue,
    )
    committing = Committing(
        context.correlation,
        state.medium,
        state.view,
        state.offer,
        state.pet,
        state.line,
        state.quote,
        state.catalogue,
    )
    effects = (Show(screens.Processing()), Commit(context.correlation, draft))
    return Step(committing, effects, context.policy.patience_seconds)


def doubt(state: Committing, _event: object, _context: Context) -> Step:
    """The journal is late: 结果未知.  It still owes the answer."""
    doubting = Doubting(
        state.correlation,
        state.medium,
        state.view,
        state.offer,
        state.pet,
        state.line,
        state.quote,
        state.catalogue,
    )
    return Step(doubting, (Light(Lamp.FAULT), Show(screens.OutcomeUnknown())), None)


def still_doubt(state: Doubting, _event: object, _context: Context) -> Step:
    """A card or a button while the outcome is unknown: nothing is taken, and that is said."""
    return Step(state, (Play(Sound.REFUSED), Show(screens.OutcomeUnknown())), KEEP)


def committed(state: Committing, event: Committed, context: Context) -> Step:
    """On disk: only now the green lamp, the beep, the screen and the slip."""
    offer, view, quote = state.offer, event.view, state.quote
    printing = context.has_printer and context.policy.slip is SlipPolicy.ALWAYS
    screen = screens.Done(
        offer.service_name,
        view.visits(offer.punch_pass).shown if offer.punch_pass else None,
        quote.price if quote else None,
        view.value().shown if quote else None,
        quote.points if quote else 0,
        printing and Part.PRINTER not in context.faults,
    )
    effects: list[Effect] = [Light(Lamp.OK), Play(Sound.OK), Show(screen)]
    if printing:
        effects.append(Print(event.seq, receipts.slip(state, event, context)))
    if Part.DISPLAY not in context.faults:
        effects.append(MarkShown(event.seq))
    return Step(Finished(state.medium, context.mono), effects, context.policy.done_seconds)


def refused(_state: Committing, event: Refused, context: Context) -> Step:
    """The journal says no: nothing was written."""
    return refuse(event.reason, context)
