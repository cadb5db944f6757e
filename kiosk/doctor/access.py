"""How a probe gets at a device: by opening it, or by what its owner says.

A device belongs to one program.  Where the daemon runs, everything but pcscd's readers is known
from what the daemon last reported; nothing is opened a second time.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from kiosk.doctor.probe import Found
from kiosk.domain.devices import Part, PartState, part_key
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.domain.findings import Symptom
from kiosk.settings.options import Section

Open = Callable[[Section], Any]
"""Opens the port that a section of the configuration describes.  Raises DeviceError."""

Question = Callable[[Any], Found]
"""What is asked of an open port.  Raises DeviceError."""


class Access(Protocol):
    """The way to the devices.

    `alone`: they are ours, to light, sound and wait on; `asks`: they are asked, and not reported.
    """

    @property
    def alone(self) -> bool: ...
    @property
    def asks(self) -> bool: ...

    def use(self, part: Part, name: str, section: Section, question: Question) -> Found:
        """Ask the device.  Raises DeviceError as its driver did."""


class Opened:
    """No daemon runs: each device is opened, asked and closed."""

    alone = asks = True

    def __init__(self, open_section: Open) -> None:
        self._open = open_section

    def use(self, _part: Part, _name: str, section: Section, question: Question) -> Found:
        """Open it, ask, close it."""
        device = self._open(section)
        try:
            return question(device)
        finally:
            device.close()


class Told:
    """A daemon runs: each part is as its status file says (by key: state and detail)."""

    alone = asks = False

    def __init__(self, parts: Mapping[str, tuple[str, str]]) -> None:
        self._parts = parts

    def use(self, part: Part, name: str, _section: Section, _question: Question) -> Found:
        """Repeat what the daemon said, as a verdict or as the error that it was."""
        for key in (part_key(part, name), part_key(part)):
            if key in self._parts:
                return as_reported(*self._parts[key])
        return Found(Symptom.NOT_ASKED, "the running daemon has another configuration: restart it")


_ERRORS: Mapping[str, type[DeviceError]] = {
    PartState.ABSENT: DeviceAbsent,
    PartState.DENIED: DeviceDenied,
    PartState.FAULT: DeviceError,
}


def as_reported(state: str, detail: str) -> Found:
    """Turn a part's reported state back into what its driver said.  Raises DeviceError."""
    if state in _ERRORS:
        raise _ERRORS[state](detail)
    if state == PartState.READY:
        return Found(detail="as the running daemon reports")
    return Found(Symptom.NOT_ASKED, "the running daemon has not reported it yet")
