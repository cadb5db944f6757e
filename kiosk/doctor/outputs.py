"""What display, printer, lamps and buzzer are asked, and what it means when they do not work."""

import dataclasses as dc
import time
from pathlib import Path
from typing import Any

from kiosk.doctor.access import Open
from kiosk.doctor.inputs import explain_gpio, port_trouble
from kiosk.doctor.machine import Machine, look_at_file
from kiosk.doctor.probe import Found
from kiosk.domain.devices import Lamp, Sound
from kiosk.domain.document import Frame
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.domain.findings import Symptom
from kiosk.drivers.ports import Paper
from kiosk.settings import options

_LAMP_SECONDS, _GLASS_SECONDS = 0.5, 1.5
_ADDRESSES = (0x3C, 0x3D)
"""What a module's jumper can choose (SSD1306 datasheet, 8.1.5)."""

_BOARD = Frame(128, 64, b"".join((b"\xaa" if y % 2 else b"\x55") * 16 for y in range(64)))

_PRINTER_SAYS = (
    ("cover open", Symptom.COVER_OPEN),
    ("out of paper", Symptom.PAPER_OUT),
    ("does not answer", Symptom.PRINTER_SILENT),
    ("switch it off", Symptom.PRINTER_OFFLINE),
    ("offline", Symptom.PRINTER_OFFLINE),
)
"""The words of kiosk/drivers/printer_status.py: the port raises one kind of error for all."""


def show_board(device: Any) -> Found:
    """Show a checkerboard for a moment, for an eye to look at."""
    device.show(_BOARD)
    time.sleep(_GLASS_SECONDS)
    return Found()


def check_glass(device: Any) -> Found:
    """Look whether the display is still there, without changing what it shows."""
    device.check()
    return Found()


def light_lamps(device: Any) -> Found:
    """Light each lamp for a moment, for an eye to look at."""
    for lamp in (Lamp.OK, Lamp.REFUSED, Lamp.BUSY, Lamp.OFF):
        device.set(lamp)
        time.sleep(_LAMP_SECONDS)
    return Found()


def sound_buzzer(device: Any) -> Found:
    """Play a sound, for an ear to hear."""
    device.play(Sound.OK)
    return Found()


def ask_paper(device: Any) -> Found:
    """Ask the printer for cover and paper; prints nothing."""
    match device.paper():
        case Paper.ENOUGH:
            return Found()
        case Paper.LOW:
            return Found(Symptom.PAPER_LOW)
        case Paper.OUT:
            return Found(Symptom.PAPER_OUT)
        case _:
            return Found(Symptom.PRINTER_MUTE)


def explain_printer(section: options.Printer, error: DeviceError) -> Found:
    """Tell a printer that is not there from one that says why it does not print."""
    said = str(error)
    for words, symptom in _PRINTER_SAYS:
        if words in said:
            return Found(symptom, said)
    match section.link:
        case options.Serial(device=path) | (Path() as path):
            if trouble := port_trouble(str(path), error):
                return trouble
        case _ if isinstance(error, DeviceDenied):
            return Found(Symptom.PORT_DENIED, said)
    return Found(
        Symptom.PRINTER_ABSENT if isinstance(error, DeviceAbsent) else Symptom.BROKEN, said
    )


def explain_display(
    section: options.Display, error: DeviceError, machine: Machine, open_section: Open
) -> Found:
    """Tell a bus that is off from a display that does not answer on it."""
    match section.bus:
        case options.I2c(port, address):
            trouble = _bus_trouble(machine, f"i2c-{port}", Symptom.I2C_OFF, Symptom.I2C_DENIED)
            if trouble or not isinstance(error, DeviceAbsent):
                return trouble or Found(Symptom.BROKEN, str(error))
            for other in _ADDRESSES:
                moved = dc.replace(section, bus=options.I2c(port, other))
                if other != address and _opens(moved, open_section):
                    return Found(
                        Symptom.DISPLAY_ELSEWHERE, f"a display answers at 0x{other:02X} instead"
                    )
            return Found(Symptom.DISPLAY_SILENT, str(error))
        case options.Spi(port, device):
            name = f"spidev{port}.{device}"
            if trouble := _bus_trouble(machine, name, Symptom.SPI_OFF, Symptom.SPI_DENIED):
                return trouble
            return explain_gpio(section, error, machine)
        case _:
            return Found(Symptom.BROKEN, str(error))


def _bus_trouble(machine: Machine, name: str, off: Symptom, denied: Symptom) -> Found | None:
    trouble = look_at_file(machine.dev / name, off, denied)
    if trouble is None or trouble.symptom is not off:
        return trouble
    line = "dtparam=i2c_arm=on" if off is Symptom.I2C_OFF else "dtparam=spi=on"
    lacking = machine.firmware_lacks(line)
    return Found(off, f"{trouble.detail}; {lacking}" if lacking else trouble.detail)


def _opens(section: options.Display, open_section: Open) -> bool:
    try:
        open_section(section).close()
    except DeviceError:
        return False
    return True
