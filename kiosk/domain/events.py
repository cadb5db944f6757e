"""What has happened.  Past tense.

Two families (design, §3):
a *stimulus* may come at any time, from outside: the flows are total over stimuli, and a pair
without a row in the table is a deliberate IGNORE;
an *outcome* answers one of our own effects by its correlation id: a late one is recorded, one
with an id that was never issued is a bug.
"""

import dataclasses as dc
from typing import NewType

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.devices import Button, PartReport, PrintOutcome, Vitals
from kiosk.domain.findings import Finding
from kiosk.domain.media import MediumKey
from kiosk.domain.policy import Policy
from kiosk.domain.refusals import Reason
from kiosk.domain.views import MemberView, OperatorView, Workday

Correlation = NewType("Correlation", int)


@dc.dataclass(frozen=True, slots=True)
class Event:
    """Base of all events."""


@dc.dataclass(frozen=True, slots=True)
class Stimulus(Event):
    """Base of what comes from outside."""


@dc.dataclass(frozen=True, slots=True)
class Started(Stimulus):
    """The loop runs; posted once, first."""


@dc.dataclass(frozen=True, slots=True)
class Presented(Stimulus):
    """A card or a code of a member: equal inputs (S6)."""

    medium: MediumKey


@dc.dataclass(frozen=True, slots=True)
class CardPresented(Presented):
    """A reader worker finished the whole exchange with a card.  `reader` is its config name."""

    reader: str


@dc.dataclass(frozen=True, slots=True)
class CardUnreadable(Stimulus):
    """A card was there and could not be read whole: torn away, mute, or not of a known kind."""

    reader: str


@dc.dataclass(frozen=True, slots=True)
class CardRemoved(Stimulus):
    """The card has left the reader's field."""

    reader: str


@dc.dataclass(frozen=True, slots=True)
class SeveralCards(Stimulus):
    """More than one card is in the reader's field."""

    reader: str


@dc.dataclass(frozen=True, slots=True)
class CodeScanned(Presented):
    """The scanner read a member code."""


@dc.dataclass(frozen=True, slots=True)
class CodeRejected(Stimulus):
    """The scanner read something that is not a member code."""


@dc.dataclass(frozen=True, slots=True)
class ButtonPressed(Stimulus):
    """A button went down, debounced."""

    button: Button


@dc.dataclass(frozen=True, slots=True)
class BackHeld(Stimulus):
    """C, which was told as pressed, is still down after a second: enough of this, from anywhere."""


@dc.dataclass(frozen=True, slots=True)
class PartChanged(Stimulus):
    """A part of the terminal changed its state."""

    report: PartReport


@dc.dataclass(frozen=True, slots=True)
class SlipEnded(Stimulus):
    """The slip of row `seq` came out or did not.  No effect waits for it: it may never come."""

    seq: int
    outcome: PrintOutcome


@dc.dataclass(frozen=True, slots=True)
class LinkChanged(Stimulus):
    """Central answers or does not; `waiting` rows are not yet acknowledged."""

    online: bool
    waiting: int


@dc.dataclass(frozen=True, slots=True)
class VitalsChanged(Stimulus):
    """The main thread looked at journal and disk, and something is new."""

    vitals: Vitals


@dc.dataclass(frozen=True, slots=True)
class PolicyChanged(Stimulus):
    """Central sent new rules."""

    policy: Policy


@dc.dataclass(frozen=True, slots=True)
class CatalogueChanged(Stimulus):
    """A newer price list is current."""

    catalogue: Catalogue


@dc.dataclass(frozen=True, slots=True)
class DirectoryChanged(Stimulus):
    """Newer members, cards or balances have come from central."""


@dc.dataclass(frozen=True, slots=True)
class DeadlinePassed(Stimulus):
    """The current state's deadline passed without another event."""


@dc.dataclass(frozen=True, slots=True)
class Outcome(Event):
    """Base of what answers an effect of ours."""

    correlation: Correlation


@dc.dataclass(frozen=True, slots=True)
class Identified(Outcome):
    """The medium belongs to this member."""

    view: MemberView


@dc.dataclass(frozen=True, slots=True)
class OperatorIdentified(Outcome):
    """The medium is an operator's."""

    view: OperatorView


@dc.dataclass(frozen=True, slots=True)
class Surveyed(Outcome):
    """This is the operator's day."""

    workday: Workday


@dc.dataclass(frozen=True, slots=True)
class Examined(Outcome):
    """The devices were checked."""

    findings: tuple[Finding, ...]


@dc.dataclass(frozen=True, slots=True)
class Refused(Outcome):
    """The journal refused; nothing was written."""

    reason: Reason


@dc.dataclass(frozen=True, slots=True)
class Committed(Outcome):
    """The transaction is on disk as row `seq`; `view` is the member after it."""

    seq: int
    journal: str
    view: MemberView
