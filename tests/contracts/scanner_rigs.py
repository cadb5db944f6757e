"""A scanner and the hand that shows it codes: virtual, on a serial port, a keyboard."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kiosk.domain.events import Stimulus
from kiosk.drivers.keyboard_scanner import KeyboardScanner
from kiosk.drivers.ports import InputPort
from kiosk.drivers.serial_scanner import SerialScanner
from kiosk.drivers.virtual.inputs import VirtualScanner
from tests.peers import scanner as peers

PATIENCE = 10.0


class Rig(Protocol):
    """What a contract test does to a scanner."""

    def open(self) -> InputPort: ...
    def scan(self, text: str) -> None: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...
    def stop(self) -> None: ...


class VirtualRig:
    def __init__(self) -> None:
        self.device = VirtualScanner()
        self.open, self.scan = self.device.open, self.device.scan
        self.unplug, self.plug = self.device.unplug, self.device.plug

    def stop(self) -> None:
        """Nothing runs."""


class SerialRig:
    """Codes end with `suffix`."""

    def __init__(self, folder: Path, suffix: bytes) -> None:
        self.peer, self._suffix = peers.SerialScanner(folder / "kiosk-scanner"), suffix
        self.unplug, self.plug, self.stop = self.peer.unplug, self.peer.replug, self.peer.stop

    def open(self) -> InputPort:
        return SerialScanner(str(self.peer.link))

    def scan(self, text: str) -> None:
        self.peer.send(text.encode() + self._suffix)
        if not self._suffix:
            time.sleep(0.1)  # the silence is what ends it


class KeyboardRig:
    def __init__(self, folder: Path) -> None:
        self.peer = peers.KeyboardScanner(folder / "event-kbd")
        self.unplug, self.plug, self.stop = self.peer.unplug, self.peer.replug, self.peer.stop

    def open(self) -> InputPort:
        return KeyboardScanner(str(self.peer.path), self.peer.grab)

    def scan(self, text: str) -> None:
        self.peer.type(text + "\r")


RIGS: dict[str, Callable[[Path], Rig]] = {
    "virtual": lambda _: VirtualRig(),
    "serial CR": lambda folder: SerialRig(folder, b"\r"),
    "serial LF": lambda folder: SerialRig(folder, b"\n"),
    "serial CRLF": lambda folder: SerialRig(folder, b"\r\n"),
    "keyboard": KeyboardRig,
}


def come(scanner: InputPort, count: int) -> list[Stimulus]:
    """Poll until so many events came; return all that came."""
    seen: list[Stimulus] = []
    end = time.monotonic() + PATIENCE
    while len(seen) < count:
        assert time.monotonic() < end, f"only {seen} came in {PATIENCE} s"
        seen += scanner.poll(0.25)
    return seen
