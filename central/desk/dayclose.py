"""日结: one store's local day, from the books.

Every entry of the day is in exactly one category, so the categories sum to the entries: that is
what `Figures.books` is, and everything said about value, visits, voids and corrections is read off
it.  A row counts on the local day of its own time, or of its arrival where its terminal's clock
was unset; what a terminal has not sent yet is missing, and the page says which terminals those are.
"""

import dataclasses as dc
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import Q
from django.utils import timezone

from central.desk import reading
from central.desk.models import Receipt
from central.shop.choices import PurseKind
from central.shop.models import Account, Case, Entry, Movement, Store, Terminal, Transaction
from kiosk.domain import transactions as rows
from kiosk.domain.clock import ClockState, local_day

CATEGORIES = (
    "top_up", "pass_sale", "spent", "points", "void", "redeem", "refund", "cancel_pass", "adjust",
    "reversal", "transfer", "bonus_release", "write_off", "opening", "suspense", "other",
)  # fmt: skip
"""What an entry is about, in the order of the page."""

_MOVEMENTS = {
    "top_up": "top_up",
    "sell_pass": "pass_sale",
    "refund": "refund",
    "adjust": "adjust",
    "reversal": "reversal",
    "cancel_pass": "cancel_pass",
    "transfer": "transfer",
    "merge": "transfer",
    "write_off": "write_off",
    "bonus_release": "bonus_release",
    "points": "points",
    "opening": "opening",
    "import": "opening",
}


@dc.dataclass(frozen=True, slots=True)
class Taken:
    """Money taken in, or paid back where negative: one line of the till."""

    kind: str
    means: str
    who: str
    paid: int
    count: int


@dc.dataclass(frozen=True, slots=True)
class Undrained:
    """A terminal that may still send rows of the day."""

    terminal: Terminal
    waiting: int
    online: bool
    last_heard: dt.datetime | None


@dc.dataclass(slots=True)
class Figures:
    """A day.  Counters: `books` by (category, kind of purse), `visits` by (service, operator)."""

    store: Store
    day: dt.date
    books: Counter[tuple[str, str]] = dc.field(default_factory=Counter)
    taken: list[Taken] = dc.field(default_factory=list)
    visits: Counter[tuple[str, str]] = dc.field(default_factory=Counter)
    redeemed: Counter[str] = dc.field(default_factory=Counter)
    check_ins: int = 0
    voids: int = 0
    open_cases: Counter[str] = dc.field(default_factory=Counter)
    undrained: list[Undrained] = dc.field(default_factory=list)

    def total(self, kind: str) -> int:
        """Sum all entries of the day on this kind of purse."""
        return sum(amount for (_, k), amount in self.books.items() if k == kind)

    def category(self, category: str, *kinds: str) -> int:
        """Sum a category's entries on these kinds of purses."""
        return sum(self.books[category, kind] for kind in kinds)

    @property
    def till(self) -> int:
        """All that was taken in, less what was paid back, in 分."""
        return sum(taken.paid for taken in self.taken)

    def by_means(self) -> dict[str, int]:
        """Sum the till by means of payment."""
        found: Counter[str] = Counter()
        for taken in self.taken:
            found[taken.means] += taken.paid
        return dict(sorted(found.items()))


def bounds(store: Store, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return the first instant of the store's local day, and the first after it."""
    zone = dt.timezone(dt.timedelta(minutes=store.utc_offset_minutes))
    start = dt.datetime.combine(day, dt.time(), zone)
    return start, start + dt.timedelta(days=1)


def of(store: Store, day: dt.date) -> Figures:
    """Add up a day."""
    figures = Figures(store, day)
    till: Counter[tuple[str, str, str]] = Counter()
    counts: Counter[tuple[str, str, str]] = Counter()
    stored = dict(_rows(store, day))
    for transaction, row in stored.items():
        _count(figures, transaction, row)
        for kind, means, paid in (*_loads(row), *_given_back(transaction, row)):
            till[kind, means, row.operator] += paid
            counts[kind, means, row.operator] += 1
    movements = list(_movements(store, day))
    for receipt in Receipt.objects.filter(movement__in=movements).select_related("movement__user"):
        if receipt.paid:
            user = receipt.movement.user
            kind = _MOVEMENTS.get(receipt.movement.kind, "other")
            key = (kind, receipt.means, f"@{user.username}" if user else "")
            till[key] += receipt.paid
            counts[key] += 1
    figures.taken = [
        Taken(*key, paid, counts[key]) for key, paid in sorted(till.items()) if counts[key]
    ]
    _add_entries(figures, stored, movements)
    for kind in Case.objects.filter(store=store, open=True).values_list("kind", flat=True):
        figures.open_cases[kind] += 1
    figures.undrained = list(_undrained(store, day))
    return figures


def _rows(store: Store, day: dt.date) -> Iterator[tuple[Transaction, rows.Transaction]]:
    start, end = bounds(store, day)
    near = Q(at__gte=start, at__lt=end) | Q(received_at__gte=start, received_at__lt=end)
    found = Transaction.objects.filter(near, journal__terminal__store=store)
    for transaction in found.select_related("reversed_by"):
        row = reading.row(transaction)
        if row is None:
            continue
        at = transaction.received_at if row.clock is ClockState.UNSYNCED else row.at
        if local_day(at, store.utc_offset_minutes) == day:
            yield transaction, row


def _count(figures: Figures, transaction: Transaction, row: rows.Transaction) -> None:
    stands = transaction.voided_by_id is None and not hasattr(transaction, "reversed_by")
    for line in row.lines:
        match line:
            case rows.Void():
                figures.voids += 1
            case rows.CheckIn():
                figures.check_ins += 1
            case rows.VisitLog() if stands:
                figures.visits[line.service, row.operator] += 1
            case rows.VisitRedeem() | rows.ValueRedeem() if stands:
                figures.redeemed[line.service] += 1


def _loads(row: rows.Transaction) -> Iterator[tuple[str, str, int]]:
    for line in row.lines:
        match line:
            case rows.ValueLoad():
                yield "top_up", line.means.value, line.paid
            case rows.PassLoad():
                yield "pass_sale", line.means.value, line.paid


def _given_back(transaction: Transaction, row: rows.Transaction) -> Iterator[tuple[str, str, int]]:
    """A sale that is undone at the kiosk is paid back there, the way it was paid."""
    if reading.voids(row):
        for original in transaction.voids.all():
            read = reading.row(original)
            for _, means, paid in _loads(read) if read else ():
                yield "void", means, -paid


def _movements(store: Store, day: dt.date) -> Iterator[Movement]:
    start, end = bounds(store, day)
    only = Store.objects.count() == 1
    found = Movement.objects.filter(at__gte=start, at__lt=end)
    for movement in found.select_related("receipt", "bonusrelease").prefetch_related("tickets"):
        where = store_of(movement)
        if where == store.pk or (where is None and only):
            yield movement


def store_of(movement: Movement) -> str | None:
    """Return where a movement was made; None when nothing says so."""
    for name in ("receipt", "bonusrelease"):
        if (beside := getattr(movement, name, None)) is not None:
            return str(beside.store_id)
    return next((ticket.store_id for ticket in movement.tickets.all()), None)


def _add_entries(
    figures: Figures, stored: dict[Transaction, rows.Transaction], movements: Iterable[Movement]
) -> None:
    by_pk = {transaction.pk: row for transaction, row in stored.items()}
    kinds = {movement.pk: movement.kind for movement in movements}
    mine = Q(transaction__in=list(by_pk)) | Q(movement__in=list(kinds))
    for entry in Entry.objects.filter(mine).select_related("account"):
        if entry.transaction_id is not None:
            category = category_of(by_pk[entry.transaction_id], entry.account)
        else:
            assert entry.movement_id is not None
            kind = kinds[entry.movement_id]
            category = "redeem" if "redeem" in kind else _MOVEMENTS.get(kind, "other")
        figures.books[category, _column(entry.account)] += entry.amount


def _column(account: Account) -> str:
    """Name the column of an account: its kind; of suspense, with the unit behind a dot."""
    if account.kind == PurseKind.SUSPENSE:
        return f"{PurseKind.SUSPENSE.value}.{account.pk.rpartition('.')[2]}"
    return account.kind


def category_of(row: rows.Transaction, account: Account) -> str:
    """Say what a row's entry on this account is about."""
    if account.kind == PurseKind.SUSPENSE:
        return "suspense"
    if reading.voids(row):
        return "void"
    for line in row.lines:
        if any(leg.account == account.pk for leg in rows.legs_of(line)):
            match line:
                case rows.ValueLoad():
                    return "top_up"
                case rows.PassLoad():
                    return "pass_sale"
                case rows.VisitRedeem() | rows.ValueRedeem() | rows.CouponRedeem():
                    return "spent"
    return "points" if account.kind == PurseKind.POINTS else "other"


def _undrained(store: Store, day: dt.date) -> Iterator[Undrained]:
    """List the terminals that may still have rows of this day.

    Done are those that have said, after the day's end, that nothing waits, to be heard of then is
    no such word; and while the day goes on, those that are online with nothing waiting.
    """
    _, end = bounds(store, day)
    now = timezone.now()
    for terminal in Terminal.objects.filter(store=store, journals__isnull=False).distinct():
        said = terminal.waiting_at
        current = said is not None and (said >= end or (now < end and terminal.online))
        if terminal.waiting or not current:
            yield Undrained(terminal, terminal.waiting, terminal.online, terminal.last_heard)
