"""The display's fault matrix: what the user sees on the glass, and that the rest goes on."""

import dataclasses as dc
import errno
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.document import Frame
from kiosk.domain.errors import DeviceError
from kiosk.drivers.oled import OledDisplay
from kiosk.drivers.oled_chips import Chip, I2c, Spi
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.jobs import OutputWorker
from kiosk.runtime.worker import Backoff, Duty
from tests.drivers.oled_rig import BUSES, FAULTS, Rig
from tests.peers.chips import I2cBus, SpiBus
from tests.peers.until import until

FRAMES = [Frame(128, 64, bytes(1024))]
FRAMES += [Frame(128, 64, random.Random(seed).randbytes(1024)) for seed in range(2)]
FRAMES += [Frame(128, 64, f.bits[:500] + b"\x18" * 30 + f.bits[530:]) for f in FRAMES]


@dc.dataclass(frozen=True)
class Trouble:
    """The bus fails with `code` after `passes` bytes; the chip may lose its power meanwhile, and
    the driver may be opened anew, as its worker does.
    """

    code: int
    passes: int
    power_cut: bool
    reopened: bool


TROUBLES = st.none() | st.builds(
    Trouble, st.sampled_from(FAULTS), st.integers(0, 1200), st.booleans(), st.booleans()
)
STEPS = st.lists(st.tuples(st.integers(0, len(FRAMES) - 1), TROUBLES, st.booleans()), max_size=8)


@pytest.mark.parametrize("wired", BUSES, ids=["i2c", "spi"])
@pytest.mark.parametrize("rotate", [0, 2])
@pytest.mark.parametrize("kind", Chip)
@settings(max_examples=15)
@given(steps=STEPS)
def test_whatever_the_bus_does_a_shown_frame_is_on_the_glass(
    kind: Chip, rotate: int, wired: I2c | Spi, steps: list[tuple[int, Trouble | None, bool]]
) -> None:
    rig = Rig(kind, wired, rotate)
    display = rig.open()
    for number, trouble, dimmed in steps:
        frame = dc.replace(FRAMES[number], headline=(17, 40))
        if trouble:
            display = survive(rig, display, frame, trouble)
        display.dim(dimmed)
        display.show(frame)
        assert rig.seen() == frame
        assert (rig.chip.contrast < 0xCF) is dimmed
        rig.clock.now += 0.3
        display.check()
        assert rig.seen() == frame


def survive(rig: Rig, display: OledDisplay, frame: Frame, trouble: Trouble) -> OledDisplay:
    rig.bus.fault, rig.bus.passes = trouble.code, trouble.passes
    try:
        display.show(frame)
        failed = False
    except DeviceError:
        failed = True
    rig.bus.fault = 0
    if failed and trouble.power_cut:
        rig.chip.power_on()
    if not (failed and trouble.reopened):
        return display
    display.close()
    return rig.open()


def test_a_display_that_lost_its_power_unnoticed_is_dark_until_all_of_it_is_ours_again() -> None:
    rig = Rig()
    display = rig.open()
    display.show(FRAMES[1])
    rig.clock.now += 0.25
    rig.chip.power_on()
    seen = []
    for _ in range(16):
        display.check()
        rig.clock.now += 0.25
        seen.append(rig.seen())
    assert seen[0] is None
    assert set(map(type, seen)) == {type(None), Frame}
    assert all(frame is None or frame == FRAMES[1] for frame in seen)


def test_a_torn_command_waits_for_its_arguments_in_vain() -> None:
    rig = Rig()
    display = rig.open()
    display.show(FRAMES[1])
    for passes in range(6):
        rig.bus.fault, rig.bus.passes = errno.EREMOTEIO, passes
        with pytest.raises(DeviceError):
            display.show(FRAMES[2])
        rig.bus.fault = 0
        display.show(FRAMES[1])
        assert rig.seen() == FRAMES[1]


def test_after_a_torn_command_contrast_waits_for_the_next_picture_and_closing_is_dark() -> None:
    for passes in range(1, 6):
        rig = Rig()
        display = rig.open()
        rig.bus.fault, rig.bus.passes = errno.EREMOTEIO, passes
        with pytest.raises(DeviceError):
            display.show(FRAMES[1])
        rig.bus.fault = 0
        display.dim(True)
        assert rig.chip.contrast == 0xCF
        if passes % 2:
            display.show(FRAMES[1])
            assert (rig.chip.contrast, rig.seen()) == (0x08, FRAMES[1])
        display.close()
        assert rig.seen() is None


def test_another_chip_than_the_configured_one_shows_nonsense_and_breaks_nothing() -> None:
    rig = Rig(Chip.SSD1306)
    other = Rig(Chip.SH1106)
    assert isinstance(rig.bus, I2cBus)
    rig.bus.chip = other.chip
    other.chip.tolerant = True
    display = rig.open()
    for frame in FRAMES:
        display.show(frame)
    display.check()
    display.close()


def test_on_spi_nobody_hears_and_nobody_tells_until_it_is_back() -> None:
    rig = Rig(wired=Spi())
    assert isinstance(rig.bus, SpiBus)
    display = rig.open()
    display.show(FRAMES[1])
    rig.bus.wired = False
    display.show(FRAMES[2])
    display.check()
    rig.chip.power_on()
    rig.bus.wired = True
    assert rig.seen() is None
    for _ in range(16):
        rig.clock.now += 0.25
        display.check()
    assert rig.seen() == FRAMES[2]


class Hanging(I2cBus):
    """A bus whose clock line is held low: a transfer does not come back until it is let go."""

    def __init__(self, chip: Any) -> None:
        super().__init__(chip)
        self.free, self.entered = threading.Event(), threading.Event()
        self.free.set()

    def _transfer(self, address: int, payload: bytes) -> None:
        if not self.free.is_set():
            self.entered.set()
            assert self.free.wait(60)
            raise OSError(errno.ETIMEDOUT, "Connection timed out")
        super()._transfer(address, payload)


class Desk:
    """A display on its worker, as the kiosk has it."""

    def __init__(self, open_display: Callable[[], OledDisplay]) -> None:
        self.states: list[PartState] = []
        self.details: list[str] = []
        duty = Duty(Part.DISPLAY, self._report, SystemClock(), Backoff(0.01, 0.02))
        self.worker: OutputWorker[OledDisplay, Frame] = OutputWorker(
            duty,
            open_display,
            lambda device, frame: device.show(frame),
            newest_only=True,
            idle=lambda device: device.check(),
        )
        self.worker.start()

    def _report(self, report: PartReport) -> None:
        self.states.append(report.state)
        self.details.append(report.detail)

    def stop(self) -> None:
        self.worker.stop()
        assert self.worker.join(20)


def test_absent_at_the_start_then_plugged_in_shows_the_newest() -> None:
    rig = Rig()
    rig.bus.fault = errno.EREMOTEIO
    desk = Desk(rig.open)
    until(lambda: PartState.ABSENT in desk.states)
    assert "check wires and address" in desk.details[0]
    for frame in FRAMES[:3]:
        desk.worker.put(frame)
    rig.bus.fault = 0
    until(lambda: rig.seen() == FRAMES[2])
    until(lambda: desk.states[-1] is PartState.READY)
    desk.stop()
    assert rig.seen() is None


def test_unplugged_in_use_and_replugged_shows_the_last_again() -> None:
    rig = Rig()
    desk = Desk(rig.open)
    desk.worker.put(FRAMES[1])
    until(lambda: rig.seen() == FRAMES[1])
    rig.bus.fault = errno.EREMOTEIO
    until(lambda: PartState.ABSENT in desk.states)
    rig.chip.power_on()
    rig.bus.fault = 0
    until(lambda: rig.seen() == FRAMES[1])
    desk.stop()


def test_a_nak_in_the_middle_is_a_fault_and_the_frame_comes_whole() -> None:
    rig = Rig()
    desk = Desk(rig.open)
    desk.worker.put(FRAMES[1])
    until(lambda: rig.seen() == FRAMES[1])
    rig.bus.passes, rig.bus.fault = 300, errno.ETIMEDOUT
    desk.worker.put(FRAMES[2])
    until(lambda: PartState.FAULT in desk.states)
    rig.bus.fault = 0
    until(lambda: rig.seen() == FRAMES[2])
    desk.stop()


def test_a_hanging_bus_holds_nobody_but_the_displays_own_thread() -> None:
    rig = Rig()
    bus = rig.bus = Hanging(rig.chip)
    desk = Desk(rig.open)
    desk.worker.put(FRAMES[1])
    until(lambda: rig.seen() == FRAMES[1])
    bus.free.clear()
    assert bus.entered.wait(20)
    for frame in FRAMES * 20:
        desk.worker.put(frame)
    bus.free.set()
    until(lambda: rig.seen() == FRAMES[-1])
    assert desk.states[-1] is PartState.READY
    assert PartState.FAULT in desk.states
    desk.stop()
