"""What lamps and buzzer do for each thing they say.  No device is touched here.

Green and red differ in rhythm too, for those who do not see the difference in colour.
"""

from collections.abc import Mapping
from typing import NamedTuple

from kiosk.domain.devices import Lamp, Sound


class Light(NamedTuple):
    """An LED: on for `percent` of each period, `hertz` periods a second."""

    percent: float
    hertz: float = 0.0


DARK, FULL = Light(0), Light(100)
DIM = Light(12, 100)
BLINK, SLOW_BLINK = Light(50, 2.5), Light(50, 0.5)


class Lights(NamedTuple):
    """The three LEDs at one time.  Where there is no blue one, green shows what it would."""

    green: Light = DARK
    red: Light = DARK
    blue: Light = DARK


LIGHTS: Mapping[Lamp, Lights] = {
    Lamp.OFF: Lights(),
    Lamp.READY: Lights(green=DIM),
    Lamp.BUSY: Lights(blue=BLINK),
    Lamp.OK: Lights(green=FULL),
    Lamp.REFUSED: Lights(red=FULL),
    Lamp.FAULT: Lights(red=SLOW_BLINK),
}


class Tone(NamedTuple):
    """A tone, or silence at 0 Hz."""

    hertz: float
    seconds: float


_PAUSE = Tone(0, 0.04)

TONES: Mapping[Sound, tuple[Tone, ...]] = {
    Sound.TAP: (Tone(2700, 0.06),),
    Sound.OK: (Tone(2000, 0.08), _PAUSE, Tone(2700, 0.15)),
    Sound.REFUSED: (Tone(600, 0.12), _PAUSE, Tone(600, 0.12)),
}
"""At most 0.3 s each: the next one waits that long.  Small piezo discs are loudest near 2.7 kHz."""
