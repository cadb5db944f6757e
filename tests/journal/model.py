"""What the rows of a journal amount to, folded from the first to the last: slow and plain.

The journal's tests compare with it.  Central in `Central` is design §6 in its simplest form.
"""

import dataclasses as dc
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence

from kiosk.domain import wire
from kiosk.domain.members import MemberRecord, Purse, Ticket
from kiosk.domain.transactions import (
    AnyLine,
    CheckIn,
    PassLoad,
    Transaction,
    ValueLoad,
    ValueRedeem,
    VisitLog,
    VisitRedeem,
    Void,
    decode,
    deltas,
    ticket_id,
)
from tests.journal import shop

START = 30
MEMBERS = ("m1", "m2")
PURSES = (shop.PRINCIPAL, shop.BOUGHT)
ACCOUNTS = tuple(shop.account(m, p) for m in MEMBERS for p in PURSES)


@dc.dataclass(frozen=True)
class Row:
    """A row and the shop's local day on which it was written."""

    content: Transaction
    day: dt.date

    @property
    def lines(self) -> tuple[AnyLine, ...]:
        return self.content.lines

    @property
    def voids(self) -> int:
        """The row that this one undoes; 0: none."""
        return self.content.ref if isinstance(self.lines[0], Void) else 0

    @property
    def took(self) -> bool:
        return any(isinstance(line, VisitRedeem | ValueRedeem) for line in self.lines)

    @property
    def moved(self) -> bool:
        return self.took or any(isinstance(line, ValueLoad | PassLoad) for line in self.lines)


@dc.dataclass
class Open:
    """Open tickets and passes on the record, by member: what central lists, and rows after it."""

    tickets: dict[str, dict[str, Ticket]]
    passes: dict[str, dict[str, PassLoad]]

    @classmethod
    def nothing(cls) -> "Open":
        return cls({m: {} for m in MEMBERS}, {m: {} for m in MEMBERS})

    def copy(self) -> "Open":
        return Open(
            {m: dict(found) for m, found in self.tickets.items()},
            {m: dict(found) for m, found in self.passes.items()},
        )

    def apply(self, row: Row, rows: Sequence[Row], known: dict[str, Ticket]) -> None:
        """Do what a row does; `rows` are all of them, `known` every ticket that ever was."""
        if row.voids:
            self._undo(rows[row.voids - 1], known)
            return
        member = row.content.member
        for name, ticket in opened(row).items():
            self.tickets[member][name] = known[name] = ticket
        for line in row.lines:
            if isinstance(line, VisitLog) and line.ticket:
                self.tickets[member].pop(line.ticket, None)
            if isinstance(line, PassLoad):
                self.passes[member][line.pass_id] = line

    def _undo(self, row: Row, known: dict[str, Ticket]) -> None:
        member = row.content.member
        for name in opened(row):
            self.tickets[member].pop(name, None)
        for line in row.lines:
            if isinstance(line, VisitLog) and line.ticket:
                self.tickets[member][line.ticket] = known[line.ticket]
            if isinstance(line, PassLoad):
                self.passes[member].pop(line.pass_id, None)


def opened(row: Row) -> dict[str, Ticket]:
    """The tickets that are open once a row is written."""
    found, closed = {}, [x for x in row.lines if isinstance(x, VisitLog) and not x.ticket]
    for n, line in enumerate(row.lines):
        if isinstance(line, VisitRedeem | ValueRedeem):
            if closed:
                closed.pop()
                continue
            name = ticket_id(row.content.journal, row.content.seq, n)
            found[name] = Ticket(name, line.service, row.day, line.pet)
    return found


def standing(rows: Sequence[Row]) -> list[Row]:
    """The rows that are not undone, and no voids."""
    undone = {row.voids for row in rows}
    return [row for row in rows if row.content.seq not in undone and not row.voids]


def checked_in(rows: Iterable[Row], member: str) -> dt.date | None:
    """The day of the last check-in."""
    days = [
        line.day
        for row in rows
        for line in row.lines
        if isinstance(line, CheckIn) and row.content.member == member
    ]
    return days[-1] if days else None


@dc.dataclass
class Central:
    """Posted P and leased G; rows are applied in order, a nonce is answered once for ever."""

    posted: Counter[str] = dc.field(default_factory=lambda: Counter(dict.fromkeys(ACCOUNTS, START)))
    leased: Counter[str] = dc.field(default_factory=Counter)
    heads: list[str] = dc.field(default_factory=lambda: [bytes(32).hex()])
    rows: list[Row] = dc.field(default_factory=list)
    open: Open = dc.field(default_factory=Open.nothing)
    known: dict[str, Ticket] = dc.field(default_factory=dict)
    grants: dict[str, wire.AllowanceGrant] = dc.field(default_factory=dict)
    pages: list[tuple[int, list[MemberRecord], Open]] = dc.field(default_factory=list)

    @property
    def applied(self) -> int:
        return len(self.rows)

    def apply(self, payload: bytes, day: dt.date, head: str) -> None:
        row = Row(decode(payload), day)
        for name, delta in deltas(row.lines).items():
            self.posted[name] += delta.posted
            self.leased[name] += delta.held
        self.rows.append(row)
        self.heads.append(head)
        self.open.apply(row, self.rows, self.known)
        assert all(self.posted[a] >= self.leased[a] >= 0 for a in self.posted | self.leased)

    def make_page(self) -> None:
        records = [self._record(member) for member in MEMBERS]
        self.pages.append((self.applied, records, self.open.copy()))

    def _record(self, member: str) -> MemberRecord:
        posted = {p: self.posted[shop.account(member, p)] for p in PURSES}
        return shop.record(
            member,
            posted=posted,
            valid_until=None,
            purses=PURSES,
            tickets=tuple(self.open.tickets[member].values()),
            sold={line.pass_id: self._purses(line) for line in self.open.passes[member].values()},
        )

    def _purses(self, line: PassLoad) -> tuple[Purse, ...]:
        return (shop.purse(line.pass_id, self.posted[line.bought.account]),)
