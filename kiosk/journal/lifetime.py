"""A journal's file while it is open: its identity, what to do after an error, when to tidy up."""

import datetime as dt
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Self

from kiosk.domain.errors import JournalError
from kiosk.journal import aside, chain, marks, recent, retention, soundness, tickets
from kiosk.journal.standing import Damaged
from kiosk.journal.store import Store, newest_schema

CHECKPOINT_EVERY = 64
"""Transactions between two idle checkpoints: the one after each costs the next spend a flush."""


def _recall(db: sqlite3.Connection) -> recent.Recent:
    """Read the last rows, the days they were written on, and which of them were shown."""
    days = db.execute("SELECT first, day FROM local_day ORDER BY first")
    found = recent.Recent((first, dt.date.fromisoformat(day)) for first, day in days)
    for row in chain.transactions(db, max(0, chain.head(db)[0] - recent.RECENT)):
        found.add(row)
    for seq in marks.shown(db):
        found.show(seq)
    return found


def new_uuid() -> str:
    """Make an id for a journal or a nonce: random, never used before (RFC 9562, 5.4)."""
    return str(uuid.uuid4())


class OpenJournal:
    """Opens, reopens, tidies and closes; the journal's work is in the subclass.

    Every method may raise JournalError.  After one, `broken` tells whether the file must be
    closed and opened again (`reopen`); until then every method raises.
    """

    def __init__(
        self,
        path: Path | None,
        new_id: Callable[[], str] = new_uuid,
        *,
        create: bool = True,
        doubted: bool = False,
    ) -> None:
        self.path, self._new_id = path, new_id
        self._load(create, doubted)

    @classmethod
    def open(
        cls,
        path: Path | None,
        new_id: Callable[[], str] = new_uuid,
        *,
        create: bool = True,
        doubted: bool = False,
    ) -> Self:
        """Open the journal at `path`, or `create` it; None keeps it in memory (training mode).

        Raises Damaged for a file that is proven damaged, JournalError for one of a newer program,
        something else, or out of reach; such a file is left as it is.  The pages of the money and
        the last rows are checked; where the file is `doubted`, all of it.
        """
        return cls(path, new_id, create=create, doubted=doubted)

    def _load(self, create: bool, doubted: bool = False) -> None:
        verified = self._look(doubted)
        self._store = Store(self.path, create=create)
        self._own = chain.OwnRows()
        self._may_be_old = True
        self._witnessed: dt.datetime | None = None
        try:
            self._id = self._identity()
            with self._store.reading() as db:
                if not verified:
                    soundness.verify_rows(db)
                self._recent = _recall(db)
        except BaseException:
            self._store.close()
            raise

    def _look(self, doubted: bool) -> bool:
        if self.path is None:
            return False
        try:
            aside.finish(self.path)
            return soundness.inspect(self.path, newest_schema(), whole=doubted)
        except OSError as e:
            raise JournalError(f"cannot look at the journal {self.path}: {e}") from e

    def _identity(self) -> str:
        with self._store.reading() as db:
            row = db.execute("SELECT id FROM journal").fetchone()
            if row is None and chain.head(db)[0]:
                raise Damaged(f"{self.path} has rows and no journal id")
        if row is not None:
            return str(row[0])
        new = self._new_id()
        with self._store.transaction() as db:
            db.execute("INSERT INTO journal (one, id) VALUES (1, ?)", (new,))
        return new

    @property
    def broken(self) -> bool:
        """Whether an SQLite error happened: reopen before anything else."""
        return self._store.broken

    @property
    def full(self) -> bool:
        """Whether the disk had no room for the last thing to be written; reading goes on."""
        return self._store.full

    def reopen(self) -> None:
        """Close the file and read it anew.  Raises JournalError when it cannot be read now.

        A file that is gone is not made again: its rows are somewhere else, not nowhere.
        """
        self._store.close()
        self._load(create=self.path is None)

    def close(self) -> None:
        """Give the file back, its log copied into it.  Never raises."""
        self._store.close()

    def checkpoint(self) -> None:
        """Copy the log into the file; for idle moments."""
        self._store.checkpoint()

    def idle(self, before: dt.datetime | None = None) -> None:
        """Tidy up a little, if there is enough to tidy; call it when nobody waits.

        Rows witnessed `before` that time may go, a few at each call (retention.py); None keeps all.
        On a full disk it also finds out whether there is room again.
        """
        if self._store.full and not self._store.has_room():
            return
        if self._store.full or self._store.written >= CHECKPOINT_EVERY:
            with self._store.unsynced() as db:
                marks.forget_old(db)
                tickets.forget_closed(db, chain.head(db)[0] - recent.RECENT)
                marks.touch(db)
            self._store.checkpoint()
            self._may_be_old = True
        elif before is not None and self._may_be_old:
            with self._store.unsynced() as db:
                self._may_be_old = retention.step(db, before) > 0

    def witness(self, now: dt.datetime) -> None:
        """Central's clock says `now` (UTC): what is here is at least as old; see retention.py."""
        seen = self._witnessed
        if self._store.full or (seen is not None and seen <= now < seen + retention.EVERY):
            return
        with self._store.unsynced() as db:
            retention.witness(db, now)
        self._witnessed, self._may_be_old = now, True
