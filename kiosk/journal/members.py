"""One member as the disk has it: central's record, and what this journal knows beside it."""

import dataclasses as dc
import datetime as dt
import sqlite3

import msgspec

from kiosk.domain.errors import JournalError
from kiosk.domain.members import MemberRecord

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(MemberRecord)


@dc.dataclass(frozen=True, slots=True)
class Known:
    """What is on the disk of a member.

    The record includes this journal's rows up to `applied`; `latest` is the member's newest own
    row (0: none), `checked_in` the last local day of a check-in here.
    """

    record: MemberRecord
    applied: int
    latest: int
    checked_in: dt.date | None


_KNOWN = "SELECT record, applied, coalesce(latest, 0), checked_in FROM"


def find(db: sqlite3.Connection, member_id: str) -> Known | None:
    """Find a member."""
    return _known(
        db.execute(f"{_KNOWN} member LEFT JOIN own USING (member) WHERE member = ?", (member_id,))
    )


def owner_of(db: sqlite3.Connection, key: str) -> Known | None:
    """Find the member whose medium has this key."""
    return _known(
        db.execute(
            f"{_KNOWN} medium JOIN member USING (member) LEFT JOIN own USING (member)"
            " WHERE key = ?",
            (key,),
        )
    )


def _known(found: sqlite3.Cursor) -> Known | None:
    row = found.fetchone()
    if row is None:
        return None
    record, applied, latest, day = row
    checked_in = None if day is None else dt.date.fromisoformat(day)
    return Known(decoded(record), applied, latest, checked_in)


def decoded(record: bytes) -> MemberRecord:
    """Read a stored record.  Raises JournalError."""
    try:
        return _decoder.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise JournalError(f"a member's record is damaged: {e}") from None


def encoded(record: MemberRecord) -> bytes:
    """Write a record as it is stored."""
    return _encoder.encode(record)


def replace(db: sqlite3.Connection, record: MemberRecord) -> None:
    """Change the stored record of a member who is here."""
    db.execute("UPDATE member SET record = ? WHERE member = ?", (encoded(record), record.member))


def link(db: sqlite3.Connection, member: str, seq: int) -> None:
    """Make `seq` the newest of the member's own rows."""
    db.execute(
        "INSERT INTO own (member, latest) VALUES (?, ?)"
        " ON CONFLICT (member) DO UPDATE SET latest = excluded.latest",
        (member, seq),
    )


def check_in(db: sqlite3.Connection, member: str, day: dt.date) -> None:
    """Note a check-in of a member who has a row."""
    db.execute("UPDATE own SET checked_in = ? WHERE member = ?", (day.isoformat(), member))
