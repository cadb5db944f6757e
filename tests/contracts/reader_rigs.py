"""A reader and the hand over it: the virtual one, a real pcscd, nfcpy on a PN532 model."""

import time
from pathlib import Path
from typing import Protocol

from kiosk.domain.errors import DeviceAbsent
from kiosk.domain.events import Stimulus
from kiosk.drivers.pcsc import PcscReader
from kiosk.drivers.pn532 import Pn532Reader
from kiosk.drivers.ports import InputPort
from kiosk.drivers.virtual.cards import VirtualCard
from kiosk.drivers.virtual.reader import VirtualReader
from tests.peers.pcscd import READERS, Pcscd
from tests.peers.pn532 import Pn532
from tests.peers.vpicc import VirtualHand

NAME = "counter"
PATIENCE = 15.0


class Rig(Protocol):
    """What a contract test does to a reader.  `places` are where a card can be laid."""

    places: int
    settled: float
    """Seconds after which nothing more is to be expected."""

    def open(self) -> InputPort: ...
    def lay(self, card: VirtualCard, torn_after: int | None = None, at_place: int = 0) -> None: ...
    def lift(self, at_place: int = 0) -> None: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...
    def restore(self) -> None: ...


class VirtualRig:
    places, settled = 2, 0.0

    def __init__(self) -> None:
        self.reader = VirtualReader(NAME)
        self.unplug, self.plug = self.reader.unplug, self.reader.plug
        self.lying: dict[int, VirtualCard] = {}

    def open(self) -> InputPort:
        return self.reader.open()

    def lay(self, card: VirtualCard, torn_after: int | None = None, at_place: int = 0) -> None:
        self.lying[at_place] = card
        self.reader.place(card, torn_after)

    def lift(self, at_place: int = 0) -> None:
        self.reader.lift(self.lying.pop(at_place))

    def restore(self) -> None:
        """Each test has its own."""


class PcscRig:
    places = len(READERS)
    # pcscd asks vpcd every 0.4 s
    settled = 0.7

    def __init__(self, pcscd: Pcscd) -> None:
        self.pcscd = pcscd
        self.hands = [VirtualHand(port) for port in pcscd.ports]
        self.plug = pcscd.start

    def open(self) -> InputPort:
        return PcscReader(NAME, "kiosk reader")

    def lay(self, card: VirtualCard, torn_after: int | None = None, at_place: int = 0) -> None:
        self.hands[at_place].lay(card, torn_after)

    def lift(self, at_place: int = 0) -> None:
        self.hands[at_place].lift()

    def unplug(self) -> None:
        self.pcscd.kill()

    def restore(self) -> None:
        """Leave pcscd running and empty for the next test, and knowing that it is."""
        for hand in self.hands:
            hand.lift()
        if not self.pcscd.running:
            self.pcscd.start()
        self.pcscd.until_empty()


class Pn532Rig:
    # three looks of about 30 ms decide that a card is gone
    places, settled = 2, 0.3

    def __init__(self, folder: Path) -> None:
        self.chip = Pn532(folder / "kiosk-nfc")
        self.chip.plug()
        self.plug, self.unplug, self.restore = self.chip.plug, self.chip.unplug, self.chip.unplug
        self.lying: dict[int, VirtualCard] = {}

    def open(self) -> InputPort:
        return Pn532Reader(NAME, str(self.chip.link), felica=True)

    def lay(self, card: VirtualCard, torn_after: int | None = None, at_place: int = 0) -> None:
        self.lying[at_place] = card
        self.chip.lay(card, torn_after)

    def lift(self, at_place: int = 0) -> None:
        self.chip.lift(self.lying.pop(at_place))


def opened(rig: Rig) -> InputPort:
    """Open the reader as its worker does: again and again until it is there."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return rig.open()
        except DeviceAbsent:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def until(reader: InputPort, last: type[Stimulus]) -> list[Stimulus]:
    """Poll until an event of this type came; return all that came."""
    seen: list[Stimulus] = []
    end = time.monotonic() + PATIENCE
    while not any(isinstance(event, last) for event in seen):
        assert time.monotonic() < end, f"no {last.__name__} in {PATIENCE} s, but {seen}"
        seen += reader.poll(0.25)
    return seen
