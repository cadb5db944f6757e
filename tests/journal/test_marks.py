"""The question "10:32 已扣 1 次": asked when a result may not have been seen, and only then."""

from pathlib import Path

import pytest

from kiosk.domain.devices import PrintOutcome
from kiosk.journal import recent
from kiosk.journal.journal import Journal
from kiosk.journal.standing import PrintRecord
from tests.journal import shop
from tests.journal.shop import draft, page, record, visit


def unshown(journal: Journal, member: str = "m1") -> int | None:
    last = shop.view(journal, member).unshown
    return None if last is None else last.seq


def test_a_row_is_unshown_until_it_is_marked(stocked: Journal) -> None:
    assert unshown(stocked) is None
    stocked.commit(draft(visit(visits=2)))
    last = shop.view(stocked).unshown
    assert last is not None
    assert (last.seq, last.at, last.lines) == (1, shop.NOW, (visit(visits=2),))
    assert unshown(stocked, "m2") is None
    stocked.mark_shown(1)
    stocked.mark_shown(1)
    assert unshown(stocked) is None


def test_only_the_newest_row_of_a_member_counts(stocked: Journal) -> None:
    stocked.commit(draft(visit()))
    stocked.commit(draft(visit()))
    assert unshown(stocked) == 2
    stocked.mark_shown(1)
    assert unshown(stocked) == 2
    stocked.mark_shown(2)
    assert unshown(stocked) is None


@pytest.mark.parametrize("shown", [True, False])
def test_the_mark_and_its_absence_survive_a_restart(
    stocked: Journal, path: Path, shown: bool
) -> None:
    stocked.apply_directory(page(stocked, [record("m1"), record("m2")], version=2))
    shop.grant(stocked, m2_bought=3)
    stocked.commit(draft(visit("m2"), member="m2"))
    stocked.mark_shown(1)
    stocked.commit(draft(visit()))
    if shown:
        stocked.mark_shown(2)
    stocked.close()
    again = Journal.open(path)
    assert unshown(again) == (None if shown else 2)
    assert unshown(again, "m2") is None
    again.close()


def test_a_release_asks_nobody(stocked: Journal) -> None:
    stocked.release(["m1.bought"], shop.NOW, draft().clock)
    stocked.reopen()
    assert unshown(stocked) is None


def test_very_old_rows_are_taken_as_shown(
    stocked: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "RECENT", 3)
    stocked.reopen()
    shop.grant(stocked, m2_bought=9)
    stocked.commit(draft(visit()))
    for seq in (2, 3):
        stocked.commit(draft(visit("m2"), member="m2"))
        stocked.mark_shown(seq)
    stocked.reopen()
    assert unshown(stocked) == 1
    stocked.commit(draft(visit("m2"), member="m2"))
    stocked.reopen()
    assert unshown(stocked) is None
    assert unshown(stocked, "m2") == 4


def test_prints_are_kept_by_copy(stocked: Journal) -> None:
    seq = stocked.commit(draft(visit())).seq
    assert stocked.prints(seq) == ()
    stocked.record_print(seq, 1, PrintOutcome.PRINTED)
    stocked.record_print(seq, 0, PrintOutcome.UNKNOWN)
    stocked.record_print(seq, 0, PrintOutcome.FAILED)
    stocked.reopen()
    assert stocked.prints(seq) == (
        PrintRecord(seq, 0, PrintOutcome.FAILED),
        PrintRecord(seq, 1, PrintOutcome.PRINTED),
    )
    assert stocked.prints(seq + 1) == ()
