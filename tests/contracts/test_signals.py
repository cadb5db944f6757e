"""What lamps and buzzer do: rpi-lgpio on a chip, and the virtual ones."""

from collections.abc import Iterator

import pytest

from kiosk.domain.devices import Lamp, Sound
from kiosk.domain.errors import DeviceError
from tests.contracts.gpio_rigs import SIGNALS, Signals, rigged


@pytest.fixture(params=SIGNALS)
def rig(request: pytest.FixtureRequest) -> Iterator[Signals]:
    with rigged(SIGNALS[request.param]) as rig:
        yield rig


def test_the_lamps_say_one_thing_until_told_otherwise(rig: Signals) -> None:
    lamps = rig.lamps()
    for lamp in (Lamp.READY, Lamp.BUSY, Lamp.OK, Lamp.OK, Lamp.REFUSED, Lamp.FAULT, Lamp.READY):
        lamps.set(lamp)
        assert rig.seen() is lamp
    lamps.close()
    assert rig.seen() is Lamp.OFF
    lamps.close()


def test_the_buzzer_plays_each_sound(rig: Signals) -> None:
    buzzer = rig.buzzer()
    for sound in Sound:
        buzzer.play(sound)
    buzzer.close()
    buzzer.close()
    assert rig.heard() == list(Sound)


def test_what_is_lost_says_so(rig: Signals) -> None:
    lamps, buzzer = rig.lamps(), rig.buzzer()
    rig.lose()
    with pytest.raises(DeviceError):
        lamps.set(Lamp.OK)
    with pytest.raises(DeviceError):
        buzzer.play(Sound.OK)
    assert rig.seen() is Lamp.OFF
    assert rig.heard() == []
    # closing never raises
    lamps.close()
    buzzer.close()
    with pytest.raises(DeviceError):
        rig.lamps()
    with pytest.raises(DeviceError):
        rig.buzzer()
