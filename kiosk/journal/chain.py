"""The rows: append, read, verify.  Seq counts from 1 without a gap; hash = SHA-256(prev ‖ payload).

A row is never changed.  The oldest may have gone (retention.py): the rest begins above `floor` and
is verified from its hash.  Every function takes the connection of a transaction or a reading of
the store.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping

from kiosk.domain.errors import JournalError, Malformed, ProtocolError
from kiosk.domain.transactions import Transaction, chain, decode, deltas
from kiosk.journal.standing import Damaged, Row

_ALL = -1
"""No limit, in SQLite's own terms."""


def floor(db: sqlite3.Connection) -> tuple[int, bytes]:
    """Return the seq below the first row that is here, and its hash; (0, GENESIS) at first."""
    through, known = db.execute("SELECT through, hash FROM pruned").fetchone()
    return through, known


def head(db: sqlite3.Connection) -> tuple[int, bytes]:
    """Return the last seq and its hash; (0, GENESIS) before the first row."""
    row = db.execute("SELECT seq, hash FROM chain ORDER BY seq DESC LIMIT 1").fetchone()
    return row or floor(db)


def hash_at(db: sqlite3.Connection, seq: int) -> bytes | None:
    """Return the hash of row `seq`; GENESIS for 0, None where it is not known here (any more)."""
    row = db.execute(
        "SELECT hash FROM chain WHERE seq = ? UNION ALL SELECT hash FROM pruned WHERE through = ?",
        (seq, seq),
    ).fetchone()
    return None if row is None else bytes(row[0])


def append(
    db: sqlite3.Connection, seq: int, payload: bytes, row_hash: bytes, earlier: int = 0
) -> None:
    """Add a row; `earlier` is the row of the same member before it, 0 for none.

    A seq that is already there is an error of SQLite's, never a replacement.
    """
    db.execute("INSERT INTO chain VALUES (?, ?, ?, ?)", (seq, payload, row_hash, earlier))


def of_member(db: sqlite3.Connection, latest: int, after: int) -> Iterator[Transaction]:
    """Read the rows of one member above `after`, newest first, from the latest."""
    while latest > after:
        row = db.execute(
            "SELECT seq, payload, hash, earlier FROM chain WHERE seq = ?", (latest,)
        ).fetchone()
        if row is None:
            raise JournalError(f"row {latest} is missing")
        yield _decoded(Row(*row[:3]))
        latest = row[3]


def rows(db: sqlite3.Connection, after: int, limit: int) -> Iterator[Row]:
    """Read up to `limit` rows above `after`, in order."""
    found = db.execute(
        "SELECT seq, payload, hash FROM chain WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
    )
    return (Row(*row) for row in found)


def within(db: sqlite3.Connection, after: int, most_rows: int, most_bytes: int) -> Iterator[Row]:
    """Read rows above `after` while their payloads fit `most_bytes` together; the first always."""
    size = 0
    for row in rows(db, after, most_rows):
        size += len(row.payload)
        if size > most_bytes and size > len(row.payload):
            return
        yield row


def transaction(db: sqlite3.Connection, seq: int) -> Transaction:
    """Read row `seq`.  Raises JournalError if it is not there or not readable."""
    row = next(rows(db, seq - 1, 1), None)
    if row is None or row.seq != seq:
        raise JournalError(f"row {seq} is missing")
    return _decoded(row)


def transactions(db: sqlite3.Connection, after: int) -> Iterator[Transaction]:
    """Read all rows above `after`, in order.  Raises JournalError for one not readable."""
    return (_decoded(row) for row in rows(db, after, _ALL))


def _decoded(row: Row) -> Transaction:
    try:
        return decode(row.payload)
    except Malformed as e:
        raise JournalError(f"row {row.seq} cannot be read by this program: {e}") from e


def verify(db: sqlite3.Connection, journal: str, after: int = 0) -> int:
    """Check every row above `after` that is here: no gap, hash, contents.  Returns the last seq.

    Raises Damaged that names the first bad row.  A row that matches its hash and cannot be read is
    a JournalError only: its bytes are what was written, by a newer program.
    """
    seq = max(after, floor(db)[0])
    prev = hash_at(db, seq)
    if prev is None:
        raise Damaged(f"row {seq} is missing")
    for row in rows(db, seq, _ALL):
        seq += 1
        if row.seq != seq:
            raise Damaged(f"row {seq} is missing")
        if chain(prev, row.payload) != row.hash:
            raise Damaged(f"row {seq} does not match its hash")
        found = _decoded(row)
        if (found.journal, found.seq) != (journal, seq):
            raise Damaged(f"row {seq} says it is row {found.seq} of journal {found.journal}")
        prev = row.hash
    return seq


class OwnRows:
    """What this journal's rows above a seq do to posted balances: the part central lacks.

    Remembers the last sum and moves it along, so that page after page of a directory does not
    read a long backlog again.  Rows never change, so the sum never goes stale; where rows that
    were summed have gone since, it is made anew.
    """

    def __init__(self) -> None:
        self._above, self._through = 0, 0
        self._sums: Counter[str] = Counter()

    def above(self, db: sqlite3.Connection, seq: int) -> Mapping[str, int]:
        """Sum the posted deltas of all rows above `seq`, by account.

        Raises ProtocolError where some of them have gone: nobody asks for those but a central
        that was put back to a day long past.
        """
        gone = floor(db)[0]
        if seq < gone:
            raise ProtocolError(f"row {seq + 1} is asked for, and rows through {gone} have gone")
        if not gone <= self._above <= seq <= self._through:
            self._above = self._through = seq
            self._sums.clear()
        last = head(db)[0]
        self._add(db, self._through, last, 1)
        self._add(db, self._above, min(seq, last), -1)
        self._above, self._through = seq, max(seq, last)
        return self._sums

    def _add(self, db: sqlite3.Connection, after: int, through: int, sign: int) -> None:
        for row in rows(db, after, max(0, through - after)):
            for account, delta in deltas(_decoded(row).lines).items():
                self._sums[account] += sign * delta.posted
