"""Price lists by version.  A version never changes: transactions name the one that priced them."""

import sqlite3

import msgspec

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.errors import JournalError, ProtocolError

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Catalogue)


def version(db: sqlite3.Connection) -> int:
    """Return the newest version; 0 before the first."""
    found: int = db.execute("SELECT coalesce(max(version), 0) FROM catalogue").fetchone()[0]
    return found


def read(db: sqlite3.Connection, wanted: int | None = None) -> Catalogue | None:
    """Read a version, the newest by default; None if it is not here.  Raises JournalError."""
    number = version(db) if wanted is None else wanted
    row = db.execute("SELECT content FROM catalogue WHERE version = ?", (number,)).fetchone()
    try:
        return None if row is None else _decoder.decode(row[0])
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise JournalError(f"catalogue {number} is damaged: {e}") from None


def store(db: sqlite3.Connection, catalogue: Catalogue) -> None:
    """Keep a version.  Raises ProtocolError if it is here with other contents."""
    known = read(db, catalogue.version)
    if known is None:
        db.execute(
            "INSERT INTO catalogue VALUES (?, ?)", (catalogue.version, _encoder.encode(catalogue))
        )
    elif known != catalogue:
        raise ProtocolError(f"catalogue {catalogue.version} came twice with different contents")
