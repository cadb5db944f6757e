"""Buttons, lamps, buzzer and relay on a Raspberry Pi's header: RPi.GPIO's API, from rpi-lgpio.

RPi.GPIO is one per process, and four workers (and an OLED on SPI) use it at the same time.  So
the chip is opened once, under a lock, and stays open until the process ends; each part claims
its own lines and gives back those alone.  Line numbers are BCM's.

Buttons are sampled, not waited for by edges: docs/drivers.md has the measurement.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from kiosk.domain.devices import Button, Lamp, Sound
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError, LibraryAbsent
from kiosk.domain.events import Stimulus
from kiosk.drivers.contacts import Contacts
from kiosk.drivers.signals import DARK, LIGHTS, TONES, Light

SAMPLE = 0.01
"""Seconds between two looks at the buttons."""

DEV = Path("/dev")

_lock = threading.Lock()

_waves: WeakKeyDictionary[Any, dict[int, Any]] = WeakKeyDictionary()
"""RPi.GPIO's PWM object of each line, kept for good: a line cannot have two at a time."""


def open_chip() -> Any:
    """Open the GPIO chip if nobody has; return RPi.GPIO.  Raises DeviceAbsent, DeviceDenied."""
    with _lock:
        gpio = _load()
        gpio.setwarnings(False)
        try:
            gpio.setmode(gpio.BCM)
        except (RuntimeError, gpio.lgpio.error) as error:
            chips = ", ".join(sorted(str(chip) for chip in DEV.glob("gpiochip*")))
            if not chips:
                raise DeviceAbsent(f"there is no {DEV}/gpiochip*: {error}") from error
            raise DeviceDenied(
                f"may not open any of {chips} ({error}): put the daemon's user into group gpio "
                "and restart it: usermod -aG gpio kiosk"
            ) from error
        return gpio


def _load() -> Any:
    try:
        from RPi import GPIO
    except ImportError as error:
        raise LibraryAbsent(f"rpi-lgpio: {error}") from error
    except OSError as error:
        folder = os.environ.get("LG_WD") or os.getcwd()
        raise DeviceDenied(
            f"lgpio cannot make its pipe in {folder} ({error}): set LG_WD to a folder that the "
            "daemon may write"
        ) from error
    except (RuntimeError, NotImplementedError) as error:
        raise DeviceAbsent(f"no GPIO here: {error}") from error
    return GPIO


class _Lines:
    """The lines that one part has claimed.  Raises DeviceDenied for one that is taken."""

    def __init__(self, numbers: Iterable[int], claim: Callable[[Any, int], None]) -> None:
        self.gpio = open_chip()
        self._claimed: list[int] = []
        for number in numbers:
            try:
                with _lock, self.translated():
                    claim(self.gpio, number)
            except DeviceError as error:
                self.close()
                if "busy" in str(error):
                    raise DeviceDenied(
                        f"another program, or an overlay in config.txt, holds GPIO {number}; "
                        "which one: gpioinfo"
                    ) from error
                raise
            self._claimed.append(number)

    @contextlib.contextmanager
    def translated(self) -> Iterator[None]:
        """Raise DeviceError for what the vendor's modules raise."""
        try:
            yield
        except (RuntimeError, ValueError, OSError, self.gpio.lgpio.error) as error:
            raise DeviceError(f"GPIO: {error}") from error

    def close(self) -> None:
        """Make them inputs again and give them back."""
        claimed, self._claimed = self._claimed, []
        for number in claimed:
            with _lock, contextlib.suppress(DeviceError), self.translated():
                self.gpio.cleanup(number)


class GpioButtons:
    """Push buttons from each line to ground; the Pi's own resistors pull the lines up."""

    def __init__(self, lines: Mapping[Button, int]) -> None:
        self._buttons = dict(lines)
        self._lines = _Lines(
            lines.values(), lambda gpio, n: gpio.setup(n, gpio.IN, pull_up_down=gpio.PUD_UP)
        )
        try:
            self._contacts = Contacts(self._look())
        except DeviceError:
            self.close()
            raise

    def poll(self, seconds: float) -> list[Stimulus]:
        """Wait up to `seconds` for a press, or a button that is stuck.  Raises DeviceError."""
        end = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            events = self._contacts.see(self._look(), now)
            if events or now >= end:
                return events
            time.sleep(min(SAMPLE, end - now))

    def close(self) -> None:
        self._lines.close()

    def _look(self) -> dict[Button, bool]:
        with self._lines.translated():
            levels = {b: self._lines.gpio.input(n) for b, n in self._buttons.items()}
        return {button: not level for button, level in levels.items()}


def _pwm(gpio: Any, number: int) -> Any:
    known = _waves.setdefault(gpio, {})
    if number not in known:
        # the vendor's own, when collected, turns its line off whoever has that by then
        lasting = type("PWM", (gpio.PWM,), {"__del__": lambda _: None})
        known[number] = lasting(number, 1)
    return known[number]


class _Wave:
    """One output line that can be on, off, or a square wave that lgpio's own thread makes."""

    def __init__(self, lines: _Lines, number: int) -> None:
        self._lines, self._number, self._now = lines, number, DARK
        self._pwm = _pwm(lines.gpio, number)
        self._pwm.stop()

    def show(self, light: Light) -> None:
        """Go on like this."""
        if light == self._now:
            return
        with self._lines.translated():
            # without a stop the new wave waits for the end of the old one's period
            self._pwm.stop()
            # and a wave begins in the middle of its period: a slow blink would begin with darkness
            self._lines.gpio.output(self._number, light.percent > 0)
            if light.hertz:
                self._pwm.ChangeFrequency(light.hertz)
                self._pwm.start(light.percent)
        self._now = light

    def close(self) -> None:
        """Go off."""
        with contextlib.suppress(DeviceError):
            self.show(DARK)


class _Outputs:
    """Output lines, all dark at the start."""

    def __init__(self, numbers: Iterable[int]) -> None:
        numbers = list(numbers)
        self._lines = _Lines(numbers, lambda gpio, n: gpio.setup(n, gpio.OUT, initial=gpio.LOW))
        try:
            with self._lines.translated():
                self.waves = {number: _Wave(self._lines, number) for number in numbers}
        except DeviceError:
            self._lines.close()
            raise

    def close(self) -> None:
        """Dark, and given back."""
        for wave in self.waves.values():
            wave.close()
        self.waves.clear()
        self._lines.close()


class GpioLamps:
    """LEDs, each from its line through a resistor to ground; `blue` may be None."""

    def __init__(self, green: int, red: int, blue: int | None = None) -> None:
        self._green, self._red, self._blue = green, red, blue
        self._outputs = _Outputs(n for n in (green, red, blue) if n is not None)

    def set(self, lamp: Lamp) -> None:
        lights, waves = LIGHTS[lamp], self._outputs.waves
        green = lights.green
        if self._blue is not None:
            waves[self._blue].show(lights.blue)
        elif lights.blue != DARK:
            green = lights.blue
        waves[self._green].show(green)
        waves[self._red].show(lights.red)

    def close(self) -> None:
        self._outputs.close()


class GpioBuzzer:
    """A passive piezo buzzer from its line to ground."""

    def __init__(self, line: int, wait: Callable[[float], None] = time.sleep) -> None:
        self._line, self._wait = line, wait
        self._outputs = _Outputs([line])

    def play(self, sound: Sound) -> None:
        wave = self._outputs.waves[self._line]
        try:
            for tone in TONES[sound]:
                wave.show(Light(50, tone.hertz) if tone.hertz else DARK)
                self._wait(tone.seconds)
        finally:
            wave.show(DARK)

    def close(self) -> None:
        self._outputs.close()


class GpioRelay:
    """A relay board on one line, which is at rest from the moment that it is claimed.

    `active_low`: the relay is closed while the line is low, as on most boards.  Two pulses are
    _APART seconds apart, so that what counts them counts two.
    """

    _APART = 0.3

    def __init__(
        self, line: int, active_low: bool, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._line, self._wait = line, wait
        self._closed, self._open = not active_low, active_low
        # a line that a killed daemon left driven is at rest again by this
        self._lines = _Lines(
            [line], lambda gpio, n: gpio.setup(n, gpio.OUT, initial=int(self._open))
        )

    def pulse(self, seconds: float) -> None:
        """Close it for so long.  Raises DeviceError."""
        try:
            self._drive(self._closed)
            self._wait(seconds)
        finally:
            self._drive(self._open)
        self._wait(self._APART)

    def close(self) -> None:
        self._lines.close()

    def _drive(self, level: bool) -> None:
        with self._lines.translated():
            self._lines.gpio.output(self._line, level)
