"""The last rows in memory: what a member had last, what an operator did, what was undone.

Made from the chain when the file is opened and carried along with each commit, so that no tap
reads the chain from end to end.  It holds what the last RECENT rows say, and never more.
"""

import bisect
import collections
import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kiosk.domain.transactions import (
    PassLoad,
    Taking,
    Transaction,
    ValueLoad,
    VisitLog,
    Void,
    ticket_id,
)
from kiosk.journal import tickets
from kiosk.journal.pairing import still_open

RECENT = 2000
"""Rows below the last so many are taken as shown and cannot be undone from the list: days of a
shop.  Decided without a clock."""

LOADS = (ValueLoad, PassLoad)
_MOVED = Taking | ValueLoad | PassLoad


class Work(NamedTuple):
    """What a row was, in short: it `took` or `loaded` something, opened or logged tickets."""

    seq: int
    at: dt.datetime
    day: dt.date | None
    member: str
    operator: str
    took: bool
    loaded: bool
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    services: tuple[str, ...]


class _Left(NamedTuple):
    """A ticket that row `place` left open.  `day` None: it was open before, and may be of any."""

    place: int
    member: str
    day: dt.date | None


def has_moved(row: Transaction) -> bool:
    """Tell whether a row took or loaded something."""
    return any(isinstance(line, _MOVED) for line in row.lines)


class Recent:
    """The last RECENT rows.  `days` are all (first row, local day), in order."""

    def __init__(self, days: Iterable[tuple[int, dt.date]] = ()) -> None:
        self._size = RECENT
        self._days = list(days)
        self._rows: collections.OrderedDict[int, Work] = collections.OrderedDict()
        self._of_member: dict[str, collections.deque[int]] = {}
        self._left: dict[str, _Left] = {}
        self._shown: set[int] = set()
        self.tickets = tickets.Found()
        self._new: list[Transaction] = []

    @property
    def day(self) -> dt.date | None:
        """The local day of the last row; None before the first."""
        return self._days[-1][1] if self._days else None

    def day_of(self, seq: int) -> dt.date | None:
        """Return the local day of row `seq`; None for one before the first day known."""
        n = bisect.bisect_right(self._days, seq, key=lambda begun: begun[0])
        return self._days[n - 1][1] if n else None

    def begin(self, first: int, day: dt.date) -> None:
        """Rows from `first`, the next one, on are of this local day."""
        if day != self.day:
            self._days.append((first, day))

    def add(self, row: Transaction) -> None:
        """Take in the next row.  Cheap: it is looked at when somebody asks, not during the tap."""
        self._new.append(row)
        if len(self._new) > self._size:
            self._catch_up()

    def _catch_up(self) -> None:
        for row in self._new:
            self._take(row)
        self._new.clear()

    def _take(self, row: Transaction) -> None:
        if isinstance(row.lines[0], Void):
            self._undo(row)
        else:
            self._keep(row, self.day_of(row.seq))
        oldest = row.seq - self._size
        while self._rows and next(iter(self._rows)) <= oldest:
            self._forget(next(iter(self._rows)))
        while self._left and next(iter(self._left.values())).place <= oldest:
            del self._left[next(iter(self._left))]

    def _undo(self, row: Transaction) -> None:
        work = self._forget(row.ref)
        for name in work.opened if work else ():
            self._left.pop(name, None)
        for name in work.closed if work else ():
            self._left.pop(name, None)
            self._left[name] = _Left(row.seq, row.member, None)

    def _keep(self, row: Transaction, day: dt.date | None) -> None:
        took = any(isinstance(line, Taking) for line in row.lines)
        loaded = any(isinstance(line, LOADS) for line in row.lines)
        logs = [line for line in row.lines if isinstance(line, VisitLog)]
        if not (took or loaded or logs):
            return
        opened = [ticket_id(row.journal, row.seq, n) for n in still_open(row.lines)]
        closed = tuple(line.ticket for line in logs if line.ticket)
        services = tuple(line.service for line in logs)
        self._rows[row.seq] = Work(
            row.seq,
            row.at,
            day,
            row.member,
            row.operator,
            took,
            loaded,
            tuple(opened),
            closed,
            services,
        )
        for name in opened:
            self._left[name] = _Left(row.seq, row.member, day)
        for name in closed:
            self._left.pop(name, None)
        if took or loaded:
            self._of_member.setdefault(row.member, collections.deque()).append(row.seq)

    def _forget(self, seq: int) -> Work | None:
        work = self._rows.pop(seq, None)
        self._shown.discard(seq)
        if work is not None and (work.took or work.loaded):
            of_member = self._of_member[work.member]
            of_member.remove(seq)
            if not of_member:
                del self._of_member[work.member]
        return work

    def show(self, seq: int) -> None:
        """The result of row `seq` was shown."""
        self._catch_up()
        if seq in self._rows:
            self._shown.add(seq)

    def last(self, member: str, without: int = 0) -> int | None:
        """Return the newest row that took or loaded something and stands; None if there is none.

        `without` is a row that is just being undone.
        """
        self._catch_up()
        rows = self._of_member.get(member, ())
        return next((seq for seq in reversed(rows) if seq != without), None)

    def is_unshown(self, seq: int) -> bool:
        """Tell whether a row took something, and its result may not have been seen."""
        self._catch_up()
        return seq in self._rows and self._rows[seq].took and seq not in self._shown

    def of_operator(self, operator: str) -> Iterator[Work]:
        """List what an operator did and was not undone, newest first."""
        self._catch_up()
        return (work for work in reversed(self._rows.values()) if work.operator == operator)

    def served_on(self, day: dt.date) -> set[str]:
        """List members for whom a row here left a ticket open that may be of this local day."""
        self._catch_up()
        return {left.member for left in self._left.values() if left.day in (day, None)}

    def left_by(self, ticket: str) -> int | None:
        """Return the row that left this ticket open; None for one that came from central."""
        self._catch_up()
        left = self._left.get(ticket)
        return None if left is None else left.place
