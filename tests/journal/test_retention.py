"""Old rows go, and everything that is said of the rest stays right."""

import datetime as dt
import itertools
import json
import random
from pathlib import Path

import pytest

from kiosk import inspection
from kiosk.domain.errors import JournalError, ProtocolError
from kiosk.domain.wire import JournalState
from kiosk.journal import chain
from kiosk.journal.journal import Journal
from tests.journal import shop, spender
from tests.journal.pruning import KEPT, acknowledge, apply, first, head, prune
from tests.journal.shop import draft, visit

pytestmark = pytest.mark.usefixtures("few_recent_rows")


def test_acknowledged_old_rows_go_but_the_last_ones(lived: Journal) -> None:
    before = shop.view(lived), lived.standing()
    assert prune(lived) == 10 - KEPT
    assert first(lived) == 8
    assert lived.verify() == 10
    assert (shop.view(lived), lived.standing()) == before
    assert lived.prints(7) == ()
    assert len(lived.prints(8)) == 1
    lived.reopen()
    assert (shop.view(lived), lived.standing()) == before
    assert lived.commit(draft(visit())).seq == 11
    assert lived.verify() == 11


def test_rows_that_are_not_acknowledged_stay(lived: Journal) -> None:
    for _ in range(9):
        lived.commit(draft(visit()))
    assert prune(lived) == 8
    batch = lived.batch(8, 99, 10**6)
    assert batch is not None
    assert batch.prev == chain_hash(lived, 8)
    with pytest.raises(JournalError, match="row 7 is missing"):
        lived.batch(7, 99, 10**6)


def chain_hash(journal: Journal, seq: int) -> str | None:
    with journal._store.reading() as db:
        found = chain.hash_at(db, seq)
    return None if found is None else found.hex()


def test_young_rows_stay(lived: Journal) -> None:
    assert prune(lived, shop.NOW + dt.timedelta(minutes=4)) == 4


def test_a_row_that_the_members_record_lacks_stays(lived: Journal) -> None:
    apply(lived, 3, version=3)
    ticket = shop.ticket(lived, 4).ticket
    assert prune(lived) == 3
    assert ticket in {t.ticket for t in shop.view(lived).tickets}


def test_an_undone_row_stays_until_the_record_has_the_void(lived: Journal) -> None:
    fourth = shop.ticket(lived, 4)
    apply(lived, 10, version=3, tickets=[fourth])
    lived.commit(shop.void([visit()], 4))
    for n in range(5):
        lived.commit(draft(visit(), at=shop.NOW + dt.timedelta(minutes=20 + n)))
    acknowledge(lived, 16)
    apply(lived, 10, version=4, tickets=[fourth])  # all but the void, which is row 11
    view = shop.view(lived)
    assert prune(lived) == 3
    assert shop.view(lived) == view
    assert fourth not in view.tickets
    apply(lived, 16, version=5)
    assert prune(lived) == 16 - KEPT


def test_a_late_ack_of_rows_that_have_gone_changes_nothing(lived: Journal) -> None:
    late = head(lived, 5)
    prune(lived)
    before = lived.standing()
    lived.acknowledge(5, late)
    lived.acknowledge(5, "00" * 32)
    assert lived.standing() == before
    lived.acknowledge(7, "00" * 31 + "01")
    assert lived.standing().state is JournalState.QUARANTINED


def test_central_put_back_to_before_what_has_gone(lived: Journal) -> None:
    """Its books can never have the rows in between: the kiosk stops, and says which."""
    late, good = head(lived, 5), head(lived, 8)
    prune(lived)
    assert lived.welcomed(5, late, JournalState.OPEN, "") is None, "no row that it could show"
    standing = lived.standing()
    assert standing.state is JournalState.QUARANTINED
    assert standing.why == "central asks for row 6; rows through 7 have gone from here"
    assert standing.acknowledged == 8
    with pytest.raises(ProtocolError, match="row 6 is asked for, and rows through 7 have gone"):
        apply(lived, 5, version=9)
    # a younger backup is put back
    lived.welcomed(8, good, JournalState.OPEN, "")
    assert lived.standing().state is JournalState.OPEN


def test_own_rows_are_summed_right_over_rows_that_go(lived: Journal) -> None:
    def own(seq: int) -> int:
        with lived._store.reading() as db:
            return lived._own.above(db, seq).get("m1.bought", 0)

    assert [own(seq) for seq in (2, 6, 4)] == [-8, -4, -6]
    prune(lived)
    assert [own(seq) for seq in (7, 9, 8, 10)] == [-3, -1, -2, 0]


def test_inspection_says_what_has_gone(lived: Journal, path: Path) -> None:
    known = head(lived, 7)
    prune(lived)
    assert inspection.verify(path).endswith("rows 1 to 7 have gone, central has them")
    shown = list(inspection.show(path, 0, 9))
    assert "rows up to here have gone" in shown[0]
    assert len(shown) == 4
    exported = [json.loads(line) for line in inspection.export(path)]
    assert exported[0] == {"gone": 7, "hash": known}
    assert [line["seq"] for line in exported[1:]] == [8, 9, 10]


def test_the_file_does_not_grow_for_ever(stocked: Journal) -> None:
    stocked.reopen()
    shop.grant(stocked, m1_bought=5000)

    def lives(rows: int) -> int:
        for _ in range(rows):
            stocked.commit(draft(visit()))
        last = stocked.standing().last_seq
        acknowledge(stocked, last)
        apply(stocked, last, version=last, posted_then=5000)
        prune(stocked)
        with stocked._store.reading() as db:
            pages: int = db.execute("PRAGMA page_count").fetchone()[0]
        return pages

    sizes = [lives(200) for _ in range(4)]
    assert sizes[3] <= sizes[0] + 3  # pages
    assert stocked.verify() == 800


@pytest.mark.parametrize("seed", range(3))
def test_a_journal_says_the_same_whether_or_not_rows_have_gone(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    ids = [itertools.count() for _ in range(2)]
    pair = []
    for n, counter in enumerate(ids):
        path = tmp_path / f"{n}.db"

        def new_id(counter: "itertools.count[int]" = counter) -> str:
            return f"00000000-0000-4000-8000-{next(counter):012}"

        journal = Journal.open(path, new_id)
        members = [shop.record(m, posted=9999, valid_until=None) for m in spender.MEMBERS]
        journal.apply_directory(shop.page(journal, members, operators=shop.OPERATORS))
        journal.store_catalogue(shop.CATALOGUE)
        shop.grant(journal, m1_bought=9999, m1_principal=9999, m2_bought=9999)
        pair.append(journal)
    whole, pruned = pair
    for n in range(1, 60):
        for journal in pair:
            assert journal.commit(spender.attempted(journal, n)).seq == n
            journal.mark_shown(n)
        if dice.random() < 0.3:
            for journal in pair:
                acknowledge(journal, n)
        if dice.random() < 0.3:
            for journal in pair:
                spender.page(journal, n)
        prune(pruned, spender.minute(n - dice.randrange(6)))
        assert pruned.standing() == whole.standing()
        for member in spender.MEMBERS:
            assert shop.view(pruned, member) == shop.view(whole, member)
        day = shop.DAY + dt.timedelta(days=n)
        for operator in (shop.GROOMER, shop.CASHIER):
            seen = [j.workday(operator, day, spender.minute(n - 2)) for j in pair]
            assert seen[0] == seen[1]
        assert pruned.verify() == whole.verify() == n
    assert first(pruned) > 20
    for journal in pair:
        journal.close()
