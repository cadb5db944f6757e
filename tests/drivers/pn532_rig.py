"""A PN532 model plugged in, and a reader on it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.events import CardPresented, CardRemoved, CardUnreadable
from kiosk.domain.media import MediumKey
from kiosk.drivers import ndef
from kiosk.drivers.pn532 import Pn532Reader
from tests.peers.pn532 import Pn532

NAME = "counter"
UID = bytes.fromhex("04A1B2C3D4E5F6")
TOKEN = "tok_0123456789"
MESSAGE = ndef.text_message(f"PM1:{TOKEN}")
NACK = bytes.fromhex("0000FFFF0000")
REMOVED, UNREADABLE = CardRemoved(NAME), CardUnreadable(NAME)


def presented(key: str) -> CardPresented:
    return CardPresented(reader=NAME, medium=MediumKey(key))


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[Pn532]:
    chip = Pn532(tmp_path / "kiosk-nfc")
    chip.plug()
    yield chip
    chip.unplug()


@contextlib.contextmanager
def reading(chip: Pn532) -> Iterator[Pn532Reader]:
    reader = Pn532Reader(NAME, str(chip.link))
    try:
        yield reader
    finally:
        reader.close()


@pytest.fixture
def reader(chip: Pn532) -> Iterator[Pn532Reader]:
    with reading(chip) as reader:
        yield reader
