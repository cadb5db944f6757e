"""A GPIO chip behind rpi-lgpio: the module lgpio is replaced, the API that runs is the real one.

The faithful one, lgpio's own library on a chip that answers like a kernel, is gpiochip.c; it needs
a process of its own.  This one is for the contract suites, which run in pytest's.
"""

import contextlib
import dataclasses as dc
import sys
import threading
import types
from collections.abc import Iterator

import pytest

from kiosk.drivers.signals import DARK, Light

LINES = 54
INPUT, OUTPUT = 0x100, 0x200
PULL_UP, PULL_DOWN, PULL_NONE = 0x20, 0x40, 0x80


class Error(Exception):
    """Like lgpio.error."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


@dc.dataclass
class Line:
    """One line: `outside` is the level put on it from outside, None where nothing is."""

    mode: int = 0
    pull: int = 0
    outside: int | None = None
    out: int = 0
    wave: tuple[float, float] | None = None
    held: bool = False

    @property
    def level(self) -> int:
        if self.mode == OUTPUT:
            return self.out
        return self.outside if self.outside is not None else int(self.pull == PULL_UP)


class Chip:
    """The chip, and the hands on it.  `refuses` is what opening it raises, `broken` any use.

    It breaks by itself after `lasts` more uses, where set; while `goes` is not set, whoever uses
    it does not come back.  `reads` counts the levels that were asked for.
    """

    def __init__(self) -> None:
        self.lines = [Line() for _ in range(LINES)]
        self.opened = 0
        self.refuses = self.broken = ""
        self.lasts: int | None = None
        self.reads = 0
        self.goes = threading.Event()
        self.goes.set()
        self.waves: list[tuple[int, float, float]] = []
        self._lock = threading.Lock()

    def claimed(self) -> list[int]:
        return [number for number, line in enumerate(self.lines) if line.mode]

    def hold(self, number: int, level: int | None) -> None:
        """Put a level on a line from outside, or let go of it."""
        self.lines[number].outside = level

    def light(self, number: int) -> Light:
        """Tell what an LED on this line would do."""
        line = self.lines[number]
        if line.mode != OUTPUT:
            return DARK
        return Light(line.wave[1], line.wave[0]) if line.wave else Light(100 * line.out)

    # --- what rpi-lgpio calls ------------------------------------------------------------------

    def gpiochip_open(self, _number: int) -> int:
        if self.refuses:
            raise Error(self.refuses)
        self.opened += 1
        return 0

    def gpio_get_mode(self, _chip: int, number: int) -> int:
        return self._line(number).mode

    def gpio_claim_input(self, _chip: int, number: int, pull: int = 0) -> int:
        line = self._line(number, free=True)
        line.mode, line.pull = INPUT, pull
        return 0

    def gpio_claim_output(self, _chip: int, number: int, level: int = 0, _pull: int = 0) -> int:
        line = self._line(number, free=True)
        line.mode, line.out = OUTPUT, int(level)
        return 0

    def gpio_free(self, _chip: int, number: int) -> int:
        line = self._line(number)
        if not line.mode:
            raise Error("GPIO not allocated")
        line.mode, line.wave = 0, None
        return 0

    def gpio_read(self, _chip: int, number: int) -> int:
        self.reads += 1
        return self._line(number).level

    def gpio_write(self, _chip: int, number: int, level: int) -> int:
        line = self._line(number)
        # like the library, which claims a line that is written without a claim
        line.mode, line.out = OUTPUT, int(level)
        return 0

    def tx_pwm(self, _chip: int, number: int, hertz: float, percent: float) -> int:
        with self._lock:
            self._line(number).wave = (hertz, percent) if hertz else None
            if hertz:
                self.waves.append((number, hertz, percent))
        return 0

    def _line(self, number: int, free: bool = False) -> Line:
        self.goes.wait(60)
        if self.lasts is not None:
            self.lasts -= 1
            if self.lasts < 0:
                self.broken, self.lasts = "GPIO not allocated", None
        if self.broken:
            raise Error(self.broken)
        if free and self.lines[number].held:
            raise Error("GPIO busy")
        return self.lines[number]


@contextlib.contextmanager
def installed(chip: Chip) -> Iterator[None]:
    """Let `from RPi import GPIO` find rpi-lgpio on this chip, and forget it afterwards."""
    lgpio = types.ModuleType("lgpio")
    for name in ("gpiochip_open", "gpio_get_mode", "gpio_claim_input", "gpio_claim_output"):
        setattr(lgpio, name, getattr(chip, name))
    for name in ("gpio_free", "gpio_read", "gpio_write", "tx_pwm"):
        setattr(lgpio, name, getattr(chip, name))
    constants = {"SET_PULL_UP": PULL_UP, "SET_PULL_DOWN": PULL_DOWN, "SET_PULL_NONE": PULL_NONE}
    vars(lgpio).update(constants, error=Error, GPIO_BUSY=-80)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RPI_LGPIO_REVISION", "c03114")
        for name in ("RPi", "RPi.GPIO"):
            patch.delitem(sys.modules, name, raising=False)
        patch.setitem(sys.modules, "lgpio", lgpio)
        yield
        for name in ("RPi", "RPi.GPIO"):
            sys.modules.pop(name, None)
