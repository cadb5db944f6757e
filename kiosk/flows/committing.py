"""From the confirmation to the proof, for members and staff alike.

Invariant: no success effect (Lamp.OK, Sound.OK, a proof, a slip of it) exists before Committed;
Committing and Doubting are left only by the journal's answer, never by a deadline, a button or a
card.
"""

import dataclasses as dc

from kiosk.domain import screens
from kiosk.domain.devices import Lamp, Part, PrintOutcome, SlipFate, Sound
from kiosk.domain.effects import Commit, Draft, Effect, Light, MarkShown, Play, Print, Show
from kiosk.domain.events import ButtonPressed, Committed, Refused, SlipEnded
from kiosk.domain.policy import SlipPolicy
from kiosk.domain.slips import AnySlip
from kiosk.domain.transactions import AnyLine
from kiosk.flows import proofs, receipts
from kiosk.flows.desk_states import Deciding, Proving
from kiosk.flows.jobs import Job, Shift, Spend
from kiosk.flows.rest import refuse, refuse_staff, rest
from kiosk.flows.states import Committing, Confirming, Doubting, Finished
from kiosk.flows.step import KEEP, Context, Step

_FATES = {
    PrintOutcome.PRINTED: SlipFate.PRINTED,
    PrintOutcome.FAILED: SlipFate.FAILED,
    PrintOutcome.UNKNOWN: SlipFate.UNSURE,
}


def commit(state: Confirming, _event: ButtonPressed, context: Context) -> Step:
    """A: write it.  After `patience_seconds` without an answer the outcome is unknown."""
    job = state.job
    draft = Draft(
        context.now,
        context.clock,
        context.day,
        job.way.lines,
        job.view.record.member,
        job.view.medium,
        state.catalogue,
    )
    return write(draft, job, context)


def decide(state: Deciding, _event: ButtonPressed, context: Context) -> Step:
    """A: write what staff confirmed."""
    return write(state.draft, state.job, context)


def staff_draft(
    shift: Shift,
    lines: tuple[AnyLine, ...],
    member: str,
    medium: str,
    context: Context,
    ref: int = 0,
) -> Draft:
    """Make what staff will write, by the price list of now; `ref` is the row that it undoes."""
    return Draft(
        context.now,
        context.clock,
        context.day,
        lines,
        member,
        medium,
        context.catalogue.version if context.catalogue else 0,
        shift.operator.record.operator,
        ref,
    )


def write(draft: Draft, job: Job, context: Context) -> Step:
    """Hand it to the journal and say so."""
    effects = (Show(screens.Processing()), Commit(context.correlation, draft))
    return Step(Committing(context.correlation, job), effects, context.policy.patience_seconds)


def doubt(state: Committing, _event: object, _context: Context) -> Step:
    """The journal is late: 结果未知.  It still owes the answer."""
    effects = (Light(Lamp.FAULT), Show(screens.OutcomeUnknown()))
    return Step(Doubting(state.correlation, state.job), effects, None)


def still_doubt(state: Doubting, _event: object, _context: Context) -> Step:
    """A card or a button while the outcome is unknown: nothing is taken, and that is said."""
    return Step(state, (Play(Sound.REFUSED), Show(screens.OutcomeUnknown())), KEEP)


def committed(state: Committing, event: Committed, context: Context) -> Step:
    """On disk: only now the green lamp, the beep, the screen and the slip."""
    job = state.job
    if isinstance(job, Spend):
        return _finish(job, event, context)
    slip = proofs.slip(job, event, context)
    fate = _fate(slip, context)
    screen = dc.replace(proofs.screen(job, event.view), slip=fate)
    effects: list[Effect] = [Light(Lamp.OK), Play(Sound.OK), Show(screen)]
    if slip and fate is not SlipFate.NONE:
        # to a printer that is out of order too: it may be back, and if not that is recorded
        effects.append(Print(event.seq, slip))
    effects += _seen(event, context)
    proving = Proving(job.shift, context.mono, event.seq, screen)
    return Step(proving, effects, context.policy.done_seconds)


def _finish(job: Spend, event: Committed, context: Context) -> Step:
    offer, view, quote = job.offer, event.view, job.way.quote
    slip = receipts.slip(job, event, context)
    fate = _fate(slip, context)
    if fate is SlipFate.PRINTING and context.policy.slip is SlipPolicy.ASK:
        fate = SlipFate.OFFERED
    screen = screens.Done(
        offer.service_name,
        view.visits(offer.punch_pass).shown if offer.punch_pass else None,
        quote.price if quote else None,
        view.value().shown if quote else None,
        quote.points if quote else 0,
        fate,
        receipts.using(job.way.lines, view, context),
    )
    effects: list[Effect] = [Light(Lamp.OK), Play(Sound.OK), Show(screen)]
    if context.has_printer and context.policy.slip is SlipPolicy.ALWAYS:
        effects.append(Print(event.seq, slip))
    effects += _seen(event, context)
    offered = slip if fate is SlipFate.OFFERED else None
    finished = Finished(job.medium, context.mono, event.seq, screen, offered)
    return Step(finished, effects, context.policy.done_seconds)


def _fate(slip: AnySlip | None, context: Context) -> SlipFate:
    if slip is None or not context.has_printer or context.policy.slip is SlipPolicy.NEVER:
        return SlipFate.NONE
    return _prospect(context)


def _prospect(context: Context) -> SlipFate:
    """Tell what is known of a slip before it is printed."""
    return SlipFate.FAILED if Part.PRINTER in context.faults else SlipFate.PRINTING


def print_offered(state: Finished, event: ButtonPressed, context: Context) -> Step:
    """A after a spend: print the slip if it was offered, and say how that goes; else rest."""
    if state.slip is None:
        return rest(state, event, context)
    step = _show_slip(dc.replace(state, slip=None), _prospect(context), context)
    return Step(step.state, (*step.effects, Print(state.seq, state.slip)), step.deadline)


def slip_ended(state: Finished | Proving, event: SlipEnded, context: Context) -> Step:
    """Say what became of the slip, while its proof is on the screen.

    That it came out is seen; what must be read, that it did not, is shown as long as a proof.
    """
    fate = _FATES[event.outcome]
    if event.seq != state.seq or fate is state.screen.slip:
        return Step(state, (), KEEP)
    step = _show_slip(state, fate, context)
    return Step(step.state, step.effects, KEEP) if fate is SlipFate.PRINTED else step


def _show_slip(state: Finished | Proving, fate: SlipFate, context: Context) -> Step:
    shown: Finished | Proving
    if isinstance(state, Finished):
        shown = dc.replace(state, screen=dc.replace(state.screen, slip=fate))
    else:
        shown = dc.replace(state, screen=dc.replace(state.screen, slip=fate))
    return Step(shown, (Show(shown.screen),), context.policy.done_seconds)


def _seen(event: Committed, context: Context) -> list[Effect]:
    return [] if Part.DISPLAY in context.faults else [MarkShown(event.seq)]


def refused(state: Committing, event: Refused, context: Context) -> Step:
    """The journal says no: nothing was written."""
    if isinstance(state.job, Spend):
        return refuse(event.reason, context)
    return refuse_staff(state.job.shift, event.reason, context)
