"""luma.oled, and no other module of the kiosk knows it: chips set up, buses spoken to, errors.

Only luma's display() is replaced: its own loop takes forty times as long to pack a picture, sends
all of it each time (bench/frame.py), and uses what Pillow 14 will not have.
"""

import contextlib
import errno
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.drivers.oled_chips import NOP, Chip, I2c, Spi
from kiosk.drivers.oled_frame import Window, changes, pages

if TYPE_CHECKING:
    from PIL.Image import Image

_NO_ANSWER = frozenset({errno.EREMOTEIO, errno.ENXIO, errno.ENODEV})
"""What Linux bus drivers say when no device acknowledges its address."""


def interface(bus: I2c | Spi) -> Any:
    """Open the bus by luma.  Raises luma's errors: use within translated()."""
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


def bring_up(chip: Chip, interface: Any, *, upside_down: bool = False) -> Any:
    """Set a chip up, blank and on, and return luma's device for it.  Raises luma's errors."""
    # Asked before luma is: its constructor registers an exit hook first, which would keep each
    # attempt at an absent display, with its tables, in memory until the process ends.
    interface.command(NOP, NOP)
    device = device_class(chip, upside_down=upside_down)(interface)
    _drop_tables(device)
    return device


def device_class(chip: Chip, *, upside_down: bool = False) -> Any:
    """Make luma's device class of this chip, with a display() of ours.

    What luma draws on it, by luma.core.render.canvas too, takes the same way as a Frame.
    `held` is what the chip surely has in its memory, packed; None is unknown.
    """
    from luma.oled.device import sh1106, ssd1306, ssd1309

    bases = {Chip.SSD1306: ssd1306, Chip.SSD1309: ssd1309, Chip.SH1106: sh1106}
    base: Any = bases[chip]
    overhead = chip.overhead

    class Device(base):  # type: ignore[misc]
        settings: Sequence[int] = ()
        held: bytes | None = None

        def command(self, *codes: int) -> None:
            # the first that luma's constructor sends are the chip's settings
            self.settings = self.settings or codes
            super().command(*codes)

        def display(self, image: "Image") -> None:
            self.put(pages(image.tobytes(), upside_down=upside_down))

        def put(self, wanted: bytes, first: tuple[int, int] = (0, 0)) -> None:
            """Send what differs from what is held, the rows `first` before the others."""
            held, self.held = self.held, None
            windows = chip.bands(first, upside_down=upside_down)
            if held is not None:
                windows = changes(held, wanted, windows, overhead)
            for window in windows:
                self.write(window, wanted)
            self.held = wanted

        def write(self, window: Window, picture: bytes) -> None:
            """Fill a window with its part of a packed picture."""
            self.command(*chip.goto(window))
            self.data(window.cut(picture))

    return Device


def disarm(device: Any) -> None:
    """Leave nothing for luma's exit hook to do: it cannot be unregistered, and holds the device."""
    from luma.core.interface.serial import noop

    device.persist, device._serial_interface = True, noop()


def _drop_tables(device: Any) -> None:
    """Drop the tables of luma's own packing."""
    for table in ("_mask", "_offsets"):
        vars(device).pop(table, None)


@contextlib.contextmanager
def translated(bus: I2c | Spi) -> Iterator[None]:
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
    except luma.UnsupportedPlatform as error:
        raise DeviceDenied(f"{bus}: {which} support is not installed: {error}") from error
    except OSError as error:
        if error.errno in _NO_ANSWER:
            raise DeviceAbsent(f"nothing at {bus}: check wires and address") from error
        raise DeviceError(f"{bus}: {error}") from error
    except luma.Error as error:
        raise DeviceError(f"{bus}: {error}") from error
