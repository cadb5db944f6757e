"""The states of the kiosk, in the order of a visit."""

import dataclasses as dc

from kiosk.domain.events import Correlation
from kiosk.domain.media import MediumKey
from kiosk.domain.members import Pet
from kiosk.domain.screens import Done, Note
from kiosk.domain.slips import AnySlip
from kiosk.domain.views import LastRow, MemberView
from kiosk.flows.jobs import Job, Spend
from kiosk.flows.offers import Offer
from kiosk.flows.step import State
from kiosk.flows.ways import Way


@dc.dataclass(frozen=True, slots=True)
class Starting(State):
    """Before the first event."""


@dc.dataclass(frozen=True, slots=True)
class Resting(State):
    """Waiting for a card or a code."""


@dc.dataclass(frozen=True, slots=True)
class Identifying(State):
    """The journal is asked whose medium it is; `again` for one that was unknown a moment ago."""

    correlation: Correlation
    medium: MediumKey
    again: bool = False


@dc.dataclass(frozen=True, slots=True)
class Recalling(State):
    """The member's last row may not have been seen: it is said before anything new."""

    medium: MediumKey
    view: MemberView
    row: LastRow


@dc.dataclass(frozen=True, slots=True)
class Greeting(State):
    """The member sees what is left and chooses; after the offers, `notes` are the last choice.

    `correlation` asks for the member anew: what central has just sent may be this one's.
    """

    medium: MediumKey
    view: MemberView
    offers: tuple[Offer, ...]
    notes: tuple[Note, ...] = ()
    selected: int = 0
    correlation: Correlation | None = None


@dc.dataclass(frozen=True, slots=True)
class PickingPet(State):
    """Which pet is it for?"""

    medium: MediumKey
    view: MemberView
    offer: Offer
    pets: tuple[Pet, ...]
    selected: int = 0


@dc.dataclass(frozen=True, slots=True)
class ReadingDetails(State):
    """The member reads all notes, from `first` on."""

    medium: MediumKey
    view: MemberView
    notes: tuple[Note, ...]
    first: int = 0


@dc.dataclass(frozen=True, slots=True)
class Confirming(State):
    """The last look: `job.way.lines` is exactly what will be written.

    `catalogue` is the version that the price is from, which stays the row's own when a newer one
    arrives before A is pressed.  `ways` are all, of which B shows the next.
    """

    job: Spend
    catalogue: int
    ways: tuple[Way, ...] = ()


@dc.dataclass(frozen=True, slots=True)
class Committing(State):
    """The journal writes.  No stimulus leads out; only its answer does."""

    correlation: Correlation
    job: Job


@dc.dataclass(frozen=True, slots=True)
class Doubting(Committing):
    """As Committing, and the answer is late: every new spend is refused until it comes."""


@dc.dataclass(frozen=True, slots=True)
class Finished(State):
    """Committed and shown, as `screen`; `since` is mono seconds.

    `slip` is printed if A is pressed.
    """

    medium: MediumKey
    since: float
    seq: int
    screen: Done
    slip: AnySlip | None = None


@dc.dataclass(frozen=True, slots=True)
class Refusing(State):
    """Nothing was taken, and the reason is read.  `unknown` is a medium that nobody owns yet."""

    unknown: MediumKey | None = None
