"""What the LEDs and the buzzer of ACS readers are told: the manuals' bytes, and never too late."""

import datetime as dt

import pytest

from kiosk.domain.devices import Lamp, ReaderLamp, Sound
from kiosk.drivers import reader_signals
from kiosk.drivers.reader_signals import COLOURS, ReaderSignals, accepted, beep, led
from kiosk.runtime.clock import VirtualClock

ACR122U, ACR1252U = ReaderLamp.ACR122U, ReaderLamp.ACR1252U
BEEP = bytes.fromhex("FF0040000401000101")


@pytest.mark.parametrize(
    ("lamp", "apdu", "escape"),
    [
        (Lamp.OFF, "FF00400C0400000000", "E00000290100"),
        (Lamp.READY, "FF00400C0400000000", "E00000290100"),
        (Lamp.BUSY, "FF00400F0400000000", "E00000290103"),
        (Lamp.OK, "FF00400E0400000000", "E00000290102"),
        (Lamp.REFUSED, "FF00400D0400000000", "E00000290101"),
        (Lamp.FAULT, "FF00400D0400000000", "E00000290101"),
    ],
)
def test_each_lamp_is_a_colour_that_stays(lamp: Lamp, apdu: str, escape: str) -> None:
    assert led(ACR122U, lamp) == (bytes.fromhex(apdu),) * 2
    assert led(ACR1252U, lamp) == (bytes.fromhex(apdu), bytes.fromhex(escape))


def test_a_beep_is_a_tenth_of_a_second() -> None:
    assert beep(ACR122U) == (BEEP, BEEP)
    assert beep(ACR1252U) == (BEEP, bytes.fromhex("E0000028010A"))


def test_green_alone_is_success_alone() -> None:
    assert [lamp for lamp in Lamp if COLOURS[lamp] == COLOURS[Lamp.OK]] == [Lamp.OK]
    assert [s for s in Sound if reader_signals.BEEPS[s] == 1] == [Sound.OK]


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ("9002", True),
        ("9000", True),
        ("E1000000010A", True),
        ("6300", False),
        ("6A81", False),
        ("", False),
        ("90", False),
    ],
)
def test_an_answer_says_whether_it_was_taken(answer: str, taken: bool) -> None:
    assert accepted(bytes.fromhex(answer)) is taken


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


@pytest.fixture
def signals(clock: VirtualClock) -> ReaderSignals:
    signals = ReaderSignals(ACR122U, clock.mono)
    assert signals.next() == led(ACR122U, Lamp.OFF)
    return signals


def test_the_newest_lamp_is_said_once(signals: ReaderSignals) -> None:
    for lamp in (Lamp.BUSY, Lamp.OK):
        signals.light(lamp)
    assert signals.next() == led(ACR122U, Lamp.OK)
    assert signals.next() is None
    signals.again()
    assert signals.next() == led(ACR122U, Lamp.OK)


def test_a_refusal_is_two_beeps_with_time_for_a_card_between(
    signals: ReaderSignals, clock: VirtualClock
) -> None:
    signals.light(Lamp.REFUSED)
    signals.play(Sound.REFUSED)
    assert signals.next() == led(ACR122U, Lamp.REFUSED)
    assert signals.next() == beep(ACR122U)
    assert signals.next() is None
    clock.advance(0.25)
    assert signals.next() == beep(ACR122U)
    assert signals.next() is None


def test_a_sound_that_waited_too_long_is_not_made(
    signals: ReaderSignals, clock: VirtualClock
) -> None:
    for sound in (Sound.OK, Sound.REFUSED):
        signals.play(sound)
        clock.advance(1.1)
        assert signals.next() is None
        clock.advance(1)
        assert signals.next() is None


def test_two_beeps_never_become_one(signals: ReaderSignals, clock: VirtualClock) -> None:
    signals.play(Sound.REFUSED)
    clock.advance(0.9)
    assert signals.next() == beep(ACR122U)
    clock.advance(5)
    assert signals.next() == beep(ACR122U)
    assert signals.next() is None


def test_a_newer_sound_takes_the_place_of_an_older(
    signals: ReaderSignals, clock: VirtualClock
) -> None:
    signals.play(Sound.REFUSED)
    assert signals.next() == beep(ACR122U)
    signals.play(Sound.OK)
    assert signals.next() == beep(ACR122U)
    clock.advance(0.5)
    assert signals.next() is None
    signals.play(Sound.TAP)
    assert signals.next() is None
