"""Greeting, presence, faults: the conversation step by step, on a real journal."""

import itertools

import pytest

from kiosk.domain import wire
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.policy import Policy
from kiosk.journal.journal import Journal
from kiosk.sync.session import Phase
from tests.peers.books import NOW, Books
from tests.sync.kiosk_side import KioskSide, converse, hello_of, kinds, welcomed

OTHER = "00000000-0000-4000-8000-000000000000"
WELL = wire.Health(waiting=0, clock="synced")
SEEN = wire.MediumSeen(key="pm1:unknown-token", at=NOW)


def test_a_welcome_brings_everything(kiosk: KioskSide, books: Books) -> None:
    books.policy = Policy(version=7, shop_name="毛孩子")
    books.catalogue = Catalogue(version=3, store="s1", services=())
    welcomed(kiosk, books)
    assert [kiosk.held(m) for m in ("m1", "m2", "m3")] == [10_000, 50, 10]
    assert kiosk.standing.directory_version == books.version
    assert kiosk.standing.pending_nonce is None
    assert kiosk.policy == books.policy
    assert kiosk.catalogue == books.catalogue
    assert kiosk.standing.catalogue_version == 3


def test_nothing_but_hello_before_the_welcome(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.session.disconnected()
    kiosk.spend("m1")
    kiosk.connect()
    kiosk.do(kiosk.session.committed(kiosk.at))
    kiosk.do(kiosk.session.want(("a-m1",), kiosk.at))
    kiosk.do(kiosk.session.saw(SEEN, kiosk.at))
    kiosk.do(kiosk.session.felt(WELL, kiosk.at))
    kiosk.wait(300.0)
    assert set(kinds(kiosk.take_up())) == {wire.Hello}


def test_hello_says_where_the_journal_stands(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.spend("m1")
    kiosk.take_up()
    kiosk.connect()
    hello = kiosk.take_up()[0]
    assert isinstance(hello, wire.Hello)
    assert (hello.store, hello.terminal, hello.software) == ("s1", "k1", "test")
    assert (hello.last_seq, hello.head, hello.acknowledged) == (1, kiosk.standing.head, 0)
    assert hello.now == kiosk.at.now


def test_hello_is_repeated_with_growing_pauses_while_nobody_answers(kiosk: KioskSide) -> None:
    kiosk.connect(central=None)
    times = []
    for _ in range(9):
        kiosk.wait(kiosk.session.deadline - kiosk.mono)
        assert kinds(kiosk.take_up()) == [wire.Hello]
        times.append(kiosk.mono)
    pauses = [round(b - a, 6) for a, b in itertools.pairwise(times)]
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]


def test_one_hello_for_each_birth_of_central(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.presence("c1")
    assert kiosk.take_up() == []
    kiosk.presence("c2")
    assert not kiosk.online
    assert kinds(kiosk.take_up()) == [wire.Hello]


def test_the_death_of_central_is_shown_and_its_birth_greeted(
    kiosk: KioskSide, books: Books
) -> None:
    welcomed(kiosk, books)
    kiosk.presence("c1", online=False)
    assert not kiosk.online
    assert kiosk.take_up() == []
    kiosk.presence("c2")
    converse(kiosk, books)
    assert kiosk.online


def test_the_late_will_of_an_earlier_central_is_stale(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.presence("c0", online=False)
    assert kiosk.online
    assert kiosk.session.counters.stale == 1


def test_what_is_not_ours_or_not_whole_is_dropped_and_counted(
    kiosk: KioskSide, books: Books
) -> None:
    welcomed(kiosk, books)
    before = kiosk.standing
    foreign: list[wire.Down] = [
        wire.Ack(journal=OTHER, applied_through=9, head="00" * 32),
        wire.AllowanceGrant(journal=OTHER, nonce=OTHER, grants=[wire.Grant("a-m1", 1000)]),
        wire.CatalogueUpdate(catalogue=Catalogue(version=9, store="s2", services=())),
    ]
    for message in foreign:
        kiosk.hear(message)
    for payload in (b"", b"{", b"\xff", b"[]", b'{"v":2,"type":"ack"}', b'{"v":1,"type":"hello"}'):
        kiosk.do(kiosk.session.received(payload, kiosk.at))
    kiosk.do(kiosk.session.presence(b"not json", kiosk.at))
    kiosk.hear(wire.Notice(text="hello"))
    counters = kiosk.session.counters
    assert (counters.foreign, counters.malformed, counters.ignored) == (3, 7, 1)
    assert kiosk.standing == before
    assert kiosk.online
    assert kiosk.take_up() == []


def test_a_price_list_that_changes_under_its_version_is_not_taken(
    kiosk: KioskSide, books: Books
) -> None:
    welcomed(kiosk, books)
    kiosk.hear(wire.CatalogueUpdate(catalogue=Catalogue(version=3, store="s1", services=())))
    forged = Catalogue(version=3, store="s1", services=(), points_per_yuan=9)
    kiosk.hear(wire.CatalogueUpdate(catalogue=forged))
    assert kiosk.journal.catalogue(3) == Catalogue(version=3, store="s1", services=())
    assert kiosk.session.counters.malformed == 1
    assert kiosk.online


def test_a_journal_fault_begins_the_conversation_anew(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.broken = True
    kiosk.hear(books.credit("m1", 5)[0])
    assert kiosk.session.phase is Phase.GREETING
    kiosk.broken = False
    kiosk.wait(2.0)
    converse(kiosk, books)
    assert kiosk.online
    assert kiosk.held("m1") == 10_005


def answered(kiosk: KioskSide, books: Books) -> None:
    """Central answers the latest hello."""
    hello = kiosk.take_up()[-1]
    assert isinstance(hello, wire.Hello)
    for answer in books.answer(hello):
        kiosk.hear(answer)


@pytest.mark.parametrize("epoch", [1, 2])
def test_a_journal_that_contradicts_its_welcome_shows_the_row_until_central_has_it(
    kiosk: KioskSide, books: Books, epoch: int
) -> None:
    books.central, books.epoch = OTHER, 1
    welcomed(kiosk, books)
    for _ in range(4):
        kiosk.spend("m1")
        if kiosk.standing.last_seq == 2:
            converse(kiosk, books)
            kiosk.do(kiosk.session.disconnected())
    books.hashes[-1], books.epoch = bytes(32), epoch  # row 2 is another one there
    kiosk.connect("c2")
    shown: list[wire.Transactions] = []
    for _ in range(2):
        answered(kiosk, books)
        assert kiosk.standing.state is wire.JournalState.QUARANTINED
        shown = [m for m in kiosk.take_up() if isinstance(m, wire.Transactions)]
        assert [(m.first, len(m.rows)) for m in shown] == [(3, 1)], "one row, and it gets lost"
        kiosk.wait(60.5)
    books.answer(shown[0])
    assert books.state is wire.JournalState.QUARANTINED
    answered(kiosk, books)
    assert wire.Transactions not in kinds(kiosk.take_up()), "central knows"
    assert (books.applied, kiosk.standing.last_seq, kiosk.standing.waiting) == (2, 4, 2)


def test_a_new_journal_in_the_place_of_a_damaged_one_says_hello(
    kiosk: KioskSide, books: Books
) -> None:
    welcomed(kiosk, books)
    kiosk.journal = Journal.open(None)
    new = kiosk.journal.standing().journal
    kiosk.do(kiosk.session.committed(kiosk.at))
    assert kiosk.session.phase is Phase.GREETING
    said = kiosk.take_up()
    assert [type(message) for message in said] == [wire.Hello]
    assert isinstance(said[0], wire.Hello)
    assert said[0].journal == new


def test_a_lost_birth_is_made_up_for(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.presence("c1", online=False)
    kiosk.wait(59.0)
    assert kiosk.take_up() == []
    kiosk.wait(2.0)
    converse(kiosk, books)
    assert kiosk.online


def test_what_the_journal_does_late_is_not_taken_for_news(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.slow = True
    kiosk.spend("m1")
    kiosk.connect("c1")
    kiosk.work()
    assert kinds(kiosk.take_up()) == [wire.Hello]
    kiosk.hear(books.answer(hello_of(kiosk))[0])
    kiosk.do(kiosk.session.disconnected())
    kiosk.connect(central=None)
    kiosk.work()
    assert not kiosk.online
    assert kiosk.take_up() == []
