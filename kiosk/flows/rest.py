"""At rest, and every way to begin a visit or to end one."""

from kiosk.domain import screens
from kiosk.domain.devices import Lamp, PartState, Sound
from kiosk.domain.effects import Effect, Identify, Light, Play, ReportUnknown, Show
from kiosk.domain.events import (
    CardUnreadable,
    CatalogueChanged,
    CodeRejected,
    LinkChanged,
    PartChanged,
    PolicyChanged,
    Presented,
    Refused,
    SeveralCards,
)
from kiosk.domain.refusals import Reason
from kiosk.flows.desk_states import RefusingStaff
from kiosk.flows.jobs import Shift
from kiosk.flows.states import Identifying, Refusing, Resting
from kiosk.flows.step import KEEP, Context, State, Step

UNKNOWN_SECONDS = 60.0
"""How long an unknown card waits on the screen for staff to bind it."""

WORLD = (PartChanged, LinkChanged, PolicyChanged, CatalogueChanged)
"""Stimuli about the terminal itself; at rest they change the idle screen."""

Unread = CardUnreadable | CodeRejected | SeveralCards
"""What was shown, and could not be taken for a card or a code."""


def idle(context: Context) -> tuple[Effect, ...]:
    """Draw the idle screen and its lamp."""
    first = next((report for report in context.parts if report.part in context.faults), None)
    screen = screens.Idle(
        context.policy.shop_name,
        context.local,
        context.policy.banner,
        context.online,
        context.waiting,
        context.faults,
        context.limping,
        first.how if first else PartState.FAULT,
    )
    ill = context.faults or context.limping
    return Show(screen), Light(Lamp.FAULT if ill else Lamp.READY)


def rest(_state: State, _event: object, context: Context) -> Step:
    """Go to rest; its deadline is the next full minute, when the clock on the screen moves."""
    local = context.local
    to_next_minute = 60.0 - local.second - local.microsecond / 1e6
    return Step(Resting(), idle(context), to_next_minute)


def present(_state: State, event: Presented, context: Context) -> Step:
    """A card or a code: ask the journal.  Within `patience_seconds`, or it is a fault."""
    effects = (
        Play(Sound.TAP),
        Light(Lamp.BUSY),
        Show(screens.Looking()),
        Identify(context.correlation, event.medium),
    )
    return Step(
        Identifying(context.correlation, event.medium), effects, context.policy.patience_seconds
    )


def refuse(reason: Reason, context: Context, missing: int = 0) -> Step:
    """Say why nothing was taken."""
    return _say(screens.Refused(reason, missing), context)


def _say(screen: screens.Screen, context: Context) -> Step:
    effects = (Light(Lamp.REFUSED), Play(Sound.REFUSED), Show(screen))
    return Step(Refusing(), effects, context.policy.refused_seconds)


def misread(_state: State, event: Unread, context: Context) -> Step:
    """What was shown cannot be taken: say why, and what to do."""
    match event:
        case CardUnreadable():
            return _say(screens.Unreadable(), context)
        case CodeRejected():
            return _say(screens.Unreadable(scanned=True), context)
        case SeveralCards():
            return _say(screens.OneCardOnly(), context)


def unknown_medium(state: Identifying, context: Context) -> Step:
    """Say so, and let central know, so that staff can bind the card while it lies here."""
    step = refuse(Reason.UNKNOWN_MEDIUM, context)
    effects = (*step.effects, ReportUnknown(state.medium))
    return Step(Refusing(unknown=state.medium), effects, UNKNOWN_SECONDS)


def bound(state: Refusing, _event: object, context: Context) -> Step:
    """The directory has changed while an unknown card waits: perhaps it is known now."""
    if state.unknown is None:
        return Step(state, (), KEEP)
    identify = Identify(context.correlation, state.unknown)
    identifying = Identifying(context.correlation, state.unknown, again=True)
    return Step(identifying, (identify,), context.policy.patience_seconds)


def refuse_staff(shift: Shift, reason: Reason, context: Context, missing: int = 0) -> Step:
    """Say to staff why nothing was written; the list comes back."""
    said = refuse(reason, context, missing)
    return Step(RefusingStaff(shift), said.effects, said.deadline)


def no_survey(_state: State, event: Refused, context: Context) -> Step:
    """The journal cannot tell the operator's day."""
    return refuse(event.reason, context)


def journal_silent(_state: State, _event: object, context: Context) -> Step:
    """The journal did not answer a question in time; nothing was asked of it but to look."""
    return refuse(Reason.JOURNAL_FAULT, context)
