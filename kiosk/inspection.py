"""`kiosk journal …`: looking at a journal beside the running daemon, or at one that was set aside.

Nothing is written.  A damaged one is shown and exported as far as it can be read.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec

from kiosk.domain.errors import JournalError
from kiosk.journal.reader import reading
from kiosk.journal.standing import Damaged, Row


def verify(path: Path) -> str:
    """Check every row from the first that is here.  Raises JournalError for what is wrong."""
    try:
        with reading(path) as reader:
            last, gone = reader.verify(), reader.floor[0]
            whole = f"{reader.journal}: {last} rows, the chain is whole"
    except Damaged as e:
        raise Damaged(f"{e}\n{_readable(path)}") from e
    return f"{whole}; rows 1 to {gone} have gone, central has them" if gone else whole


def _readable(path: Path) -> str:
    try:
        with reading(path) as reader:
            found = list(reader.rows(0))
    except JournalError:
        return "nothing of it can be read"
    rows = sum(not isinstance(one, range) for one in found)
    lost = sum(len(one) for one in found if isinstance(one, range))
    return f"{rows} rows can be read, {lost} cannot; `kiosk journal export` writes them out"


def show(path: Path, after: int, limit: int, command: str = "kiosk journal show") -> Iterator[str]:
    """Write rows above `after` as lines of text: seq, hash, payload (opaque ids only).

    After `limit` lines the last one says how many rows follow, and with which `command`.
    """
    asked = after
    with reading(path) as reader:
        gone, known = reader.floor
        if after < gone:
            yield f"{gone:8} {known.hex()[:12]} rows up to here have gone, central has them"
            after = gone
        for row in itertools.islice(reader.rows(after), limit):
            if isinstance(row, range):
                yield f"{row[0]:8} up to row {row[-1]}: cannot be read"
                after = row[-1]
            else:
                yield f"{row.seq:8} {row.hash.hex()[:12]} {row.payload.decode(errors='replace')}"
                after = row.seq
        last = reader.last()
        if after < last:
            yield f"{last - after} more rows: {command} --after {after}"
        elif last < asked or not last:
            yield f"the last row is {last}" if last else "no row was written yet"


class _Exported(msgspec.Struct, frozen=True):
    seq: int
    hash: str
    payload: msgspec.Raw


class _Garbage(msgspec.Struct, frozen=True):
    seq: int
    hash: str
    damaged: bytes


class _Gone(msgspec.Struct, frozen=True):
    gone: int
    hash: str


class _Unreadable(msgspec.Struct, frozen=True):
    first: int
    last: int


def export(path: Path) -> Iterator[bytes]:
    """Write every row as a line of JSON, the payload exactly as stored, hashed and sent.

    Where the oldest rows have gone, the first line is {"gone": last of them, "hash": its hash}, so
    that the rest can be verified; {"first": …, "last": …} stands for rows that cannot be read, and
    a payload that is no JSON any more is "damaged", in base64.
    """
    encoder = msgspec.json.Encoder()
    with reading(path) as reader:
        gone, known = reader.floor
        if gone:
            yield encoder.encode(_Gone(gone, known.hex()))
        for row in reader.rows(0):
            if isinstance(row, range):
                yield encoder.encode(_Unreadable(row[0], row[-1]))
            else:
                yield encoder.encode(_exported(row))


def _exported(row: Row) -> _Exported | _Garbage:
    try:
        msgspec.json.decode(row.payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Garbage(row.seq, row.hash.hex(), row.payload)
    return _Exported(row.seq, row.hash.hex(), msgspec.Raw(row.payload))
