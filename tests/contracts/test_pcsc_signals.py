"""The LEDs and the buzzer of a PC/SC reader: pyscard and a real pcscd, with a card and without."""

import itertools
import logging
from collections.abc import Callable, Iterator

import pytest

from kiosk.domain.devices import Lamp, ReaderLamp, Sound
from kiosk.domain.events import CardPresented, CardRemoved
from kiosk.drivers.pcsc import PcscReader
from kiosk.drivers.ports import InputPort
from kiosk.drivers.reader_signals import BEEPS, ReaderSignals, beep, led
from kiosk.drivers.virtual.cards import Type2Card, issued
from tests.contracts.polling import during
from tests.contracts.reader_rigs import NAME, PATIENCE, PcscRig, until
from tests.peers.pcscd import READERS, Pcscd

pytestmark = pytest.mark.loopback

UID = bytes.fromhex("04A1B2C3D4E5F6")
MODEL = ReaderLamp.ACR122U
READER = f"{READERS[0]} 00 00"
OK, BEEP = led(MODEL, Lamp.OK).apdu, beep(MODEL).apdu


class OnAcr122(Type2Card):
    """A card on an ACR122U, which answers what is for the reader itself; `told` is all of that."""

    def __init__(self, uid: bytes, answer: bytes = b"\x90\x02") -> None:
        super().__init__(uid)
        self.told: list[bytes] = []
        self.reading = 0
        self._said = answer

    def answer(self, apdu: bytes) -> bytes:
        if not apdu.startswith(b"\xff\x00\x40"):
            self.reading += 1
            return super().answer(apdu)
        self.told.append(apdu)
        return self._said


@pytest.fixture
def rig(pcscd: Pcscd) -> Iterator[PcscRig]:
    rig = PcscRig(pcscd)
    yield rig
    rig.restore()


def ticking() -> Callable[[], float]:
    """Return a clock that goes on a little at each look, however long the machine takes."""
    looks = itertools.count()
    return lambda: next(looks) * 0.05


@pytest.fixture
def signals() -> ReaderSignals:
    return ReaderSignals(MODEL, ticking())


@pytest.fixture
def reader(rig: PcscRig, signals: ReaderSignals) -> Iterator[PcscReader]:
    reader = PcscReader(NAME, READER, signals=signals)
    yield reader
    reader.close()


def polled(reader: InputPort, card: OnAcr122, count: int) -> None:
    """Poll until the reader was told so many things; nothing else happens meanwhile."""
    for _ in range(int(PATIENCE / 0.1)):
        if len(card.told) >= count:
            return
        assert list(reader.poll(0.1)) == []
    raise AssertionError(card.told)


def test_a_reader_with_a_card_shows_the_outcome(
    rig: PcscRig, signals: ReaderSignals, reader: PcscReader
) -> None:
    card = OnAcr122(UID)
    signals.light(Lamp.BUSY)
    rig.lay(card)
    assert len(until(reader, CardPresented)) == 1
    # the card was read first, as if there were no LEDs
    assert card.told == []
    polled(reader, card, 1)
    signals.light(Lamp.OK)
    signals.play(Sound.OK)
    polled(reader, card, 3)
    assert card.told == [led(MODEL, Lamp.BUSY).apdu, OK, BEEP]
    assert during(reader, 0.3) == []
    assert len(card.told) == 3
    rig.lift()
    assert until(reader, CardRemoved) == [CardRemoved(NAME)]


def test_a_refusal_is_two_beeps(rig: PcscRig, signals: ReaderSignals, reader: PcscReader) -> None:
    card = OnAcr122(UID)
    rig.lay(card)
    until(reader, CardPresented)
    signals.light(Lamp.REFUSED)
    signals.play(Sound.REFUSED)
    polled(reader, card, 3)
    assert card.told == [led(MODEL, Lamp.REFUSED).apdu, BEEP, BEEP]


def test_a_reader_that_refuses_serves_on_and_says_it_once(
    rig: PcscRig,
    signals: ReaderSignals,
    reader: PcscReader,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    # its driver lets no escape command through, as Debian's does not
    for number in range(2):
        card = OnAcr122(UID, answer=b"\x63\x00")
        rig.lay(card)
        events = until(reader, CardPresented)
        assert [type(event) for event in events] == [CardPresented]
        signals.light(Lamp.OK)
        signals.play(Sound.OK)
        polled(reader, card, 2)
        assert card.reading == 2, number
        rig.lift()
        assert until(reader, CardRemoved) == [CardRemoved(NAME)]
    assert caplog.text.count("set ifdDriverOptions to 0x0001") == 1


def test_a_card_torn_away_by_the_way_is_no_tap(
    rig: PcscRig, signals: ReaderSignals, reader: PcscReader
) -> None:
    card = OnAcr122(UID)
    # read with two APDUs, and gone at the reader's own
    with rig.pcscd.until_noticed():
        rig.lay(card, torn_after=2)
        until(reader, CardPresented)
        signals.light(Lamp.OK)
        assert until(reader, CardRemoved) == [CardRemoved(NAME)]
    assert during(reader, rig.settled) == []
    rig.lay(issued("tok_0123456789", UID))
    assert len(until(reader, CardPresented)) == 1


def test_the_leds_go_on_when_the_reader_is_back(rig: PcscRig, signals: ReaderSignals) -> None:
    signals.light(Lamp.OK)
    for _ in range(2):
        reader = PcscReader(NAME, READER, signals=signals)
        card = OnAcr122(UID)
        rig.lay(card)
        until(reader, CardPresented)
        polled(reader, card, 1)
        assert card.told == [OK]
        reader.close()
        rig.lift()
        rig.pcscd.until_empty()


def test_without_signals_a_reader_is_told_nothing(rig: PcscRig) -> None:
    reader = PcscReader(NAME, READER)
    card = OnAcr122(UID)
    rig.lay(card)
    until(reader, CardPresented)
    assert during(reader, 0.3) == []
    assert card.told == []
    assert reader.heard()
    reader.close()


@pytest.mark.parametrize("model", [ReaderLamp.ACR122U, ReaderLamp.ACR1252U])
def test_without_a_card_the_outcome_is_shown_where_the_driver_lets_it_through(
    rig: PcscRig, model: ReaderLamp
) -> None:
    signals = ReaderSignals(model, ticking())
    with rig.pcscd.escapes(READERS[0]) as told:
        reader = PcscReader(NAME, READER, signals=signals)
        for lamp, sound in ((Lamp.OK, Sound.OK), (Lamp.REFUSED, Sound.REFUSED)):
            signals.light(lamp)
            signals.play(sound)
            count = len(told()) + 1 + BEEPS[sound]
            for _ in range(int(PATIENCE / 0.1)):
                if len(told()) >= count:
                    break
                assert list(reader.poll(0.1)) == []
        one = beep(model).escape
        assert told() == [
            led(model, Lamp.OK).escape,
            one,
            led(model, Lamp.REFUSED).escape,
            one,
            one,
        ]
        assert reader.heard()
        # and a card is read as ever
        rig.lay(issued("tok_0123456789", UID))
        assert len(until(reader, CardPresented)) == 1
        reader.close()


def test_told_that_it_may_again_a_reader_is_heard(rig: PcscRig, signals: ReaderSignals) -> None:
    reader = PcscReader(NAME, READER, signals=signals)
    assert not reader.heard()
    with rig.pcscd.escapes(READERS[0]):
        # it is left in peace for a while, and asked anew when it is opened again
        assert not reader.heard()
        reader.close()
        again = PcscReader(NAME, READER, signals=signals)
        assert again.heard()
        again.close()
