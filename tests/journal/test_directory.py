"""Pages of members: what they change, what they must never change, and in which order they come."""

import datetime as dt
import time

import msgspec
import pytest

from kiosk.domain.catalogue import Catalogue, Service
from kiosk.domain.errors import ProtocolError
from kiosk.domain.media import MediumKey
from kiosk.domain.members import Medium, MemberRecord, Size
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.views import Balance
from kiosk.journal.journal import Journal
from tests.journal import shop
from tests.journal.shop import draft, page, pay, record


def known(journal: Journal, *members: str) -> list[str]:
    return [member for member in members if is_known(journal, member)]


def is_known(journal: Journal, member: str) -> bool:
    try:
        return shop.view(journal, member).record.member == member
    except Refusal as refused:
        if refused.reason is not Reason.UNKNOWN_MEDIUM:
            raise
        return False


def principal(journal: Journal, member: str = "m1") -> Balance:
    return shop.view(journal, member).balances[f"{member}.principal"]


def test_a_directory_never_raises_what_is_held(journal: Journal) -> None:
    journal.apply_directory(page(journal, [record(posted=100)]))
    assert principal(journal) == Balance(shown=100, held=0)
    journal.apply_directory(page(journal, [record(posted=900)], full=False, version=2))
    assert principal(journal) == Balance(shown=900, held=0)
    assert journal.standing().directory_version == 2


def test_shown_is_posted_and_own_rows_above_the_page(stocked: Journal) -> None:
    for _ in range(3):
        stocked.commit(draft(pay(amount=10)))
    # central had applied two of the three when it made the page
    fresh = page(stocked, [record(posted=80)], full=False, version=2, applied=2)
    stocked.apply_directory(fresh)
    assert principal(stocked) == Balance(shown=70, held=20)
    stale = page(stocked, [record(posted=100)], full=False, version=2, applied=0)
    stocked.apply_directory(stale)
    assert principal(stocked) == Balance(shown=70, held=20)
    stocked.commit(draft(pay(amount=10)))
    stocked.apply_directory(fresh)
    assert principal(stocked) == Balance(shown=60, held=10)


def test_other_members_keep_what_is_shown(stocked: Journal) -> None:
    stocked.commit(draft(pay(amount=10)))
    other = page(stocked, [record("m2", posted=5)], full=False, version=2, applied=1)
    stocked.apply_directory(other)
    assert principal(stocked) == Balance(shown=90, held=40)
    assert principal(stocked, "m2") == Balance(shown=5, held=0)


def test_an_older_delta_changes_nothing(journal: Journal) -> None:
    journal.apply_directory(page(journal, [record(posted=100)], version=7))
    journal.apply_directory(page(journal, [record(posted=1)], full=False, version=6))
    assert principal(journal).shown == 100


def test_a_full_set_drops_whoever_is_not_in_it_only_when_it_is_whole(journal: Journal) -> None:
    journal.apply_directory(page(journal, [record("m1"), record("m2"), record("m3")]))
    journal.apply_directory(page(journal, [record("m2")], version=2, last=False))
    assert known(journal, "m1", "m2", "m3") == ["m1", "m2", "m3"]
    assert journal.standing().directory_version == 1
    journal.apply_directory(page(journal, [record("m4")], version=2, number=1))
    assert known(journal, "m1", "m2", "m3", "m4") == ["m2", "m4"]
    assert journal.standing().directory_version == 2


def test_a_full_set_of_an_older_version_is_taken(journal: Journal) -> None:
    # central was restored from a backup
    journal.apply_directory(page(journal, [record("m1")], version=9))
    journal.apply_directory(page(journal, [record("m2")], version=4))
    assert known(journal, "m1", "m2") == ["m2"]
    assert journal.standing().directory_version == 4


def test_an_interrupted_set_starts_anew(journal: Journal) -> None:
    journal.apply_directory(page(journal, [record("m1")], last=False))
    journal.apply_directory(page(journal, [record("m2")], version=2, last=False))
    journal.apply_directory(page(journal, [record("m3")], version=2, number=1))
    assert known(journal, "m1", "m2", "m3") == ["m2", "m3"]


@pytest.mark.parametrize("full", [True, False])
def test_pages_come_in_order_and_may_come_twice(journal: Journal, full: bool) -> None:
    pages = [
        page(journal, [record(f"m{n}")], number=n, last=n == 2, full=full, version=3)
        for n in range(3)
    ]
    with pytest.raises(ProtocolError, match="page 1"):
        journal.apply_directory(pages[1])
    journal.apply_directory(pages[0])
    with pytest.raises(ProtocolError, match="page 2"):
        journal.apply_directory(pages[2])
    assert journal.standing().directory_version == 0
    for n in (1, 1, 2, 2, 1):
        journal.apply_directory(pages[n])
    assert known(journal, "m0", "m1", "m2") == ["m0", "m1", "m2"]
    assert journal.standing().directory_version == 3


def test_a_gap_is_an_error_even_where_the_version_is_ours_already(journal: Journal) -> None:
    journal.apply_directory(page(journal, [record("m1")], version=3))
    journal.apply_directory(page(journal, [record("m1")], version=3, last=False))
    with pytest.raises(ProtocolError, match="page 2"):
        journal.apply_directory(page(journal, [record("m2")], version=3, number=2))


def test_a_page_of_another_journal_is_an_error(journal: Journal) -> None:
    other = msgspec.structs.replace(page(journal, [record()]), journal=f"{0:036}")
    with pytest.raises(ProtocolError):
        journal.apply_directory(other)
    assert known(journal, "m1") == []


def test_held_outlives_the_member(stocked: Journal) -> None:
    stocked.apply_directory(page(stocked, [], full=False, version=2, removed=["m1"]))
    assert known(stocked, "m1") == []
    with pytest.raises(Refusal):
        stocked.commit(draft(pay(amount=1)))
    stocked.apply_directory(page(stocked, [record(posted=100)], full=False, version=3))
    assert principal(stocked) == Balance(shown=100, held=50)


def test_held_outlives_a_full_set_without_the_member(stocked: Journal) -> None:
    stocked.apply_directory(page(stocked, [record("m2")], version=2))
    assert stocked.release(["m1.principal", "m1.bonus"], shop.NOW, draft().clock) == 1
    stocked.apply_directory(page(stocked, [record("m1"), record("m2")], version=3, applied=1))
    assert principal(stocked) == Balance(shown=100, held=0)
    assert shop.view(stocked).balances["m1.gift"] == Balance(shown=100, held=50)


def test_a_removed_purse_cannot_be_spent(stocked: Journal) -> None:
    without = record(purses=["bought"])
    stocked.apply_directory(page(stocked, [without], full=False, version=2))
    with pytest.raises(Refusal) as refused:
        stocked.commit(draft(pay(amount=1)))
    assert refused.value.reason is Reason.NOT_ALLOWED


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("pages", [1, 2])
def test_a_card_and_a_purse_may_move_to_another_member(
    stocked: Journal, order: tuple[int, int], pages: int
) -> None:
    token = Medium("shared.card", MediumKey("pm1:abcdefgh"))
    purse = record("m1").purses[0]
    m1, m2 = record("m1"), record("m2", purses=[])
    given = [
        msgspec.structs.replace(m1, media=(*m1.media, token)),
        msgspec.structs.replace(m2, purses=()),
    ]
    taken = [
        msgspec.structs.replace(m1, purses=m1.purses[1:]),
        msgspec.structs.replace(m2, media=(*m2.media, token), purses=(purse,)),
    ]

    def apply(members: list[MemberRecord], version: int) -> None:
        parts = [members] if pages == 1 else [[m] for m in members]
        for n, part in enumerate(parts):
            last = n == len(parts) - 1
            stocked.apply_directory(
                page(stocked, part, full=False, version=version, number=n, last=last)
            )

    apply(given, 2)
    assert shop.view_of(stocked, MediumKey("pm1:abcdefgh")).record.member == "m1"
    apply([taken[n] for n in order], 3)
    view = shop.view_of(stocked, MediumKey("pm1:abcdefgh"))
    assert view.record.member == "m2"
    assert view.balances["m1.principal"] == Balance(shown=100, held=50)
    with pytest.raises(Refusal) as refused:
        stocked.commit(draft(pay("m1", 1)))
    assert refused.value.reason is Reason.NOT_ALLOWED
    moved = draft(pay("m1", 50), member="m2")
    assert stocked.commit(moved).view.balances["m1.principal"] == Balance(50, 0)


def test_ten_thousand_members_a_second(journal: Journal) -> None:
    """The budget is a rate on a Pi; here it only guards against something quadratic."""
    members = [record(f"m{n:05}") for n in range(4000)]
    halves = []
    for version, half in enumerate((members[:2000], members[2000:]), 1):
        pages = [
            page(
                journal,
                half[n : n + 500],
                full=False,
                version=version,
                number=n // 500,
                last=n == 1500,
            )
            for n in range(0, 2000, 500)
        ]
        start = time.thread_time()  # of this thread alone: the machine and its disk may be busy
        for one in pages:
            journal.apply_directory(one)
        halves.append(time.thread_time() - start)
    assert halves[1] < 4 * halves[0]
    assert known(journal, "m03999") == ["m03999"]


def catalogue(version: int, price: int = 8000) -> Catalogue:
    bath = Service("bath", "洗澡", "Bath", {Size.SMALL: price, Size.LARGE: 2 * price})
    return Catalogue(version=version, store="s1", services=(bath,), valid_from=dt.date(2026, 1, 1))


def test_catalogues_are_kept_by_version_and_never_change(journal: Journal) -> None:
    assert journal.catalogue() is None
    assert journal.standing().catalogue_version == 0
    for version in (2, 1, 2):
        journal.store_catalogue(catalogue(version))
    assert journal.catalogue() == catalogue(2)
    assert journal.catalogue(1) == catalogue(1)
    assert journal.catalogue(3) is None
    assert journal.standing().catalogue_version == 2
    with pytest.raises(ProtocolError, match="twice"):
        journal.store_catalogue(catalogue(2, price=1))
    assert journal.catalogue(2) == catalogue(2)
