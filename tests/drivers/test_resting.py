"""Burn-in care, under a clock that the test moves."""

import pytest

from kiosk.domain.document import Frame
from kiosk.domain.errors import DeviceAbsent
from kiosk.drivers.resting import Rest, RestingDisplay, moved
from kiosk.drivers.virtual.outputs import VirtualDisplay
from tests.drivers.oled_rig import Rig, Seconds
from tests.peers.chips import I2cBus

REST = Rest(dim=120.0, shift=180.0)


def frame(seed: int, *, resting: bool = False) -> Frame:
    """A dot a way from the edges, another for each seed."""
    bits = bytearray(1024)
    bits[16 * (10 + seed) + 5] = 0x80
    return Frame(128, 64, bytes(bits), resting=resting)


IDLE, NEXT_MINUTE = frame(0, resting=True), frame(1, resting=True)
VISIT = frame(2)


class Counter:
    """A resting display around a virtual one."""

    def __init__(self, rest: Rest = REST) -> None:
        self.clock, self.glass = Seconds(), VirtualDisplay()
        self.display = RestingDisplay(self.glass, rest, self.clock)

    def seen(self) -> tuple[bool, Frame | None]:
        return self.glass.dimmed, self.glass.frame

    def wait(self, seconds: float) -> None:
        self.clock.now += seconds
        self.display.check()


def test_it_is_dimmed_when_nobody_comes() -> None:
    counter = Counter()
    counter.display.show(IDLE)
    counter.wait(119.9)
    assert counter.seen() == (False, IDLE)
    counter.wait(0.1)
    assert counter.seen() == (True, IDLE)


def test_the_next_minute_is_no_visitor() -> None:
    counter = Counter()
    counter.display.show(IDLE)
    for _ in range(3):
        counter.wait(60.0)
        counter.display.show(NEXT_MINUTE)
        counter.display.show(IDLE)
    assert counter.glass.dimmed


def test_a_visitor_finds_it_bright_and_in_its_place() -> None:
    counter = Counter()
    counter.display.show(IDLE)
    counter.wait(200.0)
    assert counter.glass.frame == moved(IDLE, 1, 0)
    counter.display.show(VISIT)
    assert not counter.glass.dimmed
    assert counter.glass.frame == VISIT
    counter.display.show(IDLE)
    counter.wait(119.0)
    assert not counter.glass.dimmed
    assert counter.glass.frame == IDLE


def test_any_picture_that_stays_is_dimmed() -> None:
    counter = Counter()
    counter.display.show(VISIT)
    counter.wait(120.0)
    assert counter.glass.dimmed
    counter.display.show(VISIT)
    assert counter.glass.dimmed


def test_it_wanders_and_comes_home() -> None:
    counter = Counter()
    counter.display.show(IDLE)
    places = []
    for _ in range(10):
        places.append(counter.glass.frame)
        counter.wait(180.0)
    assert len({place.bits for place in places if place}) == 9
    assert places[0] == places[9] == IDLE


def test_nothing_is_drawn_that_is_there_already() -> None:
    counter = Counter()
    counter.display.show(IDLE)
    counter.wait(121.0)
    count = counter.glass.count
    for _ in range(100):
        counter.wait(0.25)
    assert counter.glass.count == count


@pytest.mark.parametrize(("rest", "dimmed", "place"), [
    (Rest(dim=0.0, shift=180.0), False, moved(IDLE, 1, 0)),
    (Rest(dim=120.0, shift=0.0), True, IDLE),
    (Rest(dim=0.0, shift=0.0), False, IDLE),
])  # fmt: skip
def test_either_may_be_switched_off(rest: Rest, dimmed: bool, place: Frame) -> None:
    counter = Counter(rest)
    counter.display.show(IDLE)
    counter.wait(200.0)
    assert counter.glass.dimmed is dimmed
    assert counter.glass.frame == place


def test_an_unplugged_display_is_missed_while_it_rests() -> None:
    counter = Counter()
    counter.display.check()
    counter.display.show(IDLE)
    counter.glass.unplug()
    with pytest.raises(DeviceAbsent):
        counter.wait(1.0)
    counter.display.close()


def test_on_a_chip_dim_is_contrast_and_bright_comes_before_the_picture() -> None:
    rig = Rig(options={"contrast": 0xCF, "dimmed": 0x08})
    display = RestingDisplay(rig.open(), REST, rig.clock)
    display.show(IDLE)
    rig.clock.now = 130.0
    display.check()
    assert rig.chip.contrast == 0x08
    assert isinstance(rig.bus, I2cBus)
    rig.bus.log.clear()
    display.show(VISIT)
    assert rig.bus.log[0] == bytes([0x00, 0x81, 0xCF])
    assert rig.seen() == VISIT


def test_a_contrast_below_that_of_rest_stays() -> None:
    rig = Rig(options={"contrast": 0x03, "dimmed": 0x08})
    display = rig.open()
    display.dim(True)
    assert rig.chip.contrast == 0x03


def test_moved_by_the_definition() -> None:
    dots = {(3, 0), (0, 2), (12, 4), (7, 1)}
    for right in (-2, -1, 0, 1, 2):
        for down in (-1, 0, 1):
            shifted = {(x + right, y + down) for x, y in dots}
            assert moved(picture(dots), right, down) == picture(shifted), (right, down)


def picture(dots: set[tuple[int, int]]) -> Frame:
    """13 by 5 pixels: three bits of each row stand for nothing."""
    bits = bytearray(10)
    for x, y in dots:
        if 0 <= x < 13 and 0 <= y < 5:
            bits[y * 2 + x // 8] |= 0x80 >> x % 8
    return Frame(13, 5, bytes(bits))
