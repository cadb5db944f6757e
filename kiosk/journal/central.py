"""What central says of this journal: the acknowledged mark, and whether it may still spend.

A row is done only when central's application ack says so.  If central has more rows than this
file, the card was rolled back to an older image: it never spends again (design, §5).

A journal follows one central, the first that welcomed it: what was granted here is leased in that
one's books, and another's mark would have rows counted as done that nobody has (docs/decisions).
"""

import sqlite3

from kiosk.domain.errors import ProtocolError
from kiosk.domain.wire import JournalState
from kiosk.journal import allowances, catalogues, chain, directory
from kiosk.journal.standing import Standing


def standing(db: sqlite3.Connection) -> Standing:
    """Read where the journal stands."""
    journal, acknowledged, applied, state, why, rolled_back, central, epoch = db.execute(
        "SELECT id, acknowledged, applied, state, why, rolled_back, central, epoch FROM journal"
    ).fetchone()
    last, head = chain.head(db)
    nonce, wanted = allowances.pending(db) or (None, None)
    return Standing(
        journal=journal,
        last_seq=last,
        head=head.hex(),
        acknowledged=acknowledged,
        applied=applied,
        state=JournalState(state),
        why=why,
        rolled_back=bool(rolled_back),
        directory_version=directory.version(db),
        catalogue_version=catalogues.version(db),
        pending_nonce=nonce,
        pending_accounts=wanted,
        central=central,
        epoch=epoch,
    )


def follow(db: sqlite3.Connection, central: str, epoch: int) -> None:
    """Follow the first central that welcomes.  Raises ProtocolError for any other after it.

    One that does not say which it is (an older program) is neither.
    """
    followed = db.execute("SELECT central FROM journal").fetchone()[0]
    if central and not followed:
        db.execute("UPDATE journal SET central = ?, epoch = ?", (central, epoch))
    elif central and central != followed:
        raise ProtocolError(f"this journal follows central {followed}, and {central} answers")


def begin_epoch(db: sqlite3.Connection, epoch: int) -> None:
    """Take the books as they are in this epoch; the directory is asked for anew.

    Call it once nothing is held any more: what was granted after the backup, those books have
    not leased to us.
    """
    db.execute("UPDATE journal SET epoch = ?", (epoch,))
    db.execute("UPDATE directory SET version = 0")


def acknowledge(db: sqlite3.Connection, applied: int, head: str) -> None:
    """Move the mark up to `applied`; a lower or repeated word changes nothing.

    A head that is not the hash of our own row quarantines the journal: one of the two is forged.
    """
    if applied < chain.floor(db)[0]:
        return  # a late word on rows that have gone: it was answered long ago
    if _agrees(db, applied, head):
        db.execute(
            "UPDATE journal SET acknowledged = max(acknowledged, ?), applied = max(applied, ?)",
            (applied, applied),
        )


def welcome(db: sqlite3.Connection, applied: int, head: str, state: JournalState, why: str) -> bool:
    """Set the mark to central's, up or down, and take its opinion; False: our rows contradict it.

    Down: central was restored from a backup, and the rows above are sent again.  An open welcome
    with the right head lifts a quarantine, but not that of a rolled-back card.
    """
    if not _agrees(db, applied, head):
        return False
    db.execute("UPDATE journal SET acknowledged = ?, applied = ?", (applied, applied))
    db.execute("UPDATE journal SET state = ?, why = ? WHERE NOT rolled_back", (state.value, why))
    return True


def _agrees(db: sqlite3.Connection, applied: int, head: str) -> bool:
    last = chain.head(db)[0]
    if applied > last:
        why = f"rolled back: central has {applied} rows, this card {last}"
        _close(db, why, rolled_back=True)
        db.execute("UPDATE journal SET applied = ?", (applied,))
        return False
    gone = chain.floor(db)[0]
    if applied < gone:
        # the rows in between would be missing in its books for ever, and it takes none without them
        _close(db, f"central asks for row {applied + 1}; rows through {gone} have gone from here")
        return False
    own = chain.hash_at(db, applied)
    if own is None or own.hex() != head:
        _close(db, f"row {applied} is not the one that central has")
        return False
    return True


def _close(db: sqlite3.Connection, why: str, *, rolled_back: bool = False) -> None:
    # the gravest word stands: a rolled-back card stays rolled back
    db.execute(
        "UPDATE journal SET state = ?, why = ?, rolled_back = ? WHERE NOT rolled_back",
        (JournalState.QUARANTINED.value, why, rolled_back),
    )
