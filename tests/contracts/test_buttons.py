"""What the buttons do."""

import pytest

from kiosk.domain.devices import Button
from kiosk.domain.errors import DeviceAbsent
from kiosk.domain.events import ButtonPressed
from kiosk.drivers.virtual.inputs import VirtualButtons


def test_each_press_comes_once_and_in_order() -> None:
    buttons = VirtualButtons().open()
    for button in (Button.A, Button.B, Button.A, Button.C):
        buttons.press(button)
    assert list(buttons.poll(1)) == [
        ButtonPressed(Button.A),
        ButtonPressed(Button.B),
        ButtonPressed(Button.A),
        ButtonPressed(Button.C),
    ]
    assert list(buttons.poll(0)) == []


def test_lost_buttons_say_so() -> None:
    buttons = VirtualButtons().open()
    buttons.unplug()
    with pytest.raises(DeviceAbsent):
        buttons.poll(0)
