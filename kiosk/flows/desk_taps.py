"""Cards and codes while somebody is signed in: a member's for an errand, an operator's.

A card that comes in the middle of a job never confirms it, and what is not for it changes nothing:
the own card, a stranger's, one that bounces.  Another operator's takes over; another member's
begins the errand anew.
"""

from collections.abc import Sequence

from kiosk.domain.devices import Lamp, Sound
from kiosk.domain.effects import Effect, Identify, Light, Play
from kiosk.domain.events import (
    Identified,
    OperatorIdentified,
    Presented,
    Refused,
)
from kiosk.flows import cashier, rest, walk_in
from kiosk.flows.desk import LOGGING, again, survey
from kiosk.flows.desk_states import (
    AtDesk,
    AwaitingMember,
    Deciding,
    Entry,
    Errand,
    Gathering,
    IdentifyingMember,
    LoadErrand,
    LogErrand,
    PickingMeans,
    PickingPetFor,
    PickingPlan,
    Proving,
    RefusingStaff,
    ReprintErrand,
    SeeingToday,
    Tapped,
)
from kiosk.flows.step import KEEP, Context, Step

Free = AtDesk | Proving | RefusingStaff | SeeingToday
"""Nothing is at work that a card could disturb."""

Bound = AwaitingMember | PickingPetFor | Deciding | Gathering | PickingPlan | PickingMeans
"""Something is at work."""


def present(state: Free | Bound, event: Presented, context: Context) -> Step:
    """A card: at the list it begins with the selected service, or with the member's usual one."""
    bounced = isinstance(state, Proving) and _is_same_tap(state.since, context)
    last = _tapped(state)
    if bounced or (last and last.medium == event.medium):
        return Step(state, (), KEEP)
    effects = (Play(Sound.TAP), Light(Lamp.BUSY), Identify(context.correlation, event.medium))
    tapped = Tapped(event.medium, _errand(state))
    before = state if isinstance(state, Bound) else None
    identifying = IdentifyingMember(state.shift, context.correlation, tapped, before)
    return Step(identifying, effects, context.policy.patience_seconds)


def _is_same_tap(since: float, context: Context) -> bool:
    return context.mono - since < context.policy.same_tap_seconds


def _tapped(state: Free | Bound) -> Tapped | None:
    match state:
        case Deciding(tapped=tapped) | PickingPetFor(tapped=tapped) | Gathering(tapped=tapped):
            return tapped
        case _:
            return None


def _errand(state: Free | Bound) -> Errand | None:
    if tapped := _tapped(state):
        return tapped.errand
    match state:
        case AtDesk() if state.items and isinstance(item := state.items[state.selected], Entry):
            return LogErrand(item.code)
        case AwaitingMember(errand=errand):
            return errand
        case PickingPlan() | PickingMeans():
            return None
        case _:
            return LogErrand("")


def member_identified(state: IdentifyingMember, event: Identified, context: Context) -> Step:
    """Whose card it is: go on with the errand."""
    match state.tapped.errand:
        case LogErrand():
            if state.shift.operator.record.role not in LOGGING:
                return again(state, event, context)
            return walk_in.begin(state.shift, state.tapped, event.view, context)
        case LoadErrand() as errand:
            return cashier.confirm(state.shift, state.tapped, errand, event.view, context)
        case ReprintErrand():
            return cashier.reprint(state.shift, event.view, context)
        case None:
            return _unmoved(state, event, context, (Play(Sound.REFUSED),))


def operator_identified(
    state: IdentifyingMember, event: OperatorIdentified, context: Context
) -> Step:
    """The same operator's card signs out at the list; another one's takes over anywhere."""
    if event.view.record.operator != state.shift.operator.record.operator:
        return survey(event.view, context)
    if state.before is None and not _is_same_tap(state.shift.since, context):
        return rest.rest(state, event, context)
    return _unmoved(state, event, context)


def not_identified(state: IdentifyingMember, event: Refused, context: Context) -> Step:
    """Nobody's card, or a blocked one."""
    step = rest.refuse_staff(state.shift, event.reason, context)
    if state.before is None:
        return step
    asked = isinstance(state.before, AwaitingMember)
    return _unmoved(state, event, context, step.effects if asked else (Play(Sound.REFUSED),))


def _unmoved(
    state: IdentifyingMember, event: object, context: Context, effects: Sequence[Effect] = ()
) -> Step:
    """Go on where the card came in between; what is on the display is still true."""
    match state.before:
        case None:
            return again(state, event, context)
        case AwaitingMember() as before:
            lamp = () if effects else (Light(Lamp.READY),)
            return Step(before, (*lamp, *effects), context.staff_seconds)
        case Gathering() as before:
            return Step(before, effects, context.policy.patience_seconds)
        case before:
            return Step(before, effects, context.staff_seconds)


def misread(
    state: AtDesk | AwaitingMember | RefusingStaff,
    event: rest.Unread,
    context: Context,
) -> Step:
    """Say so; a card that was asked for is asked for still."""
    said = rest.misread(state, event, context)
    if isinstance(state, AwaitingMember):
        return Step(state, said.effects, context.staff_seconds)
    return Step(RefusingStaff(state.shift), said.effects, said.deadline)
