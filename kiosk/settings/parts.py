"""Reading the sections of the peripherals."""

from pathlib import Path

from kiosk.domain.devices import PrinterAnswers, ReaderLamp
from kiosk.settings.options import (
    BusKind,
    Display,
    DisplayDriver,
    I2c,
    Network,
    Printer,
    PrinterDriver,
    Reader,
    ReaderDriver,
    Scanner,
    ScannerDriver,
    Serial,
    Spi,
    Usb,
)
from kiosk.settings.section import Section

NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
NAME_EXPECTED = "1 to 64 letters, digits, dots, dashes or underscores"
HOST = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,252}|(?=.*:.*:)[0-9A-Fa-f:.]{2,45}"
HOST_EXPECTED = "a host name or an address, without scheme or port"
NFC = r"/.{1,254}|usb(?::[0-9A-Fa-f]{1,4}){0,2}"
NFC_EXPECTED = 'a device file like /dev/kiosk-nfc, or "usb"'
USB = r"[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}|"
USB_EXPECTED = 'vendor and product as lsusb shows them, like "04b8:0e15"'
BAUDRATES = (9600, 19200, 38400, 57600, 115200)
HEADER_LINES = 27
"""Highest BCM number on a Raspberry Pi's 40-pin header."""


def read_readers(root: Section) -> tuple[Reader, ...]:
    """Read every [[reader]]; two readers never share a name, what they match, or a device."""
    readers: dict[str, Reader] = {}
    matches: dict[str, str] = {}
    devices: dict[str, str] = {}
    for section in root.sections("reader"):
        name = section.text("name", NAME_EXPECTED, NAME)
        driver = section.choice("driver", ReaderDriver)
        if name in readers:
            section.fault("name", f'expected a name of its own, found "{name}" again')
        match_ = device = ""
        beeps, felica = True, False
        lamp: ReaderLamp | None = ReaderLamp.NONE
        match driver:
            case ReaderDriver.PCSC:
                section.belongs('driver = "pn532"', "device", "felica")
                match_ = section.text("match", "part of a PC/SC reader's name", default="")
                other = matches.setdefault(match_, section.name)
                if other != section.name:
                    section.fault("match", f"expected another text than in {other}")
                beeps = section.flag("beeps", default=True)
                lamp = section.choice("lamp", ReaderLamp, default=ReaderLamp.NONE)
            case ReaderDriver.PN532:
                section.belongs('driver = "pcsc"', "match", "beeps", "lamp")
                device = section.text("device", NFC_EXPECTED, NFC)
                other = devices.setdefault(device, section.name)
                if device and other != section.name:
                    section.fault("device", f"expected another one than in {other}")
                felica = section.flag("felica", default=False)
            case ReaderDriver.VIRTUAL:
                section.belongs('driver = "pcsc"', "match", "beeps", "lamp")
                section.belongs('driver = "pn532"', "device", "felica")
            case None:
                section.skip("match", "device", "beeps", "lamp", "felica")
        if name and driver and lamp:
            readers[name] = Reader(name, driver, match_, device, beeps, lamp, felica)
        section.finish()
    return tuple(readers.values())


def read_scanner(root: Section, folder: Path) -> Scanner | None:
    """Read [scanner]."""
    section = root.section("scanner")
    if section is None:
        return None
    driver = section.choice("driver", ScannerDriver)
    link: Serial | Path | None = None
    match driver:
        case ScannerDriver.SERIAL:
            device = section.path("device", folder)
            link = Serial(device, section.one_of("baudrate", BAUDRATES, default=9600))
        case ScannerDriver.KEYBOARD:
            link = section.path("device", folder)
            section.belongs('driver = "serial"', "baudrate")
        case ScannerDriver.VIRTUAL:
            section.belongs('driver = "serial" or "keyboard"', "device")
            section.belongs('driver = "serial"', "baudrate")
        case None:
            section.skip("device", "baudrate")
    section.finish()
    return Scanner(driver, link) if driver else None


def read_display(root: Section) -> Display | None:
    """Read [display]."""
    section = root.section("display")
    if section is None:
        return None
    driver = section.choice("driver", DisplayDriver)
    rotate = section.one_of("rotate", (0, 180), default=0)
    contrast = section.integer("contrast", 0, 255, default=207)
    rest = (
        section.integer("dim_seconds", 0, 86400, default=120),
        section.integer("dim_contrast", 0, 255, default=8),
        section.integer("shift_seconds", 0, 86400, default=180),
    )
    bus: I2c | Spi | None = None
    match driver:
        case DisplayDriver.VIRTUAL:
            wiring = ("bus", "port", "address", "device", "gpio_dc", "gpio_reset")
            section.belongs('driver = "ssd1306", "ssd1309" or "sh1106"', *wiring)
        case None:
            section.skip("bus", "port", "address", "device", "gpio_dc", "gpio_reset")
        case _:
            bus = _read_bus(section)
    section.finish()
    return Display(driver, bus, rotate, contrast, *rest) if driver else None


def _read_bus(section: Section) -> I2c | Spi | None:
    match section.choice("bus", BusKind):
        case BusKind.I2C:
            section.belongs('bus = "spi"', "device", "gpio_dc", "gpio_reset")
            port = section.integer("port", 0, 99, default=1)
            return I2c(port, section.one_of("address", (0x3C, 0x3D), default=0x3C, form="#04x"))
        case BusKind.SPI:
            section.belongs('bus = "i2c"', "address")
            spi = Spi(
                port=section.integer("port", 0, 9, default=0),
                device=section.integer("device", 0, 9, default=0),
                gpio_dc=section.integer("gpio_dc", 0, HEADER_LINES, default=24),
                gpio_reset=section.integer("gpio_reset", 0, HEADER_LINES, default=25),
            )
            if spi.gpio_dc == spi.gpio_reset:
                section.fault("gpio_reset", f"expected another line than gpio_dc, {spi.gpio_dc}")
            return spi
        case None:
            section.skip("port", "address", "device", "gpio_dc", "gpio_reset")
            return None


def read_printer(root: Section, folder: Path) -> Printer | None:
    """Read [printer]."""
    section = root.section("printer")
    if section is None:
        return None
    driver = section.choice("driver", PrinterDriver)
    columns = section.one_of("columns", (32, 48), default=32)
    native_qr = section.flag("native_qr", default=True)
    cutter = section.flag("cutter", default=True)
    answers = section.choice("answers", PrinterAnswers, default=PrinterAnswers.REAL_TIME)
    link = _read_link(section, driver, folder)
    section.finish()
    if driver is None or answers is None:
        return None
    return Printer(driver, link, columns, native_qr, cutter, answers)


_LINK_KEYS = {
    "host": 'driver = "network"',
    "port": 'driver = "network"',
    "device": 'driver = "serial" or "file"',
    "baudrate": 'driver = "serial"',
    "match": 'driver = "usb"',
}


def _read_link(
    section: Section, driver: PrinterDriver | None, folder: Path
) -> Network | Serial | Usb | Path | None:
    link: Network | Serial | Usb | Path | None = None
    match driver:
        case PrinterDriver.NETWORK:
            host = section.text("host", HOST_EXPECTED, HOST)
            link = Network(host, section.integer("port", 1, 65535, default=9100))
            taken = {"host", "port"}
        case PrinterDriver.SERIAL:
            device = section.path("device", folder)
            link = Serial(device, section.one_of("baudrate", BAUDRATES, default=9600))
            taken = {"device", "baudrate"}
        case PrinterDriver.USB:
            link = Usb(section.text("match", USB_EXPECTED, USB, default=""))
            taken = {"match"}
        case PrinterDriver.FILE:
            link = section.path("device", folder)
            taken = {"device"}
        case None:
            taken = set(_LINK_KEYS)
            section.skip(*_LINK_KEYS)
        case _:
            taken = set()
    for key, owner in _LINK_KEYS.items():
        if key not in taken:
            section.belongs(owner, key)
    return link
