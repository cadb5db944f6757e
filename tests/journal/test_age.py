"""How old a row is: as old as central's clock has seen it, and no clock of the terminal's own."""

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.clock import ClockState
from kiosk.journal import retention
from kiosk.journal.journal import Journal
from kiosk.journal.reader import reading
from kiosk.journal.thread import JournalThread
from kiosk.runtime.clock import VirtualClock
from tests.journal import shop
from tests.journal.pruning import DAY, KEPT, LATER, apply, head, noted, prune
from tests.journal.shop import draft, visit
from tests.peers.until import until

pytestmark = pytest.mark.usefixtures("few_recent_rows")

CLOCKS = [
    (dt.datetime(1970, 1, 1, tzinfo=dt.UTC), ClockState.UNSYNCED),
    (shop.NOW - 10 * 365 * DAY, ClockState.RTC),
    (shop.NOW + 10 * 365 * DAY, ClockState.RTC),
    (shop.NOW - 10 * 365 * DAY, ClockState.SYNCED),
]


@pytest.mark.parametrize(("at", "state"), CLOCKS)
def test_no_clock_of_this_terminal_makes_a_row_old(
    stocked: Journal, at: dt.datetime, state: ClockState
) -> None:
    """Whatever its rows say: they are as old as central's clock has seen them."""
    stocked.reopen()
    shop.grant(stocked, m1_bought=1000)
    some = retention.STEP + 20
    for n in range(some):
        stocked.commit(draft(visit(), at=at + dt.timedelta(minutes=n), clock=state))
    stocked.acknowledge(some, head(stocked, some))
    apply(stocked, some, posted_then=1000)
    assert prune(stocked, shop.NOW) == 0
    stocked.witness(shop.NOW)
    assert prune(stocked, shop.NOW) == 0
    assert prune(stocked, shop.NOW + dt.timedelta(minutes=1)) == some - KEPT


def test_what_was_witnessed_by_a_clock_that_went_back_proves_nothing(lived: Journal) -> None:
    lived.commit(draft(visit()))
    lived.witness(LATER)
    lived.witness(shop.NOW)
    assert noted(lived) == [(11, shop.NOW)]
    assert prune(lived, shop.NOW) == 0
    assert prune(lived, LATER) == 8


def test_a_note_a_day_is_enough(lived: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "EVERY", DAY)
    for hour in range(80):
        if hour % 5 == 0:
            lived.commit(draft(visit()))
        if hour % 7 == 0:
            lived.reopen()
        lived.witness(LATER + dt.timedelta(hours=hour))
    times = [at for _, at in noted(lived) if at >= LATER]
    assert len(times) == 3
    assert all(later - sooner >= DAY for sooner, later in itertools.pairwise(times))


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(LATER, ClockState.UNSYNCED)


@pytest.fixture
def central() -> list[dt.datetime | None]:
    """What central's clock says, in its last place."""
    return [None]


@pytest.fixture
def thread(
    lived: Journal, path: Path, clock: VirtualClock, central: list[dt.datetime | None]
) -> Iterator[JournalThread]:
    lived.close()
    thread = JournalThread(
        path, lambda _: None, clock, keep=90 * DAY, central_now=lambda: central[-1]
    )
    thread.start()
    yield thread
    thread.stop()
    assert thread.join(20)


def test_idle_moments_let_old_rows_go_where_both_clocks_say_so(
    thread: JournalThread, clock: VirtualClock, central: list[dt.datetime | None], path: Path
) -> None:
    def gone() -> int:
        with reading(path) as reader:
            return reader.floor[0]

    unsure: list[tuple[dt.datetime, ClockState, dt.datetime | None]] = [
        (LATER, ClockState.UNSYNCED, LATER),
        (LATER, ClockState.SYNCED, None),
        (LATER, ClockState.RTC, shop.NOW + DAY),  # a battery clock that is ahead
        (shop.NOW + DAY, ClockState.SYNCED, LATER),  # central's is
    ]
    for now, state, said in unsure:
        central.append(said)
        clock.jump(now, state)
        for _ in range(2):
            clock.advance(1)
            until(lambda: thread.last_beat == clock.mono())
        assert gone() == 0
    central.append(LATER)
    clock.jump(LATER, ClockState.SYNCED)
    until(lambda: gone() == 7)
