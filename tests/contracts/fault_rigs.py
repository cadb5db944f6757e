"""Parts on their workers, and what can befall each of them: the rows of the fault matrix.

A rig brings one driver and its peer, to a tests/contracts/counter.py.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiosk.domain.devices import Part, PartState
from kiosk.domain.events import (
    CardPresented,
    CardRemoved,
    CardUnreadable,
    CodeRejected,
)
from kiosk.domain.media import MediumKey
from kiosk.drivers import ndef
from kiosk.drivers.virtual.cards import Type2Card, issued
from kiosk.runtime.worker import Duty, InputWorker, Worker
from tests.contracts import gpio_rigs, reader_rigs, scanner_rigs
from tests.contracts.counter import CODE, SCANNED, TOKEN, Counter, Rig
from tests.contracts.fault_gpio_rigs import ButtonsRig, SignalsRig
from tests.contracts.reader_rigs import NAME
from tests.peers import scanner as scanner_peer

UID = bytes.fromhex("04A1B2C3D4E5F6")
PRESENTED = CardPresented(reader=NAME, medium=MediumKey(f"pm1:{TOKEN}"))
REMOVED, UNREADABLE = CardRemoved(NAME), CardUnreadable(NAME)


class ReaderRig:
    """A card reader."""

    part, gone = Part.READER, PartState.ABSENT

    def __init__(self, rig: reader_rigs.Rig) -> None:
        self.rig = rig
        self.hung = PartState.ABSENT if isinstance(rig, reader_rigs.Pn532Rig) else PartState.FAULT
        self.unplug, self.plug = rig.unplug, rig.plug

    def worker(self, duty: Duty, post: Any) -> Worker[Any]:
        return InputWorker(duty, self.rig.open, post)

    def hang(self) -> None:
        match self.rig:
            case reader_rigs.VirtualRig(reader=reader):
                reader.hang()
            case reader_rigs.PcscRig(pcscd=pcscd):
                pcscd.stop()
            case reader_rigs.Pn532Rig(chip=chip):
                chip.silent = True

    def go_on(self) -> None:
        match self.rig:
            case reader_rigs.VirtualRig(reader=reader):
                reader.go_on()
            case reader_rigs.PcscRig(pcscd=pcscd):
                pcscd.go_on()
            case reader_rigs.Pn532Rig(chip=chip):
                chip.silent = False

    def use(self, counter: Counter) -> None:
        self.rig.lay(issued(TOKEN, UID))
        counter.comes(PRESENTED)
        self.rig.lift()
        counter.comes(REMOVED)

    def garbage(self, counter: Counter) -> None:
        """A card that holds what no member card holds."""
        self.rig.lay(Type2Card(UID, ndef.text_message("PM1:\u72d7!")))
        counter.comes(UNREADABLE)
        self.rig.lift()
        counter.comes(REMOVED)

    def tear(self, counter: Counter) -> None:
        """The card is torn away after the first of its answers."""
        with contextlib.ExitStack() as stack:
            if isinstance(self.rig, reader_rigs.PcscRig):
                stack.enter_context(self.rig.pcscd.until_noticed())
            self.rig.lay(issued(TOKEN, UID), torn_after=1)
            counter.comes(UNREADABLE, REMOVED)
            self.rig.lift()


class ScannerRig:
    """A code scanner."""

    part, gone = Part.SCANNER, PartState.ABSENT

    def __init__(self, rig: scanner_rigs.Rig) -> None:
        self.rig = rig
        virtual = isinstance(rig, scanner_rigs.VirtualRig)
        self.hung = PartState.FAULT if virtual else PartState.READY
        self.unplug, self.plug = rig.unplug, rig.plug

    def worker(self, duty: Duty, post: Any) -> Worker[Any]:
        return InputWorker(duty, self.rig.open, post)

    def hang(self) -> None:
        if isinstance(self.rig, scanner_rigs.VirtualRig):
            self.rig.device.hang()

    def go_on(self) -> None:
        if isinstance(self.rig, scanner_rigs.VirtualRig):
            self.rig.device.go_on()

    def use(self, counter: Counter) -> None:
        self.rig.scan(CODE)
        counter.comes(SCANNED)

    def garbage(self, counter: Counter) -> None:
        """What no code is: noise on the line, keys that no scanner has."""
        match self.rig:
            case scanner_rigs.SerialRig(peer=peer):
                peer.send(bytes(n for n in range(256) if n not in b"\r\n") + b"\r")
            case scanner_rigs.KeyboardRig(peer=keyboard):
                volume, enter = 115, 28
                keyboard.send(scanner_peer.stroke(volume, 1, 0) + scanner_peer.stroke(enter, 1, 0))
            case _:
                self.rig.scan("\0\u72d7")
        counter.comes(CodeRejected())

    def tear(self, counter: Counter) -> None:
        """The plug is pulled in the middle of a code: no half of it is a code."""
        match self.rig:
            case scanner_rigs.SerialRig(peer=peer):
                peer.send(CODE[:9].encode())
            case scanner_rigs.KeyboardRig(peer=keyboard):
                keyboard.type(CODE[:9])
        self.unplug()
        counter.is_(PartState.ABSENT)
        self.plug()
        counter.is_(PartState.READY)


RIGS = (
    *(f"reader {driver}" for driver in ("virtual", "pcsc", "pn532")),
    *(f"scanner {driver}" for driver in ("virtual", "serial CR", "keyboard")),
    *(
        f"{part} {driver}"
        for part in ("buttons", "lamps", "buzzer")
        for driver in ("virtual", "gpio")
    ),
)


@contextlib.contextmanager
def rigged(name: str, folder: Path, fixture: Any) -> Iterator[Rig]:
    """Make a rig; unplugged or plugged as its peer begins."""
    part, _, driver = name.partition(" ")
    match part:
        case "reader":
            reader: reader_rigs.Rig
            match driver:
                case "virtual":
                    reader = reader_rigs.VirtualRig()
                case "pn532":
                    reader = reader_rigs.Pn532Rig(folder)
                case _:
                    reader = reader_rigs.PcscRig(fixture("pcscd"))
            yield ReaderRig(reader)
            reader.restore()
        case "scanner":
            scanner = scanner_rigs.RIGS[driver](folder)
            yield ScannerRig(scanner)
            scanner.stop()
        case "buttons":
            with gpio_rigs.rigged(gpio_rigs.BUTTONS[driver]) as buttons:
                yield ButtonsRig(buttons)
        case _:
            with gpio_rigs.rigged(gpio_rigs.SIGNALS[driver]) as signals:
                yield SignalsRig(signals, Part(part))
