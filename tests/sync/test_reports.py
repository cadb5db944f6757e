"""Unknown cards and the state of the terminal: told when central answers, and not too often."""

import datetime as dt

import pytest

from kiosk.domain import wire
from kiosk.domain.wire import JournalState
from tests.peers.books import NOW, Books
from tests.sync.kiosk_side import KioskSide, converse, welcomed

WELL = wire.Health(waiting=7, clock="synced", parts=[wire.PartHealth("reader", "ready")])
ILL = wire.Health(waiting=7, clock="synced", parts=[wire.PartHealth("reader", "absent")])


def seen(n: int, minutes: float = 0.0) -> wire.MediumSeen:
    return wire.MediumSeen(key=f"pm1:unknown-{n:03}", at=NOW + dt.timedelta(minutes=minutes))


def health(kiosk: KioskSide) -> list[wire.Health]:
    return [m for m in kiosk.take_up() if isinstance(m, wire.Health)]


def test_an_unknown_card_is_told_at_once(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.do(kiosk.session.saw(seen(1), kiosk.at))
    assert kiosk.take_up() == [seen(1)]
    kiosk.wait(100.0)
    assert kiosk.take_up() == []


def test_unknown_cards_of_the_last_minutes_are_told_after_a_welcome(
    kiosk: KioskSide, books: Books
) -> None:
    kiosk.do(kiosk.session.saw(seen(1), kiosk.at))
    kiosk.wait(300.0)
    kiosk.do(kiosk.session.saw(seen(2), kiosk.at))
    kiosk.do(kiosk.session.saw(seen(3), kiosk.at))
    kiosk.do(kiosk.session.saw(seen(2, minutes=5), kiosk.at))
    kiosk.wait(310.0)
    welcomed(kiosk, books)
    assert books.seen == [seen(3).key, seen(2).key]
    assert kiosk.session.counters.dropped == 1
    welcomed(kiosk, books)
    assert len(books.seen) == 2


def test_only_the_latest_unknown_cards_are_remembered(kiosk: KioskSide, books: Books) -> None:
    for n in range(25):
        kiosk.do(kiosk.session.saw(seen(n), kiosk.at))
    welcomed(kiosk, books)
    assert books.seen == [seen(n).key for n in range(5, 25)]


def test_health_is_told_after_each_welcome_and_when_it_changed(
    kiosk: KioskSide, books: Books
) -> None:
    kiosk.do(kiosk.session.felt(WELL, kiosk.at))
    for _ in range(2):
        kiosk.connect()
        kiosk.hear(books.answer(kiosk.take_up()[-1])[0])
        (told,) = health(kiosk)
        assert (told.waiting, told.parts) == (0, WELL.parts)
    kiosk.do(kiosk.session.felt(WELL, kiosk.at))
    kiosk.wait(100.0)
    assert health(kiosk) == []
    kiosk.spend("m1")
    kiosk.do(kiosk.session.felt(ILL, kiosk.at))
    (told,) = health(kiosk)
    assert told.parts == ILL.parts


def test_health_that_flaps_is_told_every_half_minute(kiosk: KioskSide, books: Books) -> None:
    kiosk.do(kiosk.session.felt(WELL, kiosk.at))
    welcomed(kiosk, books)
    told = 0
    for n in range(120):
        kiosk.do(kiosk.session.felt(ILL if n % 2 else WELL, kiosk.at))
        kiosk.wait(1.0)
        told += len(health(kiosk))
    assert 2 <= told <= 4


@pytest.mark.parametrize("state", [JournalState.QUARANTINED, JournalState.FROZEN])
def test_an_ack_that_closes_the_journal_stops_it_at_once(
    kiosk: KioskSide, books: Books, state: JournalState
) -> None:
    welcomed(kiosk, books)
    kiosk.spend("m1")
    (batch,) = kiosk.take_up()
    books.state = state
    (ack,) = books.answer(batch)
    kiosk.hear(ack)
    assert kiosk.standing.state is state
    assert not kiosk.spend("m2")
    # its welcome says why, and may open it again
    books.state = JournalState.OPEN
    kiosk.wait(2.0)
    converse(kiosk, books)
    assert kiosk.standing.state is JournalState.OPEN
    assert kiosk.spend("m2")
