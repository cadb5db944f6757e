"""Where a batch of rows stands to the chain that is already applied (design, §5 and §7).  Pure."""

import dataclasses as dc
from collections.abc import Iterator, Mapping, Sequence

from kiosk.domain.transactions import chain


@dc.dataclass(frozen=True, slots=True)
class Row:
    """A row as it was sent, with its place."""

    seq: int
    prev: bytes
    hash: bytes
    payload: bytes


@dc.dataclass(frozen=True, slots=True)
class Placement:
    """Rows applied before, rows to apply now, and the first row that contradicts the chain.

    Rows above a gap are in none of them: the ack's lower mark asks for what is missing.
    """

    duplicates: tuple[int, ...] = ()
    fresh: tuple[Row, ...] = ()
    fork: Row | None = None


def rows(first: int, prev: bytes, payloads: Sequence[bytes]) -> Iterator[Row]:
    """Chain the payloads of a message."""
    for seq, payload in enumerate(payloads, first):
        row = Row(seq, prev, chain(prev, payload), payload)
        yield row
        prev = row.hash


def place(
    batch: Sequence[Row], applied: int, head: bytes, stored: Mapping[int, bytes]
) -> Placement:
    """Sort a batch.  `stored` has the hash of each applied row that the batch names."""
    duplicates: list[int] = []
    fresh: list[Row] = []
    for row in batch:
        if row.seq <= applied:
            if row.hash != stored[row.seq]:
                return Placement(tuple(duplicates), (), row)
            duplicates.append(row.seq)
        elif row.seq == applied + len(fresh) + 1:
            if row.prev != head:
                return Placement(tuple(duplicates), tuple(fresh), row)
            fresh.append(row)
            head = row.hash
        else:
            break
    return Placement(tuple(duplicates), tuple(fresh))
