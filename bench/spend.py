"""One durable spend: against a raw append and fdatasync, TinyDB, and an ORM; and how it grows.

Every candidate writes to a file in the same folder, in turns within each round, so that a slow
moment of the disk meets all of them.
"""

import contextlib
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench.figure import Figure, main, milliseconds
from bench.rounds import rounds
from kiosk.domain.transactions import Delta
from kiosk.journal import allowances, chain
from kiosk.journal.journal import Journal
from kiosk.journal.lifetime import CHECKPOINT_EVERY
from kiosk.journal.members import link
from kiosk.journal.store import Store
from tests.journal import shop

AMOUNT = 10**7
"""Visits that each member may spend here: more than any run takes."""

MEMBERS = 1_000
SIZES = (
    ("1,000 members", MEMBERS, 0),
    ("100,000 members", 100 * MEMBERS, 0),
    ("100,000 rows waiting", MEMBERS, 100 * MEMBERS),
)
MEMORY = Path("/dev/shm")


def filled(folder: Path, members: int, waiting: int = 0) -> Journal:
    """Open a journal with so many members, everything granted, and so many rows waiting.

    It is filled in memory where there is such a folder: that is not what is measured.
    """
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        made = Path(name) / "journal.sqlite3"
        journal = Journal.open(made)
        names = [f"m{number}" for number in range(members)]
        pages = [names[start : start + 500] for start in range(0, members, 500)]
        for number, page in enumerate(pages):
            records = [shop.record(name, posted=AMOUNT) for name in page]
            last = number + 1 == len(pages)
            journal.apply_directory(shop.page(journal, records, number=number, last=last))
        for page in pages:
            shop.grant(journal, **{f"{name}_bought": AMOUNT for name in page})
        member = Spender(journal, members)
        for _ in range(waiting):
            member.tap()
            member.spend()
        journal.close()
        shutil.move(made, folder / made.name)
    return Journal.open(folder / made.name)


class Spender:
    """Spends of one visit after another, each by the next member, who has tapped before."""

    def __init__(self, journal: Journal, members: int) -> None:
        self._journal, self._members, self._turn = journal, members, itertools.count()
        self._name = ""

    def tap(self) -> None:
        """The next member lays the card down and reads the screen."""
        self._name = f"m{next(self._turn) * 7919 % self._members}"
        # as the journal's thread does between two taps: the log is written over, not made longer
        self._journal.idle()
        self._journal.identify(shop.key(self._name))

    def spend(self) -> None:
        """The member confirms."""
        self._journal.commit(shop.draft(shop.visit(self._name), member=self._name))


@contextlib.contextmanager
def appender(folder: Path) -> Iterator[Callable[[], object]]:
    """Append 256 bytes and flush them: the least that a durable record can cost."""
    record = os.urandom(256)
    with (folder / "log").open("ab", buffering=0) as log:

        def append() -> None:
            log.write(record)
            os.fdatasync(log.fileno())

        yield append


@contextlib.contextmanager
def writer(path: Path) -> Iterator[Callable[[], object]]:
    """Write what a spend writes in a journal of MEMBERS, by the same statements, unchecked."""
    store, turn = Store(path), itertools.count(1)
    payload, row_hash = os.urandom(256), os.urandom(32)

    def write() -> None:
        seq = next(turn)
        name = f"m{seq * 7919 % MEMBERS}"
        with store.transaction() as db:
            chain.append(db, seq, payload, row_hash)
            link(db, name, seq)
            allowances.move(db, {f"{name}.bought": Delta(-1, -1)}, name)
        if store.written >= CHECKPOINT_EVERY:
            store.checkpoint()

    with contextlib.closing(store):
        yield write


@contextlib.contextmanager
def tiny(folder: Path, members: int) -> Iterator[Callable[[], object]]:
    """Take a visit from a member in a TinyDB file of such members, as the library writes it."""
    import tinydb

    where, turn = tinydb.Query(), itertools.count()
    with tinydb.TinyDB(folder / "tiny.json") as db:
        db.insert_multiple(msgspec.to_builtins(shop.record(f"m{n}")) for n in range(members))

        def spend() -> None:
            name = f"m{next(turn) * 7919 % members}"
            found = db.get(where.member == name)
            assert isinstance(found, dict)
            found["purses"][0]["posted"] -= 1
            db.update({"purses": found["purses"]}, where.member == name)

        yield spend


def measure(count: int = 200) -> Iterator[Figure]:
    """Measure spends on the disk and, for what the program itself costs, in memory."""
    yield from _compare(None, "on disk", count)
    if MEMORY.is_dir():
        yield from _compare(MEMORY, "in memory", count)


def _compare(place: Path | None, where: str, count: int) -> Iterator[Figure]:
    with TemporaryDirectory(dir=place) as name, contextlib.ExitStack() as end:
        folder = Path(name)
        members = {}
        for what, number, waiting in SIZES:
            (folder / what).mkdir()
            journal = filled(folder / what, number, waiting)
            end.callback(journal.close)
            members[what] = Spender(journal, number)
        (folder / "writer").mkdir()
        filled(folder / "writer", MEMBERS).close()
        candidates = {
            "append": end.enter_context(appender(folder)),
            "write": end.enter_context(writer(folder / "writer" / "journal.sqlite3")),
            **{what: member.spend for what, member in members.items()},
        }
        taps = {what: member.tap for what, member in members.items()}
        took = rounds(candidates, count, before=taps)
        few = rounds({"tiny": end.enter_context(tiny(folder, MEMBERS))}, max(5, count // 10))
        orm = _orm(folder, count)
    small = took[SIZES[0][0]]
    if place is None:
        yield Figure(
            "one durable spend",
            "raw append of 256 bytes + fdatasync",
            small / took["append"],
            1.5,
            detail=f"{milliseconds(small)}, {milliseconds(took['append'])}; its statements alone, "
            f"without checks and view, {milliseconds(took['write'])}",
        )
    yield Figure(
        f"one spend {where}",
        f"TinyDB with {MEMBERS} members, which flushes nothing",
        few["tiny"] / small,
        50,
        more_is_better=True,
        detail=f"{milliseconds(few['tiny'])}, {milliseconds(small)}",
    )
    yield Figure(
        f"one spend {where}",
        "Django's ORM on SQLite, as durable",
        orm / small,
        3,
        more_is_better=True,
        detail=f"{milliseconds(orm)}, {milliseconds(small)}",
    )
    for what, _, _ in SIZES[1:]:
        yield Figure(f"one spend {where} with {what}", SIZES[0][0], took[what] / small, 1.2)


def _orm(folder: Path, count: int) -> float:
    """Ask a process of its own: Django can be set up once in a process only."""
    command = [sys.executable, "-m", "bench.orm", str(folder), str(count)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    main(measure)
