"""The small display: SSD1306 or SH1106 over I2C or SPI, by luma.oled.

luma brings the chip up and speaks to the bus; the picture is packed here: luma's own loop over
8,192 pixels is three times slower, and uses what Pillow 14 will not have.  One thread owns a
display.  Chip memory: pages of 8 rows, a byte is a column of 8 pixels, least significant bit on top
(SSD1306 datasheet, 8.7).
"""

import contextlib
import dataclasses as dc
import enum
import errno
import logging
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from kiosk.domain.document import Frame
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

_NOP = 0xE3
"""SSD1306 datasheet, table 9-1, and SH1106: does nothing; a chip that is there acknowledges."""


_NO_ANSWER = frozenset({errno.EREMOTEIO, errno.ENXIO, errno.ENODEV})
"""What Linux bus drivers say when no device acknowledges its address."""


class Chip(enum.StrEnum):
    """Display controllers."""

    SSD1306 = "ssd1306"
    SH1106 = "sh1106"


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


@dc.dataclass(frozen=True, slots=True)
class OledConfig:
    """One display; `contrast` is 0 to 255, `rotate` in quarter turns, 0 or 2.

    With `refresh` seconds an unchanged picture is sent again, so that a display whose plug was
    pulled is noticed.
    """

    chip: Chip = Chip.SSD1306
    bus: I2c | Spi = I2c()
    width: int = 128
    height: int = 64
    rotate: int = 0
    contrast: int = 0xCF
    refresh: float = 10.0

    def __post_init__(self) -> None:
        if self.rotate not in (0, 2):
            raise ValueError(f"a display is upright (0) or upside down (2), not {self.rotate}")


def open_oled(
    config: OledConfig,
    mono: Callable[[], float] = time.monotonic,
    connect: Callable[[I2c | Spi], Any] | None = None,
) -> "OledDisplay":
    """Open a display and make it dark and ready.  `connect` makes luma's serial interface.

    Raises DeviceAbsent (no such bus, nothing at the address), DeviceDenied, DeviceError.
    """
    with _translated(config.bus):
        interface = (connect or _interface)(config.bus)
    return OledDisplay(config, interface, mono)


class OledDisplay:
    """A display port; sends whole frames, and none that is already shown."""

    def __init__(
        self, config: OledConfig, interface: Any, mono: Callable[[], float] = time.monotonic
    ) -> None:
        self.config, self._interface, self._mono = config, interface, mono
        self._shown: Frame | None = None
        self._sent_at = 0.0
        self._device: Any = None
        try:
            with _translated(config.bus):
                self._device = _bring_up(config, interface)
        except BaseException:
            self.close()
            raise

    def show(self, frame: Frame) -> None:
        config = self.config
        if (frame.width, frame.height) != (config.width, config.height):
            raise ValueError(
                f"{frame.width} by {frame.height} on {config.width} by {config.height}"
            )
        if frame == self._shown and self._mono() - self._sent_at < config.refresh:
            return
        from PIL import Image

        image = Image.frombytes("1", (frame.width, frame.height), frame.bits)
        if config.rotate == 2:
            image = image.transpose(Image.Transpose.ROTATE_180)
        self._shown = None
        with _translated(config.bus):
            self._device.display(image)
        self._shown, self._sent_at = frame, self._mono()

    def check(self) -> None:
        """Send the shown frame again when it is `refresh` seconds old.  Raises DeviceError.

        A worker calls this while idle, so that an unplugged display does not wait for a tap.
        """
        if self._shown is not None:
            self.show(self._shown)

    def close(self) -> None:
        device, self._device = self._device, None
        interface, self._interface = self._interface, None
        # luma's own cleanup() leaves the bus open when the display no longer answers
        if device is not None:
            self._quietly(device.hide)
            _disarm(device)
        if interface is not None:
            self._quietly(interface.cleanup)

    def _quietly(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Exception as e:  # a bus library's own, on a display that is gone
            log.debug("%s: closing: %s", self.config.bus, e)


def pages(image: "Image") -> list[bytes]:
    """Pack a 1-bit picture into the chip's pages, top page first: a byte a column."""
    from PIL import Image

    # a quarter turn clockwise puts a page's lowest pixel first in each packed byte, highest bit
    return [
        image.crop((0, top, image.width, top + 8)).transpose(Image.Transpose.ROTATE_270).tobytes()
        for top in range(0, image.height, 8)
    ]


def _transfers(chip: Chip, image: "Image") -> Iterator[tuple[list[int], bytes]]:
    """Yield commands and the data that follows them, for a whole picture."""
    packed = pages(image)
    match chip:
        case Chip.SSD1306:  # horizontal addressing: one window, then everything
            yield [0x21, 0, image.width - 1, 0x22, 0, len(packed) - 1], b"".join(packed)
        case Chip.SH1106:  # page addressing only; 128 of its 132 columns are on the glass
            for number, page in enumerate(packed):
                yield [0xB0 + number, 0x02, 0x10], page


def _interface(bus: I2c | Spi) -> Any:
    from luma.core.interface.serial import i2c, spi

    match bus:
        case I2c():
            return i2c(port=bus.port, address=bus.address)
        case Spi():
            return spi(
                port=bus.port,
                device=bus.device,
                gpio_DC=bus.dc_pin,
                gpio_RST=bus.reset_pin,
                bus_speed_hz=bus.mhz * 1_000_000,
            )


def _bring_up(config: OledConfig, interface: Any) -> Any:
    from luma.oled.device import sh1106, ssd1306

    # Asked before luma is: its constructor registers an exit hook first, which would keep each
    # attempt at an absent display, with its tables, in memory until the process ends.
    interface.command(_NOP)
    base: Any = {Chip.SSD1306: ssd1306, Chip.SH1106: sh1106}[config.chip]

    class Device(base):  # type: ignore[misc]
        def display(self, image: "Image") -> None:
            for command, data in _transfers(config.chip, image):
                self.command(*command)
                self.data(list(data))

    device = Device(interface, width=config.width, height=config.height)
    device.contrast(config.contrast)
    return device


def _disarm(device: Any) -> None:
    """Leave nothing for luma's exit hook to do: it cannot be unregistered, and holds the device."""
    from luma.core.interface.serial import noop

    device.persist, device._serial_interface = True, noop()
    for table in ("_mask", "_offsets"):
        vars(device).pop(table, None)


@contextlib.contextmanager
def _translated(bus: I2c | Spi) -> Iterator[None]:
    """Turn what luma and its bus libraries raise into the project's errors, with what to do."""
    import luma.core.error as luma

    which = "I2C" if isinstance(bus, I2c) else "SPI"
    try:
        yield
    except luma.DeviceNotFoundError as error:
        if "address" in str(error):
            raise DeviceAbsent(f"nothing at {bus}: check wires and address") from error
        raise DeviceAbsent(
            f"no {bus}: enable {which} (raspi-config, Interface Options) or correct the port"
        ) from error
    except (luma.DevicePermissionError, PermissionError) as error:
        raise DeviceDenied(
            f"{bus}: not permitted; the daemon's user must be in group {which.lower()}"
        ) from error
    except (ImportError, luma.UnsupportedPlatform) as error:
        raise DeviceDenied(f"{bus}: {which} support is not installed: {error}") from error
    except OSError as error:
        if error.errno in _NO_ANSWER:
            raise DeviceAbsent(f"nothing at {bus}: check wires and address") from error
        raise DeviceError(f"{bus}: {error}") from error
    except luma.Error as error:
        raise DeviceError(f"{bus}: {error}") from error
