"""The configuration as types.  None stands for a part that this terminal does not have."""

import dataclasses as dc
import enum
from collections.abc import Iterator
from pathlib import Path

from kiosk.domain.devices import PrinterAnswers, ReaderLamp
from kiosk.domain.policy import Language
from kiosk.settings.secret import Secret

VIRTUAL = "virtual"
"""The driver of a part that is played by the simulator; `kiosk run` refuses it."""


class ReaderDriver(enum.StrEnum):
    """What a card reader is."""

    PCSC = "pcsc"
    PN532 = "pn532"
    VIRTUAL = VIRTUAL


class DisplayDriver(enum.StrEnum):
    """The controller chip of the OLED."""

    SSD1306 = "ssd1306"
    SSD1309 = "ssd1309"
    SH1106 = "sh1106"
    VIRTUAL = VIRTUAL


class BusKind(enum.StrEnum):
    """How the OLED is wired."""

    I2C = "i2c"
    SPI = "spi"


class PrinterDriver(enum.StrEnum):
    """How the slip printer is reached."""

    NETWORK = "network"
    SERIAL = "serial"
    USB = "usb"
    FILE = "file"
    VIRTUAL = VIRTUAL


class ScannerDriver(enum.StrEnum):
    """How the code scanner is reached."""

    SERIAL = "serial"
    KEYBOARD = "keyboard"
    VIRTUAL = VIRTUAL


class SignalDriver(enum.StrEnum):
    """What buttons, lamps, buzzer and relay are wired to."""

    GPIO = "gpio"
    VIRTUAL = VIRTUAL


@dc.dataclass(frozen=True, slots=True)
class Terminal:
    """Who this kiosk is.  `language` holds until central has sent a policy."""

    store: str
    id: str
    language: Language


@dc.dataclass(frozen=True, slots=True)
class Mqtt:
    """The broker.  An empty `username` connects without one; `ca_file` is None without `tls` only.

    `password` is None with an anonymous connection and until the terminal is provisioned.
    """

    host: str
    port: int
    username: str
    password_file: Path | None
    password: Secret | None
    tls: bool
    ca_file: Path | None


@dc.dataclass(frozen=True, slots=True)
class Reader:
    """A card reader.  `match` is part of the name that PC/SC gives it; empty matches any.

    `device` is where a PN532 is: a serial device file, or "usb" with or without bus and address.
    `beeps`: the reader's own beep at each card stays on.  `lamp`: whose commands its LEDs and its
    buzzer take.  `felica`: a PN532 looks for FeliCa cards too.
    """

    name: str
    driver: ReaderDriver
    match: str = ""
    device: str = ""
    beeps: bool = True
    lamp: ReaderLamp = ReaderLamp.NONE
    felica: bool = False


@dc.dataclass(frozen=True, slots=True)
class Scanner:
    """The code scanner: on a serial line, a keyboard's event device, or None for a virtual one."""

    driver: ScannerDriver
    link: "Serial | Path | None" = None


@dc.dataclass(frozen=True, slots=True)
class ButtonLines:
    """GPIO lines (BCM numbers) of the buttons, each from its line to ground."""

    a: int
    b: int
    c: int


@dc.dataclass(frozen=True, slots=True)
class Buttons:
    """The three buttons.  `lines` is None for virtual ones."""

    driver: SignalDriver
    lines: ButtonLines | None = None


@dc.dataclass(frozen=True, slots=True)
class LampLines:
    """GPIO lines (BCM numbers) of the LEDs; `blue` is None where there is none."""

    green: int
    red: int
    blue: int | None


@dc.dataclass(frozen=True, slots=True)
class Lamps:
    """The lamps.  `lines` is None for virtual ones."""

    driver: SignalDriver
    lines: LampLines | None = None


@dc.dataclass(frozen=True, slots=True)
class Buzzer:
    """The buzzer, on a GPIO line (BCM number).  `line` is None for a virtual one."""

    driver: SignalDriver
    line: int | None = None


@dc.dataclass(frozen=True, slots=True)
class Relay:
    """The relay, on a GPIO line (BCM number).  `line` is None for a virtual one.

    It closes for `milliseconds` after a row that pays for one of `services` (their codes);
    `active_low`: it is closed while its line is low.
    """

    driver: SignalDriver
    services: frozenset[str]
    line: int | None = None
    active_low: bool = True
    milliseconds: int = 500


@dc.dataclass(frozen=True, slots=True)
class I2c:
    """/dev/i2c-`port`, and the chip's 7-bit address on it."""

    port: int
    address: int


@dc.dataclass(frozen=True, slots=True)
class Spi:
    """/dev/spidev`port`.`device`, and the GPIO lines (BCM numbers) of data/command and reset."""

    port: int
    device: int
    gpio_dc: int
    gpio_reset: int


@dc.dataclass(frozen=True, slots=True)
class Display:
    """The OLED, 128 x 64.  `bus` is None for a virtual one; `rotate` in degrees, 0 or 180.

    After `dim_seconds` without a visitor its contrast is `dim_contrast`, and every `shift_seconds`
    its picture moves by a pixel; 0 seconds are never.
    """

    driver: DisplayDriver
    bus: I2c | Spi | None
    rotate: int
    contrast: int
    dim_seconds: int = 120
    dim_contrast: int = 8
    shift_seconds: int = 180


@dc.dataclass(frozen=True, slots=True)
class Network:
    """A printer that takes ESC/POS on a TCP port."""

    host: str
    port: int


@dc.dataclass(frozen=True, slots=True)
class Serial:
    """A serial line of `baudrate` bits a second, 8N1."""

    device: Path
    baudrate: int


@dc.dataclass(frozen=True, slots=True)
class Usb:
    """The USB printer with this vendor:product in hexadecimal; empty for the only one."""

    match: str


@dc.dataclass(frozen=True, slots=True)
class Printer:
    """The slip printer.  `link` is None for a virtual one, a Path for one that is a device file.

    `columns` are Latin characters a line.
    `native_qr`: it draws QR codes itself (GS ( k).  `cutter`: it cuts the paper (GS V).
    """

    driver: PrinterDriver
    link: Network | Serial | Usb | Path | None
    columns: int
    native_qr: bool
    cutter: bool
    answers: PrinterAnswers = PrinterAnswers.REAL_TIME


Section = Reader | Scanner | Buttons | Lamps | Buzzer | Relay | Display | Printer
"""What describes one part."""


@dc.dataclass(frozen=True, slots=True)
class Config:
    """All of it.  `journal` and `settings` are the files of the journal and of the documents.

    Rows that central has acknowledged stay in the journal for `keep_days`.
    """

    terminal: Terminal
    journal: Path
    keep_days: int
    settings: Path
    mqtt: Mqtt
    readers: tuple[Reader, ...]
    scanner: Scanner | None
    buttons: Buttons | None
    lamps: Lamps | None
    buzzer: Buzzer | None
    display: Display | None
    printer: Printer | None
    relay: Relay | None = None

    def _drivers(self) -> Iterator[tuple[str, enum.StrEnum]]:
        for number, reader in enumerate(self.readers, 1):
            yield f"reader[{number}]", reader.driver
        for name in ("scanner", "buttons", "lamps", "buzzer", "display", "printer", "relay"):
            part = getattr(self, name)
            if part is not None:
                yield name, part.driver

    def virtual_parts(self) -> tuple[str, ...]:
        """Name the sections whose part is virtual."""
        return tuple(name for name, driver in self._drivers() if driver.value == VIRTUAL)
