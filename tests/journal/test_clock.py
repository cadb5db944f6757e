"""A clock that was never set, jumps, or goes back: order, check-in, expiry, undoing and retention.

Order comes from the seq alone.  What an unsure clock says refuses nothing for a date; each row
carries how far its clock could be trusted, and central decides (design, §5).
"""

import datetime as dt
from pathlib import Path

import pytest

from kiosk.domain.clock import ClockState, local_day
from kiosk.domain.effects import Draft
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import AnyLine, CheckIn, decode
from kiosk.journal.journal import Journal
from kiosk.journal.standing import Receipt
from kiosk.runtime.clock import VirtualClock
from tests.journal import shop
from tests.journal.shop import GROOMER, MANAGER, record, visit

IN_1970 = dt.datetime(1970, 1, 1, 0, 3, tzinfo=dt.UTC)
OFFSET = 480
HOUR, DAYS = dt.timedelta(hours=1), dt.timedelta(days=1)


class Till:
    """Writes rows as the flows do: time, state and local day from one clock."""

    def __init__(self, journal: Journal, now: dt.datetime, state: ClockState) -> None:
        self.journal, self.clock = journal, VirtualClock(now, state)

    @property
    def day(self) -> dt.date:
        return local_day(self.clock.now(), OFFSET)

    def draft(self, *lines: AnyLine, operator: str = "", ref: int = 0) -> Draft:
        now, state = self.clock.now(), self.clock.state()
        return shop.draft(*lines, at=now, clock=state, day=self.day, operator=operator, ref=ref)

    def write(self, *lines: AnyLine, operator: str = "", ref: int = 0) -> Receipt:
        return self.journal.commit(self.draft(*lines, operator=operator, ref=ref))

    def check_in(self) -> Receipt:
        return self.write(CheckIn(self.day))


@pytest.fixture
def till(stocked: Journal) -> Till:
    """The pass is good until shop.DAY; shop.NOW is on that day."""
    return Till(stocked, shop.NOW, ClockState.SYNCED)


def test_order_is_the_seq_whatever_the_clock_does(till: Till, path: Path) -> None:
    times = [
        (IN_1970, ClockState.UNSYNCED),
        (shop.NOW, ClockState.SYNCED),
        (shop.NOW - HOUR, ClockState.RTC),
        (shop.NOW + DAYS, ClockState.UNSYNCED),
        (shop.NOW, ClockState.SYNCED),
    ]
    for now, state in times:
        till.clock.jump(now, state)
        till.write(visit())
    journal = Journal.open(path, create=False)
    rows = [decode(row.payload) for row in journal.rows(0, 9)]
    assert [(row.at, row.clock) for row in rows] == times
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    assert journal.verify() == 5
    last = shop.view(journal).last
    assert last is not None
    assert last.seq == 5
    journal.close()


def test_a_clock_never_set_is_carried_by_the_row_and_by_the_question(till: Till) -> None:
    till.clock.jump(IN_1970, ClockState.UNSYNCED)
    till.write(visit())
    assert decode(till.journal.rows(0, 1)[0].payload).clock is ClockState.UNSYNCED
    unshown = shop.view(till.journal).unshown
    assert unshown is not None
    assert unshown.clock is ClockState.UNSYNCED


@pytest.mark.parametrize(
    ("now", "state", "taken"),
    [
        (shop.NOW, ClockState.SYNCED, True),
        (shop.NOW + DAYS, ClockState.SYNCED, False),
        (shop.NOW + DAYS, ClockState.RTC, False),
        (shop.NOW + DAYS, ClockState.UNSYNCED, True),
        (IN_1970, ClockState.UNSYNCED, True),
    ],
)
def test_only_a_clock_that_was_set_lets_a_pass_expire(
    till: Till, now: dt.datetime, state: ClockState, taken: bool
) -> None:
    till.clock.jump(now, state)
    if taken:
        assert till.write(visit()).seq == 1
        return
    with pytest.raises(Refusal) as refused:
        till.write(visit())
    assert refused.value.reason is Reason.EXPIRED


def test_one_check_in_a_day_however_the_hours_jump(till: Till) -> None:
    till.check_in()
    for hours in (1, -3, 6):  # 10:32 in the shop; still the same local day
        till.clock.jump(shop.NOW + hours * HOUR)
        with pytest.raises(Refusal) as refused:
            till.check_in()
        assert refused.value.reason is Reason.SAME_TAP
    till.clock.jump(shop.NOW + DAYS)
    assert till.check_in().seq == 2
    # back on the first day: the kiosk remembers the last day only, central mints once a day
    till.clock.jump(shop.NOW)
    assert till.check_in().seq == 3
    with pytest.raises(Refusal):
        till.check_in()


def test_a_check_in_in_1970_costs_nobody_that_of_today(till: Till) -> None:
    till.clock.jump(IN_1970, ClockState.UNSYNCED)
    till.check_in()
    till.clock.jump(shop.NOW, ClockState.SYNCED)
    till.check_in()
    days = [decode(row.payload).lines[0] for row in till.journal.rows(0, 9)]
    assert days == [CheckIn(dt.date(1970, 1, 1)), CheckIn(shop.DAY)]


@pytest.mark.parametrize(
    ("then", "state", "allowed"),
    [
        (shop.NOW + 23 * HOUR, ClockState.SYNCED, True),
        (shop.NOW + 25 * HOUR, ClockState.SYNCED, False),
        (shop.NOW + 25 * HOUR, ClockState.UNSYNCED, True),
        (shop.NOW - 48 * HOUR, ClockState.SYNCED, True),
        (IN_1970, ClockState.UNSYNCED, True),
    ],
)
def test_undoing_is_refused_by_age_only_between_two_clocks_that_were_set(
    till: Till, then: dt.datetime, state: ClockState, allowed: bool
) -> None:
    till.write(visit(), operator=GROOMER)
    void = shop.void([visit()], 1)
    till.clock.jump(then, state)
    if allowed:
        assert till.write(*void.lines, operator=MANAGER, ref=1).seq == 2
        assert shop.view(till.journal).balances["m1.bought"].held == 50
        return
    with pytest.raises(Refusal) as refused:
        till.write(*void.lines, operator=MANAGER, ref=1)
    assert refused.value.reason is Reason.NOT_ALLOWED


def test_a_day_that_comes_twice_keeps_its_tickets(till: Till) -> None:
    """A jump of a day and back: each ticket is on the list of the day that was on its row."""
    opened: dict[dt.date, set[str]] = {}
    for now in (shop.NOW, shop.NOW + DAYS, shop.NOW):
        till.clock.jump(now, ClockState.UNSYNCED)
        seq = till.write(visit()).seq
        opened.setdefault(till.day, set()).add(shop.ticket(till.journal, seq).ticket)
    for _ in range(2):
        for day, names in opened.items():
            since = shop.NOW - DAYS
            listed = till.journal.workday(GROOMER, day, since).tickets
            assert {t.ticket.ticket for t in listed} == names
        till.journal.reopen()


def test_a_void_window_is_that_of_the_clock_at_hand(till: Till) -> None:
    """A row of 1970 is not offered once the clock is set: nobody knows how old it is."""
    till.journal.apply_directory(shop.page(till.journal, [record()], version=2, full=False))
    till.clock.jump(IN_1970, ClockState.UNSYNCED)
    till.write(visit(), operator=GROOMER)
    minutes = dt.timedelta(minutes=5)
    assert till.journal.workday(GROOMER, till.day, IN_1970 - minutes).undoable is not None
    assert till.journal.workday(GROOMER, shop.DAY, shop.NOW - minutes).undoable is None
