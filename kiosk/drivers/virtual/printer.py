"""A slip printer with a roll of paper, a cover, and ways to fail."""

import enum

from kiosk.domain.devices import Ailment, PrintOutcome
from kiosk.domain.document import Document, Qr
from kiosk.domain.errors import DeviceError
from kiosk.drivers.ports import Paper
from kiosk.drivers.virtual.plug import Plugged

FULL_ROLL = 2000
"""Lines on a new roll: 8 m of paper at 4 mm a line."""

_LOW = 100
_CUT = 4


class Trouble(enum.Enum):
    """What a hand or bad luck does to the printer."""

    NONE = "none"
    COVER_OPEN = "cover open"
    OFFLINE = "offline"
    JAM = "jam"
    SILENT = "silent"
    """Prints, but does not answer after the cut."""


_AILMENTS = {Trouble.COVER_OPEN: Ailment.COVER_OPEN, Trouble.OFFLINE: Ailment.OFFLINE}


class VirtualPrinter(Plugged):
    """A printer: `printed` are the documents that lie in the tray, whole; `roll` is in lines."""

    def __init__(self, roll: int = FULL_ROLL) -> None:
        super().__init__()
        self.roll = roll
        self.trouble = Trouble.NONE
        self.printed: list[Document] = []

    def load(self, lines: int = FULL_ROLL) -> None:
        """Put in a roll of so many lines; 0 tears the paper out."""
        with self.changed:
            self.roll = lines

    def suffer(self, trouble: Trouble) -> None:
        """Open the cover, jam ...; NONE puts all right."""
        with self.changed:
            self.trouble = trouble

    def print(self, document: Document) -> PrintOutcome:
        """Print and cut.

        Without paper, with the cover open or offline nothing is begun: failed.  A jam and a roll
        that ends in the middle leave half a slip: unknown.
        """
        with self.changed:
            self.require()
            if self.trouble in (Trouble.COVER_OPEN, Trouble.OFFLINE):
                return PrintOutcome.FAILED
            if self.roll <= 0:
                return PrintOutcome.FAILED
            wanted = sum(_lines(element) for element in document) + _CUT
            if self.roll < wanted:
                self.roll = 0
                return PrintOutcome.UNKNOWN
            self.roll -= wanted
            if self.trouble is Trouble.JAM:
                return PrintOutcome.UNKNOWN
            self.printed.append(document)
            self.changed.notify_all()
            silent = self.trouble is Trouble.SILENT
            return PrintOutcome.UNKNOWN if silent else PrintOutcome.PRINTED

    def paper(self) -> Paper:
        with self.changed:
            self.require()
            match self.trouble:
                case Trouble.NONE:
                    if self.roll <= 0:
                        return Paper.OUT
                    return Paper.LOW if self.roll < _LOW else Paper.ENOUGH
                case Trouble.SILENT:
                    return Paper.UNKNOWN
                case trouble:
                    raise DeviceError(trouble.value, _AILMENTS.get(trouble))

    def close(self) -> None:
        """Nothing to give back."""

    def wait_for(self, count: int, seconds: float = 5.0) -> bool:
        """Wait until `count` documents lie in the tray."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.printed) >= count, seconds)


def _lines(element: object) -> int:
    """Return the paper an element takes, in lines of 4 mm: a QR code is about 3 cm."""
    if isinstance(element, Qr):
        return 8
    return 2 if getattr(element, "double", False) else 1
