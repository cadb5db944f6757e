"""What the buttons do: rpi-lgpio on a chip with contacts that bounce, and the virtual ones."""

from collections.abc import Iterator

import pytest

from kiosk.domain.devices import Button
from kiosk.domain.errors import DeviceError
from kiosk.domain.events import BackHeld, ButtonPressed
from tests.contracts.gpio_rigs import BUTTONS, Buttons, rigged


@pytest.fixture(params=BUTTONS)
def rig(request: pytest.FixtureRequest) -> Iterator[Buttons]:
    with rigged(BUTTONS[request.param]) as rig:
        yield rig


def test_each_press_comes_once_and_in_order(rig: Buttons) -> None:
    buttons = rig.open()
    for button in (Button.A, Button.B, Button.A, Button.C):
        assert rig.press(button, buttons) == [ButtonPressed(button)]
    assert list(buttons.poll(0)) == []
    buttons.close()


def test_lost_buttons_say_so(rig: Buttons) -> None:
    buttons = rig.open()
    rig.lose()
    with pytest.raises(DeviceError):
        buttons.poll(0)
    buttons.close()
    buttons.close()
    with pytest.raises(DeviceError):
        rig.open()


def test_c_held_down_is_told_after_its_press(rig: Buttons) -> None:
    buttons = rig.open()
    assert rig.hold_back(buttons) == [ButtonPressed(Button.C), BackHeld()]
    assert list(buttons.poll(0)) == []
    assert rig.press(Button.A, buttons) == [ButtonPressed(Button.A)]
    buttons.close()
