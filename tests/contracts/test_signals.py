"""What lamps and buzzer do: rpi-lgpio on a chip, and the virtual ones."""

from collections.abc import Callable, Iterator
from typing import Protocol

import pytest

from kiosk.domain.devices import Lamp, Sound
from kiosk.domain.errors import DeviceError
from kiosk.drivers.gpio import GpioBuzzer, GpioLamps
from kiosk.drivers.ports import BuzzerPort, LampsPort
from kiosk.drivers.signals import LIGHTS, TONES, Lights
from kiosk.drivers.virtual.outputs import VirtualBuzzer, VirtualLamps
from tests.peers import gpio as peers

GREEN, RED, BLUE, BUZZER = 5, 6, 13, 18


class Rig(Protocol):
    """Lamps and a buzzer, and what a bystander sees and hears of them."""

    def lamps(self) -> LampsPort: ...
    def buzzer(self) -> BuzzerPort: ...
    def seen(self) -> Lamp: ...
    def heard(self) -> list[Sound]: ...
    def lose(self) -> None: ...


class VirtualRig:
    def __init__(self) -> None:
        self._lamps, self._buzzer = VirtualLamps(), VirtualBuzzer()
        self.lamps, self.buzzer = self._lamps.open, self._buzzer.open

    def seen(self) -> Lamp:
        return self._lamps.lamp

    def heard(self) -> list[Sound]:
        return self._buzzer.played

    def lose(self) -> None:
        self._lamps.unplug()
        self._buzzer.unplug()


class GpioRig:
    def __init__(self) -> None:
        self.chip = peers.Chip()

    def lamps(self) -> LampsPort:
        return GpioLamps(GREEN, RED, BLUE)

    def buzzer(self) -> BuzzerPort:
        return GpioBuzzer(BUZZER, wait=lambda _: None)

    def seen(self) -> Lamp:
        lights = Lights(*(self.chip.light(line) for line in (GREEN, RED, BLUE)))
        [lamp] = [lamp for lamp, shown in LIGHTS.items() if shown == lights]
        return lamp

    def heard(self) -> list[Sound]:
        tones = [hertz for line, hertz, _ in self.chip.waves if line == BUZZER]
        sounds: list[Sound] = []
        while tones:
            scores = {sound: [t.hertz for t in TONES[sound] if t.hertz] for sound in Sound}
            sounds.append(next(s for s, score in scores.items() if tones[: len(score)] == score))
            tones = tones[len(scores[sounds[-1]]) :]
        return sounds

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


def test_the_lamps_say_one_thing_until_told_otherwise(rig: Rig) -> None:
    lamps = rig.lamps()
    for lamp in (Lamp.READY, Lamp.BUSY, Lamp.OK, Lamp.OK, Lamp.REFUSED, Lamp.FAULT, Lamp.READY):
        lamps.set(lamp)
        assert rig.seen() is lamp
    lamps.close()
    assert rig.seen() is Lamp.OFF
    lamps.close()


def test_the_buzzer_plays_each_sound(rig: Rig) -> None:
    buzzer = rig.buzzer()
    for sound in Sound:
        buzzer.play(sound)
    buzzer.close()
    buzzer.close()
    assert rig.heard() == list(Sound)


def test_what_is_lost_says_so(rig: Rig) -> None:
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
