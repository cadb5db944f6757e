"""The states of a signed-in operator.  Each carries the shift; none outlives it."""

import dataclasses as dc

from kiosk.domain.catalogue import PassPlan, TopUpPlan
from kiosk.domain.desk import DeskEntry, EntryItem, Proof
from kiosk.domain.effects import Draft
from kiosk.domain.events import Correlation
from kiosk.domain.findings import Finding
from kiosk.domain.media import MediumKey
from kiosk.domain.members import Pet
from kiosk.domain.transactions import Means
from kiosk.domain.views import MemberView, OpenTicket, Workday
from kiosk.flows.jobs import Job, Shift, Spend
from kiosk.flows.step import State

Plan = TopUpPlan | PassPlan


@dc.dataclass(frozen=True, slots=True)
class Entry:
    """A menu entry of the list, and the code of the service that it logs."""

    shown: EntryItem
    code: str = ""


@dc.dataclass(frozen=True, slots=True)
class OnShift(State):
    """Base: somebody is signed in."""

    shift: Shift


@dc.dataclass(frozen=True, slots=True)
class Surveying(OnShift):
    """The journal is asked for the operator's day."""

    correlation: Correlation


@dc.dataclass(frozen=True, slots=True)
class AtDesk(OnShift):
    """The list: open tickets first, then what else can be done.  The rest of a shift."""

    workday: Workday
    items: tuple[OpenTicket | Entry, ...]
    selected: int = 0


@dc.dataclass(frozen=True, slots=True)
class LogErrand:
    """A service is to be logged; without one, the member's usual."""

    service: str


@dc.dataclass(frozen=True, slots=True)
class LoadErrand:
    """A plan has been paid."""

    plan: Plan
    means: Means


@dc.dataclass(frozen=True, slots=True)
class ReprintErrand:
    """A member wants the last slip once more."""


Errand = LogErrand | LoadErrand | ReprintErrand


@dc.dataclass(frozen=True, slots=True)
class Tapped:
    """A card that staff tapped for an errand; without one only an operator's card matters."""

    medium: MediumKey
    errand: Errand | None


@dc.dataclass(frozen=True, slots=True)
class AwaitingMember(OnShift):
    """请刷会员卡."""

    errand: Errand


@dc.dataclass(frozen=True, slots=True)
class IdentifyingMember(OnShift):
    """The journal is asked whose medium it is.

    `before` was at work when the card came, and goes on with the operator's own card or nobody's.
    """

    correlation: Correlation
    tapped: Tapped
    before: OnShift | None = None


@dc.dataclass(frozen=True, slots=True)
class Gathering(OnShift):
    """What another terminal holds of this member is asked for; `view` is what is known so far.

    `correlation` asks for the member anew: what central has just sent may be this one's.
    """

    tapped: Tapped
    view: MemberView
    correlation: Correlation | None = None


@dc.dataclass(frozen=True, slots=True)
class PickingPetFor(OnShift):
    """Which pet was served?"""

    tapped: Tapped
    view: MemberView
    service: str
    pets: tuple[Pet, ...]
    selected: int = 0


@dc.dataclass(frozen=True, slots=True)
class PickingPlan(OnShift):
    """Which top-up, or which pass?  `entry` tells which list."""

    entry: DeskEntry
    plans: tuple[Plan, ...]
    selected: int = 0


@dc.dataclass(frozen=True, slots=True)
class PickingMeans(OnShift):
    """How is it paid?"""

    plan: Plan
    selected: int = 0


@dc.dataclass(frozen=True, slots=True)
class Deciding(OnShift):
    """The last look before any staff row: `draft` is exactly what will be written.

    `ways` are all ways to take a service, of which B shows the next; `picking` is where its pet
    was picked.
    """

    draft: Draft
    job: Job
    tapped: Tapped | None = None
    ways: tuple[Spend, ...] = ()
    picking: PickingPetFor | None = None


@dc.dataclass(frozen=True, slots=True)
class Proving(OnShift):
    """What was written, or printed, of row `seq` is shown, as `screen`; then the list again.

    `since` is mono seconds.
    """

    since: float
    seq: int
    screen: Proof


@dc.dataclass(frozen=True, slots=True)
class RefusingStaff(OnShift):
    """Why not is read; then the list again."""


@dc.dataclass(frozen=True, slots=True)
class SeeingToday(OnShift):
    """What I did today is read."""


@dc.dataclass(frozen=True, slots=True)
class ReadingFacts(OnShift):
    """The technician reads, from fact `first` on."""

    first: int = 0


@dc.dataclass(frozen=True, slots=True)
class Examining(OnShift):
    """The devices are being checked."""

    correlation: Correlation


@dc.dataclass(frozen=True, slots=True)
class ReadingFindings(OnShift):
    """The technician reads what was found, at `page`."""

    findings: tuple[Finding, ...]
    page: int = 0


@dc.dataclass(frozen=True, slots=True)
class CheckingScreen(OnShift):
    """Screen and lamp test, at `step`."""

    step: int = 0
