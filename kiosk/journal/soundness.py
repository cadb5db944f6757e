"""Whether a journal's file is what was written into it: found out before anything is written to it.

The look is by a connection that cannot write, so that a damaged file and its log stay evidence as
they were found: closing a writing one would copy the log into the file.  Decided in
docs/decisions/0008 what is damage and what is only a disk that does not answer.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from kiosk.journal import chain, recent
from kiosk.journal.standing import Damaged

APPLICATION = 0x50534B4A
"""SQLite's application_id of a journal: "PSKJ"."""

MONEY = ("journal", "pruned", "chain", "account", "own", "request")
"""The tables that are checked at each start; the directory comes again from central."""

_PROOF = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def proves_damage(error: sqlite3.Error) -> bool:
    """Tell whether SQLite read the file and found it wrong; an I/O error proves nothing."""
    # the low byte is the primary result code (sqlite.org/rescode.html)
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _PROOF


@contextlib.contextmanager
def looking(path: Path) -> Iterator[sqlite3.Connection]:
    """Lend a connection that cannot write.  Raises sqlite3.Error."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
        db.execute("PRAGMA cell_size_check = ON")
        db.execute("PRAGMA trusted_schema = OFF")
        # KiB: each page is looked at once, and keeping more only makes the process larger
        db.execute("PRAGMA cache_size = -256")
        yield db


def inspect(path: Path, schema: int, *, whole: bool = False) -> bool:
    """Look at the file before it is opened; True when its rows were verified.

    `schema` is the newest version this program knows.  `whole` checks every table and every row,
    not only the money and the last rows.  Raises Damaged.  What cannot be found out is left to the
    opening itself: a file that is not there, just begun, of an older or newer program or of another
    kind, or that the disk does not give.
    """
    size = path.stat().st_size if path.exists() else 0
    log = path.with_name(path.name + "-wal")
    if path.exists() and not size and log.exists() and log.stat().st_size:
        # SQLite would delete the log of an empty file, and the rows in it
        raise Damaged(f"{path} is empty and its log {log.name} is not")
    if not size or path.with_name(path.name + "-journal").exists():
        return False
    try:
        with looking(path) as db:
            if _value(db, "PRAGMA application_id") != APPLICATION:
                return False
            current = _value(db, "PRAGMA user_version") == schema
            check_pages(db, () if whole or not current else MONEY)
            if current:
                verify_rows(db, whole=whole)
            return current
    except sqlite3.Error as e:
        if proves_damage(e):
            raise Damaged(f"{path}: {e}") from e
        return False


def check_pages(db: sqlite3.Connection, tables: tuple[str, ...] = ()) -> None:
    """Check the pages of these tables, or of all.  Raises Damaged, sqlite3.Error."""
    for pragma in [f"quick_check('{table}')" for table in tables] or ["quick_check(10)"]:
        found = [text for (text,) in db.execute(f"PRAGMA {pragma}")]
        if found != ["ok"]:
            raise Damaged("; ".join(found)[:200])


def verify_rows(db: sqlite3.Connection, *, whole: bool = False) -> None:
    """Verify the last rows, or all.  Raises Damaged; JournalError for a row not readable."""
    last, gone = chain.head(db)[0], chain.floor(db)[0]
    journal = db.execute("SELECT id, acknowledged FROM journal").fetchone()
    if journal is None:
        if last:
            raise Damaged("there are rows and no journal id")
        return
    name, acknowledged = journal
    chain.verify(db, name, gone if whole else max(gone, last - recent.RECENT))
    if acknowledged > last or 0 < gone == last:
        raise Damaged(f"row {max(acknowledged, last)} and others are missing at the end")


def read_anew(path: Path) -> None:
    """Have the next reading come from the medium and not from memory (posix_fadvise(2))."""
    with contextlib.suppress(OSError):
        for name in (path.name, path.name + "-wal"):
            file = os.open(path.with_name(name), os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(file)


def _value(db: sqlite3.Connection, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0])
