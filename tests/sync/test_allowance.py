"""Asking for allowance: one nonce, one grant, however often either is repeated."""

from kiosk.domain import wire
from kiosk.domain.wire import JournalState
from kiosk.sync.actions import OpenRequest
from tests.peers.books import Books
from tests.sync.kiosk_side import KioskSide, converse, kinds, welcomed


def test_a_nonce_is_asked_again_until_its_grant_comes(kiosk: KioskSide, books: Books) -> None:
    kiosk.connect()
    kiosk.hear(books.answer(kiosk.take_up()[0])[0])
    kiosk.wait(100.0)
    asked = [m for m in kiosk.take_up() if isinstance(m, wire.AllowanceRequest)]
    assert len(asked) == 4
    assert len({m.nonce for m in asked}) == 1
    grant = books.answer(asked[0])[0]
    assert books.answer(asked[1]) == [grant]
    kiosk.hear(books.pages(0)[0])
    kiosk.hear(grant)
    kiosk.hear(grant)
    assert kiosk.held("m1") == 10_000
    assert kiosk.session.counters.stale == 1


def test_the_nonce_outlives_the_daemon(kiosk: KioskSide, books: Books) -> None:
    kiosk.connect()
    kiosk.hear(books.answer(kiosk.take_up()[0])[0])
    first = kiosk.standing.pending_nonce
    assert first is not None
    kiosk.restart()
    kiosk.connect()
    converse(kiosk, books)
    assert first in books.grants
    assert books.leased == {"a-m1": 10_000, "a-m2": 50, "a-m3": 10}
    assert kiosk.held("m1") == 10_000


def test_more_is_asked_for_with_new_nonces() -> None:
    kiosk, books = KioskSide(), Books({f"m{i}": 10 for i in range(7)}, most_grants=3)
    welcomed(kiosk, books)
    assert all(kiosk.held(f"m{i}") == 10 for i in range(7))
    assert len(books.grants) == 3


def test_more_of_nothing_is_not_asked_for(kiosk: KioskSide, books: Books) -> None:
    kiosk.connect()
    kiosk.hear(books.answer(kiosk.take_up()[0])[0])
    request = next(m for m in kiosk.take_up() if isinstance(m, wire.AllowanceRequest))
    kiosk.hear(
        wire.AllowanceGrant(journal=request.journal, nonce=request.nonce, grants=[], more=True)
    )
    assert kiosk.take_up() == []


def test_an_offer_is_asked_for(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    for message in books.credit("m2", 30):
        kiosk.hear(message)
    request = kiosk.up[0]
    assert isinstance(request, wire.AllowanceRequest)
    assert request.accounts == ["a-m2"]
    converse(kiosk, books)
    assert kiosk.held("m2") == 80


def test_a_frozen_journal_drains_and_asks_for_nothing(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.do(kiosk.session.disconnected())
    kiosk.spend("m1")
    books.state = JournalState.FROZEN
    kiosk.connect()
    said = []
    while heard := kiosk.take_up():
        said += heard
        for message in heard:
            for answer in books.answer(message):
                kiosk.hear(answer)
    assert books.applied == 1
    assert wire.AllowanceRequest not in kinds(said)
    assert not kiosk.spend("m1")


def test_a_frozen_journal_gives_back_what_it_holds(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    assert kiosk.held("m1") > 0
    books.state = JournalState.FROZEN
    kiosk.do(kiosk.session.disconnected())
    kiosk.connect()
    converse(kiosk, books)
    kiosk.hear(books.recall("m1"))
    converse(kiosk, books)
    assert (kiosk.held("m1"), books.applied) == (0, 1)
    assert not kiosk.spend("m1")


def test_asking_for_very_many_accounts_asks_for_all(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.hear(wire.AllowanceOffer(accounts=[f"a-{i}" for i in range(5000)]))
    request = kiosk.up[0]
    assert isinstance(request, wire.AllowanceRequest)
    assert request.accounts is None


def test_a_frozen_journal_opens_no_request(kiosk: KioskSide, books: Books) -> None:
    books.state = JournalState.FROZEN
    kiosk.connect()
    converse(kiosk, books)
    assert kiosk.online
    assert not any(isinstance(action, OpenRequest) for action in kiosk.actions)


def test_a_recall_is_answered_by_a_row(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.spend("m1", 3)
    kiosk.hear(books.recall("m1", "m2"))
    assert kiosk.held("m1") == kiosk.held("m2") == 0
    assert not kiosk.spend("m1", 1)
    assert kiosk.spend("m3", 1)
    # the row is behind the spend, so that central has that before it can use the rest
    converse(kiosk, books)
    assert books.leased == {"a-m1": 0, "a-m2": 0, "a-m3": 9}
    assert books.posted["a-m1"] == 9_997
    assert kiosk.waiting == 0
    rows = kiosk.standing.last_seq
    kiosk.hear(books.recall("m1", "m2"))
    assert kiosk.standing.last_seq == rows


def test_many_accounts_are_recalled_at_once() -> None:
    members = {f"m{i}": 10 for i in range(250)}
    kiosk, books = KioskSide(), Books(members, page=100)
    welcomed(kiosk, books)
    kiosk.take_up()
    kiosk.hear(books.recall(*members))
    assert all(kiosk.held(m) == 0 for m in members)
    assert kiosk.standing.last_seq == 3


def test_a_quarantined_journal_gives_nothing_back(kiosk: KioskSide, books: Books) -> None:
    welcomed(kiosk, books)
    kiosk.journal.acknowledge(0, "ab" * 32)
    kiosk.hear(books.recall("m1"))
    assert kiosk.standing.last_seq == 0
    assert kiosk.held("m1") == 10_000
