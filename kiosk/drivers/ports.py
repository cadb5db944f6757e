"""The ports: what the kiosk asks of its hardware, in bytes or domain terms.

Every method may raise a DeviceError; close() never raises.  A driver translates its vendor
library's errors once, here and nowhere else.  Each port has one contract suite in
tests/contracts/, run against the real driver on its peer and against the virtual device.
"""

import enum
from collections.abc import Iterable
from typing import Protocol

from kiosk.domain.devices import Lamp, PrintOutcome, Sound
from kiosk.domain.document import Document, Frame
from kiosk.domain.events import Stimulus


class InputPort(Protocol):
    """Card reader, scanner, buttons: asked what has happened.

    A reader posts CardPresented only after the whole exchange, once per card laid down, and
    CardRemoved when it is gone; CardUnreadable for a torn or mute card, SeveralCards for two.
    """

    def poll(self, seconds: float) -> Iterable[Stimulus]:
        """Wait up to `seconds` for something to happen; return it, oldest first."""

    def close(self) -> None:
        """Give the device back."""


class DisplayPort(Protocol):
    """A small monochrome display."""

    def show(self, frame: Frame) -> None:
        """Put the whole frame on the glass."""

    def dim(self, dimmed: bool) -> None:
        """Be dark enough to last, though readable; or as bright as configured, as after opening."""

    def check(self) -> None:
        """Look whether the display is still there; called when nothing is to be shown."""

    def close(self) -> None:
        """Dark, and given back."""


class Paper(enum.StrEnum):
    """What the printer says of its paper; `unknown` when it does not say."""

    ENOUGH = "enough"
    LOW = "low"
    OUT = "out"
    UNKNOWN = "unknown"


class PrinterPort(Protocol):
    """A slip printer."""

    def print(self, document: Document) -> PrintOutcome:
        """Print and cut.  `printed` only when the printer answered after the cut."""

    def paper(self) -> Paper:
        """Ask for the paper; raises DeviceError when cover or offline prevents printing."""

    def close(self) -> None:
        """Give the printer back."""


class LampsPort(Protocol):
    """The lamps."""

    def set(self, lamp: Lamp) -> None:
        """Say this, until told otherwise."""

    def close(self) -> None:
        """Dark, and given back."""


class RelayPort(Protocol):
    """A relay that lets a member in, or starts a machine: it is open but for moments."""

    def pulse(self, seconds: float) -> None:
        """Close it for so long, then open it; returns when it is open again, and raises so too."""

    def close(self) -> None:
        """Open, and given back."""


class BuzzerPort(Protocol):
    """The buzzer."""

    def play(self, sound: Sound) -> None:
        """Play this sound; returns within 0.3 s."""

    def close(self) -> None:
        """Silent, and given back."""
