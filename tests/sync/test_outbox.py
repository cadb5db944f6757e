"""Rows go up once, in order, and are done only when central says so."""

import pytest

from kiosk.domain import wire
from kiosk.domain.wire import JournalState
from kiosk.sync.session import NO_SUBSCRIBERS, NOT_AUTHORISED, Phase
from tests.peers.books import NOW, Books
from tests.sync.kiosk_side import KioskSide, converse, hello_of, kinds, welcomed


def test_one_batch_at_a_time_until_all_is_acknowledged(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.do(kiosk.session.disconnected())
    for _ in range(10):
        kiosk.spend("m1")
    assert kiosk.waiting == 10
    kiosk.connect()
    sizes = []
    while said := kiosk.take_up():
        batches = [m for m in said if isinstance(m, wire.Transactions)]
        assert len(batches) <= 1
        sizes += [len(batch.rows) for batch in batches]
        for message in said:
            for answer in books.answer(message):
                kiosk.hear(answer)
    assert sizes == [4, 4, 2]
    assert kiosk.waiting == 0
    assert books.applied == 10
    assert books.posted["a-m1"] == 9_990


def test_an_unanswered_batch_is_sent_again_with_the_same_bytes(
    kiosk: KioskSide, books: Books
) -> None:
    welcomed(kiosk, books)
    kiosk.payloads.clear()
    kiosk.spend("m1")
    kiosk.wait(35.0)
    assert kinds(kiosk.take_up()) == [wire.Transactions] * 3
    assert len(set(kiosk.payloads)) == 1
    assert kiosk.waiting == 1
    # after several it is time to ask where central stands
    kiosk.wait(45.0)
    assert wire.Hello in kinds(kiosk.up)
    assert not kiosk.online
    converse(kiosk, books)
    assert kiosk.waiting == 0
    assert books.posted["a-m1"] == 9_999


def test_a_batch_shrinks_when_unanswered_and_grows_back() -> None:
    kiosk, books = KioskSide(), Books({"m1": 100})
    welcomed(kiosk, books)
    kiosk.do(kiosk.session.disconnected())
    for _ in range(9):
        kiosk.spend("m1")
    kiosk.connect()
    kiosk.hear(books.answer(kiosk.take_up()[0])[0])
    kiosk.wait(72.0)
    sizes = []
    kiosk.up = kiosk.up[-1:]
    while said := kiosk.take_up():
        sizes += [len(m.rows) for m in said if isinstance(m, wire.Transactions)]
        for message in said:
            for answer in books.answer(message):
                kiosk.hear(answer)
    assert sizes == [2, 4, 3]


@pytest.mark.parametrize("reason", [NO_SUBSCRIBERS, NOT_AUTHORISED])
def test_what_the_broker_refuses_is_not_sent(reason: int, kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.spend("m1")
    kiosk.do(kiosk.session.unsent(reason, kiosk.at))
    assert not kiosk.online
    assert kiosk.waiting == 1
    kiosk.take_up()
    kiosk.wait(2.0)
    assert kinds(kiosk.up) == [wire.Hello]
    converse(kiosk, books)
    assert kiosk.waiting == 0


def test_too_large_for_the_broker_means_smaller_next_time(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.do(kiosk.session.disconnected())
    for _ in range(4):
        kiosk.spend("m1")
    kiosk.connect()
    kiosk.hear(books.answer(kiosk.take_up()[0])[0])
    kiosk.take_up()
    kiosk.do(kiosk.session.unsent(0x95, kiosk.at))
    kiosk.wait(2.0)
    kiosk.hear(books.answer(kiosk.take_up()[0])[0])
    sizes = [len(m.rows) for m in kiosk.up if isinstance(m, wire.Transactions)]
    assert sizes == [2]


def test_a_lower_welcome_sends_the_rows_again(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    for _ in range(6):
        kiosk.spend("m1")
        converse(kiosk, books)
    assert kiosk.standing.acknowledged == 6
    books.restore(2)
    kiosk.connect()
    converse(kiosk, books)
    assert books.applied == 6
    assert books.posted["a-m1"] == 9_994
    assert kiosk.standing.acknowledged == 6


def test_an_ack_below_the_mark_asks_where_central_stands(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    for _ in range(3):
        kiosk.spend("m1")
        converse(kiosk, books)
    books.restore(1)
    kiosk.spend("m1")
    converse(kiosk, books)
    assert not kiosk.online
    assert kiosk.session.counters.gaps == 1
    kiosk.wait(2.0)
    converse(kiosk, books)
    assert books.applied == 4
    assert kiosk.waiting == 0


def test_an_ack_of_rows_that_were_never_written_is_not_believed(
    kiosk: KioskSide, books: Books
) -> None:
    welcomed(kiosk, books)
    kiosk.hear(wire.Ack(journal=kiosk.standing.journal, applied_through=9, head="ab" * 32))
    assert not kiosk.standing.rolled_back
    assert kiosk.session.counters.gaps == 1
    kiosk.wait(2.0)
    assert kinds(kiosk.up) == [wire.Hello]


def test_strange_acks_do_not_put_the_hello_off(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    strange = wire.Ack(journal=kiosk.standing.journal, applied_through=9, head="ab" * 32)
    for _ in range(30):
        kiosk.hear(strange)
        kiosk.wait(0.1)
    assert kinds(kiosk.up) == [wire.Hello]


def test_a_second_welcome_sets_the_mark_and_the_flight(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    for _ in range(3):
        kiosk.spend("m1")
        converse(kiosk, books)
    kiosk.spend("m1")
    books.restore(1)
    kiosk.take_up()
    kiosk.hear(books.answer(hello_of(kiosk))[0])
    first = [m.first for m in kiosk.up if isinstance(m, wire.Transactions)]
    assert first == [2]


def test_progress_shortens_the_pauses_again(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    for _ in range(5):
        kiosk.do(kiosk.session.unsent(NO_SUBSCRIBERS, kiosk.at))
        kiosk.wait(kiosk.session.deadline - kiosk.mono)
        converse(kiosk, books)
    kiosk.spend("m1")
    converse(kiosk, books)
    before = kiosk.mono
    kiosk.do(kiosk.session.unsent(NO_SUBSCRIBERS, kiosk.at))
    assert kiosk.session.deadline - before == 1.0


def test_waiting_rows_are_shown_offline(kiosk: KioskSide, books: Books) -> None:
    assert (kiosk.online, kiosk.waiting) == (False, 0)
    welcomed(kiosk, books)
    kiosk.do(kiosk.session.disconnected())
    kiosk.spend("m1")
    assert (kiosk.online, kiosk.waiting) == (False, 1)
    assert kiosk.session.phase is Phase.OFFLINE


def test_a_rolled_back_card_stops_spending(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.hear(
        wire.Welcome(
            journal=kiosk.standing.journal,
            state=JournalState.OPEN,
            applied=5,
            head="ab" * 32,
            directory_version=books.version,
            now=NOW,
        )
    )
    assert kiosk.standing.rolled_back
    assert not kiosk.spend("m1")
    assert kiosk.take_up() == []


def test_a_fork_stops_the_sending_until_staff_have_cleared_it(
    kiosk: KioskSide, books: Books
) -> None:
    welcomed(kiosk, books)
    kiosk.spend("m1")
    kiosk.take_up()
    books.state = JournalState.QUARANTINED
    kiosk.connect()
    converse(kiosk, books)
    assert kiosk.online
    assert kiosk.standing.state == "quarantined"
    kiosk.wait(59.0)
    assert kiosk.take_up() == []
    books.state = JournalState.OPEN
    kiosk.wait(2.0)
    converse(kiosk, books)
    assert kiosk.standing.state == "open"
    assert kiosk.waiting == 0


def test_a_late_ack_does_not_silence_the_next_hello(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.spend("m1")
    late = kiosk.take_up()
    kiosk.wait(70.5)
    assert wire.Hello not in kinds(kiosk.take_up())
    for message in late:
        for answer in books.answer(message):
            kiosk.hear(answer)
    assert kiosk.waiting == 0
    assert not kiosk.online
    kiosk.wait(61.0)
    assert wire.Hello in kinds(kiosk.up)
    converse(kiosk, books)
    assert kiosk.online
