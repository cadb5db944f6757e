"""The OLED driver's own promises: what it skips, repeats, leaves behind, and says in words."""

import atexit
import errno
import random
from typing import Any

import pytest
from luma.core.interface.serial import i2c, noop
from luma.oled.device import sh1106, ssd1306
from PIL import Image

from kiosk.domain.document import Frame
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.drivers.oled import Chip, I2c, OledConfig, OledDisplay, Spi, open_oled
from tests.peers.chips import I2cBus, Sh1106, Ssd1306

FRAME = Frame(128, 64, random.Random(1).randbytes(1024))
OTHER = Frame(128, 64, bytes(1024))
CHIPS = [(Chip.SSD1306, Ssd1306, ssd1306), (Chip.SH1106, Sh1106, sh1106)]


class Seconds:
    """A monotonic clock that stands still."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(bus: I2cBus, mono: Seconds | None = None, **config: Any) -> OledDisplay:
    clock = mono or Seconds()
    return open_oled(OledConfig(**config), clock, lambda _: i2c(bus=bus))


@pytest.mark.filterwarnings("ignore:.*getdata:DeprecationWarning")
@pytest.mark.parametrize(("kind", "model", "device"), CHIPS)
def test_the_same_pixels_as_by_lumas_own_path(kind: Chip, model: Any, device: Any) -> None:
    ours, theirs = model(), model()
    opened(I2cBus(ours), chip=kind).show(FRAME)
    luma = device(i2c(bus=I2cBus(theirs)))
    luma.display(Image.frombytes("1", (128, 64), FRAME.bits))
    assert ours.frame() == theirs.frame() == FRAME


def test_a_frame_costs_its_1024_bytes_and_a_few_commands() -> None:
    chip = Ssd1306()
    display = opened(I2cBus(chip))
    before = chip.received
    display.show(FRAME)
    assert chip.received - before <= 1024 + 8


def test_an_identical_frame_is_not_sent_until_refresh() -> None:
    chip, clock = Ssd1306(), Seconds()
    display = opened(I2cBus(chip), clock, refresh=10.0)
    display.show(FRAME)
    before = chip.received
    clock.now = 9.0
    display.show(FRAME)
    display.check()
    assert chip.received == before
    clock.now = 10.0
    display.check()
    assert chip.received > before + 1000


def test_check_notices_an_unplugged_display() -> None:
    bus, clock = I2cBus(Ssd1306()), Seconds()
    display = opened(bus, clock)
    display.show(FRAME)
    bus.fault, clock.now = errno.EREMOTEIO, 60.0
    with pytest.raises(DeviceAbsent):
        display.check()


def test_after_a_fault_the_same_frame_is_sent_again() -> None:
    bus = I2cBus(chip := Ssd1306())
    display = opened(bus)
    display.show(FRAME)
    bus.fault = errno.ETIMEDOUT
    with pytest.raises(DeviceError, match="timed out"):
        display.show(OTHER)
    bus.fault = 0
    chip.memory[:] = bytes(1024)
    display.show(FRAME)
    assert chip.frame() == FRAME


def test_upside_down() -> None:
    chip = Ssd1306()
    opened(I2cBus(chip), rotate=2).show(Frame(128, 64, b"\x80" + bytes(1023)))
    assert chip.frame() == Frame(128, 64, bytes(1023) + b"\x01")


def test_a_display_on_its_side_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="upright"):
        OledConfig(rotate=1)


def test_contrast_is_set() -> None:
    chip = Ssd1306()
    opened(I2cBus(chip), contrast=0x10)
    assert chip.contrast == 0x10


def test_a_frame_of_another_size_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="64 by 32 on 128 by 64"):
        opened(I2cBus(Ssd1306())).show(Frame(64, 32, bytes(256)))


def test_no_bus_says_what_to_enable() -> None:
    with pytest.raises(DeviceAbsent, match=r"no /dev/i2c-987.*raspi-config"):
        open_oled(OledConfig(bus=I2c(port=987)))


def test_a_bus_without_permission_names_the_group() -> None:
    def denied(_bus: I2c | Spi) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", "/dev/i2c-1")

    with pytest.raises(DeviceDenied, match="group i2c"):
        open_oled(OledConfig(), connect=denied)


def test_attempts_at_an_absent_display_leave_no_exit_hooks() -> None:
    bus = I2cBus(Ssd1306(), fault=errno.EREMOTEIO)
    before = atexit._ncallbacks()
    for _ in range(20):
        with pytest.raises(DeviceAbsent):
            opened(bus)
    assert atexit._ncallbacks() == before


def test_a_closed_display_is_out_of_reach_of_lumas_exit_hook() -> None:
    bus = I2cBus(chip := Ssd1306())
    display = opened(bus)
    device = display._device
    display.close()
    before = chip.received
    device.cleanup()
    assert chip.received == before
    assert isinstance(device._serial_interface, noop)
