"""What lamps and buzzer are told, a reader that has them is told too: one voice, all lights."""

from pathlib import Path

import pytest

from kiosk.assembly.kiosk import Kiosk
from kiosk.domain.devices import Lamp, Part, ReaderLamp
from kiosk.domain.events import CardUnreadable, Started
from kiosk.drivers.reader_signals import Command, beep, led
from kiosk.drivers.virtual.outputs import VirtualBuzzer
from kiosk.runtime.clock import SystemClock
from tests.peers.config import configured

READER = '[[reader]]\nname = "counter"\ndriver = "pcsc"\n'
LAMP = 'lamp = "acr1252u"\n'
BUZZER = '[buzzer]\ndriver = "virtual"\n'
MODEL = ReaderLamp.ACR1252U


@pytest.mark.parametrize(
    ("more", "said"),
    [("", [led(MODEL, Lamp.REFUSED), beep(MODEL)]), (BUZZER, [led(MODEL, Lamp.REFUSED)])],
    ids=["alone", "beside a buzzer"],
)
def test_a_refusal_is_said_by_the_reader(tmp_path: Path, more: str, said: list[Command]) -> None:
    config = configured(tmp_path, READER + LAMP + more)
    virtual = {Part.BUZZER: VirtualBuzzer().open}
    kiosk = Kiosk(config, SystemClock(), virtual, trainees=())
    signals = kiosk.signals["counter"]
    kiosk.loop.turn(Started())
    assert signals.next() == led(MODEL, Lamp.READY)
    kiosk.loop.turn(CardUnreadable("counter"))
    heard = [command for command in (signals.next(), signals.next()) if command]
    assert heard == said


def test_a_reader_whose_leds_are_left_alone_is_told_nothing(tmp_path: Path) -> None:
    assert Kiosk(configured(tmp_path, READER), SystemClock(), trainees=()).signals == {}
