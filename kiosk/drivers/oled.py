"""The small display: SSD1306, SSD1309 or SH1106, 128 by 64 pixels, over I2C or SPI.

luma (oled_luma.py) sets the chip up and speaks to the bus; pictures are packed and compared in
oled_frame.py.  One thread owns a display.

Nothing is ever read back, and SPI does not even say that nobody listens.  So a picture that nobody
changes is sent again a page at a time, with the chip's settings before the first page and
"display on" after the last.  A chip that lost its power unnoticed is dark, or noise for one round
at most, and then whole; what a spark flipped is mended.
"""

import contextlib
import dataclasses as dc
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

from kiosk.domain.document import Frame
from kiosk.domain.errors import DeviceAbsent
from kiosk.drivers import oled_luma
from kiosk.drivers.oled_chips import DISPLAY_OFF, NOP, SET_CONTRAST, Chip, I2c, Spi
from kiosk.drivers.oled_frame import BLANK, HEIGHT, PAGES, WIDTH, Window, pages

log = logging.getLogger(__name__)

ADDRESSES = (0x3C, 0x3D)
"""The addresses that a display can have on I2C (SSD1306 datasheet rev. 1.1, 8.1.5: pin SA0)."""


@dc.dataclass(frozen=True, slots=True)
class OledConfig:
    """One display of 128 by 64; `contrast` is 0 to 255, `rotate` in quarter turns, 0 or 2.

    `dimmed` is the contrast while nobody looks.  In `refresh` seconds an unchanged picture is sent
    again once.
    """

    chip: Chip = Chip.SSD1306
    bus: I2c | Spi = dc.field(default_factory=I2c)
    rotate: int = 0
    contrast: int = 0xCF
    dimmed: int = 0x08
    refresh: float = 2.0

    def __post_init__(self) -> None:
        if self.rotate not in (0, 2):
            raise ValueError(f"a display is upright (0) or upside down (2), not {self.rotate}")


Connect = Callable[[I2c | Spi], Any]
"""Makes luma's serial interface for a bus."""


def open_oled(
    config: OledConfig,
    mono: Callable[[], float] = time.monotonic,
    connect: Connect | None = None,
) -> "OledDisplay":
    """Open a display and make it dark and ready.

    Raises DeviceAbsent (no such bus, nothing at the address), DeviceDenied, DeviceError.
    """
    with oled_luma.translated(config.bus):
        interface = (connect or oled_luma.interface)(config.bus)
    return OledDisplay(config, interface, mono)


def answering(port: int = 1, connect: Connect | None = None) -> list[int]:
    """List the addresses on /dev/i2c-`port` at which something like a display acknowledges.

    Asks only where displays are, with a command that does nothing.  Raises DeviceAbsent (no such
    bus), DeviceDenied, DeviceError.
    """
    found = []
    for address in ADDRESSES:
        bus = I2c(port, address)
        with oled_luma.translated(bus):
            interface = (connect or oled_luma.interface)(bus)
        try:
            with oled_luma.translated(bus):
                interface.command(NOP)
            found.append(address)
        except DeviceAbsent:
            log.debug("nothing at %s", bus)
        finally:
            _quietly(bus, interface.cleanup)
    return found


class OledDisplay:
    """A display port; sends what has changed, and where anything failed all of it again."""

    def __init__(
        self, config: OledConfig, interface: Any, mono: Callable[[], float] = time.monotonic
    ) -> None:
        self.config, self._interface, self._mono = config, interface, mono
        self._upside_down, self._level = config.rotate == 2, config.contrast
        self._frame = Frame(WIDTH, HEIGHT, BLANK)
        self._sent_at, self._next = mono(), 0
        self._device: Any = None
        try:
            with oled_luma.translated(config.bus):
                self._device = oled_luma.bring_up(
                    config.chip, interface, upside_down=self._upside_down
                )
                self._device.contrast(self._level)
        except BaseException:
            self.close()
            raise

    def show(self, frame: Frame) -> None:
        if (frame.width, frame.height) != (WIDTH, HEIGHT):
            raise ValueError(f"{frame.width} by {frame.height} on {WIDTH} by {HEIGHT}")
        known = self._device.held is not None
        if known and frame.bits == self._frame.bits:
            return
        self._frame = frame
        wanted = pages(frame.bits, upside_down=self._upside_down)
        with self._transfer():
            if not known:
                self._settle()
            self._device.put(wanted, frame.headline)
            if not known:
                self._device.show()

    def dim(self, dimmed: bool) -> None:
        level = self.config.contrast
        if dimmed:
            level = min(level, self.config.dimmed)
        if level == self._level:
            return
        self._level = level
        if self._device.held is None:
            # told with the next picture: a torn command may still wait for its arguments
            return
        with self._transfer():
            self._device.contrast(level)

    def check(self) -> None:
        """Ask whether the display is there, or send it a page again when that is due.

        A worker calls this while idle, so that an unplugged display does not wait for a tap.
        """
        now = self._mono()
        if now - self._sent_at < self.config.refresh / PAGES:
            with self._transfer():
                self._device.command(NOP)
            return
        self._sent_at, page = now, self._next
        self._next = (page + 1) % PAGES
        if self._device.held is None:
            self.show(self._frame)
            return
        with self._transfer():
            if page == 0:
                self._settle()
            self._device.write(Window(page, page), self._device.held)
            if self._next == 0:
                self._device.show()

    def close(self) -> None:
        device, self._device = self._device, None
        interface, self._interface = self._interface, None
        # luma's own cleanup() leaves the bus open when the display no longer answers
        if device is not None:
            _quietly(self.config.bus, lambda: device.command(NOP, NOP, DISPLAY_OFF))
            oled_luma.disarm(device)
        if interface is not None:
            _quietly(self.config.bus, interface.cleanup)

    def _settle(self) -> None:
        """Tell the chip its settings, without the "display off" that luma begins with."""
        settings = self._device.settings[1:]
        self._device.command(NOP, NOP, *settings, SET_CONTRAST, self._level)

    @contextlib.contextmanager
    def _transfer(self) -> Iterator[None]:
        """Translate errors; after any of them nothing is known of what the chip holds."""
        try:
            with oled_luma.translated(self.config.bus):
                yield
        except BaseException:
            self._device.held = None
            raise


def _quietly(bus: I2c | Spi, step: Callable[[], object]) -> None:
    try:
        step()
    except Exception as e:  # a bus library's own, on a display that is gone
        log.debug("%s: closing: %s", bus, e)
