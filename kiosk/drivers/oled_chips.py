"""The display chips, and how they are wired: what each is told to put bytes into its memory.  Pure.

SSD1306 (datasheet rev. 1.1, 10.1.4, 10.1.5) and SSD1309 (rev. 1.1, the same sections): a window of
pages and columns, which data then fills page after page.  SH1106 (rev. 2.3, commands 1, 2 and 12):
a page from a column on; of its 132 columns 2 to 129 are on the glass.
"""

import dataclasses as dc
import enum

from kiosk.drivers.oled_frame import Window, bands

NOP = 0xE3
"""Does nothing; a chip that is there acknowledges (SSD1306 rev. 1.1, 9; SH1106 rev. 2.3, 22).

Two of them also complete whatever command was torn off: none that is sent takes three arguments.
"""

DISPLAY_OFF = 0xAE

SET_CONTRAST = 0x81
"""Followed by 0 to 255, which is in proportion to the current (SSD1306 rev. 1.1, 8.8)."""

_COLUMNS, _PAGES = 0x21, 0x22
_PAGE_START = 0xB0
_SH1106_LEFT = 2

_ADDRESS_AND_CONTROL = 2
"""Bytes before each transfer on I2C (SSD1306 rev. 1.1, 8.1.5.2); SPI has a pin for it."""


class Chip(enum.StrEnum):
    """Display controllers of 128 by 64 pixels."""

    SSD1306 = "ssd1306"
    SSD1309 = "ssd1309"
    SH1106 = "sh1106"

    @property
    def overhead(self) -> int:
        """Bytes that a window costs beside its own: commands, and the heads of two transfers."""
        return len(self.goto(Window(0, 0))) + 2 * _ADDRESS_AND_CONTROL

    def goto(self, window: Window) -> list[int]:
        """Return the commands after which data fills the window."""
        top, bottom, left, right = window
        if self is Chip.SH1106:
            column = left + _SH1106_LEFT
            return [_PAGE_START + top, column & 0x0F, 0x10 | column >> 4]
        return [_COLUMNS, left, right, _PAGES, top, bottom]

    def bands(self, first: tuple[int, int], *, upside_down: bool = False) -> list[Window]:
        """Cut the picture into what the chip takes at once, the rows `first` before the others."""
        parts = bands(first, upside_down=upside_down)
        if self is not Chip.SH1106:
            return parts
        return [Window(n, n) for part in parts for n in range(part.top, part.bottom + 1)]


@dc.dataclass(frozen=True, slots=True)
class I2c:
    """`/dev/i2c-<port>`; the address is 0x3C, or 0x3D with the module's jumper moved."""

    port: int = 1
    address: int = 0x3C

    def __str__(self) -> str:
        return f"/dev/i2c-{self.port}, address 0x{self.address:02X}"


@dc.dataclass(frozen=True, slots=True)
class Spi:
    """`/dev/spidev<port>.<device>` with a data/command pin and a reset pin (BCM numbers)."""

    port: int = 0
    device: int = 0
    dc_pin: int = 24
    reset_pin: int = 25
    mhz: int = 8

    def __str__(self) -> str:
        return f"/dev/spidev{self.port}.{self.device}"
