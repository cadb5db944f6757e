"""One member as the disk has it: central's record, and what this journal knows beside it."""

import dataclasses as dc
import datetime as dt
import sqlite3
from typing import Self

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

    @classmethod
    def of(cls, record: bytes, applied: int, latest: int | None, day: str | None) -> Self:
        """Read the columns KNOWN.  Raises JournalError."""
        checked_in = None if day is None else dt.date.fromisoformat(day)
        return cls(decoded(record), applied, latest or 0, checked_in)


KNOWN = "record, member.applied, latest, checked_in"
"""The columns of member and own that make a Known."""


def find(db: sqlite3.Connection, member_id: str) -> Known | None:
    """Find a member."""
    found = db.execute(
        f"SELECT {KNOWN} FROM member LEFT JOIN own USING (member) WHERE member = ?", (member_id,)
    )
    return _known(found)


def owner_of(db: sqlite3.Connection, key: str) -> Known | None:
    """Find the member whose medium has this key."""
    found = db.execute(
        f"SELECT {KNOWN} FROM medium JOIN member USING (member) LEFT JOIN own USING (member)"
        " WHERE key = ?",
        (key,),
    )
    return _known(found)


def _known(found: sqlite3.Cursor) -> Known | None:
    row = found.fetchone()
    return None if row is None else Known.of(*row)


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
