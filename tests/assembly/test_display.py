"""The display as configured, on its worker: what rest does to it, and that a dead one is alone."""

import datetime as dt
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from luma.core.interface.serial import i2c

from kiosk.assembly.devices import Bench, outputs
from kiosk.domain.devices import Lamp, Part, PartReport, PartState
from kiosk.domain.policy import Language
from kiosk.domain.screens import Idle, Looking, Screen
from kiosk.drivers import oled_luma
from kiosk.drivers.virtual.outputs import VirtualLamps
from kiosk.render.glass import Glass
from kiosk.runtime.clock import VirtualClock
from tests.peers.chips import I2cBus, Sh1106
from tests.peers.config import configured
from tests.peers.until import until

SECTIONS = """
[display]
driver = "sh1106"
bus = "i2c"
contrast = 180
dim_seconds = 90
dim_contrast = 5
shift_seconds = 600
[lamps]
driver = "virtual"
"""
NOON = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


class Counter:
    """The workers of a display on a chip model and of virtual lamps, and what they say."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.chip, self.lamps = VirtualClock(NOON), Sh1106(), VirtualLamps()
        self.bus = I2cBus(self.chip)
        self.states: dict[Part, PartState] = {}
        bench = Bench(
            self.clock,
            virtual={Part.LAMPS: self.lamps.open},
            post=lambda _: None,
            report=self._report,
            printed=lambda *_: None,
            language=lambda: Language.ZH,
        )
        self.workers = dict(outputs(configured(folder, SECTIONS), bench))

    def _report(self, report: PartReport) -> None:
        self.states[report.part] = report.state

    def shows(self, screen: Screen) -> bool:
        return self.chip.frame() == Glass().frame(screen, Language.ZH)


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    counter = Counter(tmp_path)

    def interface(wired: Any) -> Any:
        return i2c(bus=counter.bus, address=wired.address)

    monkeypatch.setattr(oled_luma, "interface", interface)
    for worker in counter.workers.values():
        worker.start()
    yield counter
    for worker in counter.workers.values():
        worker.stop()
        assert worker.join(20)


def idle(minute: int) -> Idle:
    return Idle("喵喵宠物", NOON.replace(minute=minute))


def test_at_rest_it_is_dimmed_and_a_card_makes_it_bright(counter: Counter) -> None:
    display = counter.workers[Part.DISPLAY]
    display.put(idle(0))
    until(lambda: counter.shows(idle(0)))
    assert counter.chip.contrast == 180
    counter.clock.advance(60)
    display.put(idle(1))
    until(lambda: counter.shows(idle(1)))
    counter.clock.advance(30)
    until(lambda: counter.chip.contrast == 5)
    display.put(Looking())
    until(lambda: counter.shows(Looking()))
    assert counter.chip.contrast == 180


def test_a_dead_display_leaves_the_rest_alone_and_comes_back_with_the_newest(
    counter: Counter,
) -> None:
    display, lamps = counter.workers[Part.DISPLAY], counter.workers[Part.LAMPS]
    display.put(idle(0))
    until(lambda: counter.shows(idle(0)))
    counter.bus.fault = errno.EREMOTEIO
    until(lambda: counter.states.get(Part.DISPLAY) is PartState.ABSENT)
    display.put(Looking())
    lamps.put(Lamp.BUSY)
    until(lambda: counter.lamps.lamp is Lamp.BUSY)
    assert counter.states[Part.LAMPS] is PartState.READY
    counter.chip.power_on()
    counter.bus.fault = 0
    until(lambda: counter.shows(Looking()))
    until(lambda: counter.states[Part.DISPLAY] is PartState.READY)
