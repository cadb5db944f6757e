"""A journal's file as far as it can be read, whatever became of it; never written to.

For a technician: a journal in use, one that was set aside, one of an older program.
"""

import contextlib
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiosk.domain.errors import JournalError
from kiosk.domain.transactions import GENESIS
from kiosk.journal import chain, soundness
from kiosk.journal.standing import Damaged, Row

_PAGE = 500

_ELSEWHERE = "the daemon makes it when it first starts; --file names another"
_RIGHTS = "with the daemon's rights: sudo -u kiosk kiosk journal"
_KEEP = "if it is the journal, keep a copy of its folder: a daemon that starts sets it aside"


@contextlib.contextmanager
def reading(path: Path) -> Iterator["Reader"]:
    """Lend a reader of the journal at `path`.  Raises JournalError."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise JournalError(f"{path} is no file; --file names a journal's")
    except FileNotFoundError:
        raise JournalError(f"there is no journal {path}; {_ELSEWHERE}") from None
    except OSError as e:
        raise JournalError(f"{path} cannot be read: {e.strerror}; {_RIGHTS}") from None
    try:
        with soundness.looking(path) as db:
            yield Reader(db, path)
    except sqlite3.Error as e:
        said = f"{path} cannot be read: {e}"
        if soundness.proves_damage(e):
            raise Damaged(f"{said}; {_KEEP}") from e
        raise JournalError(f"{said}; {_RIGHTS}") from e


class Reader:
    """Reads by one connection.  Every method may raise sqlite3.Error, which `reading` turns."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = db, path
        if self._one("PRAGMA application_id") != soundness.APPLICATION:
            raise JournalError(f"{path} is no journal; --file names another")

    @property
    def journal(self) -> str:
        """The journal's id."""
        return str(self._one("SELECT id FROM journal"))

    @property
    def floor(self) -> tuple[int, bytes]:
        """The seq below the first row that was kept, and its hash."""
        try:
            return chain.floor(self._db)
        except sqlite3.OperationalError:
            return 0, GENESIS  # of a program before there was one

    def verify(self) -> int:
        """Check every page and every row; return the last seq.  Raises JournalError."""
        soundness.check_pages(self._db)
        soundness.verify_rows(self._db, whole=True)
        return chain.head(self._db)[0]

    def rows(self, after: int) -> Iterator[Row | range]:
        """Read the rows above `after` in order; a range stands for seqs that cannot be read."""
        after = max(after, self.floor[0])
        while found := self._page(after):
            for row in found:
                if row.seq > after + 1:
                    yield range(after + 1, row.seq)
                yield row
                after = row.seq
        if after < (last := self.last()):
            yield range(after + 1, last + 1)

    def _page(self, after: int) -> Sequence[Row]:
        with contextlib.suppress(sqlite3.DatabaseError):
            return list(chain.rows(self._db, after, _PAGE))
        last = self.last()
        while after < last:
            # a page of the file is bad: whatever is beside it can be had one by one
            some = range(after + 1, min(last, after + _PAGE) + 1)
            if found := [row for seq in some for row in self._row(seq)]:
                return found
            after = some[-1]
        return []

    def _row(self, seq: int) -> list[Row]:
        with contextlib.suppress(sqlite3.DatabaseError):
            return [row for row in chain.rows(self._db, seq - 1, 1) if row.seq == seq]
        return []

    def last(self) -> int:
        """Return the highest seq that any part of the file knows of."""
        found = [0]
        for table, column in (("chain", "seq"), ("own", "latest"), ("journal", "applied")):
            with contextlib.suppress(sqlite3.DatabaseError):
                found.append(self._one(f"SELECT coalesce(max({column}), 0) FROM {table}"))
        return max(found)

    def _one(self, sql: str) -> int:
        found: int = self._db.execute(sql).fetchone()[0]
        return found
