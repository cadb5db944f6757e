"""Power cuts over the captured writes of the real journal: no acknowledged spend is lost.

Each disk that a cut may leave is opened by the real journal without any hand, compared with what
was said before the cut, and goes on.  `make crash` takes more than 10,000 disks.
"""

import contextlib
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.journal.journal import Journal
from tests.journal.aftermath import check
from tests.peers.power import Call, Cut, cuts, record
from tests.peers.syscalls import needs_strace

ROOT = Path(__file__).parents[2]
DISKS = int(os.environ.get("POWER_DISKS", "400"))
SEED = int(os.environ.get("POWER_SEED", "7"))
LAST, CHANCES = (20, 1) if DISKS < 1000 else (40, 12)
"""Attempts in the life that is cut, and disks by chance after each of its calls."""


def life(folder: Path, log: Path, last: int, *how: str) -> list[Call]:
    code = "import runpy; runpy.run_module('tests.journal.spender', run_name='__main__')"
    return record(
        [sys.executable, "-c", code, str(folder / "journal.db"), "1", str(last), *how], folder, log
    )


def place(folder: Path, cut: Cut) -> Path:
    for old in folder.iterdir():
        old.unlink()
    for name, content in cut.files.items():
        (folder / name).write_bytes(content)
    return folder / "journal.db"


def judge(folder: Path, cut: Cut) -> None:
    path = place(folder, cut)
    try:
        if any(word.startswith("try ") for word in cut.said):
            check(path, cut.said, killed=1)
        else:
            # it never came to a spend: whatever is there can be opened
            Journal.open(path).close()
    except Exception as e:
        raise AssertionError(f"after call {cut.after}, {cut.how}: {e!r}") from e


@pytest.fixture
def folder(in_memory: Path) -> Path:
    for part in ("life", "disk"):
        (in_memory / part).mkdir()
    return in_memory


@needs_strace
def test_no_cut_loses_what_was_confirmed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    calls = life(folder / "life", folder / "log", LAST)

    def disks() -> Iterator[Cut]:
        return cuts(calls, {}, random.Random(SEED), CHANCES)

    total = sum(1 for _ in disks())
    chosen = set(random.Random(SEED).sample(range(total), min(DISKS, total)))
    for n, cut in enumerate(disks()):
        if n in chosen:
            judge(folder / "disk", cut)
    print(f"{len(chosen)} of {total} disks, seed {SEED}")
    assert len(chosen) == min(DISKS, total) >= min(DISKS, 10_000)


@needs_strace
def test_the_simulation_finds_a_commit_that_is_not_flushed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same life with synchronous=NORMAL: rows that were confirmed must be missing."""
    monkeypatch.chdir(ROOT)
    calls = life(folder / "life", folder / "log", 5, "normal")
    lost = 0
    for cut in cuts(calls, {}, random.Random(SEED), 0):
        if cut.how == "nothing":
            with contextlib.suppress(AssertionError):
                judge(folder / "disk", cut)
                continue
            lost += 1
    assert lost > 10
