"""Asking a running kiosk's devices through their owners: nothing is opened a second time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.assembly import examination
from kiosk.assembly.devices import Bench as Wiring
from kiosk.assembly.devices import inputs, outputs
from kiosk.assembly.examination import Owned
from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.errors import DeviceError
from kiosk.domain.events import Stimulus
from kiosk.domain.findings import Symptom
from kiosk.domain.policy import Language
from kiosk.drivers.virtual.inputs import VirtualScanner
from kiosk.drivers.virtual.outputs import VirtualDisplay
from kiosk.drivers.virtual.printer import Trouble, VirtualPrinter
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.worker import Worker
from kiosk.settings import options
from tests.doctor.terminal import Bench
from tests.peers.config import configured
from tests.peers.pn532 import Pn532
from tests.peers.until import until

READ_REGISTER = 0x06
PARTS = """
[[reader]]
name = "counter"
driver = "pn532"
device = "{link}"
[scanner]
driver = "virtual"
[display]
driver = "virtual"
[printer]
driver = "virtual"
"""


class Till:
    """The workers of a kiosk with an NFC module, and virtual devices for the rest."""

    def __init__(self, folder: Path) -> None:
        self.chip = Pn532(folder / "kiosk-nfc")
        self.chip.plug()
        self.scanner, self.display = VirtualScanner(), VirtualDisplay()
        self.printer = VirtualPrinter()
        self.sections = PARTS.format(link=self.chip.link)
        self.events: list[Stimulus] = []
        self.states: dict[Part, PartState] = {}
        wiring = Wiring(
            SystemClock(),
            {
                Part.SCANNER: self.scanner.open,
                Part.DISPLAY: self.display.open,
                Part.PRINTER: self.printer.open,
            },
            post=self.events.append,
            report=self._note,
            printed=lambda *_: None,
            language=lambda: Language.EN,
        )
        config = configured(folder, self.sections)
        self.workers: list[Worker[Any]] = [*dict(outputs(config, wiring)).values()]
        self.workers += inputs(config, wiring)
        for worker in self.workers:
            worker.start()
        for part in (Part.READER, Part.SCANNER, Part.DISPLAY, Part.PRINTER):
            self.until(part, PartState.READY)

    def _note(self, report: PartReport) -> None:
        self.states[report.part] = report.state

    def until(self, part: Part, state: PartState) -> None:
        until(lambda: self.states.get(part) is state, f"{part} {state}")

    def stop(self) -> None:
        for worker in self.workers:
            worker.stop()
        for worker in self.workers:
            assert worker.join()
        self.chip.unplug()


@pytest.fixture
def till(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    monkeypatch.setattr("kiosk.assembly.devices._PAPER_SECONDS", 0.1)
    till = Till(tmp_path)
    yield till
    till.stop()


@pytest.fixture
def doctor(bench: Bench, till: Till) -> Bench:
    def refuse(section: options.Section) -> Any:
        raise DeviceError(f"{section} was opened beside its owner")

    bench.access, bench.open_section = Owned(till.workers), refuse
    return bench


def test_every_part_is_asked_by_its_owner(doctor: Bench, till: Till) -> None:
    for subject in ("reader", "scanner", "display", "printer"):
        assert doctor.find(till.sections, subject).symptom is Symptom.WELL, subject
    till.printer.load(50)
    assert doctor.find(till.sections, "printer").symptom is Symptom.PAPER_LOW
    till.chip.antenna = False
    assert doctor.find(till.sections, "reader").symptom is Symptom.FIELD_OFF


def test_one_frame_that_is_lost_is_no_silent_chip(doctor: Bench, till: Till) -> None:
    lost: list[bytes] = []

    def spoil(sent: bytes) -> bytes:
        # the register is read for the doctor alone; the reader's own looks go on meanwhile
        return lost.pop() if lost and till.chip.commands[-1] == READ_REGISTER else sent

    till.chip.spoil = spoil
    lost += [b""]
    assert doctor.find(till.sections, "reader").symptom is Symptom.WELL
    assert lost == []
    lost += [b""] * 100
    assert doctor.find(till.sections, "reader").symptom is Symptom.NFC_SILENT


@pytest.mark.parametrize(
    ("trouble", "symptom"),
    [
        (Trouble.COVER_OPEN, Symptom.COVER_OPEN),
        (Trouble.OFFLINE, Symptom.PRINTER_OFFLINE),
        (Trouble.SILENT, Symptom.PRINTER_MUTE),
    ],
)
def test_what_a_printer_says_is_known_while_it_is_open_and_after(
    doctor: Bench, till: Till, trouble: Trouble, symptom: Symptom
) -> None:
    till.printer.suffer(trouble)
    assert doctor.find(till.sections, "printer").symptom is symptom
    if trouble is not Trouble.SILENT:
        # its owner finds it too, and closes it
        till.until(Part.PRINTER, PartState.FAULT)
        assert doctor.find(till.sections, "printer").symptom is symptom


def test_a_part_that_was_pulled_is_explained_without_opening_it(doctor: Bench, till: Till) -> None:
    till.chip.unplug()
    till.until(Part.READER, PartState.ABSENT)
    assert doctor.find(till.sections, "reader").symptom is Symptom.PORT_ABSENT
    till.scanner.unplug()
    till.until(Part.SCANNER, PartState.ABSENT)
    assert doctor.find(till.sections, "scanner").symptom is Symptom.BROKEN


def test_an_owner_that_hangs_in_its_device_is_told(
    doctor: Bench, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "PATIENCE", 0.6)
    till.scanner.hang()
    try:
        assert doctor.find(till.sections, "scanner").symptom is Symptom.HANGS
        assert doctor.find(till.sections, "printer").symptom is Symptom.WELL
    finally:
        till.scanner.go_on()
    until(lambda: doctor.find(till.sections, "scanner").symptom is Symptom.WELL)
