"""What a relay does: rpi-lgpio on a chip, active low and active high, and the virtual one."""

from collections.abc import Iterator
from typing import Protocol

import pytest

from kiosk.domain.errors import DeviceDenied, DeviceError
from kiosk.drivers.gpio import GpioRelay
from kiosk.drivers.ports import RelayPort
from kiosk.drivers.virtual.outputs import VirtualRelay
from tests.contracts.gpio_rigs import OnChip, rigged
from tests.peers.gpio import OUTPUT

LINE = 4


class Rig(Protocol):
    """A relay, and what a bystander sees of it."""

    def open(self) -> RelayPort: ...
    def pulses(self) -> list[float]: ...
    def lose(self) -> None: ...


class VirtualRig:
    def __init__(self) -> None:
        self.device = VirtualRelay()
        self.open, self.lose = self.device.open, self.device.unplug

    def pulses(self) -> list[float]:
        return self.device.pulses


class GpioRig(OnChip):
    active_low = True

    def __init__(self) -> None:
        super().__init__()
        self.closed_for: list[float] = []
        self.open_for: list[float] = []

    def closed(self) -> bool:
        """Tell whether the board's relay is: one that is not driven is open."""
        line = self.chip.lines[LINE]
        return line.mode == OUTPUT and line.out != self.active_low

    def open(self) -> RelayPort:
        return GpioRelay(LINE, self.active_low, self._wait)

    def _wait(self, seconds: float) -> None:
        (self.closed_for if self.closed() else self.open_for).append(seconds)

    def pulses(self) -> list[float]:
        assert not self.closed()
        return self.closed_for


class ActiveHighRig(GpioRig):
    active_low = False


@pytest.fixture(params=[VirtualRig, GpioRig, ActiveHighRig])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with rigged(request.param) as rig:
        yield rig


def test_it_is_closed_for_moments_and_else_open(rig: Rig) -> None:
    relay = rig.open()
    assert rig.pulses() == []
    for seconds in (0.5, 4.0):
        relay.pulse(seconds)
    assert rig.pulses() == [0.5, 4.0]
    relay.close()
    relay.close()
    assert rig.pulses() == [0.5, 4.0]


def test_what_is_lost_says_so(rig: Rig) -> None:
    relay = rig.open()
    rig.lose()
    with pytest.raises(DeviceError):
        relay.pulse(0.5)
    assert rig.pulses() == []
    # closing never raises
    relay.close()
    with pytest.raises(DeviceError):
        rig.open()


@pytest.fixture(params=[GpioRig, ActiveHighRig])
def board(request: pytest.FixtureRequest) -> Iterator[GpioRig]:
    with rigged(request.param) as rig:
        yield rig


def test_claiming_it_leaves_it_open_whatever_the_line_was(board: GpioRig) -> None:
    # as a daemon that was killed in the middle of a pulse leaves it
    board.chip.lines[LINE].out = int(not board.active_low)
    relay = board.open()
    assert not board.closed()
    assert board.chip.claimed() == [LINE]
    relay.close()
    assert board.chip.claimed() == []


def test_two_pulses_are_apart(board: GpioRig) -> None:
    relay = board.open()
    for _ in range(2):
        relay.pulse(0.1)
    assert board.closed_for == [0.1, 0.1]
    assert len(board.open_for) == 2
    relay.close()


def test_it_opens_again_whatever_happens_meanwhile(board: GpioRig) -> None:
    def interrupted(seconds: float) -> None:
        assert board.closed()
        raise OSError("interrupted")

    relay = GpioRelay(LINE, board.active_low, interrupted)
    with pytest.raises(OSError, match="interrupted"):
        relay.pulse(0.5)
    assert not board.closed()
    relay.close()


def test_a_line_that_is_taken_is_named(board: GpioRig) -> None:
    board.chip.lines[LINE].held = True
    with pytest.raises(DeviceDenied, match="holds GPIO 4; which one: gpioinfo"):
        board.open()
