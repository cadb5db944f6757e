"""What the buttons do: rpi-lgpio on a chip with contacts that bounce, and the virtual ones."""

import time
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest

from kiosk.domain.devices import Button
from kiosk.domain.errors import DeviceError
from kiosk.domain.events import ButtonPressed, Stimulus
from kiosk.drivers.gpio import GpioButtons
from kiosk.drivers.ports import InputPort
from kiosk.drivers.virtual.inputs import VirtualButtons
from tests.peers import gpio as peers

LINES = {Button.A: 17, Button.B: 27, Button.C: 22}
SETTLED = 0.05


class Rig(Protocol):
    """What a contract test does to buttons.  `press` presses one and lets go, while polled."""

    def open(self) -> InputPort: ...
    def press(self, button: Button, buttons: InputPort) -> list[Stimulus]: ...
    def lose(self) -> None: ...


class VirtualRig:
    def __init__(self) -> None:
        self.device = VirtualButtons()
        self.open, self.lose = self.device.open, self.device.unplug

    def press(self, button: Button, buttons: InputPort) -> list[Stimulus]:
        self.device.press(button)
        return list(buttons.poll(1))


class GpioRig:
    def __init__(self) -> None:
        self.chip = peers.Chip()

    def open(self) -> InputPort:
        return GpioButtons(LINES)

    def press(self, button: Button, buttons: InputPort) -> list[Stimulus]:
        seen: list[Stimulus] = []
        for level in (0, 1):
            for bounce in (level, 1 - level, level, 1 - level, level):
                self.chip.hold(LINES[button], bounce)
                seen += buttons.poll(0.003)
            end = time.monotonic() + SETTLED
            while (left := end - time.monotonic()) > 0:
                seen += buttons.poll(left)
        return seen

    def lose(self) -> None:
        self.chip.broken = "GPIO not allocated"


RIGS: dict[str, Callable[[], Rig]] = {"virtual": VirtualRig, "gpio": GpioRig}


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    rig = RIGS[request.param]()
    if isinstance(rig, GpioRig):
        with peers.installed(rig.chip):
            yield rig
    else:
        yield rig


def test_each_press_comes_once_and_in_order(rig: Rig) -> None:
    buttons = rig.open()
    for button in (Button.A, Button.B, Button.A, Button.C):
        assert rig.press(button, buttons) == [ButtonPressed(button)]
    assert list(buttons.poll(0)) == []
    buttons.close()


def test_lost_buttons_say_so(rig: Rig) -> None:
    buttons = rig.open()
    rig.lose()
    with pytest.raises(DeviceError):
        buttons.poll(0)
    buttons.close()
    buttons.close()
    with pytest.raises(DeviceError):
        rig.open()
