"""FeliCa cards on a PN532: only where they are asked for, and never in another card's way."""

from collections.abc import Iterator

import pytest

from kiosk.domain.errors import DeviceAbsent
from kiosk.domain.events import CardPresented, CardRemoved, CardUnreadable, SeveralCards
from kiosk.drivers.pn532 import Pn532Reader
from kiosk.drivers.virtual.cards import FelicaCard, Type4Card, issued
from tests.contracts.polling import during
from tests.contracts.reader_rigs import until
from tests.drivers.pn532_rig import (
    MESSAGE,
    NAME,
    REMOVED,
    TOKEN,
    UID,
    UNREADABLE,
    chip,
    presented,
    reader,
)
from tests.peers.pn532 import Pn532

__all__ = ["chip", "reader"]

CARD = FelicaCard(bytes.fromhex("0114B3C4D5E6F708"))
KEY = presented("uid:0114B3C4D5E6F708")


@pytest.fixture
def asked(chip: Pn532) -> Iterator[Pn532Reader]:
    reader = Pn532Reader(NAME, str(chip.link), felica=True)
    yield reader
    reader.close()


def test_not_asked_for_it_is_not_looked_for(chip: Pn532, reader: Pn532Reader) -> None:
    chip.lay(CARD)
    assert during(reader, 0.3) == []


def test_a_phone_that_is_both_kinds_of_card_is_one(chip: Pn532, asked: Pn532Reader) -> None:
    chip.lay(Type4Card(bytes.fromhex("08000000"), MESSAGE))
    chip.lay(CARD)
    assert until(asked, CardPresented) == [presented(f"pm1:{TOKEN}")]
    assert during(asked, 0.3) == []
    chip.lift()
    assert until(asked, CardRemoved) == [REMOVED]


def test_another_card_beside_it_is_said_to_be_several(chip: Pn532, asked: Pn532Reader) -> None:
    chip.lay(CARD)
    assert until(asked, CardPresented) == [KEY]
    card = issued(TOKEN, UID)
    chip.lay(card)
    assert until(asked, SeveralCards) == [SeveralCards(NAME)]
    chip.lift(CARD)
    assert until(asked, CardPresented) == [REMOVED, presented(f"pm1:{TOKEN}")]


def test_one_torn_away_while_it_is_read_is_unreadable(chip: Pn532, asked: Pn532Reader) -> None:
    chip.lay(CARD, torn_after=1)
    assert until(asked, CardRemoved) == [UNREADABLE, REMOVED]


def test_an_idm_that_noise_changed_is_never_a_key(chip: Pn532, asked: Pn532Reader) -> None:
    flips = iter(range(1, 1000))

    def noisy(sent: bytes) -> bytes:
        at = sent.find(CARD.uid)
        if at < 0:
            return sent
        # another IDm each time, in a frame whose checksum is right
        changed = sent[at : at + 6] + next(flips).to_bytes(2, "big")
        body = sent[5:at] + changed + sent[at + 8 : -2]
        return sent[:5] + body + bytes([-sum(body) & 0xFF, 0])

    chip.spoil = noisy
    chip.lay(CARD)
    assert until(asked, CardUnreadable) == [UNREADABLE]
    assert not any(isinstance(event, CardPresented) for event in during(asked, 0.3))


def test_a_chip_that_falls_silent_lets_it_go(chip: Pn532, asked: Pn532Reader) -> None:
    chip.lay(CARD)
    assert until(asked, CardPresented) == [KEY]
    chip.silent = True
    assert until(asked, CardRemoved) == [REMOVED]
    with pytest.raises(DeviceAbsent):
        asked.poll(0)
