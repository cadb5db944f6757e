"""The SQLite file: how it is opened, what it must be, and the one way to write to it.

Decided by measurement (docs/decisions/0003): write-ahead log, synchronous=FULL, 1 KB pages.  A
commit that returned is on the disk.  A damaged file is never touched: it is evidence, and money
(soundness.py looks at it first).
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiosk.domain.errors import JournalError
from kiosk.journal.soundness import APPLICATION, proves_damage
from kiosk.journal.standing import Damaged
from kiosk.runtime.files import sync_directory

MIGRATIONS = Path(__file__).with_name("migrations")
BUSY_SECONDS = 2.0
"""How long to wait for another process (`kiosk journal …`) to let go of the file."""

PAGE = 1024
_LOG_BYTES = 4 * 1024 * 1024
_ROOM = 1024 * 1024
_FULL, _NORMAL = 2, 1

_PASSING = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY)
"""Errors after which the connection is as good as before.  The commit frame is the last thing
written to the log (`psow` below: no padding follows it), so a write that found no room means
that no commit frame is there."""


class CommitFailed(JournalError):
    """COMMIT raised: only the reopened file tells whether the transaction is in it."""


class Store:
    """One connection, for the thread that opened it.

    After an SQLite error `broken` is set and every further use raises JournalError: what a failed
    write leaves behind is known only after the file was closed and opened again.  A full disk is
    the exception: the transaction is not there, balances can still be read, and `full` stands
    until something could be written again.
    `written` counts the transactions since the last checkpoint.
    """

    def __init__(self, path: Path | None, *, create: bool = True) -> None:
        self.path, self.broken, self.full, self.written = path, False, False, 0
        _refuse_stray_log(path)
        try:
            if path is not None:
                # member data: nobody else's to read; the log inherits the mode
                flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0)
                os.close(os.open(path, flags, 0o600))
            self._db = sqlite3.connect(
                _uri(path), uri=True, timeout=BUSY_SECONDS, isolation_level=None
            )
        except (OSError, sqlite3.Error) as e:
            why = e.strerror if isinstance(e, OSError) else e
            step = "`kiosk doctor` says what to do"
            raise JournalError(f"cannot open the journal {path}: {why}; {step}") from e
        try:
            self._configure()
            migrate(self._db)
        except (OSError, sqlite3.Error) as e:
            self.close()
            kind = Damaged if isinstance(e, sqlite3.Error) and proves_damage(e) else JournalError
            raise kind(f"cannot read the journal {path}, left as it is: {e}") from e
        except BaseException:
            self.close()
            raise

    def _configure(self) -> None:
        if self._value("PRAGMA application_id") != APPLICATION and (
            self._value("PRAGMA application_id")
            or self._value("SELECT count(*) FROM sqlite_schema")
        ):
            raise JournalError(f"{self.path} is no journal; left as it is")
        self._db.execute(f"PRAGMA page_size = {PAGE}")
        mode = "wal" if self.path else "memory"
        found = self._value(f"PRAGMA journal_mode = {mode}")
        self._db.execute(f"PRAGMA synchronous = {_FULL}")
        self._db.execute("PRAGMA cell_size_check = ON")
        self._db.execute("PRAGMA trusted_schema = OFF")
        # checkpoints belong to idle moments; this is only the net under a day without one
        self._db.execute(f"PRAGMA wal_autocheckpoint = {_LOG_BYTES // PAGE}")
        self._db.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
        if found != mode or self._value("PRAGMA synchronous") != _FULL:
            raise JournalError(f"{self.path} cannot be written durably (journal_mode {found})")

    def _value(self, sql: str) -> Any:
        return self._db.execute(sql).fetchone()[0]

    def close(self) -> None:
        """Give the file back.  Never raises."""
        self.broken = True
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def checkpoint(self, mode: str = "PASSIVE") -> None:
        """Copy the log into the file.  TRUNCATE also empties the log, and must succeed."""
        with self.reading() as db:
            busy, *_ = db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
            self.written = 0
        if busy and mode != "PASSIVE":
            raise JournalError(f"the journal {self.path} is in use by another program")

    def has_room(self) -> bool:
        """Whether the disk has room for more than a few pages; after it was full."""
        try:
            found = None if self.path is None else os.statvfs(self.path.parent)
        except OSError:
            return False
        return found is None or found.f_bavail * found.f_frsize >= _ROOM

    def settle(self) -> None:
        """Make durable what the file says now, after a flush that failed.  Raises JournalError.

        The log's pages go into the file itself and are flushed there; a log that SQLite deleted
        stays deleted.
        """
        self.checkpoint("TRUNCATE")
        try:
            if self.path is not None:
                sync_directory(self.path.parent)
        except OSError as e:
            raise JournalError(f"journal: {e}") from e

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection for queries.  Raises JournalError."""
        self._must_be_open()
        try:
            yield self._db
        except sqlite3.Error as e:
            raise self._failed(e) from e

    def _must_be_open(self) -> None:
        if self.broken:
            raise JournalError("the journal is closed")

    def _failed(self, error: sqlite3.Error) -> JournalError:
        code = getattr(error, "sqlite_errorcode", None)
        self.full = self.full or code == sqlite3.SQLITE_FULL
        self.broken = self.broken or code not in _PASSING
        return (Damaged if proves_damage(error) else JournalError)(f"journal: {error}")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection inside one transaction: all of it, durable, or nothing.

        Any exception rolls back.  Raises JournalError, and then nothing was written; the
        CommitFailed among them when COMMIT raised and only the reopened file can tell.
        """
        self._must_be_open()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db
        except sqlite3.Error as e:
            self._roll_back()
            raise self._failed(e) from e
        except BaseException:
            self._roll_back()
            raise
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as e:
            failed = self._failed(e)
            self._roll_back()
            raise CommitFailed(str(failed)) if self.broken else failed from e
        self.full = False
        self.written += 1

    @contextlib.contextmanager
    def unsynced(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection inside one transaction that waits for no flush.

        It survives the death of this process, not a power cut.  In WAL mode a lost one takes
        nothing else with it: the next durable commit flushes the same log (sqlite.org/wal.html).
        """
        with self.reading() as db:
            db.execute(f"PRAGMA synchronous = {_NORMAL}")
            try:
                with self.transaction() as inner:
                    yield inner
            finally:
                db.execute(f"PRAGMA synchronous = {_FULL}")

    def _roll_back(self) -> None:
        try:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        except sqlite3.Error:
            self.broken = True


def _uri(path: Path | None) -> str:
    return ":memory:" if path is None else f"{path.absolute().as_uri()}?psow=1"


def _refuse_stray_log(path: Path | None) -> None:
    # SQLite deletes a log whose file is gone; the rows in it may be the only ones left
    log = path and path.with_name(path.name + "-wal")
    if path and log and not path.exists() and log.exists() and log.stat().st_size:
        raise JournalError(f"{path} is missing but its log {log.name} is there; both left as is")


def newest_schema() -> int:
    """Return the schema version that this program makes."""
    return len(_steps(MIGRATIONS))


def _steps(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))


def migrate(db: sqlite3.Connection, folder: Path = MIGRATIONS) -> None:
    """Bring the schema up to date, each step whole or not at all.

    Raises JournalError for a schema newer than this program, sqlite3.Error otherwise.
    """
    steps = _steps(folder)
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(steps):
        raise JournalError(f"the journal is of a newer program (schema {version})")
    for number, step in enumerate(steps[version:], version + 1):
        if int(step.name[:4]) != number:
            raise JournalError(f"migration {number} is missing before {step.name}")
        try:
            db.executescript(
                f"BEGIN IMMEDIATE;\n{step.read_text('utf-8')}\n"
                f"PRAGMA application_id = {APPLICATION};\n"
                f"PRAGMA user_version = {number};\nCOMMIT;"
            )
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
