"""A damaged journal is noticed at the start and set aside whole; anything less is left as it is."""

import datetime as dt
import queue
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.devices import PartReport, PartState
from kiosk.domain.errors import JournalError
from kiosk.journal import aside
from kiosk.journal.journal import Journal
from kiosk.journal.standing import Attempt, OutcomeUnknown, Receipt
from kiosk.journal.thread import JournalThread
from kiosk.runtime.clock import VirtualClock
from kiosk.runtime.worker import Backoff
from tests.journal import damages, shop
from tests.journal.damages import ROWS
from tests.journal.shop import draft, visit
from tests.peers.syscalls import Fault, needs_strace, run

ASIDE = "journal.db.damaged-20260314T023200Z"


class Desk:
    """The journal's thread, and what it reports and answers."""

    def __init__(self, path: Path) -> None:
        self.reports: queue.SimpleQueue[PartReport] = queue.SimpleQueue()
        self.thread = JournalThread(
            path, self.reports.put, VirtualClock(shop.NOW), Backoff(0.01, 0.05)
        )

    def __enter__(self) -> "Desk":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.stop()
        assert self.thread.join(20)

    def report(self) -> PartReport:
        return self.reports.get(timeout=20)

    def ask(self, work: Callable[[Journal], object]) -> Any:
        answers: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.thread.submit(work, answers.put)
        return answers.get(timeout=20)


@pytest.mark.parametrize("damage", damages.DAMAGES)
def test_a_damaged_journal_is_set_aside_whole(used: Path, damage: Callable[[Path], None]) -> None:
    damage(used)
    before = {p.name.removeprefix(used.name): p.read_bytes() for p in used.parent.iterdir()}
    for _ in range(2):  # the second start finds nothing wrong and still says what lies there
        with Desk(used) as desk:
            report = desk.report()
            assert report.state is PartState.READY
            assert report.detail == f"damaged, set aside: {ASIDE}"
            assert desk.ask(lambda j: j.standing().last_seq) == 0
    kept = {p.name.removeprefix(ASIDE): p for p in used.parent.glob(f"{ASIDE}*")}
    assert kept.keys() >= before.keys()
    for suffix in before.keys() - {"-shm"}:
        assert kept[suffix].read_bytes() == before[suffix]
    assert aside.found_beside(used) == (ASIDE,)


def test_the_new_journal_is_another_one(used: Path) -> None:
    journal = Journal.open(used)
    old = journal.standing().journal
    journal.close()
    damages.spoilt_row(used)
    with Desk(used) as desk:
        assert desk.ask(lambda j: j.standing().journal) != old
        assert desk.ask(lambda j: shop.grant(j, m9_bought=5)) is None


def test_damage_met_during_a_tap(used: Path) -> None:
    """A page of the directory is not looked at when it starts; the tap finds it."""
    with Desk(used) as desk:
        assert desk.report().detail == ""
        desk.ask(lambda j: j._store.checkpoint("TRUNCATE"))

        def spoil(journal: Journal) -> None:
            with journal._store.reading() as db:
                db.execute("PRAGMA shrink_memory")
            db.execute("PRAGMA cache_size = 0")
            damages.spoil_page_with(used, shop.key("m1").encode())

        desk.ask(spoil)
        assert isinstance(desk.ask(shop.view), JournalError)
        while (report := desk.report()).state is not PartState.READY:
            pass
        assert ASIDE in report.detail


@pytest.mark.parametrize(
    "wrong", [damages.newer_schema, damages.another_program, damages.newer_row]
)
def test_what_is_not_proven_damaged_is_left_as_it_is(
    used: Path, wrong: Callable[[Path], None]
) -> None:
    wrong(used)
    content = used.read_bytes()
    with Desk(used) as desk:
        assert desk.report().state is PartState.FAULT
        assert isinstance(desk.ask(lambda j: j.standing()), JournalError)
    assert used.read_bytes() == content
    assert aside.found_beside(used) == ()


@needs_strace
@pytest.mark.parametrize("error", ["EIO", "EACCES", "EROFS", "ENOSPC", "EMFILE"])
def test_a_disk_that_does_not_answer_proves_nothing(used: Path, error: str) -> None:
    content = used.read_bytes()
    code = (
        "import sys, kiosk.journal.journal as j, kiosk.journal.standing as s\n"
        "from pathlib import Path\n"
        "try: j.Journal.open(Path(sys.argv[1]))\n"
        "except Exception as e: print(type(e).__name__)"
    )
    argv = [sys.executable, "-c", code, str(used)]
    for call in ("openat", "pread64", "fstat"):
        ended = run(argv, [used], Fault(call, f"error={error}", "1+"))
        # reading a size of a file that is open already may not be needed
        told = ("JournalError",) if call != "fstat" else ended.lines
        assert ended.lines == told != ("Damaged",), (call, ended)
    assert used.read_bytes() == content


def test_an_unknown_outcome_ends_with_its_journal(used: Path) -> None:
    """The row may be in the file that is set aside: nobody is told that it is not."""

    def torn(journal: Journal) -> object:
        view = shop.view(journal)
        row = journal.rows(ROWS - 1, 1)[0]
        journal.close()
        damages.spoilt_row(used)
        receipt = Receipt(ROWS + 1, journal.standing.__name__, view)
        raise OutcomeUnknown(Attempt(receipt, draft(visit()), row.hash), "disk")  # type: ignore[arg-type]

    with Desk(used) as desk:
        answer = desk.ask(torn)
        assert isinstance(answer, JournalError)
        assert ASIDE in str(answer)
        assert desk.ask(lambda j: j.standing().last_seq) == 0


def test_a_new_journal_is_begun_though_not_at_once(
    used: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk goes away between the setting aside and the new file, and comes back."""
    folder, away = used.parent, used.parent.with_name("away")
    set_aside = aside.set_aside

    def then_unmounted(path: Path, now: dt.datetime) -> Path:
        kept = set_aside(path, now)
        folder.rename(away)
        return kept

    def spoil(journal: Journal) -> None:
        journal.checkpoint()
        damages.spoilt_row(used)
        journal._store.broken = True

    with Desk(used) as desk:
        assert desk.report().detail == ""
        monkeypatch.setattr(aside, "set_aside", then_unmounted)
        desk.ask(spoil)
        while desk.report().state is not PartState.FAULT or not away.exists():
            pass
        assert isinstance(desk.ask(lambda j: j.standing()), JournalError)
        away.rename(folder)
        while desk.report().state is not PartState.READY:
            pass
        assert desk.ask(lambda j: j.standing().last_seq) == 0
    assert aside.found_beside(used) == (ASIDE,)


@needs_strace
def test_setting_aside_interrupted_at_every_call(
    used: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    code = (
        "import sys; from pathlib import Path; from kiosk.journal import aside; "
        "from tests.journal import shop; aside.set_aside(Path(sys.argv[1]), shop.NOW)"
    )
    content = used.read_bytes()
    points = [("link", 1), *(("fsync", n) for n in (1, 2, 3)), ("rename", 1), ("unlink", 1)]
    for n, (call, when) in enumerate(points):
        folder = tmp_path / str(n)
        folder.mkdir()
        path, log = folder / "journal.db", folder / "journal.db-wal"
        path.write_bytes(content[:-1])
        log.write_bytes(b"log")
        ended = run(
            [sys.executable, "-c", code, str(path)],
            [folder, path, log],
            Fault(call, "signal=KILL", str(when)),
        )
        assert ended.status in (-9, 137), (call, when, ended)
        aside.finish(path)
        if path.exists():
            assert (path.read_bytes(), log.read_bytes()) == (content[:-1], b"log")
            aside.set_aside(path, shop.NOW)
        assert not log.exists()
        whole = [folder / name for name in aside.found_beside(path)]
        assert [p.read_bytes() for p in whole] == [content[:-1]]
        assert whole[0].with_name(whole[0].name + "-wal").read_bytes() == b"log"
