"""A broker, and the two sides of a conversation without one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.sync.options import Broker, Timing
from tests.peers.books import Books
from tests.peers.broker import HOST, Mosquitto, broker
from tests.sync.kiosk_side import KioskSide
from tests.sync.terminal import QUICK, Start, Terminal

__all__ = ["broker"]


@pytest.fixture
def kiosk() -> KioskSide:
    return KioskSide()


@pytest.fixture
def books() -> Books:
    return Books({"m1": 10_000, "m2": 50, "m3": 10})


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running = []

    def begin(broker: Mosquitto, timing: Timing = QUICK, **login: object) -> Terminal:
        where = Broker(host=HOST, port=broker.port, **login)  # type: ignore[arg-type]
        terminal = Terminal(tmp_path / "journal.db", where, timing)
        running.append(terminal)
        return terminal

    yield begin
    for terminal in running:
        terminal.stop()
