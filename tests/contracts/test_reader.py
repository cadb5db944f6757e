"""What every card reader does, virtual or real."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.errors import DeviceAbsent
from kiosk.domain.events import (
    CardPresented,
    CardRemoved,
    CardUnreadable,
    SeveralCards,
    Stimulus,
)
from kiosk.domain.media import MediumKey
from kiosk.drivers import ndef
from kiosk.drivers.ports import InputPort
from kiosk.drivers.virtual.cards import (
    FelicaCard,
    MuteCard,
    StorageCard,
    Type2Card,
    Type4Card,
    VirtualCard,
    issued,
)
from kiosk.drivers.virtual.reader import VirtualReader
from tests.contracts.polling import during
from tests.contracts.reader_rigs import (
    NAME,
    PATIENCE,
    PcscRig,
    Pn532Rig,
    Rig,
    VirtualRig,
    opened,
    until,
)

pytestmark = pytest.mark.loopback

UID = bytes.fromhex("04A1B2C3D4E5F6")
OTHER = bytes.fromhex("04998877665544")
TOKEN = "tok_0123456789"
REMOVED, UNREADABLE = CardRemoved(NAME), CardUnreadable(NAME)


def presented(key: str) -> CardPresented:
    return CardPresented(reader=NAME, medium=MediumKey(key))


@pytest.fixture(params=["virtual", "pcsc", "pn532"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    rig: Rig
    if request.param == "virtual":
        rig = VirtualRig()
    elif request.param == "pn532":
        rig = Pn532Rig(tmp_path)
    else:
        rig = PcscRig(request.getfixturevalue("pcscd"))
    yield rig
    rig.restore()


@pytest.fixture
def reader(rig: Rig) -> Iterator[InputPort]:
    reader = opened(rig)
    yield reader
    reader.close()


CARDS: dict[str, tuple[VirtualCard, str]] = {
    "NTAG with a token": (issued(TOKEN, UID), f"pm1:{TOKEN}"),
    "NTAG without": (Type2Card(UID), "uid:04A1B2C3D4E5F6"),
    "Type 4 with a token": (Type4Card(UID, ndef.text_message(f"PM1:{TOKEN}")), f"pm1:{TOKEN}"),
    "Type 4 of another trade": (Type4Card(UID), "uid:04A1B2C3D4E5F6"),
    "MIFARE Classic": (StorageCard(bytes.fromhex("1A2B3C4D")), "uid:1A2B3C4D"),
    "FeliCa": (FelicaCard(bytes.fromhex("0114B3C4D5E6F708")), "uid:0114B3C4D5E6F708"),
}


@pytest.mark.parametrize("kind", CARDS)
def test_a_card_laid_down_is_one_tap_until_it_is_lifted(
    rig: Rig, reader: InputPort, kind: str
) -> None:
    card, key = CARDS[kind]
    rig.lay(card)
    assert until(reader, CardPresented) == [presented(key)]
    rig.lift()
    assert until(reader, CardRemoved) == [REMOVED]


def test_a_card_left_lying_is_not_read_again(rig: Rig, reader: InputPort) -> None:
    rig.lay(issued(TOKEN, UID))
    until(reader, CardPresented)
    assert during(reader, rig.settled) == []


def test_a_card_laid_again_is_another_tap(rig: Rig, reader: InputPort) -> None:
    events: list[Stimulus] = []
    for card in (issued(TOKEN, UID), issued(TOKEN, UID), Type2Card(OTHER)):
        rig.lay(card)
        events += until(reader, CardPresented)
        rig.lift()
        events += until(reader, CardRemoved)
    token = presented(f"pm1:{TOKEN}")
    other = presented(f"uid:{OTHER.hex().upper()}")
    assert events == [token, REMOVED, token, REMOVED, other, REMOVED]


def answers(card: VirtualCard) -> int:
    """Count what a reader asks this card in one reading."""
    device = VirtualReader()
    device.place(card)
    device.poll(0)
    return device.asked


TEARS = [
    (kind, after)
    for kind in ("NTAG with a token", "Type 4 with a token")
    for after in range(answers(CARDS[kind][0]))
]


@pytest.mark.parametrize(("kind", "torn_after"), TEARS)
def test_a_card_torn_away_at_any_answer_is_never_another_card(
    rig: Rig, reader: InputPort, kind: str, torn_after: int
) -> None:
    rig.lay(CARDS[kind][0], torn_after)
    assert until(reader, CardRemoved) == [UNREADABLE, REMOVED]
    assert during(reader, rig.settled) == []


@pytest.mark.parametrize(
    "card",
    [
        MuteCard(),
        Type4Card(bytes.fromhex("08A1B2C3")),
        FelicaCard(bytes.fromhex("01FEA1B2C3D4E5F6")),
    ],
    ids=["mute", "a random UID", "a random IDm"],
)
def test_a_card_that_is_no_identity_is_unreadable(
    rig: Rig, reader: InputPort, card: VirtualCard
) -> None:
    rig.lay(card)
    assert until(reader, CardUnreadable) == [UNREADABLE]
    assert during(reader, rig.settled) == []
    rig.lift()
    assert until(reader, CardRemoved) == [REMOVED]


def test_two_cards_at_once_are_said_to_be_several(rig: Rig, reader: InputPort) -> None:
    rig.lay(issued(TOKEN, UID))
    assert until(reader, CardPresented) == [presented(f"pm1:{TOKEN}")]
    rig.lay(Type2Card(OTHER), at_place=1)
    assert until(reader, SeveralCards) == [SeveralCards(NAME)]
    rig.lift()
    # the one that stays was never read
    assert until(reader, CardPresented) == [REMOVED, presented(f"uid:{OTHER.hex().upper()}")]
    rig.lift(at_place=1)
    assert until(reader, CardRemoved) == [REMOVED]


def test_an_unplugged_reader_says_so_and_serves_again(rig: Rig, reader: InputPort) -> None:
    rig.lay(issued(TOKEN, UID))
    until(reader, CardPresented)
    rig.unplug()
    assert until(reader, CardRemoved) == [REMOVED]
    with pytest.raises(DeviceAbsent):
        until(reader, CardPresented)
    reader.close()
    with pytest.raises(DeviceAbsent):
        rig.open()
    rig.lift()
    rig.plug()
    again = opened(rig)
    rig.lay(issued(TOKEN, UID))
    assert until(again, CardPresented) == [presented(f"pm1:{TOKEN}")]
    again.close()


def test_poll_returns_in_time(rig: Rig, reader: InputPort) -> None:
    start = time.monotonic()
    assert list(reader.poll(0)) == []
    assert list(reader.poll(0.1)) == []
    assert 0.1 <= time.monotonic() - start < PATIENCE / 10
