"""Scanner, buttons, lamps and buzzer as configured, each on its worker, with the plug pulled."""

import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.assembly.devices import Bench, inputs, outputs
from kiosk.domain.devices import Button, Lamp, Part, PartReport, PartState, Sound
from kiosk.domain.events import ButtonPressed, CodeScanned, Stimulus
from kiosk.domain.media import MediumKey
from kiosk.domain.policy import Language
from kiosk.drivers import signals
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.worker import Worker
from tests.peers import gpio, scanner
from tests.peers.config import configured
from tests.peers.until import until

SECTIONS = """
[scanner]
driver = "{driver}"
device = "scanner"
[buttons]
driver = "gpio"
[lamps]
driver = "gpio"
[buzzer]
driver = "gpio"
"""
SCANNED = CodeScanned(MediumKey("pm1:tok_0123456789"))
A, GREEN, RED, BUZZER = 17, 5, 6, 18


class Counter:
    """The workers, and what they say."""

    def __init__(self, folder: Path, driver: str) -> None:
        config = configured(folder, SECTIONS.format(driver=driver))
        self.events: queue.Queue[Stimulus] = queue.Queue()
        self.states: dict[Part, PartState] = {}
        bench = Bench(
            SystemClock(),
            virtual={},
            post=self.events.put,
            report=self._report,
            printed=lambda *_: None,
            language=lambda: Language.EN,
        )
        self.outputs = dict(outputs(config, bench))
        self.workers: list[Worker[Any]] = [*self.outputs.values(), *inputs(config, bench)]
        for worker in self.workers:
            worker.start()

    def _report(self, report: PartReport) -> None:
        self.states[report.part] = report.state

    def until(self, part: Part, state: PartState) -> None:
        until(lambda: self.states.get(part) is state, f"{part} {state}")

    def stop(self) -> None:
        for worker in self.workers:
            worker.stop()
        for worker in self.workers:
            assert worker.join()


@pytest.fixture
def chip() -> Iterator[gpio.Chip]:
    chip = gpio.Chip()
    with gpio.installed(chip):
        yield chip


@pytest.fixture(params=["serial", "keyboard"])
def peer(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[scanner.SerialScanner | scanner.KeyboardScanner]:
    peer: scanner.SerialScanner | scanner.KeyboardScanner
    if request.param == "serial":
        peer = scanner.SerialScanner(tmp_path / "scanner")
    else:
        peer = scanner.KeyboardScanner(tmp_path / "scanner")
        # a FIFO knows no EVIOCGRAB
        monkeypatch.setattr("fcntl.ioctl", lambda file, *_: peer.grab(file))
    yield peer
    peer.stop()


@pytest.fixture
def counter(
    tmp_path: Path, chip: gpio.Chip, peer: scanner.SerialScanner | scanner.KeyboardScanner
) -> Iterator[Counter]:
    driver = "serial" if isinstance(peer, scanner.SerialScanner) else "keyboard"
    counter = Counter(tmp_path, driver)
    yield counter
    counter.stop()
    assert chip.claimed() == []


def say(peer: scanner.SerialScanner | scanner.KeyboardScanner) -> None:
    code = "PM1:tok_0123456789\r"
    peer.send(code.encode() if isinstance(peer, scanner.SerialScanner) else scanner.recording(code))


def test_every_part_is_served_and_a_pulled_plug_is_one_part(
    counter: Counter,
    chip: gpio.Chip,
    peer: scanner.SerialScanner | scanner.KeyboardScanner,
) -> None:
    for part in (Part.SCANNER, Part.BUTTONS, Part.LAMPS, Part.BUZZER):
        counter.until(part, PartState.READY)
    assert chip.opened == 1
    say(peer)
    assert counter.events.get(timeout=10) == SCANNED
    peer.unplug()
    counter.until(Part.SCANNER, PartState.ABSENT)
    chip.hold(A, 0)
    assert counter.events.get(timeout=10) == ButtonPressed(Button.A)
    chip.hold(A, 1)
    counter.outputs[Part.LAMPS].put(Lamp.OK)
    counter.outputs[Part.BUZZER].put(Sound.TAP)
    until(lambda: chip.light(GREEN) == signals.FULL)
    until(lambda: (BUZZER, 2700, 50) in chip.waves)
    peer.replug()
    counter.until(Part.SCANNER, PartState.READY)
    say(peer)
    assert counter.events.get(timeout=10) == SCANNED
    assert counter.events.empty()


def test_a_broken_chip_comes_back_with_its_lamps(tmp_path: Path, chip: gpio.Chip) -> None:
    counter = Counter(tmp_path, "serial")
    counter.until(Part.LAMPS, PartState.READY)
    counter.until(Part.BUTTONS, PartState.READY)
    chip.broken = "unknown error"
    counter.outputs[Part.LAMPS].put(Lamp.REFUSED)
    for part in (Part.LAMPS, Part.BUTTONS):
        counter.until(part, PartState.FAULT)
    chip.broken = ""
    until(lambda: chip.light(RED) == signals.FULL)
    counter.until(Part.BUTTONS, PartState.READY)
    chip.hold(A, 0)
    assert counter.events.get(timeout=10) == ButtonPressed(Button.A)
    counter.stop()
    assert chip.claimed() == []
