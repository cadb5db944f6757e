"""The LEDs and the buzzer of ACS card readers: what to say as commands for them.  No I/O.

A reader takes them in two ways: as a pseudo-APDU to the card that lies on it, or without a card as
an escape command.  Green alone is Lamp.OK and one beep is Sound.OK, and nothing else is either.
Sources: ACR122U API 2.04, 6.2 (bi-colour LED and buzzer control, the same by both ways);
ACM1252U-Y3 reference manual 1.03, 5.3.2 (LED control), 5.6.1 (the ACR122U's command to a card);
ACR1281U-C1 API 1.08, 5.3.4 (buzzer control, the family's).
"""

import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from kiosk.domain.devices import Lamp, ReaderLamp, Sound


class Command(NamedTuple):
    """One thing to say: the pseudo-APDU where a card lies, the escape command else or after it."""

    apdu: bytes
    escape: bytes


_RED, _GREEN = 0b01, 0b10

COLOURS: Mapping[Lamp, int] = {
    Lamp.OFF: 0,
    Lamp.READY: 0,
    Lamp.BUSY: _RED | _GREEN,
    Lamp.OK: _GREEN,
    Lamp.REFUSED: _RED,
    Lamp.FAULT: _RED,
}
"""Steady: a reader that blinks answers nothing else until it is through."""

BEEPS: Mapping[Sound, int] = {Sound.TAP: 0, Sound.OK: 1, Sound.REFUSED: 2}
"""At a card the reader beeps of itself, sooner than anybody could tell it to."""

_BEEP = 0.1
"""Seconds.  Two beeps are two commands, so that a card that comes between them is read."""
_APART = 0.25
_STALE = 1.0
"""Seconds after which a sound that could not be made is for nobody."""

_BOTH_MASKS = 0b1100


def led(model: ReaderLamp, lamp: Lamp) -> Command:
    """Let the LEDs say this, until told otherwise."""
    colours = COLOURS[lamp]
    apdu = bytes([0xFF, 0x00, 0x40, _BOTH_MASKS | colours, 4, 0, 0, 0, 0])
    return Command(apdu, _escape(model, apdu, 0x29, colours))


def beep(model: ReaderLamp) -> Command:
    """Beep once, for a tenth of a second; the LEDs stay as they are."""
    apdu = bytes([0xFF, 0x00, 0x40, 0, 4, round(_BEEP * 10), 0, 1, 1])
    return Command(apdu, _escape(model, apdu, 0x28, round(_BEEP * 100)))


def _escape(model: ReaderLamp, apdu: bytes, code: int, value: int) -> bytes:
    return apdu if model is ReaderLamp.ACR122U else bytes([0xE0, 0, 0, code, 1, value])


def accepted(answer: bytes) -> bool:
    """Tell whether a reader did as it was told: 90 and the LEDs' state, or E1 and one byte."""
    return answer[-2:-1] == b"\x90" or answer[:1] == b"\xe1"


class ReaderSignals:
    """What the LEDs and the buzzer of one reader have yet to say.

    light() and play() come from any thread and never wait; the reader's own thread asks next()
    whenever it has nothing else to do.  Only the newest of each kind counts.
    """

    def __init__(self, model: ReaderLamp, mono: Callable[[], float] = time.monotonic) -> None:
        self.model = model
        self._mono, self._lock = mono, threading.Lock()
        self._lamp, self._said = Lamp.OFF, False
        self._left, self._due, self._until = 0, 0.0, 0.0

    def light(self, lamp: Lamp) -> None:
        """Let the LEDs say this, until told otherwise."""
        with self._lock:
            self._lamp, self._said = lamp, False

    def play(self, sound: Sound) -> None:
        """Sound this within a second, or not at all; what began is ended, or two beeps were one."""
        with self._lock:
            self._left, self._due = BEEPS[sound], self._mono()
            self._until = self._due + _STALE

    def again(self) -> None:
        """Say the LEDs' newest once more: the reader lost it, or its firmware changed them."""
        with self._lock:
            self._said = False

    def next(self) -> Command | None:
        """Return what is to be sent now, if anything, and count it as said."""
        with self._lock:
            if not self._said:
                self._said = True
                return led(self.model, self._lamp)
            now = self._mono()
            if now > self._until:
                self._left = 0
            if not self._left or now < self._due:
                return None
            self._left, self._due, self._until = self._left - 1, now + _APART, math.inf
            return beep(self.model)
