"""What opens the scanner, the buttons, the lamps and the buzzer, as they are configured.

`play` returns what opens a virtual part.  A driver is imported when its device is first opened.
"""

from collections.abc import Callable
from typing import Any

from kiosk.domain.devices import Button, Part
from kiosk.drivers.ports import BuzzerPort, InputPort, LampsPort
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
