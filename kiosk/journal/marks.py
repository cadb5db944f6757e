"""Unchained notes beside the rows: what a member has been shown, and what was printed.

They are written without a flush (Store.unsynced): a power cut may lose one, and then the member is
asked once more about a spend already seen.  Erasing or losing them never touches the chain.
"""

import sqlite3

from kiosk.domain.devices import PrintOutcome
from kiosk.domain.transactions import Transaction
from kiosk.domain.views import LastRow
from kiosk.journal import chain, recent
from kiosk.journal.standing import PrintRecord


def mark_shown(db: sqlite3.Connection, seq: int) -> None:
    """The member has seen the result of row `seq`."""
    db.execute("INSERT OR IGNORE INTO shown VALUES (?)", (seq,))


def shown(db: sqlite3.Connection) -> list[int]:
    """List the recent rows whose result was shown."""
    after = chain.head(db)[0] - recent.RECENT
    return [seq for (seq,) in db.execute("SELECT seq FROM shown WHERE seq > ?", (after,))]


def as_last(row: Transaction) -> LastRow:
    """Show a row as the member's next tap does."""
    return LastRow(row.seq, row.at, row.lines, row.journal, row.clock)


def forget_old(db: sqlite3.Connection) -> None:
    """Drop the marks that no longer matter."""
    db.execute("DELETE FROM shown WHERE seq BETWEEN 1 AND ?", (chain.head(db)[0] - recent.RECENT,))


def touch(db: sqlite3.Connection) -> None:
    """Write something for the sake of writing: the mark of row 0, which is no row, on and off."""
    if not db.execute("DELETE FROM shown WHERE seq = 0").rowcount:
        mark_shown(db, 0)


def record_print(db: sqlite3.Connection, record: PrintRecord) -> None:
    """Keep the outcome of a print; a later word on the same copy replaces the earlier."""
    db.execute(
        "INSERT OR REPLACE INTO print VALUES (?, ?, ?)",
        (record.seq, record.copy, record.outcome.value),
    )


def prints(db: sqlite3.Connection, seq: int) -> tuple[PrintRecord, ...]:
    """List what is known of the prints of row `seq`, first copy first."""
    found = db.execute("SELECT copy, outcome FROM print WHERE seq = ? ORDER BY copy", (seq,))
    return tuple(PrintRecord(seq, copy, PrintOutcome(outcome)) for copy, outcome in found)
