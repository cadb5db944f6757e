"""Names and states of the parts of a terminal, as screens, status and doctor show them."""

import dataclasses as dc
import enum


class Part(enum.StrEnum):
    """A part of the terminal that can be there or not."""

    READER = "reader"
    SCANNER = "scanner"
    BUTTONS = "buttons"
    LAMPS = "lamps"
    BUZZER = "buzzer"
    DISPLAY = "display"
    PRINTER = "printer"
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


@dc.dataclass(frozen=True, slots=True)
class PartReport:
    """The state of one part, and in words what is wrong (for a technician, in English)."""

    part: Part
    state: PartState
    detail: str = ""


@dc.dataclass(frozen=True, slots=True)
class Vitals:
    """What else a technician asks for.  `disk_free` in percent, None when nobody could tell.

    `rows` are in `journal`, of which central has acknowledged the first `acknowledged`.
    """

    software: str = ""
    journal: str = ""
    rows: int = 0
    acknowledged: int = 0
    directory: int = 0
    disk_free: int | None = None


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


class PrintOutcome(enum.StrEnum):
    """What is known of a print job.  After `unknown` the kiosk never prints again by itself."""

    PRINTED = "printed"
    FAILED = "failed"
    UNKNOWN = "unknown"
