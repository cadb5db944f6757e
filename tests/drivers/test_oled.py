"""The OLED driver's own promises: what it sends and skips, leaves behind, and says in words."""

import atexit
import errno
import random
from typing import Any

import pytest
from luma.core.interface.serial import i2c, noop
from luma.core.render import canvas
from luma.oled.device import sh1106, ssd1306, ssd1309
from PIL import Image

from kiosk.domain.document import Frame
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.drivers import oled_luma
from kiosk.drivers.oled import OledConfig, answering, open_oled
from kiosk.drivers.oled_chips import Chip, I2c, Spi
from tests.drivers.oled_rig import BUSES, MODELS, Rig
from tests.peers.chips import I2cBus, Sh1106, Ssd1306

FRAME = Frame(128, 64, random.Random(1).randbytes(1024))
OTHER = Frame(128, 64, random.Random(2).randbytes(1024))
BLANK = Frame(128, 64, bytes(1024))
LUMA = {Chip.SSD1306: ssd1306, Chip.SSD1309: ssd1309, Chip.SH1106: sh1106}


def i2c_bus(rig: Rig) -> I2cBus:
    assert isinstance(rig.bus, I2cBus)
    return rig.bus


def square(at: int, side: int = 8) -> Frame:
    """A digit's worth of pixels, `at` columns of bytes from the left, in rows 20 and on."""
    bits = bytearray(1024)
    for y in range(20, 20 + side):
        bits[y * 16 + at] = 0xFF
    return Frame(128, 64, bytes(bits), headline=(20, 20 + side))


@pytest.mark.filterwarnings("ignore:.*getdata:DeprecationWarning")
@pytest.mark.parametrize("turned", [0, 2])
@pytest.mark.parametrize("kind", Chip)
def test_the_same_pixels_as_by_lumas_own_path_through_its_canvas(kind: Chip, turned: int) -> None:
    theirs = MODELS[kind]()
    luma = LUMA[kind](i2c(bus=I2cBus(theirs)), rotate=turned)
    ours = MODELS[kind]()
    mine = oled_luma.device_class(kind, upside_down=turned == 2)(i2c(bus=I2cBus(ours)))
    rig = Rig(kind, rotate=turned)
    display = rig.open()
    for frame in (FRAME, OTHER, BLANK, FRAME):
        picture = Image.frombytes("1", (128, 64), frame.bits)
        for device in (luma, mine):
            with canvas(device) as draw:
                draw.bitmap((0, 0), picture, fill=1)
        display.show(frame)
        assert theirs.frame() == ours.frame() == rig.chip.frame()
        assert rig.seen() == frame


@pytest.mark.parametrize("kind", Chip)
def test_a_frame_costs_its_1024_bytes_and_a_few_commands(kind: Chip) -> None:
    rig = Rig(kind)
    display = rig.open()
    before = rig.chip.received
    display.show(FRAME)
    assert rig.chip.received - before <= 1024 + 24


@pytest.mark.parametrize("kind", Chip)
def test_a_changed_digit_sends_a_fifteenth_at_most(kind: Chip) -> None:
    rig = Rig(kind)
    display, bus = rig.open(), i2c_bus(rig)
    display.show(square(3))
    before = bus.sent
    display.show(square(4))
    assert rig.seen() == square(4)
    # by luma: 1,034 with smbus2, more in blocks of 32
    assert bus.sent - before <= 1034 // 15


def test_an_identical_frame_sends_nothing() -> None:
    rig = Rig()
    display, bus = rig.open(), i2c_bus(rig)
    display.show(FRAME)
    before = bus.sent
    display.show(FRAME)
    display.show(Frame(128, 64, FRAME.bits, headline=(3, 9), resting=True))
    assert bus.sent == before


@pytest.mark.parametrize("rotate", [0, 2])
@pytest.mark.parametrize("kind", Chip)
def test_the_decision_is_on_the_glass_before_the_rest(kind: Chip, rotate: int) -> None:
    rig = Rig(kind, rotate=rotate)
    display, bus = rig.open(), i2c_bus(rig)
    display.show(FRAME)
    whole = FRAME.bits[: 24 * 16] + OTHER.bits[24 * 16 : 40 * 16] + FRAME.bits[40 * 16 :]
    bus.fault, bus.passes = errno.EIO, 2 * 128 + 6
    with pytest.raises(DeviceError):
        display.show(Frame(128, 64, OTHER.bits, headline=(24, 40)))
    assert rig.seen() == Frame(128, 64, whole)


def test_a_picture_that_nobody_changes_is_sent_again_a_page_at_a_time() -> None:
    rig = Rig(options={"refresh": 8.0})
    display = rig.open()
    display.show(FRAME)
    for _ in range(8):
        before = rig.chip.received
        rig.clock.now += 0.9
        display.check()
        assert rig.chip.received - before == 1
        rig.clock.now += 0.1
        display.check()
        assert 128 < rig.chip.received - before < 128 + 40


def test_what_a_spark_flipped_is_mended() -> None:
    rig = Rig()
    display = rig.open()
    display.show(FRAME)
    rig.chip.memory[100:900] = bytes(800)
    rig.chip.inverse, rig.chip.contrast = True, 0
    for _ in range(8):
        rig.clock.now += 0.25
        display.check()
    assert rig.seen() == FRAME
    assert rig.chip.contrast == 0xCF


def test_luma_s_settings_are_told_again_without_a_blink() -> None:
    rig = Rig(options={"contrast": 0x33})
    display, bus = rig.open(), i2c_bus(rig)
    bus.log.clear()
    for _ in range(9):
        rig.clock.now += 0.25
        display.check()
    commands = [sent[1:] for sent in bus.log if sent[0] == 0x00]
    assert not any(0xAE in sent for sent in commands)
    assert commands[0].endswith(bytes([0x81, 0x33]))


@pytest.mark.parametrize("wired", BUSES, ids=["i2c", "spi"])
def test_upside_down(wired: I2c | Spi) -> None:
    rig = Rig(wired=wired, rotate=2)
    rig.open().show(Frame(128, 64, b"\x80" + bytes(1023)))
    assert rig.chip.frame() == Frame(128, 64, bytes(1023) + b"\x01")


def test_a_display_on_its_side_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="upright"):
        OledConfig(rotate=1)


def test_contrast_is_set() -> None:
    rig = Rig(options={"contrast": 0x10})
    rig.open()
    assert rig.chip.contrast == 0x10


def test_a_frame_of_another_size_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="64 by 32 on 128 by 64"):
        Rig().open().show(Frame(64, 32, bytes(256)))


def test_no_bus_says_what_to_enable() -> None:
    with pytest.raises(DeviceAbsent, match=r"no /dev/i2c-987.*raspi-config"):
        open_oled(OledConfig(bus=I2c(port=987)))


def test_a_bus_without_permission_names_the_group() -> None:
    def denied(_bus: I2c | Spi) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", "/dev/i2c-1")

    with pytest.raises(DeviceDenied, match="group i2c"):
        open_oled(OledConfig(), connect=denied)


def test_a_bus_opened_by_smbus2_is_spoken_to_in_whole_transfers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bus = I2cBus(Ssd1306())
    monkeypatch.setattr("smbus2.SMBus", lambda _port: bus)
    display = open_oled(OledConfig())
    display.show(FRAME)
    assert bus.chip.frame() == FRAME
    assert max(len(sent) for sent in bus.log) == 1025
    display.close()
    assert bus.closed


@pytest.mark.parametrize("address", [0x3C, 0x3D])
def test_who_answers_is_told_and_nothing_is_changed(address: int) -> None:
    bus = I2cBus(chip := Sh1106(), address=address)
    before = bytes(chip.memory)
    found = answering(1, lambda wired: i2c(bus=bus, address=getattr(wired, "address", 0)))
    assert found == [address]
    assert chip.memory == before
    assert not chip.on


def test_nobody_answers_and_no_bus_are_two_things() -> None:
    bus = I2cBus(Ssd1306(), fault=errno.EREMOTEIO)
    assert answering(1, lambda _: i2c(bus=bus)) == []
    with pytest.raises(DeviceAbsent, match="raspi-config"):
        answering(987)


def test_attempts_at_an_absent_display_leave_no_exit_hooks() -> None:
    rig = Rig()
    rig.bus.fault = errno.EREMOTEIO
    before = atexit._ncallbacks()
    for _ in range(20):
        with pytest.raises(DeviceAbsent):
            rig.open()
    assert atexit._ncallbacks() == before


def test_a_closed_display_is_out_of_reach_of_lumas_exit_hook() -> None:
    rig = Rig()
    display = rig.open()
    device = display._device
    assert not {"_mask", "_offsets"} & set(vars(device))
    display.close()
    before = rig.chip.received
    device.cleanup()
    assert rig.chip.received == before
    assert isinstance(device._serial_interface, noop)
