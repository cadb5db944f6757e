"""A picture on its way to the display, against luma's own path through luma's canvas.

Both speak through luma's I2C interface to a bus that only counts, and draw screens of a visit.
"""

import datetime as dt
import itertools
import time
import warnings
from collections.abc import Iterator
from typing import Any

from bench.figure import Figure, main
from bench.rounds import rounds
from kiosk.domain.devices import SlipFate
from kiosk.domain.document import Frame
from kiosk.domain.names import Name
from kiosk.domain.policy import Language
from kiosk.domain.screens import Done, Idle
from kiosk.drivers import oled_luma
from kiosk.drivers.oled import OledConfig, OledDisplay
from kiosk.drivers.oled_chips import Chip
from kiosk.drivers.oled_frame import pages
from kiosk.render.glass import Glass
from tests.peers.chips import I2cBus, Sh1106, Ssd1306

NOON = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
TURNS = 10
"""Pictures drawn in one turn of a round."""


class Wire:
    """An I2C bus, as smbus2 opens it, with nobody on it: counts bytes with address and control."""

    def __init__(self) -> None:
        self.sent = 0

    def write_i2c_block_data(self, _address: int, _register: int, data: list[int]) -> None:
        self.sent += 2 + len(data)

    def i2c_rdwr(self, *messages: Any) -> None:
        self.sent += sum(1 + message.len for message in messages)

    def close(self) -> None:
        """Nothing to give back."""


class Nowhere:
    """In place of luma's interface: what is packed goes nowhere."""

    def command(self, *codes: int) -> None:
        """Drop it."""

    def data(self, data: bytes) -> None:
        """Drop it."""

    def cleanup(self) -> None:
        """Nothing to give back."""


def interface(wire: Wire) -> Any:
    """Make luma's interface as it is on a bus of its own, which takes long transfers."""
    import smbus2
    from luma.core.interface.serial import i2c

    made = i2c(bus=wire)
    made._managed, made._i2c_msg_write = True, smbus2.i2c_msg.write
    return made


class Luma:
    """luma's own device, drawn on by its canvas."""

    def __init__(self, chip: Chip, bus: Any, device_class: Any = None) -> None:
        from luma.oled import device

        self.device = (device_class or getattr(device, chip.value))(bus)

    def show(self, picture: Any) -> None:
        from luma.core.render import canvas

        with canvas(self.device, background=picture):
            pass


def clock(minute: int) -> Idle:
    return Idle("喵喵宠物", NOON.replace(minute=minute))


def done(left: int) -> Done:
    return Done(Name("洗澡", "Bath"), left, None, None, 0, slip=SlipFate.PRINTING)


def frames(*screens: Idle | Done) -> list[Frame]:
    glass = Glass()
    return [glass.frame(screen, Language.ZH) for screen in screens]


def pictures(shown: list[Frame]) -> list[Any]:
    from PIL import Image

    return [Image.frombytes("1", (frame.width, frame.height), frame.bits) for frame in shown]


def measure(count: int = 40) -> Iterator[Figure]:
    """Measure each chip; time is the processor's, since the bus is none."""
    with warnings.catch_warnings():
        # what luma's own path uses of Pillow is going away
        warnings.simplefilter("ignore", DeprecationWarning)
        yield from times(count)
        for chip in (Chip.SSD1306, Chip.SH1106):
            yield from sizes(chip)
            yield order(chip)


def times(count: int) -> Iterator[Figure]:
    shown = frames(clock(0), done(3))
    images = pictures(shown)
    chip, wire = Chip.SSD1306, Wire()
    luma, unheard = Luma(chip, interface(wire)), Luma(chip, Nowhere())
    canvas = Luma(chip, interface(wire), oled_luma.device_class(chip))
    ours = OledDisplay(OledConfig(chip), interface(wire))

    def turns(display: Any, what: list[Any]) -> None:
        for _ in range(TURNS // 2):
            for one in what:
                display.show(one)

    def pack() -> None:
        for _ in range(TURNS // 2):
            for frame in shown:
                pages(frame.bits)

    took = rounds(
        {
            "luma packs": lambda: turns(unheard, images),
            "luma shows": lambda: turns(luma, images),
            "we pack": pack,
            "we show": lambda: turns(ours, shown),
            "canvas": lambda: turns(canvas, images),
        },
        count,
        clock=time.process_time,
    )
    for baseline, name, what, budget in (
        ("luma packs", "we pack", "to pack a screen", 20),
        ("luma shows", "we show", "to pack, compare and send it", 4),
        ("luma shows", "canvas", "the same, drawn through luma's canvas", 3),
    ):
        yield Figure(
            f"processor time {what}",
            "luma's own path through its canvas",
            took[baseline] / took[name],
            budget,
            more_is_better=True,
            detail=", ".join(f"{took[one] / TURNS * 1e6:.0f} µs" for one in (baseline, name)),
        )


def sizes(chip: Chip) -> Iterator[Figure]:
    wire = Wire()
    display = OledDisplay(OledConfig(chip), interface(wire))

    def cost(frame: Frame) -> int:
        before = wire.sent
        display.show(frame)
        return wire.sent - before

    luma_wire = Wire()
    luma = Luma(chip, interface(luma_wire))
    before = luma_wire.sent
    luma.show(pictures(frames(clock(0)))[0])
    whole = luma_wire.sent - before

    for what, screens in (
        ("the clock's next minute", [clock(m) for m in range(10)]),
        ("another digit of what is left", [done(left) for left in range(10)]),
    ):
        digits, worst = frames(*screens), 0
        for old, new in itertools.permutations(digits, 2):
            cost(old)
            worst = max(worst, cost(new))
        yield Figure(
            f"{chip}: bytes of {what}, the worst of all pairs",
            "luma's display()",
            whole / worst,
            15 if chip is Chip.SSD1306 else 12,
            more_is_better=True,
            detail=f"{whole}, {worst}",
        )
    same = [cost(frame) for frame in frames(clock(0)) * 2][1]
    yield Figure(
        f"{chip}: bytes of the same picture again", "luma's display()", same / whole, 0,
        detail=f"{whole}, {same}",
    )  # fmt: skip


class Eye(I2cBus):
    """A bus with a display on it that is looked at after each transfer, for certain rows."""

    wanted, first, since = Frame(128, 64, b""), 0, 0

    def watch(self, wanted: Frame) -> None:
        self.wanted, self.first, self.since = wanted, 0, self.sent

    def _transfer(self, address: int, payload: bytes) -> None:
        super()._transfer(address, payload)
        top, bottom = self.wanted.headline
        glass, rows = self.chip.frame(), slice(top * 16, bottom * 16)
        if not self.first and glass and glass.bits[rows] == self.wanted.bits[rows]:
            self.first = self.sent - self.since


def order(chip: Chip) -> Figure:
    from luma.core.interface.serial import i2c

    model = {Chip.SSD1306: Ssd1306, Chip.SH1106: Sh1106}[chip]
    before, after = frames(clock(0), done(3))
    eyes = Eye(model()), Eye(model())
    luma = Luma(chip, i2c(bus=eyes[0]))
    ours = OledDisplay(OledConfig(chip), i2c(bus=eyes[1]))
    for frame, image in zip((before, after), pictures([before, after]), strict=True):
        for eye in eyes:
            eye.watch(frame)
        luma.show(image)
        ours.show(frame)
    theirs, mine = (eye.first for eye in eyes)
    return Figure(
        f"{chip}: bytes until what is left can be read",
        "luma's display()",
        theirs / mine,
        1.5,
        more_is_better=True,
        detail=f"{theirs}, {mine}",
    )


if __name__ == "__main__":
    main(measure)
