"""`kiosk journal …`: looking at a journal beside the running daemon, without changing a row."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from kiosk.journal.journal import Journal

_PAGE = 500


def verify(path: Path) -> str:
    """Check every row from the first.  Raises JournalError that names the first bad one."""
    journal = Journal.open(path, create=False)
    try:
        last = journal.verify()
        return f"{journal.standing().journal}: {last} rows, the chain is whole"
    finally:
        journal.close()


def show(path: Path, after: int, limit: int) -> Iterator[str]:
    """Write rows above `after` as lines of text: seq, hash, payload (opaque ids only)."""
    journal = Journal.open(path, create=False)
    try:
        for row in journal.rows(after, limit):
            yield f"{row.seq:8} {row.hash.hex()[:12]} {row.payload.decode()}"
    finally:
        journal.close()


class _Exported(msgspec.Struct, frozen=True):
    seq: int
    hash: str
    payload: msgspec.Raw


def export(path: Path) -> Iterator[bytes]:
    """Write every row as a line of JSON, the payload exactly as stored, hashed and sent."""
    journal = Journal.open(path, create=False)
    encoder = msgspec.json.Encoder()
    try:
        after = 0
        while rows := list(journal.rows(after, _PAGE)):
            for row in rows:
                yield encoder.encode(_Exported(row.seq, row.hash.hex(), msgspec.Raw(row.payload)))
            after = rows[-1].seq
    finally:
        journal.close()
