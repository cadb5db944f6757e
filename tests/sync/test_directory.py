"""The order of directory pages."""

import itertools
import random

import hypothesis.strategies as st
import pytest
from hypothesis import given

from kiosk.domain import wire
from kiosk.domain.errors import ProtocolError
from kiosk.sync.actions import ApplyDirectory
from kiosk.sync.directory import PageOrder, Verdict
from kiosk.sync.errands import Outcome
from tests.peers.books import Books
from tests.sync.kiosk_side import KioskSide, converse

JOURNAL = "00000000-0000-4000-8000-000000000001"
STORE, STALE, GAP = Verdict.STORE, Verdict.STALE, Verdict.GAP


def page(
    number: int, *, full: bool = False, last: bool = False, version: int = 9, since: int = 0
) -> wire.DirectoryPage:
    return wire.DirectoryPage(
        journal=JOURNAL,
        full=full,
        page=number,
        last=last,
        version=version,
        since=since,
        applied=0,
        members=[],
    )


def judge(pages: list[wire.DirectoryPage], own: int = 5, *, asked: bool = True) -> list[Verdict]:
    order, verdicts = PageOrder(), []
    for one in pages:
        verdicts.append(order.judge(one, own, asked=asked))
        if verdicts[-1] is STORE and one.last:
            own = one.version
    return verdicts


FULL = [page(0, full=True), page(1, full=True), page(2, full=True, last=True)]
DELTA = [page(0, since=5), page(1, since=5, last=True)]


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        (FULL, [STORE, STORE, STORE]),
        (DELTA, [STORE, STORE]),
        # a page is missing, then the set comes again
        ([FULL[0], FULL[2], *FULL], [STORE, GAP, STORE, STORE, STORE]),
        ([DELTA[1], *DELTA], [GAP, STORE, STORE]),
        # duplicates, within the set and after it
        ([*FULL[:1] * 2, *FULL[:2] * 2], [STORE, STALE, STALE, STORE, STALE, STALE]),
        ([*DELTA, DELTA[1]], [STORE, STORE, STALE]),
        # a delta above a hole, and one that is fit for an older directory
        ([page(0, since=6, last=True)], [GAP]),
        ([page(0, since=3, last=True)], [STORE]),
        # older than what is there; of the same version it is a later truth about balances
        ([page(0, since=1, version=4, last=True)], [STALE]),
        ([page(0, since=4, version=5, last=True)], [STORE]),
        # a new set overtakes one that was half in
        ([FULL[0], *[page(n, full=True, version=10, last=n == 1) for n in range(2)]], [STORE] * 3),
        ([page(0, since=5), page(1, since=5, version=10)], [STORE, GAP]),
        # after half a full set no delta is believed, until a full one has come whole
        ([FULL[0], DELTA[0], DELTA[0], *FULL], [STORE, GAP, GAP, STORE, STORE, STORE]),
        ([FULL[0], *DELTA, *FULL, *DELTA[:1]], [STORE, GAP, GAP, *[STORE] * 4]),
    ],
)  # fmt: skip
def test_verdicts(pages: list[wire.DirectoryPage], expected: list[Verdict]) -> None:
    assert judge(pages) == expected


def test_a_full_set_of_an_older_version_counts_only_when_asked_for() -> None:
    older = page(0, full=True, version=3, last=True)
    assert judge([older], asked=True) == [STORE]
    assert judge([older], asked=False) == [STALE]


@given(
    seed=st.integers(0, 2**32),
    length=st.integers(1, 6),
    full=st.booleans(),
    noise=st.integers(0, 12),
)
def test_whatever_arrives_a_set_is_stored_in_order_or_not_to_its_end(
    seed: int, length: int, full: bool, noise: int
) -> None:
    chance = random.Random(seed)
    one = [page(n, full=full, since=5, last=n == length - 1) for n in range(length)]
    two = [page(n, full=full, since=5, last=n == length - 1, version=10) for n in range(length)]
    pages = one + two
    for _ in range(noise):
        match chance.randrange(3):
            case 0 if pages:
                del pages[chance.randrange(len(pages))]
            case 1 if pages:
                pages.insert(chance.randrange(len(pages) + 1), chance.choice(pages))
            case _:
                chance.shuffle(pages)
    order, stored, own = PageOrder(), list[wire.DirectoryPage](), 5
    for one_page in pages:
        if order.judge(one_page, own, asked=True) is STORE:
            stored.append(one_page)
            if one_page.last:
                own = one_page.version
    last: wire.DirectoryPage | None = None
    for now in stored:
        if now.page:
            assert last is not None
            assert (last.version, last.page, last.last) == (now.version, now.page - 1, False)
        last = now


@pytest.fixture
def kiosk() -> KioskSide:
    return KioskSide()


@pytest.fixture
def books() -> Books:
    return Books({f"m{i}": 10 for i in range(9)}, page=2)


def requests(kiosk: KioskSide) -> list[int]:
    return [m.since for m in kiosk.take_up() if isinstance(m, wire.DirectoryRequest)]


def test_a_lost_page_is_asked_for_again(kiosk: KioskSide, books: Books) -> None:
    kiosk.connect()
    kiosk.hear(books.answer(kiosk.take_up()[0])[0])
    assert requests(kiosk) == [0]
    for number in (0, 1, 3, 4):
        kiosk.hear(books.pages(0)[number])
    assert requests(kiosk) == []
    kiosk.wait(16.0)
    assert requests(kiosk) == [0]
    for one in books.pages(0):
        kiosk.hear(one)
    assert kiosk.standing.directory_version == books.version
    kiosk.wait(200.0)
    assert requests(kiosk) == []


def test_a_pushed_delta_above_a_hole_is_asked_for_whole(kiosk: KioskSide, books: Books) -> None:
    kiosk.connect()
    converse(kiosk, books)
    lost = books.version
    books.credit("m1", 5)
    books.credit("m2", 5)
    pushed = books.pages(lost + 1)
    kiosk.hear(pushed[0])
    assert requests(kiosk) == [lost]
    for one in books.pages(lost):
        kiosk.hear(one)
    assert kiosk.standing.directory_version == books.version


def test_before_the_welcome_a_gap_asks_for_nothing(kiosk: KioskSide, books: Books) -> None:
    kiosk.connect()
    converse(kiosk, books)
    kiosk.connect()
    books.credit("m1", 5)
    books.credit("m2", 5)
    kiosk.hear(books.pages(books.version - 1)[0])
    assert [type(m) for m in kiosk.up] == [wire.Hello]
    converse(kiosk, books)
    assert kiosk.standing.directory_version == books.version


def test_a_full_set_cut_off_is_asked_for_in_full_again(kiosk: KioskSide, books: Books) -> None:
    kiosk.connect()
    kiosk.hear(books.answer(kiosk.take_up()[0])[0])
    for one in books.pages(0)[:2]:
        kiosk.hear(one)
    kiosk.do(kiosk.session.disconnected())
    kiosk.take_up()
    kiosk.connect()
    converse(kiosk, books)
    assert kiosk.standing.directory_version == books.version


def test_a_central_behind_the_kiosk_is_asked_for_everything(kiosk: KioskSide, books: Books) -> None:
    kiosk.connect()
    converse(kiosk, books)
    kiosk.take_up()
    books.version -= 1
    books.changed = dict.fromkeys(books.changed, books.version)
    kiosk.connect()
    kiosk.hear(books.answer(kiosk.take_up()[0])[0])
    assert requests(kiosk) == [0]


def test_a_page_the_journal_refuses_is_asked_for_later(kiosk: KioskSide, books: Books) -> None:
    kiosk.connect()
    converse(kiosk, books)
    refused = Outcome(kiosk.standing, refused=ProtocolError("page 1 came before its turn"))
    kiosk.do(kiosk.session.done(ApplyDirectory(page(0)), refused, kiosk.at))
    assert requests(kiosk) == []
    kiosk.wait(16.0)
    assert requests(kiosk) == [books.version]


def test_a_page_the_disk_refuses_begins_anew(kiosk: KioskSide, books: Books) -> None:
    kiosk.connect()
    kiosk.hear(books.answer(kiosk.take_up()[0])[0])
    kiosk.hear(books.pages(0)[0])
    kiosk.broken = True
    kiosk.hear(books.pages(0)[1])
    kiosk.broken = False
    kiosk.wait(2.0)
    converse(kiosk, books)
    assert kiosk.standing.directory_version == books.version


def test_a_long_set_on_its_way_is_no_reason_to_repeat(kiosk: KioskSide, books: Books) -> None:
    kiosk.connect()
    converse(kiosk, books)
    kiosk.spend("m1")
    kiosk.take_up()
    books.credit("m1", 1)
    for one in itertools.chain(books.pages(0)[:4]):
        kiosk.hear(one)
        kiosk.wait(8.0)
    assert kiosk.take_up() == []
    kiosk.wait(10.0)
    assert [type(m) for m in kiosk.take_up()].count(wire.Transactions) == 1
