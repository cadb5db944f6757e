"""What opens each part but the readers: scanner, buttons, lamps, buzzer, relay and so on.

`play` returns what opens a virtual part.  A driver is imported when its device is first opened.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.domain.devices import Button, Part
from kiosk.drivers.ports import (
    BuzzerPort,
    DisplayPort,
    InputPort,
    LampsPort,
    PrinterPort,
    RelayPort,
)
from kiosk.drivers.resting import Rest, RestingDisplay
from kiosk.settings import options

Play = Callable[[Part], Callable[[], Any]]


def scanner(section: options.Scanner, play: Play) -> Callable[[], InputPort]:
    """Return what opens the code scanner."""
    link = section.link
    if link is None:
        return play(Part.SCANNER)

    def open_real() -> InputPort:
        if isinstance(link, options.Serial):
            from kiosk.drivers.serial_scanner import SerialScanner

            return SerialScanner(str(link.device), link.baudrate)
        from kiosk.drivers.keyboard_scanner import KeyboardScanner

        return KeyboardScanner(str(link))

    return open_real


def buttons(section: options.Buttons, play: Play) -> Callable[[], InputPort]:
    """Return what opens the buttons."""
    lines = section.lines
    if lines is None:
        return play(Part.BUTTONS)

    def open_gpio() -> InputPort:
        from kiosk.drivers.gpio import GpioButtons

        return GpioButtons({Button.A: lines.a, Button.B: lines.b, Button.C: lines.c})

    return open_gpio


def lamps(section: options.Lamps, play: Play) -> Callable[[], LampsPort]:
    """Return what opens the lamps."""
    lines = section.lines
    if lines is None:
        return play(Part.LAMPS)

    def open_gpio() -> LampsPort:
        from kiosk.drivers.gpio import GpioLamps

        return GpioLamps(lines.green, lines.red, lines.blue)

    return open_gpio


def buzzer(section: options.Buzzer, play: Play) -> Callable[[], BuzzerPort]:
    """Return what opens the buzzer."""
    line = section.line
    if line is None:
        return play(Part.BUZZER)

    def open_gpio() -> BuzzerPort:
        from kiosk.drivers.gpio import GpioBuzzer

        return GpioBuzzer(line)

    return open_gpio


def relay(section: options.Relay, play: Play) -> Callable[[], RelayPort]:
    """Return what opens the relay."""
    line = section.line
    if line is None:
        return play(Part.RELAY)

    def open_gpio() -> RelayPort:
        from kiosk.drivers.gpio import GpioRelay

        return GpioRelay(line, section.active_low)

    return open_gpio


def display(
    section: options.Display, play: Play, mono: Callable[[], float]
) -> Callable[[], DisplayPort]:
    """Return what opens the display, which rests by the clock `mono`."""
    bus, rest = section.bus, Rest(section.dim_seconds, section.shift_seconds)
    open_virtual = play(Part.DISPLAY) if bus is None else None

    def open_display() -> DisplayPort:
        port = open_virtual() if open_virtual else open_real()
        return RestingDisplay(port, rest, mono)

    def open_real() -> DisplayPort:
        from kiosk.drivers import oled_chips as chips
        from kiosk.drivers.oled import OledConfig, open_oled

        wired: chips.I2c | chips.Spi
        match bus:
            case options.I2c(port, address):
                wired = chips.I2c(port, address)
            case options.Spi(port, device, gpio_dc, gpio_reset):
                from kiosk.drivers.gpio import open_chip

                open_chip()
                wired = chips.Spi(port, device, gpio_dc, gpio_reset)
            case None:
                raise AssertionError("a real display has a bus")
        turns, dimmed = section.rotate // 90, section.dim_contrast
        chip = chips.Chip(section.driver)
        return open_oled(OledConfig(chip, wired, turns, section.contrast, dimmed), mono)

    return open_display


def printer(section: options.Printer, play: Play) -> Callable[[], PrinterPort]:
    """Return what opens the slip printer."""
    link = section.link
    if link is None and section.driver is options.PrinterDriver.VIRTUAL:
        return play(Part.PRINTER)

    def open_real() -> PrinterPort:
        from kiosk.drivers import printer_lines as lines
        from kiosk.drivers.escpos_printer import PrinterConfig, open_printer

        line: lines.Line
        match link:
            case options.Network(host, port):
                line = lines.Network(host, port)
            case options.Serial(device, baudrate):
                line = lines.SerialLine(str(device), baudrate)
            case options.Usb(match):
                line = lines.UsbPort(match)
            case Path():
                line = lines.DeviceFile(str(link))
            case None:
                raise AssertionError("a real printer has a line")
        return open_printer(PrinterConfig(line, section.cutter, section.native_qr, section.answers))

    return open_real
