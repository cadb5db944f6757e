"""What readers, scanner and buttons are asked, and what it means when they do not work."""

import time
from pathlib import Path
from typing import Any

from kiosk.doctor.access import Open
from kiosk.doctor.machine import Machine, look_at_file
from kiosk.doctor.probe import Found
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.domain.events import (
    ButtonPressed,
    CardPresented,
    CardUnreadable,
    CodeRejected,
    CodeScanned,
    Stimulus,
)
from kiosk.domain.findings import Symptom
from kiosk.drivers.pcsc_signals import DEAF
from kiosk.settings import options

_ATTEMPTS = 3
"""Questions that fail in a row, on a line with noise, before the NFC chip counts as silent."""


def port_trouble(path: str, error: DeviceError) -> Found | None:
    """Explain why a serial line or an event device cannot be opened; None: it can, or is USB."""
    if path.startswith("usb"):
        return Found(Symptom.PORT_HELD, str(error)) if isinstance(error, DeviceDenied) else None
    trouble = look_at_file(Path(path), Symptom.PORT_ABSENT, Symptom.PORT_DENIED)
    if trouble is None and isinstance(error, DeviceDenied):
        return Found(Symptom.PORT_HELD, str(error))
    return trouble


def explain_pcsc(
    section: options.Reader, error: DeviceError, machine: Machine, open_section: Open
) -> Found:
    """Tell a card daemon that is not there from a reader that is not."""
    match machine.answers_cards():
        case False:
            return Found(Symptom.PCSCD_DOWN, str(error))
        case None:
            return Found(Symptom.PCSCD_DENIED, f"{machine.pcscd} refuses this user")
    if isinstance(error, DeviceDenied):
        return Found(Symptom.PCSCD_DENIED, str(error))
    if not isinstance(error, DeviceAbsent):
        return Found(Symptom.BROKEN, str(error))
    if section.match:
        try:
            open_section(options.Reader(section.name, section.driver)).close()
        except DeviceError:
            return Found(Symptom.NO_READER, str(error))
        return Found(Symptom.NO_MATCH, str(error))
    return Found(Symptom.NO_READER, str(error))


def explain_pn532(section: options.Reader, error: DeviceError) -> Found:
    """Tell a port that is not there from a chip that does not answer on it."""
    if trouble := port_trouble(section.device, error):
        return trouble
    if isinstance(error, DeviceAbsent):
        return Found(Symptom.NFC_SILENT, str(error))
    return Found(Symptom.WRONG_KIND, str(error))


def ask_pn532(device: Any) -> Found:
    """Ask the chip for its field, again where a frame was lost: that is not yet a dead chip."""
    carrier = None
    for left in reversed(range(_ATTEMPTS)):
        try:
            carrier = device.chip.carrier()
            break
        except DeviceError:
            if not left:
                raise
    if not carrier:
        return Found(Symptom.FIELD_OFF, f"{device.chip.name} answers, and its field stays off")
    return Found(detail=str(device.chip.name))


def ask_signals(device: Any) -> str:
    """Darken a PC/SC reader's LEDs; say why it refuses, which is no fault of a reader's."""
    return "" if device.heard() else f"it {DEAF}"


def explain_scanner(section: options.Scanner, error: DeviceError) -> Found:
    """Tell a port that is not there from one that is no scanner's."""
    path = section.link.device if isinstance(section.link, options.Serial) else section.link
    if path is None:
        return Found(Symptom.BROKEN, str(error))
    return port_trouble(str(path), error) or Found(Symptom.WRONG_KIND, str(error))


def explain_gpio(_section: options.Section, error: DeviceError, machine: Machine) -> Found:
    """Tell missing rights from a line that something else holds."""
    chips = sorted(machine.dev.glob("gpiochip*"))
    if not chips:
        return Found(Symptom.GPIO_ABSENT, f"there is no {machine.dev}/gpiochip*")
    denied = [look_at_file(chip, Symptom.GPIO_ABSENT, Symptom.GPIO_DENIED) for chip in chips]
    if all(denied):
        return denied[0] or Found(Symptom.GPIO_DENIED)
    held = isinstance(error, DeviceDenied)
    return Found(Symptom.GPIO_HELD if held else Symptom.BROKEN, str(error))


def await_use(device: Any, seconds: float) -> Found:
    """Wait for a person to use an input, up to `seconds`; 0 only looks whether it answers.

    Shows what kind of thing came and never which: a UID or a code is somebody's.
    """
    end = time.monotonic() + seconds
    seen: list[Stimulus] = list(device.poll(0))
    while not _used(seen) and (left := end - time.monotonic()) > 0:
        seen += device.poll(min(left, 0.25))
    if not seconds:
        return Found()
    if not seen:
        return Found(Symptom.NOTHING_CAME, f"nothing within {seconds:g} s")
    kinds = {type(event): event for event in seen}
    if CardPresented in kinds:
        return Found(detail="a card was read")
    if CodeScanned in kinds:
        return Found(detail="a code was read")
    if pressed := sorted({e.button.value for e in seen if isinstance(e, ButtonPressed)}):
        return Found(detail=f"pressed: {', '.join(pressed)}")
    if CodeRejected in kinds:
        return Found(Symptom.GARBLED, "what came is no member code")
    if CardUnreadable in kinds:
        return Found(Symptom.NOTHING_CAME, "a card was there and could not be read")
    return Found()


def _used(seen: list[Stimulus]) -> bool:
    """Tell whether enough came: a reading, or each of the three buttons."""
    pressed = {event.button for event in seen if isinstance(event, ButtonPressed)}
    return len(pressed) == 3 or any(
        isinstance(event, CardPresented | CodeScanned | CodeRejected) for event in seen
    )
