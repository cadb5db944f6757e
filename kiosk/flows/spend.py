"""From the confirmation to the proof, for members and staff alike.

Invariant: no success effect (Lamp.OK, Sound.OK, a proof, a slip of it) exists before Committed;
Committing and Doubting are left only by the journal's answer, never by a deadline, a button or a
card.
"""

from kiosk.domain import screens
from kiosk.domain.devices import Lamp, Part, Sound
from kiosk.domain.effects import Commit, Draft, Effect, Light, MarkShown, Play, Print, Show
from kiosk.domain.events import ButtonPressed, Committed, Refused
from kiosk.domain.policy import SlipPolicy
from kiosk.flows import proofs, receipts
from kiosk.flows.desk_states import Deciding, Proving
from kiosk.flows.jobs import Job, Spend
from kiosk.flows.rest import refuse, refuse_staff
from kiosk.flows.states import Committing, Confirming, Doubting, Finished
from kiosk.flows.step import KEEP, Context, Step


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
    effects: list[Effect] = [Light(Lamp.OK), Play(Sound.OK), Show(proofs.screen(job, event.view))]
    slip = proofs.slip(job, event, context)
    if slip and context.has_printer and context.policy.slip is not SlipPolicy.NEVER:
        effects.append(Print(event.seq, slip))
    effects += _seen(event, context)
    return Step(Proving(job.shift), effects, context.policy.done_seconds)


def _finish(job: Spend, event: Committed, context: Context) -> Step:
    offer, view, quote = job.offer, event.view, job.way.quote
    slip = receipts.slip(job, event, context)
    printing = context.has_printer and context.policy.slip is SlipPolicy.ALWAYS
    asking = context.has_printer and context.policy.slip is SlipPolicy.ASK
    screen = screens.Done(
        offer.service_name,
        view.visits(offer.punch_pass).shown if offer.punch_pass else None,
        quote.price if quote else None,
        view.value().shown if quote else None,
        quote.points if quote else 0,
        printing and Part.PRINTER not in context.faults,
        asking,
        receipts.using(job.way.lines, view, context),
    )
    effects: list[Effect] = [Light(Lamp.OK), Play(Sound.OK), Show(screen)]
    if printing:
        effects.append(Print(event.seq, slip))
    effects += _seen(event, context)
    finished = Finished(job.medium, context.mono, event.seq, slip if asking else None)
    return Step(finished, effects, context.policy.done_seconds)


def _seen(event: Committed, context: Context) -> list[Effect]:
    return [] if Part.DISPLAY in context.faults else [MarkShown(event.seq)]


def refused(state: Committing, event: Refused, context: Context) -> Step:
    """The journal says no: nothing was written."""
    if isinstance(state.job, Spend):
        return refuse(event.reason, context)
    return refuse_staff(state.job.shift, event.reason, context)
