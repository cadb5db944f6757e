"""Who works here, as central last listed them, and the cards that sign in."""

import sqlite3
from collections.abc import Sequence

import msgspec

from kiosk.domain.errors import JournalError
from kiosk.domain.members import MediumStatus, OperatorRecord
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.views import OperatorView

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(OperatorRecord)


def replace(db: sqlite3.Connection, records: Sequence[OperatorRecord]) -> None:
    """Keep these and no others: central sends the whole list."""
    db.execute("DELETE FROM operator")
    db.execute("DELETE FROM operator_medium")
    db.executemany(
        "INSERT OR REPLACE INTO operator VALUES (?, ?)",
        ((record.operator, _encoder.encode(record)) for record in records),
    )
    db.executemany(
        "INSERT OR REPLACE INTO operator_medium VALUES (?, ?)",
        ((medium.key, record.operator) for record in records for medium in record.media),
    )


def read(db: sqlite3.Connection, operator: str) -> OperatorRecord | None:
    """Read an operator's record."""
    row = db.execute("SELECT record FROM operator WHERE operator = ?", (operator,)).fetchone()
    return None if row is None else _decoded(row[0])


def listed(db: sqlite3.Connection) -> tuple[OperatorRecord, ...]:
    """List all of them, by id."""
    return tuple(_decoded(row[0]) for row in db.execute("SELECT record FROM operator"))


def identify(db: sqlite3.Connection, key: str) -> OperatorView | None:
    """Say which operator's medium this is; None if no operator's.  Raises Refusal(BLOCKED)."""
    row = db.execute(
        "SELECT record FROM operator_medium JOIN operator USING (operator) WHERE key = ?", (key,)
    ).fetchone()
    if row is None:
        return None
    record = _decoded(row[0])
    medium = next((m for m in record.media if m.key == key), None)
    if medium is None or medium.status is not MediumStatus.ACTIVE:
        raise Refusal(Reason.BLOCKED)
    return OperatorView(record, medium.medium)


def _decoded(record: bytes) -> OperatorRecord:
    try:
        return _decoder.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise JournalError(f"an operator's record is damaged: {e}") from None
