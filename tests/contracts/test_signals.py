"""What lamps and buzzer do."""

import pytest

from kiosk.domain.devices import Lamp, Sound
from kiosk.domain.errors import DeviceAbsent
from kiosk.drivers.virtual.outputs import VirtualBuzzer, VirtualLamps


def test_the_lamps_say_one_thing_until_told_otherwise() -> None:
    lamps = VirtualLamps().open()
    for lamp in (Lamp.READY, Lamp.BUSY, Lamp.OK):
        lamps.set(lamp)
        assert lamps.lamp is lamp
    lamps.close()
    assert lamps.lamp is Lamp.OFF


def test_the_buzzer_plays_each_sound() -> None:
    buzzer = VirtualBuzzer().open()
    for sound in Sound:
        buzzer.play(sound)
    buzzer.close()
    assert buzzer.played == list(Sound)


def test_what_is_unplugged_says_so() -> None:
    lamps, buzzer = VirtualLamps(), VirtualBuzzer()
    lamps.unplug()
    buzzer.unplug()
    with pytest.raises(DeviceAbsent):
        lamps.set(Lamp.OK)
    with pytest.raises(DeviceAbsent):
        buzzer.play(Sound.OK)
    assert lamps.said == []
    assert buzzer.played == []
    # closing never raises
    lamps.close()
    buzzer.close()
