"""What every display does: real driver on chip models, and the virtual display."""

import dataclasses as dc
import errno
from collections.abc import Callable
from typing import Any

import pytest

from kiosk.domain.document import Frame
from kiosk.domain.errors import DeviceAbsent, DeviceError
from kiosk.drivers.oled import OledConfig, open_oled
from kiosk.drivers.oled_chips import Chip, I2c, Spi
from kiosk.drivers.ports import DisplayPort
from kiosk.drivers.virtual.outputs import VirtualDisplay
from tests.peers import chips

CORNER = Frame(128, 64, b"\x80" + bytes(1023))
PATTERN = Frame(128, 64, bytes(index * 37 % 256 for index in range(1024)))


@dc.dataclass
class Bench:
    """A display to open, and an eye on its glass; `light` is more where it is brighter."""

    open: Callable[[], DisplayPort]
    seen: Callable[[], Frame | None]
    light: Callable[[], int]
    unplug: Callable[[], object]
    plug: Callable[[], object]


def i2c_bench(chip: chips.Chip, kind: Chip) -> Bench:
    from luma.core.interface.serial import i2c

    bus = chips.I2cBus(chip)

    def plug() -> None:
        bus.fault = 0
        chip.power_on()

    def connect(line: I2c | Spi) -> Any:
        return i2c(bus=bus, address=line.address if isinstance(line, I2c) else 0)

    config = OledConfig(kind)
    return Bench(
        lambda: open_oled(config, connect=connect),
        chip.frame,
        lambda: chip.contrast,
        lambda: setattr(bus, "fault", errno.EREMOTEIO),
        plug,
    )


def spi_bench() -> Bench:
    from luma.core.interface.serial import spi

    chip = chips.Ssd1306()
    bus = chips.SpiBus(chip)

    def plug() -> None:
        bus.fault = 0
        chip.power_on()

    config = OledConfig(bus=Spi())
    return Bench(
        lambda: open_oled(config, connect=lambda _: spi(spi=bus, gpio=bus)),
        chip.frame,
        lambda: chip.contrast,
        lambda: setattr(bus, "fault", errno.EIO),
        plug,
    )


def virtual_bench() -> Bench:
    display = VirtualDisplay()
    return Bench(
        display.open,
        lambda: display.frame,
        lambda: not display.dimmed,
        display.unplug,
        display.plug,
    )


@pytest.fixture(params=["ssd1306", "ssd1309", "sh1106", "spi", "virtual"])
def bench(request: pytest.FixtureRequest) -> Bench:
    match request.param:
        case "ssd1306":
            return i2c_bench(chips.Ssd1306(), Chip.SSD1306)
        case "ssd1309":
            return i2c_bench(chips.Ssd1309(), Chip.SSD1309)
        case "sh1106":
            return i2c_bench(chips.Sh1106(), Chip.SH1106)
        case "spi":
            return spi_bench()
    return virtual_bench()


def test_the_frame_is_on_the_glass_pixel_by_pixel(bench: Bench) -> None:
    display = bench.open()
    for frame in (CORNER, PATTERN, PATTERN, CORNER):
        display.show(frame)
        assert bench.seen() == frame
    display.close()


def test_closed_is_dark(bench: Bench) -> None:
    display = bench.open()
    display.show(PATTERN)
    display.close()
    assert bench.seen() is None


def test_a_display_in_use_may_be_unplugged_and_comes_back(bench: Bench) -> None:
    display = bench.open()
    display.show(CORNER)
    bench.unplug()
    with pytest.raises(DeviceError):
        display.show(PATTERN)
    display.close()
    with pytest.raises(DeviceError):
        bench.open()
    bench.plug()
    again = bench.open()
    again.show(PATTERN)
    assert bench.seen() == PATTERN
    again.close()


def test_dimmed_it_shows_the_same_with_less_light(bench: Bench) -> None:
    display = bench.open()
    display.show(PATTERN)
    bright = bench.light()
    display.dim(True)
    assert bench.light() < bright
    display.show(CORNER)
    display.check()
    assert bench.seen() == CORNER
    assert bench.light() < bright
    display.dim(False)
    assert bench.light() == bright
    display.dim(True)
    display.close()
    again = bench.open()
    assert bench.light() == bright
    again.close()


def test_an_unplugged_display_is_missed_without_a_new_picture(bench: Bench) -> None:
    display = bench.open()
    display.show(PATTERN)
    display.check()
    bench.unplug()
    with pytest.raises(DeviceError):
        display.check()
    display.close()


def test_closing_twice_or_broken_raises_nothing(bench: Bench) -> None:
    display = bench.open()
    bench.unplug()
    display.close()
    display.close()


def test_an_absent_display_is_absent() -> None:
    bus = chips.I2cBus(chips.Ssd1306(), address=0x3D)
    from luma.core.interface.serial import i2c

    with pytest.raises(DeviceAbsent, match="nothing at /dev/i2c-1, address 0x3C"):
        open_oled(OledConfig(), connect=lambda _: i2c(bus=bus))
