"""What an ESC/POS printer says of itself: real-time status, DLE EOT n.  Sans-IO.

Bits as in Epson's ESC/POS reference, "DLE EOT"; in each answer bits 1 and 4 are set, 0 and 7
clear, which tells it from Automatic Status Back and from the answer to GS r.
"""

import dataclasses as dc
import enum

from kiosk.domain.devices import Ailment
from kiosk.drivers.ports import Paper


class Query(enum.IntEnum):
    """The n of DLE EOT n."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    ROLL = 4

    @property
    def command(self) -> bytes:
        """The bytes that ask."""
        return bytes((0x10, 0x04, self))


ORDERED = b"\x1dr\x01"
"""GS r 1, paper sensor status: unlike DLE EOT it is answered in its turn, after earlier bytes."""


def is_answer(byte: int) -> bool:
    """Tell whether a byte can answer DLE EOT."""
    return byte & 0b1001_0011 == 0b0001_0010


def is_ordered_answer(byte: int) -> bool:
    """Tell whether a byte can answer GS r 1."""
    return byte & 0b1001_0000 == 0


@dc.dataclass(frozen=True, slots=True)
class Status:
    """Answers to PRINTER and ROLL, and to OFFLINE_CAUSE where the printer is offline."""

    printer: int
    roll: int
    cause: int = 0

    @property
    def offline(self) -> bool:
        """It prints nothing now."""
        return bool(self.printer & 0x08)

    @property
    def paper(self) -> Paper:
        """What the two sensors of the roll say."""
        if self.roll & 0x60:
            return Paper.OUT
        return Paper.LOW if self.roll & 0x0C else Paper.ENOUGH

    @property
    def trouble(self) -> str:
        """Why it is offline, in words; empty while it is not."""
        match self.ailment:
            case None:
                return ""
            case Ailment.COVER_OPEN:
                return "cover open"
            case Ailment.NO_PAPER:
                return "out of paper"
        return "error: switch it off and on" if self.cause & 0x40 else "offline"

    @property
    def ailment(self) -> Ailment | None:
        """Why it is offline; None while it is not."""
        if not self.offline:
            return None
        if self.cause & 0x04:
            return Ailment.COVER_OPEN
        if self.cause & 0x20 or self.paper is Paper.OUT:
            return Ailment.NO_PAPER
        return Ailment.OFFLINE
