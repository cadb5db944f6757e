"""The states of the kiosk, in the order of a visit."""

import dataclasses as dc

from kiosk.domain.events import Correlation
from kiosk.domain.media import MediumKey
from kiosk.domain.members import Pet
from kiosk.domain.pricing import Quote
from kiosk.domain.transactions import AnyLine
from kiosk.domain.views import LastRow, MemberView
from kiosk.flows.offers import Offer
from kiosk.flows.step import State


@dc.dataclass(frozen=True, slots=True)
class Starting(State):
    """Before the first event."""


@dc.dataclass(frozen=True, slots=True)
class Resting(State):
    """Waiting for a card or a code."""


@dc.dataclass(frozen=True, slots=True)
class Identifying(State):
    """The journal is asked whose medium it is."""

    correlation: Correlation
    medium: MediumKey


@dc.dataclass(frozen=True, slots=True)
class Recalling(State):
    """The member's last row may not have been seen: it is said before anything new."""

    medium: MediumKey
    view: MemberView
    row: LastRow


@dc.dataclass(frozen=True, slots=True)
class Greeting(State):
    """The member sees what is left and chooses."""

    medium: MediumKey
    view: MemberView
    offers: tuple[Offer, ...]
    selected: int = 0


@dc.dataclass(frozen=True, slots=True)
class PickingPet(State):
    """Which pet is it for?"""

    medium: MediumKey
    view: MemberView
    offer: Offer
    pets: tuple[Pet, ...]
    selected: int = 0


@dc.dataclass(frozen=True, slots=True)
class Confirming(State):
    """The last look: `line` is exactly what will be written.

    `quote` is the price shown, None where a pass pays; `catalogue` is the version it is from, which
    stays the row's own when a newer one arrives before A is pressed.
    """

    medium: MediumKey
    view: MemberView
    offer: Offer
    pet: Pet | None
    line: AnyLine
    quote: Quote | None
    catalogue: int


@dc.dataclass(frozen=True, slots=True)
class Committing(State):
    """The journal writes.  No stimulus leads out; only its answer does."""

    correlation: Correlation
    medium: MediumKey
    view: MemberView
    offer: Offer
    pet: Pet | None
    line: AnyLine
    quote: Quote | None
    catalogue: int


@dc.dataclass(frozen=True, slots=True)
class Doubting(Committing):
    """As Committing, and the answer is late: every new spend is refused until it comes."""


@dc.dataclass(frozen=True, slots=True)
class Finished(State):
    """Committed and shown; `since` is mono seconds."""

    medium: MediumKey
    since: float


@dc.dataclass(frozen=True, slots=True)
class Refusing(State):
    """Nothing was taken, and the member reads why."""


MemberState = Greeting | PickingPet | Confirming | Recalling
