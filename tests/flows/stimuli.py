"""One of everything that may come from outside, at any time."""

from kiosk.domain.devices import Button, Part, PartReport, PartState, PrintOutcome, Vitals
from kiosk.domain.events import (
    BackHeld,
    ButtonPressed,
    CardPresented,
    CardRemoved,
    CardUnreadable,
    CatalogueChanged,
    CodeRejected,
    CodeScanned,
    DeadlinePassed,
    DirectoryChanged,
    Event,
    LinkChanged,
    PartChanged,
    PolicyChanged,
    SeveralCards,
    SlipEnded,
    Started,
    VitalsChanged,
)
from kiosk.domain.policy import Policy
from tests.flows.samples import CARD, CATALOGUE, OTHER_CARD

STIMULI: tuple[Event, ...] = (
    CardPresented(CARD, "front"),
    CardPresented(OTHER_CARD, "front"),
    CardRemoved("front"),
    CardUnreadable("front"),
    SeveralCards("front"),
    CodeScanned(CARD),
    CodeRejected(),
    *(ButtonPressed(button) for button in Button),
    BackHeld(),
    PartChanged(PartReport(Part.PRINTER, PartState.FAULT, "cover open")),
    SlipEnded(42, PrintOutcome.PRINTED),
    SlipEnded(42, PrintOutcome.FAILED),
    SlipEnded(41, PrintOutcome.UNKNOWN),
    LinkChanged(False, 3),
    PolicyChanged(Policy()),
    CatalogueChanged(CATALOGUE),
    DirectoryChanged(),
    VitalsChanged(Vitals("0.1.0", "j", 3, 2, 1, 40)),
    DeadlinePassed(),
    Started(),
)
