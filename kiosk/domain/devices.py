"""Names and states of the parts of a terminal, as screens, status and doctor show them."""

import dataclasses as dc
import enum
from typing import NamedTuple


class Part(enum.StrEnum):
    """A part of the terminal that can be there or not."""

    READER = "reader"
    SCANNER = "scanner"
    BUTTONS = "buttons"
    LAMPS = "lamps"
    BUZZER = "buzzer"
    DISPLAY = "display"
    PRINTER = "printer"
    RELAY = "relay"
    LINK = "link"
    JOURNAL = "journal"


class PartState(enum.StrEnum):
    """How a part is.  `unknown` is before its first answer: neither well nor ill."""

    UNKNOWN = "unknown"
    READY = "ready"
    ABSENT = "absent"
    FAULT = "fault"
    DENIED = "denied"
    NOT_CONFIGURED = "not_configured"


class Ailment(enum.StrEnum):
    """What keeps a part from its work, where its driver can tell more than a PartState does."""

    NO_PAPER = "no_paper"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"
    SILENT = "silent"
    """It is there, as far as anybody knows, and does not answer."""
    HANGS = "hangs"
    """Its driver does not come back."""
    NOT_INSTALLED = "not_installed"
    """The library that drives it is missing."""


How = PartState | Ailment
"""How a part is, as exactly as is known."""


class NamedPart(NamedTuple):
    """One part; `name` is its own in the configuration where the terminal has several of a kind."""

    part: Part
    name: str = ""


@dc.dataclass(frozen=True, slots=True)
class PartReport:
    """The state of one part, and in words what is wrong (for a technician, in English).

    `name` tells parts of one kind apart; it is empty for one that is the only one of its kind.
    """

    part: Part
    state: PartState
    detail: str = ""
    name: str = ""
    ailment: Ailment | None = None

    @property
    def key(self) -> str:
        """What status and health call the part: `reader`, or of two, `reader counter`."""
        return part_key(self.part, self.name)

    @property
    def how(self) -> How:
        """The ailment where one is known, else the state."""
        return self.ailment or self.state

    @property
    def ill(self) -> bool:
        """Tell whether a technician has to do something about it.

        A link that is only down is not ill: the kiosk serves without it.
        """
        if self.part is Part.LINK:
            return self.state is PartState.DENIED
        return self.state in (PartState.ABSENT, PartState.FAULT, PartState.DENIED)


def part_key(part: Part, name: str = "") -> str:
    """Name a part among all of a terminal's.

    >>> part_key(Part.READER, "counter"), part_key(Part.PRINTER)
    ('reader counter', 'printer')
    """
    return f"{part.value} {name}".rstrip()


class Stopped(enum.StrEnum):
    """Why the journal takes no payments; of the last, no welcome frees it (design, §5)."""

    QUARANTINED = "quarantined"
    FROZEN = "frozen"
    ROLLED_BACK = "rolled_back"


@dc.dataclass(frozen=True, slots=True)
class Vitals:
    """What else a technician asks for.  `disk_free` in percent, None when nobody could tell.

    `rows` are in `journal`, of which central has acknowledged the first `acknowledged`; `stopped`
    says why it takes no payments, None while it does.  `set_aside` counts the damaged journals
    that lie beside it.
    """

    software: str = ""
    journal: str = ""
    rows: int = 0
    acknowledged: int = 0
    directory: int = 0
    disk_free: int | None = None
    stopped: Stopped | None = None
    set_aside: int = 0


class Button(enum.StrEnum):
    """The three buttons: A confirms, B goes on to the next choice, C goes back."""

    A = "A"
    B = "B"
    C = "C"


class Lamp(enum.StrEnum):
    """What the lamps say."""

    OFF = "off"
    READY = "ready"
    BUSY = "busy"
    OK = "ok"
    REFUSED = "refused"
    FAULT = "fault"


class Sound(enum.StrEnum):
    """What the buzzer says."""

    TAP = "tap"
    OK = "ok"
    REFUSED = "refused"


class PrinterAnswers(enum.StrEnum):
    """What a printer can say of itself, as its configuration tells."""

    NONE = "none"
    """Nothing: its slips stay "unknown"."""
    REAL_TIME = "real-time"
    """DLE EOT, answered at once: all before it was received, and paper and cover were well."""
    ORDERED = "ordered"
    """GS r too, answered in its turn: all before it was printed."""


class ReaderLamp(enum.StrEnum):
    """Whose commands the LEDs and the buzzer of a card reader take; `none` leaves them alone."""

    NONE = "none"
    ACR122U = "acr122u"
    ACR1252U = "acr1252u"


class PrintOutcome(enum.StrEnum):
    """What is known of a print job.  After `unknown` the kiosk never prints again by itself."""

    PRINTED = "printed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class SlipFate(enum.Enum):
    """What a screen says of the slip of its row."""

    NONE = enum.auto()
    """There is none to be had: no printer, or the shop wants none."""
    OFFERED = enum.auto()
    """A prints it."""
    PRINTING = enum.auto()
    PRINTED = enum.auto()
    FAILED = enum.auto()
    """Nothing was printed."""
    UNSURE = enum.auto()
    """It was sent, and nobody knows whether it came out."""
