"""What the courier brings in and takes out beside rows: changed members, recalls, reports."""

import pytest

from kiosk.domain import wire
from kiosk.domain.events import DirectoryChanged
from tests.peers.books import Books
from tests.peers.broker import Mosquitto
from tests.peers.central import Central
from tests.peers.until import until
from tests.sync.terminal import Start, Terminal

pytestmark = pytest.mark.loopback


def changes(terminal: Terminal) -> int:
    return sum(isinstance(event, DirectoryChanged) for event in terminal.told)


def test_news_of_members_and_balances_are_told(
    broker: Mosquitto, books: Books, start: Start
) -> None:
    with Central(broker, books) as central:
        terminal = start(broker)
        until(lambda: terminal.held_everything(books) and changes(terminal) >= 2)
        before = changes(terminal)
        for message in books.credit("m2", 30):
            central.say(message)
        until(lambda: changes(terminal) == before + 1)
        assert terminal.ask(lambda j: j.standing().pending_nonce) is None


def test_what_was_seen_and_felt_offline_is_told(
    broker: Mosquitto, books: Books, start: Start
) -> None:
    terminal = start(broker)
    terminal.courier.report_health(wire.Health(waiting=0, clock="rtc"))
    terminal.courier.report_unknown("pm1:who-is-this")
    with Central(broker, books) as central:
        # told after each welcome, and on a busy machine a hello is said, and answered, twice
        until(lambda: central.count(wire.MediumSeen) and central.count(wire.Health))
        told = next(m for m in central.heard if isinstance(m, wire.Health))
        assert (told.clock, told.waiting) == ("rtc", 0)


def test_a_recall_reaches_the_journal(broker: Mosquitto, books: Books, start: Start) -> None:
    with Central(broker, books) as central:
        terminal = start(broker)
        until(lambda: terminal.held_everything(books))
        central.say(books.recall("m1"))
        until(lambda: books.leased["a-m1"] == 0)
        until(terminal.drained)
