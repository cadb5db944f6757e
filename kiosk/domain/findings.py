"""What an examination of the terminal finds (`kiosk doctor`, and 检查设备 on the device).

A symptom is the whole diagnosis as one code: how bad it is and who can put it right follow from
it, and each shell has its own words for it and for the next thing to do.
"""

import dataclasses as dc
import enum
from collections.abc import Iterable, Mapping

from kiosk.domain.errors import Fault


class Subject(enum.StrEnum):
    """What is examined: the parts, then what they stand on."""

    READER = "reader"
    SCANNER = "scanner"
    BUTTONS = "buttons"
    LAMPS = "lamps"
    BUZZER = "buzzer"
    DISPLAY = "display"
    PRINTER = "printer"
    RELAY = "relay"
    BROKER = "broker"
    CENTRAL = "central"
    CLOCK = "clock"
    BATTERY_CLOCK = "battery_clock"
    DISK = "disk"
    JOURNAL = "journal"


class Verdict(enum.StrEnum):
    """How a subject is.  A note is worth reading and stops nothing."""

    WELL = "well"
    NOTE = "note"
    FAULT = "fault"
    UNKNOWN = "unknown"
    NOT_CONFIGURED = "not_configured"


class Symptom(enum.StrEnum):
    """What was found.  The values are stable: `kiosk doctor --json` shows them."""

    WELL = "well"
    NOT_CONFIGURED = "not_configured"
    NOT_ASKED = "not_asked"
    """Nobody could tell, because of another finding or because the part has yet to answer."""
    HANGS = "hangs"
    BUG = "bug"
    """The probe itself failed."""
    BROKEN = "broken"
    """It is there and does not do its work; only the driver's own words say more."""
    LIBRARY_ABSENT = "library_absent"
    """The library that drives it is not installed, or does not load."""

    PORT_ABSENT = "port_absent"
    PORT_DENIED = "port_denied"
    PORT_HELD = "port_held"
    WRONG_KIND = "wrong_kind"
    GPIO_ABSENT = "gpio_absent"
    GPIO_DENIED = "gpio_denied"
    GPIO_HELD = "gpio_held"
    I2C_OFF = "i2c_off"
    I2C_DENIED = "i2c_denied"
    SPI_OFF = "spi_off"
    SPI_DENIED = "spi_denied"
    DISPLAY_SILENT = "display_silent"
    DISPLAY_ELSEWHERE = "display_elsewhere"

    PCSCD_DOWN = "pcscd_down"
    PCSCD_DENIED = "pcscd_denied"
    NO_READER = "no_reader"
    NO_MATCH = "no_match"
    NFC_SILENT = "nfc_silent"
    FIELD_OFF = "field_off"
    NOTHING_CAME = "nothing_came"
    """It was given time for a card, a code or a press, and none came."""
    GARBLED = "garbled"

    PRINTER_ABSENT = "printer_absent"
    PRINTER_SILENT = "printer_silent"
    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    PAPER_LOW = "paper_low"
    PRINTER_OFFLINE = "printer_offline"
    PRINTER_MUTE = "printer_mute"

    HOST_UNKNOWN = "host_unknown"
    BROKER_REFUSED = "broker_refused"
    BROKER_SILENT = "broker_silent"
    BROKER_FAILED = "broker_failed"
    TLS_FAILED = "tls_failed"
    NO_PASSWORD = "no_password"
    LOGIN_REFUSED = "login_refused"
    NOT_AUTHORISED = "not_authorised"
    CENTRAL_SILENT = "central_silent"
    CENTRAL_AWAY = "central_away"

    CLOCK_UNSYNCED = "clock_unsynced"
    CLOCK_ON_BATTERY = "clock_on_battery"
    CLOCK_WRONG = "clock_wrong"
    NO_BATTERY_CLOCK = "no_battery_clock"
    DISK_FULL = "disk_full"
    DISK_FILLING = "disk_filling"
    FOLDER_ABSENT = "folder_absent"
    """The folder that the journal or the settings are to be in is not there."""
    JOURNAL_UNBORN = "journal_unborn"
    JOURNAL_DENIED = "journal_denied"
    JOURNAL_DAMAGED = "journal_damaged"
    JOURNAL_NOT_DURABLE = "journal_not_durable"
    JOURNAL_READ_ONLY = "journal_read_only"
    OTHER_TERMINAL = "other_terminal"


@dc.dataclass(frozen=True, slots=True)
class Judgement:
    """How bad a symptom is, and who can put it right (None: nobody need)."""

    verdict: Verdict
    fault: Fault | None = None


_NOTES: Mapping[Symptom, Fault | None] = {
    Symptom.NOTHING_CAME: Fault.STAFF,
    Symptom.PAPER_LOW: Fault.STAFF,
    Symptom.PRINTER_MUTE: None,
    Symptom.CLOCK_ON_BATTERY: Fault.NETWORK,
    Symptom.NO_BATTERY_CLOCK: None,
    Symptom.DISK_FILLING: Fault.TECHNICIAN,
    Symptom.JOURNAL_UNBORN: None,
}
_UNKNOWN: Mapping[Symptom, Fault | None] = {Symptom.NOT_ASKED: None, Symptom.BUG: Fault.PROGRAM}
_NOT_THE_TECHNICIAN: Mapping[Symptom, Fault] = {
    Symptom.HANGS: Fault.DEVICE,
    Symptom.BROKEN: Fault.DEVICE,
    Symptom.NFC_SILENT: Fault.DEVICE,
    Symptom.FIELD_OFF: Fault.DEVICE,
    Symptom.DISPLAY_SILENT: Fault.DEVICE,
    Symptom.PRINTER_SILENT: Fault.DEVICE,
    Symptom.PRINTER_OFFLINE: Fault.STAFF,
    Symptom.COVER_OPEN: Fault.STAFF,
    Symptom.PAPER_OUT: Fault.STAFF,
    Symptom.BROKER_REFUSED: Fault.NETWORK,
    Symptom.BROKER_SILENT: Fault.NETWORK,
    Symptom.BROKER_FAILED: Fault.NETWORK,
    Symptom.CENTRAL_SILENT: Fault.CENTRAL,
    Symptom.CENTRAL_AWAY: Fault.CENTRAL,
    Symptom.CLOCK_UNSYNCED: Fault.NETWORK,
}


def judge(symptom: Symptom) -> Judgement:
    """Say how bad a symptom is, and whose it is to mend."""
    if symptom is Symptom.WELL:
        return Judgement(Verdict.WELL)
    if symptom is Symptom.NOT_CONFIGURED:
        return Judgement(Verdict.NOT_CONFIGURED)
    if symptom in _NOTES:
        return Judgement(Verdict.NOTE, _NOTES[symptom])
    if symptom in _UNKNOWN:
        return Judgement(Verdict.UNKNOWN, _UNKNOWN[symptom])
    return Judgement(Verdict.FAULT, _NOT_THE_TECHNICIAN.get(symptom, Fault.TECHNICIAN))


@dc.dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one subject; `name` tells several readers apart.

    `where` it was looked for, what was `exercised` and what is known besides (`detail`) are in
    English, for a technician.  None of them holds a secret, a name or a UID.
    """

    subject: Subject
    symptom: Symptom
    name: str = ""
    where: str = ""
    exercised: str = ""
    detail: str = ""

    @property
    def verdict(self) -> Verdict:
        """How bad it is."""
        return judge(self.symptom).verdict

    @property
    def fault(self) -> Fault | None:
        """Who can put it right."""
        return judge(self.symptom).fault


_URGENCY = (
    Verdict.FAULT, Verdict.UNKNOWN, Verdict.NOTE, Verdict.WELL, Verdict.NOT_CONFIGURED
)  # fmt: skip


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put what must be mended first, and leave the order otherwise as it is."""
    return tuple(sorted(findings, key=lambda finding: _URGENCY.index(finding.verdict)))


def is_well(findings: Iterable[Finding]) -> bool:
    """Tell whether nothing is wrong; a note is nothing wrong, not to know is."""
    return all(f.verdict not in (Verdict.FAULT, Verdict.UNKNOWN) for f in findings)
