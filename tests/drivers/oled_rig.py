"""A display driver on a chip model, by luma's own bus interfaces; and a clock that stands still."""

import dataclasses as dc
import errno
from typing import Any

from luma.core.interface.serial import i2c, spi

from kiosk.domain.document import Frame
from kiosk.drivers.oled import OledConfig, OledDisplay, open_oled
from kiosk.drivers.oled_chips import Chip, I2c, Spi
from tests.peers import chips

MODELS: dict[Chip, type[chips.Chip]] = {
    Chip.SSD1306: chips.Ssd1306,
    Chip.SSD1309: chips.Ssd1309,
    Chip.SH1106: chips.Sh1106,
}
BUSES: tuple[I2c | Spi, ...] = (I2c(), Spi())

FAULTS = (errno.EREMOTEIO, errno.ENXIO, errno.ETIMEDOUT, errno.EIO, errno.EAGAIN)
"""Nobody acknowledges (two drivers), the clock is held low, noise, arbitration lost."""


class Seconds:
    """A monotonic clock that stands still."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@dc.dataclass
class Rig:
    """A chip, its bus, and what the driver needs to open it."""

    kind: Chip = Chip.SSD1306
    wired: I2c | Spi = dc.field(default_factory=I2c)
    rotate: int = 0
    options: dict[str, Any] = dc.field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock, self.chip = Seconds(), MODELS[self.kind]()
        self.bus: chips.I2cBus | chips.SpiBus = (
            chips.I2cBus(self.chip) if isinstance(self.wired, I2c) else chips.SpiBus(self.chip)
        )

    def connect(self, wired: I2c | Spi) -> Any:
        if isinstance(wired, I2c):
            return i2c(bus=self.bus, address=wired.address)
        return spi(spi=self.bus, gpio=self.bus)

    def open(self) -> OledDisplay:
        config = OledConfig(self.kind, self.wired, rotate=self.rotate, **self.options)
        return open_oled(config, self.clock, self.connect)

    def seen(self) -> Frame | None:
        """What a person sees, who turns the head for a display that is mounted upside down."""
        frame = self.chip.frame()
        return turned(frame) if frame and self.rotate else frame


def turned(frame: Frame) -> Frame:
    bits = "".join(f"{byte:08b}" for byte in frame.bits)[::-1]
    return Frame(frame.width, frame.height, int(bits, 2).to_bytes(len(frame.bits), "big"))
