"""The journal's thread: order, one answer to each submission, and how it lives through a bad disk.

Failures are real: a folder that is not there, a file that is damaged, a limit on the file size
that makes COMMIT fail.
"""

import queue
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.errors import JournalError, ProtocolError
from kiosk.domain.refusals import Reason, Refusal
from kiosk.journal.journal import Journal
from kiosk.journal.standing import Receipt
from kiosk.journal.thread import JournalThread
from kiosk.runtime.clock import VirtualClock
from kiosk.runtime.worker import Backoff
from kiosk.sync import ports
from tests.journal import shop
from tests.journal.shop import draft, visit
from tests.peers.until import until

READY = PartReport(Part.JOURNAL, PartState.READY)


class Desk:
    """Submits, and collects answers and reports."""

    def __init__(self, path: Path) -> None:
        self.reports: queue.SimpleQueue[PartReport] = queue.SimpleQueue()
        self.clock = VirtualClock(shop.NOW)
        self.thread = JournalThread(path, self.reports.put, self.clock, Backoff(0.01, 0.05))

    def ask(self, work: Callable[[Journal], object]) -> Any:
        answers: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.thread.submit(work, answers.put)
        return answers.get(timeout=20)

    def report(self) -> PartReport:
        return self.reports.get(timeout=20)


@pytest.fixture
def desk(path: Path) -> Iterator[Desk]:
    desk = Desk(path)
    desk.thread.start()
    yield desk
    desk.thread.stop()
    assert desk.thread.join(20)


@pytest.fixture
def stocked_desk(path: Path) -> Iterator[Desk]:
    journal = Journal.open(path)
    journal.apply_directory(shop.page(journal, [shop.record()]))
    shop.grant(journal, m1_bought=50)
    journal.close()
    desk = Desk(path)
    desk.thread.start()
    assert desk.report() == READY
    yield desk
    desk.thread.stop()
    assert desk.thread.join(20)


class FullDisk:
    """While inside, this process cannot make any file longer than the log is now."""

    def __init__(self, path: Path) -> None:
        self.size = path.with_name(path.name + "-wal").stat().st_size
        self.limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def __enter__(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.limits[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self.limits)


def spend(journal: Journal) -> Receipt:
    return journal.commit(draft(visit()))


def test_the_courier_can_use_this_thread(desk: Desk) -> None:
    port: ports.JournalPort = desk.thread
    answers: queue.SimpleQueue[object] = queue.SimpleQueue()
    port.submit(lambda journal: journal.standing().last_seq, answers.put)
    assert answers.get(timeout=20) == 0
    assert desk.report() == READY


def test_work_is_done_in_its_order_on_one_thread(stocked_desk: Desk) -> None:
    done: list[object] = []
    for n in range(20):
        stocked_desk.thread.submit(
            lambda journal, n=n: (n, spend(journal).seq),  # type: ignore[misc]
            done.append,
        )
    assert stocked_desk.ask(lambda journal: journal.verify()) == 20
    assert done == [(n, n + 1) for n in range(20)]


def test_refusals_are_answers(stocked_desk: Desk) -> None:
    refused = stocked_desk.ask(lambda journal: journal.commit(draft(visit(visits=51))))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.HELD_ELSEWHERE
    assert stocked_desk.reports.empty()


def test_other_errors_are_journal_errors_with_their_cause(stocked_desk: Desk) -> None:
    gap = stocked_desk.ask(lambda j: j.apply_directory(shop.page(j, [], number=7, version=2)))
    assert isinstance(gap, JournalError)
    assert isinstance(gap.__cause__, ProtocolError)
    bug = stocked_desk.ask(lambda _: 1 // 0)
    assert isinstance(bug, JournalError)
    assert isinstance(bug.__cause__, ZeroDivisionError)
    assert stocked_desk.ask(spend).seq == 1
    assert stocked_desk.reports.empty()


def test_an_answer_that_cannot_be_posted_does_no_harm(stocked_desk: Desk) -> None:
    def done(_: object) -> None:
        raise RuntimeError("the mailbox is gone")

    stocked_desk.thread.submit(spend, done)
    assert stocked_desk.ask(spend).seq == 2


def test_a_journal_that_cannot_be_opened_is_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "sd"
    desk = Desk(folder / "journal.db")
    desk.thread.start()
    fault = desk.report()
    assert (fault.part, fault.state) == (Part.JOURNAL, PartState.FAULT)
    assert "sd" in fault.detail
    assert isinstance(desk.ask(spend), JournalError)
    folder.mkdir()
    assert desk.report() == READY
    assert desk.ask(lambda journal: journal.standing().last_seq) == 0
    desk.thread.stop()
    assert desk.thread.join(20)


def test_after_a_failed_commit_the_journal_is_opened_again(stocked_desk: Desk, path: Path) -> None:
    def on_a_full_disk(journal: Journal) -> Receipt:
        with FullDisk(path):
            return spend(journal)

    assert stocked_desk.ask(spend).seq == 1
    assert isinstance(stocked_desk.ask(on_a_full_disk), JournalError)
    assert stocked_desk.ask(spend).seq == 2
    assert stocked_desk.ask(lambda journal: journal.verify()) == 2
    assert stocked_desk.ask(shop.view).balances["m1.bought"].held == 48


def test_a_full_disk_is_reported_until_there_is_room(stocked_desk: Desk) -> None:
    def room(pages: int) -> Callable[[Journal], None]:
        def limit(journal: Journal) -> None:
            with journal._store.reading() as db:
                db.execute(f"PRAGMA max_page_count = {pages}")

        return limit

    stocked_desk.ask(room(1))  # SQLite takes the size that the file has
    answers = [stocked_desk.ask(spend) for _ in range(9)]
    written = sum(isinstance(answer, Receipt) for answer in answers)
    assert [isinstance(answer, JournalError) for answer in answers[written:]] == [True] * (
        9 - written
    )
    assert written < 9
    assert stocked_desk.report() == PartReport(Part.JOURNAL, PartState.FAULT, "the disk is full")
    # what is left can still be shown
    view = stocked_desk.ask(shop.view)
    assert view.balances["m1.bought"].held == 50 - written
    stocked_desk.ask(room(1_000_000))
    # an idle moment finds out by itself
    assert stocked_desk.report() == READY
    assert stocked_desk.ask(spend).seq == written + 1


def test_a_broken_connection_is_replaced(stocked_desk: Desk, path: Path) -> None:
    def mark_on_a_full_disk(journal: Journal) -> None:
        with FullDisk(path):
            journal.mark_shown(1)

    assert stocked_desk.ask(spend).seq == 1
    assert isinstance(stocked_desk.ask(mark_on_a_full_disk), JournalError)
    assert stocked_desk.ask(spend).seq == 2
    assert stocked_desk.report().state is PartState.FAULT
    assert stocked_desk.report() == READY


def test_an_unknown_outcome_is_answered_only_when_it_is_known(
    stocked_desk: Desk, path: Path
) -> None:
    """COMMIT fails, and the file cannot be opened again to look: the card was pulled out."""
    away = path.parent.with_name("away")
    answers: queue.SimpleQueue[object] = queue.SimpleQueue()

    def pulled_out(journal: Journal) -> Receipt:
        path.parent.rename(away)
        with full:
            return spend(journal)

    assert stocked_desk.ask(spend).seq == 1
    full = FullDisk(path)
    stocked_desk.thread.submit(pulled_out, answers.put)
    assert stocked_desk.report().state is PartState.FAULT
    # others are answered meanwhile; the spend is not: "refused" would be a guess
    assert isinstance(stocked_desk.ask(spend), JournalError)
    assert answers.empty()
    away.rename(path.parent)
    assert isinstance(answers.get(timeout=20), JournalError)
    until(lambda: stocked_desk.reports.get(timeout=20) == READY)
    assert stocked_desk.ask(spend).seq == 2
    assert stocked_desk.ask(lambda journal: journal.verify()) == 2


def test_a_journal_that_vanished_is_not_made_anew(stocked_desk: Desk, path: Path) -> None:
    """Its medium was unmounted: an empty journal in its place would hide every row."""

    def vanish(journal: Journal) -> None:
        path.rename(path.with_name("elsewhere"))
        journal._store.broken = True

    assert stocked_desk.ask(spend).seq == 1
    stocked_desk.ask(lambda journal: journal.checkpoint())
    stocked_desk.ask(vanish)
    path.with_name(path.name + "-wal").unlink(missing_ok=True)
    fault = stocked_desk.report()
    while "No such file" not in fault.detail:
        fault = stocked_desk.report()
    assert isinstance(stocked_desk.ask(spend), JournalError)
    assert not path.exists()
    path.with_name("elsewhere").rename(path)
    assert stocked_desk.report() == READY
    assert stocked_desk.ask(spend).seq == 2


def test_stop_finishes_what_was_submitted(stocked_desk: Desk, path: Path) -> None:
    done: list[Any] = []
    for _ in range(10):
        stocked_desk.thread.submit(spend, done.append)
    stocked_desk.thread.stop()
    assert stocked_desk.thread.join(20)
    assert [receipt.seq for receipt in done] == list(range(1, 11))
    assert not path.with_name(path.name + "-wal").exists()
    assert isinstance(stocked_desk.ask(spend), JournalError)


def test_an_idle_thread_is_seen_alive(stocked_desk: Desk) -> None:
    for _ in range(3):
        stocked_desk.clock.advance(10)
        until(lambda: stocked_desk.thread.last_beat == stocked_desk.clock.mono())


def test_idle_moments_are_used_to_tidy_up(stocked_desk: Desk, path: Path) -> None:
    before = path.stat().st_size
    for _ in range(40):
        stocked_desk.thread.submit(spend, lambda _: None)
        stocked_desk.thread.submit(lambda journal: journal.mark_shown(1), lambda _: None)
    until(lambda: path.stat().st_size > before)
