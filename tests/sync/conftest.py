"""A broker, and the two sides of a conversation without one."""

import pytest

from tests.peers.books import Books
from tests.peers.broker import broker
from tests.sync.kiosk_side import KioskSide

__all__ = ["broker"]


@pytest.fixture
def kiosk() -> KioskSide:
    return KioskSide()


@pytest.fixture
def books() -> Books:
    return Books({"m1": 10_000, "m2": 50, "m3": 10})
