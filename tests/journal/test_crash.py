"""The journal after kill -9, I/O errors and a full disk, at chosen and at random moments.

Nothing that was confirmed is lost, nothing that was refused was taken, the chain is whole and
the money is conserved.
"""

import concurrent.futures
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from kiosk.domain.transactions import decode
from kiosk.journal.journal import Journal
from tests.journal import shop, spender
from tests.peers.syscalls import Fault, count, needs_strace, run, spread

ROOT = Path(__file__).parents[2]
POINTS = 4
"""Moments of each kind of call and fault; the whole enumeration is the same with a huge number."""


def program(path: Path, first: int, last: int) -> list[str]:
    code = "import runpy; runpy.run_module('tests.journal.spender', run_name='__main__')"
    return [sys.executable, "-c", code, str(path), str(first), str(last)]


def check(path: Path, said: Sequence[str], *, killed: bool) -> dict[str, int]:
    """Compare what the program was told with what is in the file."""
    told = {
        word: [line.split() for line in said if line.startswith(f"{word} ")]
        for word in ("try", "ok", "no", "unknown")
    }
    tried, ok, no, unknown = ({int(w[1]) for w in told[k]} for k in ("try", "ok", "no", "unknown"))
    unanswered = tried - ok - no
    assert killed or unanswered == unknown
    assert len(unanswered - unknown) <= 1

    journal = Journal.open(path)
    assert journal.verify() == journal.standing().last_seq
    rows = [decode(row.payload) for row in journal.rows(0, 1_000_000)]
    written = {row.catalogue for row in rows}
    assert len(written) == len(rows)
    assert ok <= written
    assert written & no == set()
    assert written & tried <= ok | unanswered
    assert {int(w[1]): int(w[2]) for w in told["ok"]}.items() <= {
        row.catalogue: row.seq for row in rows
    }.items()
    balances = shop.view(journal).balances
    visits, value = sum(1 + n % 3 for n in written), sum(written)
    assert balances["m1.bought"].held == balances["m1.bought"].shown == spender.STOCK - visits
    assert balances["m1.principal"].held == balances["m1.principal"].shown == spender.STOCK - value
    journal.close()
    return {k: len(v) for k, v in told.items()}


def test_killed_at_random_moments(path: Path) -> None:
    spender.stock(path)
    dice, said, first = random.Random(7), list[str](), 1
    for _ in range(6):
        process = subprocess.Popen(
            program(path, first, 1_000_000), stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert process.stdout is not None
        wanted = dice.randrange(1, 300)
        lines = [process.stdout.readline().strip() for _ in range(wanted)]
        process.kill()
        lines += process.stdout.read().split("\n")
        process.stdout.close()
        assert process.wait() == -9
        said += [line for line in lines if line]
        check(path, lines, killed=True)
        first = 1 + max(int(line.split()[1]) for line in said)
    assert sum(line.startswith("ok") for line in said) > 100
    confirmed = {line.split()[1] for line in said if line.startswith("ok")}
    journal = Journal.open(path)
    written = {str(decode(row.payload).catalogue) for row in journal.rows(0, 1_000_000)}
    assert confirmed <= written
    journal.close()


KINDS = (("signal=KILL", ""), ("error=EIO", ""), ("error=ENOSPC", "+"))
"""Killed, a passing I/O error, and a disk that is full from then on."""


def points(folder: Path, template: Path | None) -> list[Fault]:
    path = place(folder / "count", template)
    calls = count(program(path, 1, 9), watched(path), folder / "trace")
    assert {"pwrite64", "fdatasync", "ftruncate", "unlink"} <= calls.keys()
    return [
        Fault(call, what, f"{n}{lasting}")
        for call, last in calls.items()
        for what, lasting in KINDS
        for n in spread(last, POINTS)
    ]


def watched(path: Path) -> list[Path]:
    names = ("", "-wal", "-journal", "-shm")
    return [path.parent, *(path.with_name(path.name + suffix) for suffix in names)]


def place(folder: Path, template: Path | None) -> Path:
    folder.mkdir()
    path = folder / "journal.db"
    if template is not None:
        shutil.copy(template, path)
    return path


@needs_strace
@pytest.mark.parametrize("stocked_before", [True, False], ids=["spending", "from_nothing"])
def test_interrupted_at_every_kind_of_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stocked_before: bool
) -> None:
    monkeypatch.chdir(ROOT)
    template = tmp_path / "template.db" if stocked_before else None
    if template:
        spender.stock(template)
    faults = points(tmp_path, template)

    def meet(numbered: tuple[int, Fault]) -> str:
        number, fault = numbered
        path = place(tmp_path / str(number), template)
        ended = run(program(path, 1, 9), watched(path), fault)
        killed = "KILL" in fault.what
        if killed:
            assert ended.status in (-9, 137), (fault, ended)
        if template is None and not any(line.startswith("try") for line in ended.lines):
            # it never came to a spend: whatever is there can be opened, and goes on
            spender.stock(path)
            return "unborn"
        try:
            outcome = check(path, ended.lines, killed=killed)
        except AssertionError as e:
            raise AssertionError(f"{fault}: {ended}") from e
        return "no" if outcome["no"] else "ok"

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(meet, enumerate(faults)))
    # the faults were felt: some spends were refused, and most of a life went on
    assert outcomes.count("no") > 0
    assert outcomes.count("ok") > 0
    assert len(outcomes) == len(faults)


@needs_strace
@pytest.mark.parametrize(
    ("call", "error", "last"),
    [("pwrite64", "ENOSPC", 40), ("pwrite64", "EIO", 40), ("fdatasync", "EIO", 12)],
)
def test_what_was_refused_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, error: str, last: int
) -> None:
    """A call fails, "no" is said, and the process dies before it can tidy up its log."""
    monkeypatch.chdir(ROOT)
    template = tmp_path / "template.db"
    spender.stock(template)

    def meet(n: int) -> int:
        path = place(tmp_path / str(n), template)
        fault = Fault(call, f"error={error}", str(n))
        ended = run([*program(path, 1, 9), "abrupt"], watched(path), fault)
        return check(path, ended.lines, killed=False)["no"]

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(meet, spread(last, 3 * POINTS))) > 0


@needs_strace
@pytest.mark.parametrize("flush", [6, 7, 8])
def test_a_flush_that_failed_after_the_row_was_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flush: int
) -> None:
    """COMMIT raises and closing cannot tidy up; reopened, the row is there all the same."""
    monkeypatch.chdir(ROOT)
    template = tmp_path / "template.db"
    spender.stock(template)

    def meet(when: str) -> dict[str, int]:
        path = place(tmp_path / when, template)
        ended = run(program(path, 1, 6), watched(path), Fault("fdatasync", "error=EIO", when))
        return check(path, ended.lines, killed=False)

    # the disk comes back: the row is made durable by another way, and then confirmed
    assert meet(f"{flush}..{flush + 1}")["ok"] == 6
    # it never does: yes or no would be a guess
    told = meet(f"{flush}+")
    assert told["unknown"] > 0
    assert told["no"] == 0


@needs_strace
def test_a_spend_is_one_flush_and_its_shown_mark_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    template = tmp_path / "template.db"
    spender.stock(template)
    flushes = []
    for last in (2, 3):  # attempts that are followed by a mark and nothing else
        path = place(tmp_path / str(last), template)
        calls = count(program(path, 2, last), watched(path), tmp_path / "trace")
        flushes.append(calls["fdatasync"])
    assert flushes[1] - flushes[0] == 1
