"""A disk that fails at a chosen moment: strace injects it into a real process (strace(1), inject=).

A point is the n-th call of one kind that touches the watched files.  Killing there, or failing
there, enumerates every moment at which the outside world may interrupt a program.
"""

import dataclasses as dc
import itertools
import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

CHANGING = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink")
"""The calls by which SQLite changes a disk, on Linux."""

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@dc.dataclass(frozen=True)
class Fault:
    """What happens (`signal=KILL`, `error=EIO`, `retval=0`) at which call, `when`: strace(1)."""

    call: str
    what: str
    when: str

    def __str__(self) -> str:
        return f"{self.call}:{self.what}:when={self.when}"


@dc.dataclass(frozen=True)
class Ended:
    """How the program ended: exit status (-9: killed), stdout by lines, and stderr."""

    status: int
    lines: tuple[str, ...]
    errors: str


def run(argv: Sequence[str], watched: Sequence[Path], fault: Fault) -> Ended:
    """Run a program whose calls on `watched` meet this fault."""
    command = _strace(watched, fault.call, Path("/dev/null"))
    if not fault.what.startswith("signal"):
        # only the traced calls stop the program; strace 6.1 loses injected signals that way
        command.append("--seccomp-bpf")
    done = subprocess.run(
        [*command, "-e", f"inject={fault}", *argv],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Ended(done.returncode, tuple(done.stdout.splitlines()), done.stderr)


def count(argv: Sequence[str], watched: Sequence[Path], log: Path) -> dict[str, int]:
    """Run a program undisturbed and count its changing calls on `watched`."""
    subprocess.run(
        [*_strace(watched, ",".join(CHANGING), log), *argv],
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=60,
    )
    calls = [line.split("(")[0].split()[-1] for line in log.read_text().splitlines() if "(" in line]
    return {call: calls.count(call) for call in CHANGING if call in calls}


def some(last: int, most: int, dice: random.Random) -> list[int]:
    """Choose up to `most` of the points 1…last: one by chance from each of so many equal parts."""
    parts = min(last, most)
    edges = [last * n // parts for n in range(parts + 1)]
    return [dice.randint(low + 1, high) for low, high in itertools.pairwise(edges)]


def _strace(watched: Sequence[Path], calls: str, log: Path) -> list[str]:
    paths = [part for path in watched for part in ("-P", str(path))]
    return ["strace", "-f", "-qq", "-o", str(log), *paths, "-e", f"trace={calls}"]
