"""The journal after kill -9, I/O errors and a full disk, at chosen and at random moments.

Nothing that was confirmed is lost, nothing that was refused was taken, the chain is whole and
the money is conserved.
"""

import concurrent.futures
import dataclasses as dc
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journal import spender
from tests.journal.aftermath import Told, check
from tests.peers.syscalls import Fault, count, needs_strace, run, some

ROOT = Path(__file__).parents[2]
POINTS = int(os.environ.get("CRASH_POINTS", "2"))
"""Moments of each kind of call and fault; `make crash` takes them all."""

SEED = int(os.environ.get("CRASH_SEED", "7"))

LAST = 9
"""Attempts in a life: each kind of row, a grant, a mark, an ack, a page, and rows pruned."""


def program(path: Path, first: int, last: int) -> list[str]:
    code = "import runpy; runpy.run_module('tests.journal.spender', run_name='__main__')"
    return [sys.executable, "-c", code, str(path), str(first), str(last)]


def test_killed_at_random_moments(path: Path, tmp_path: Path) -> None:
    spender.stock(path)
    dice, said, first, confirmed = random.Random(7), list[str](), 1, 0
    for life in range(1, 7):
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
        copy = tmp_path / f"life-{life}"
        shutil.copytree(path.parent, copy, ignore=shutil.ignore_patterns("life-*"))
        told = check(copy / path.name, said, killed=life)
        first, confirmed = 1 + max(told.tried), len(told.ok)
    assert confirmed > 100


KINDS = (
    ("signal=KILL", ""),
    ("error=EIO", ""),
    ("error=ENOSPC", "+"),
    ("error=EROFS", "+"),
)
"""Killed, a passing I/O error, a disk that is full, or taken read-only, from then on."""

SHORT = Fault("pwrite64", "retval=0", "")
"""A write that takes nothing and is no error either (pwrite(2))."""


def points(folder: Path, template: Path | None) -> list[Fault]:
    path = place(folder / "count", template)
    calls = count(program(path, 1, LAST), watched(path), folder / "trace")
    assert {"pwrite64", "fdatasync", "ftruncate", "unlink"} <= calls.keys()
    dice = random.Random(SEED)
    faults = [
        Fault(call, what, f"{n}{lasting}")
        for call, last in calls.items()
        for what, lasting in KINDS
        for n in some(last, POINTS, dice)
    ]
    short = (str(n) for n in some(calls["pwrite64"], POINTS, dice))
    return faults + [dc.replace(SHORT, when=when) for when in short]


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
    in_memory: Path, monkeypatch: pytest.MonkeyPatch, stocked_before: bool
) -> None:
    monkeypatch.chdir(ROOT)
    template = in_memory / "template.db" if stocked_before else None
    if template:
        spender.stock(template)
    faults = points(in_memory, template)

    def meet(numbered: tuple[int, Fault]) -> str:
        number, fault = numbered
        path = place(in_memory / str(number), template)
        ended = run(program(path, 1, LAST), watched(path), fault)
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
        return "no" if outcome.no else "ok"

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
    in_memory: Path, monkeypatch: pytest.MonkeyPatch, call: str, error: str, last: int
) -> None:
    """A call fails, "no" is said, and the process dies before it can tidy up its log."""
    monkeypatch.chdir(ROOT)
    template = in_memory / "template.db"
    spender.stock(template)

    def meet(n: int) -> set[int]:
        path = place(in_memory / str(n), template)
        fault = Fault(call, f"error={error}", str(n))
        ended = run([*program(path, 1, 9), "abrupt"], watched(path), fault)
        return check(path, ended.lines, killed=False).no

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert any(pool.map(meet, some(last, 3 * POINTS, random.Random(SEED))))


@needs_strace
@pytest.mark.parametrize("flush", [6, 7, 8])
def test_a_flush_that_failed_after_the_row_was_in_the_log(
    in_memory: Path, monkeypatch: pytest.MonkeyPatch, flush: int
) -> None:
    """COMMIT raises and closing cannot tidy up; reopened, the row is there all the same."""
    monkeypatch.chdir(ROOT)
    template = in_memory / "template.db"
    spender.stock(template)

    def meet(when: str) -> Told:
        path = place(in_memory / when, template)
        ended = run(program(path, 1, 6), watched(path), Fault("fdatasync", "error=EIO", when))
        return check(path, ended.lines, killed=False)

    # the disk comes back: the row is made durable by another way, and then confirmed
    assert len(meet(f"{flush}..{flush + 1}").ok) == 6
    # it never does: yes or no would be a guess
    told = meet(f"{flush}+")
    assert told.unknown
    assert not told.no


@needs_strace
def test_a_spend_is_one_flush_and_its_shown_mark_none(
    in_memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    template = in_memory / "template.db"
    spender.stock(template)
    flushes = []
    for last in (2, 3):  # attempts that are followed by a mark and nothing else
        path = place(in_memory / str(last), template)
        calls = count(program(path, 2, last), watched(path), in_memory / "trace")
        flushes.append(calls["fdatasync"])
    assert flushes[1] - flushes[0] == 1
