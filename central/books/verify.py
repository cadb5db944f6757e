"""Checking the whole of the books from what they are made of; nothing is written.

Every balance is recomputed from its entries, every chain from its first hash, every lease from the
journals' allowances, and each row's entries are compared with what the row itself says.  The points
that central mints are in no row: of them only the sums are checked.
"""

import dataclasses as dc
import enum
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from central.shop.choices import JournalState, PurseKind
from central.shop.models import Account, Allowance, Entry, Journal, Ledger, Transaction
from kiosk.domain import transactions as rows
from kiosk.domain.errors import Malformed
from kiosk.domain.units import Unit

_AT_ONCE = 2000
_DATABASE = "the database: it was changed by something else than central"


class Kind(enum.StrEnum):
    """What can differ."""

    NO_LEDGER = "no_ledger"
    ROW_MISSING = "row_missing"
    ROW_ALTERED = "row_altered"
    ROW_UNAPPLIED = "row_unapplied"
    HEAD_DIFFERS = "head_differs"
    ENTRIES_DIFFER = "entries_differ"
    ENTRY_JUMPS = "entry_jumps"
    BALANCE_DIFFERS = "balance_differs"
    LEASES_DIFFER = "leases_differ"
    ALLOWANCE_NEGATIVE = "allowance_negative"
    LOST_HOLDS = "lost_holds"
    NOT_COVERED = "not_covered"


_DO = {
    Kind.NO_LEDGER: "run `kiosk-central migrate`; is this the right database?",
    Kind.ROW_MISSING: "restore a backup: the terminal sends its rows again",
    Kind.ROW_ALTERED: "compare with `kiosk journal export` of the terminal; restore a backup",
    Kind.ROW_UNAPPLIED: "restore a backup: a row is stored that was never applied",
    Kind.HEAD_DIFFERS: "restore a backup: the terminal will be quarantined else",
    Kind.ENTRIES_DIFFER: "restore a backup, or adjust the account with a reason",
    Kind.ENTRY_JUMPS: "an entry is missing or was changed: restore a backup",
    Kind.BALANCE_DIFFERS: "the entries are the truth: restore a backup",
    Kind.LEASES_DIFFER: "the allowances are the truth: restore a backup",
    Kind.ALLOWANCE_NEGATIVE: "restore a backup",
    Kind.LOST_HOLDS: "restore a backup: a journal that was given up holds nothing",
    Kind.NOT_COVERED: "restore a backup: more is leased than there is",
}


@dc.dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not add up: where, and what was expected."""

    kind: Kind
    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.detail}\n  whose: {_DATABASE}\n  do: {self.do}"

    @property
    def do(self) -> str:
        """What to do about it."""
        return _DO[self.kind]


@contextmanager
def snapshot() -> Iterator[None]:
    """Read the database as of one moment; others go on writing, and nothing here can."""
    if connection.in_atomic_block:
        yield
        return
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if sqlite:
            cursor.execute("PRAGMA query_only = ON")
            cursor.execute("BEGIN DEFERRED")
        else:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
            if sqlite:
                cursor.execute("PRAGMA query_only = OFF")


def differences() -> Iterator[Difference]:
    """Yield all that does not add up.  Call it in a snapshot."""
    if not Ledger.objects.filter(pk=1).exists():
        yield Difference(Kind.NO_LEDGER, "books", "there is no ledger")
    for journal in Journal.objects.select_related("terminal").order_by("pk"):
        yield from _chain(journal)
    yield from _balances()
    yield from _leases()


def _chain(journal: Journal) -> Iterator[Difference]:
    """Walk a journal from its first hash; each row's entries are what the row says."""
    where = f"journal {journal.pk} of {journal.terminal}"
    head, seq = rows.GENESIS, 0
    posted = _Posted(journal)
    stored = Transaction.objects.filter(journal=journal).order_by("seq")
    for row in stored.iterator(_AT_ONCE):
        if row.seq > journal.applied:
            yield Difference(Kind.ROW_UNAPPLIED, where, f"row {row.seq}, applied {journal.applied}")
            return
        if row.seq != seq + 1:
            yield Difference(Kind.ROW_MISSING, where, f"row {seq + 1}")
            head = bytes(row.prev)
        payload = bytes(row.payload)
        seq, chained = row.seq, rows.chain(head, payload)
        if bytes(row.prev) != head or bytes(row.hash) != chained:
            yield Difference(Kind.ROW_ALTERED, where, f"row {seq}")
        head = bytes(row.hash)
        if differs := posted.compare(row.pk, payload, seq):
            yield Difference(Kind.ENTRIES_DIFFER, where, f"row {seq}: {differs}")
    if seq < journal.applied:
        yield Difference(Kind.ROW_MISSING, where, f"row {seq + 1} to {journal.applied}")
    elif head != bytes(journal.head):
        yield Difference(Kind.HEAD_DIFFERS, where, f"row {seq}")


class _Posted:
    """What the rows of one journal posted, by row and account; read once."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal.pk
        self._points = f"suspense.{journal.terminal.store_id}.{Unit.POINTS.value}"
        self._minted = {self._points} | set(
            Account.objects.filter(kind=PurseKind.POINTS).values_list("pk", flat=True)
        )
        self._entries: dict[int, Counter[str]] = {}
        found = Entry.objects.filter(transaction__journal=journal).order_by("transaction")
        for row, account, amount in found.values_list("transaction", "account", "amount").iterator(
            _AT_ONCE
        ):
            self._entries.setdefault(row, Counter())[account] += amount

    def compare(self, row: int, payload: bytes, seq: int) -> str:
        """Say what differs, "" for nothing: what a purse lacks of a row stands in suspense."""
        entries = self._entries.pop(row, Counter())
        try:
            read = rows.decode(payload)
        except Malformed:
            return _told({}, entries)
        if (read.journal, read.seq) != (self._journal, seq):
            return _told({}, entries)
        minted = self._minted | {
            leg.account
            for line in read.lines
            if isinstance(line, rows.PointsRedeem)
            for leg in line.legs
        }
        claimed = {a: d.posted for a, d in rows.deltas(read.lines).items() if a not in minted}
        moved = {a: n for a, n in entries.items() if a not in minted}
        purses = {a: n for a, n in moved.items() if not a.startswith("suspense.")}
        stray = purses.keys() - claimed.keys()
        if stray or sum(moved.values()) != sum(claimed.values()):
            return _told({a: n for a, n in claimed.items() if n}, moved)
        return ""


def _told(claimed: dict[str, int], moved: dict[str, int]) -> str:
    if claimed == moved:
        return ""
    return f"it says {dict(sorted(claimed.items()))}, its entries {dict(sorted(moved.items()))}"


def _balances() -> Iterator[Difference]:
    """Add up the entries of every account."""
    running: Counter[str] = Counter()
    jumped: set[str] = set()
    found = Entry.objects.order_by("pk").values_list("account", "amount", "balance_after")
    for account, amount, after in found.iterator(_AT_ONCE):
        running[account] += amount
        if running[account] != after and account not in jumped:
            jumped.add(account)
            detail = f"{running[account]} after {amount:+d}, the entry says {after}"
            yield Difference(Kind.ENTRY_JUMPS, f"account {account}", detail)
    for account, posted in Account.objects.order_by("pk").values_list("pk", "posted"):
        if posted != running[account]:
            detail = f"balance {posted}, its entries make {running[account]}"
            yield Difference(Kind.BALANCE_DIFFERS, f"account {account}", detail)


def _leases() -> Iterator[Difference]:
    """Add up the allowances of every account: P >= G >= 0, and a lost journal holds nothing."""
    held: Counter[str] = Counter()
    lost = set(Journal.objects.filter(state=JournalState.LOST).values_list("pk", flat=True))
    found = Allowance.objects.order_by("pk").values_list("journal", "account", "amount")
    for journal, account, amount in found.iterator(_AT_ONCE):
        held[account] += amount
        where = f"journal {journal}, account {account}"
        if amount < 0:
            yield Difference(Kind.ALLOWANCE_NEGATIVE, where, str(amount))
        if amount > 0 and journal in lost:
            yield Difference(Kind.LOST_HOLDS, where, str(amount))
    accounts = Account.objects.order_by("pk").values_list("pk", "kind", "posted", "leased")
    for account, kind, posted, leased in accounts.iterator(_AT_ONCE):
        if leased != held[account]:
            detail = f"leased {leased}, the journals hold {held[account]}"
            yield Difference(Kind.LEASES_DIFFER, f"account {account}", detail)
        if kind != PurseKind.SUSPENSE and posted < leased:
            detail = f"leased {leased} of {posted}"
            yield Difference(Kind.NOT_COVERED, f"account {account}", detail)


def summary() -> str:
    """Count what was checked, and what each journal holds."""
    counted = (
        f"{Journal.objects.count()} journals, {Transaction.objects.count()} rows,"
        f" {Entry.objects.count()} entries, {Account.objects.count()} accounts"
    )
    held: Counter[str] = Counter()
    for journal, amount in Allowance.objects.values_list("journal", "amount").iterator(_AT_ONCE):
        held[journal] += amount
    lines = [
        f"  {journal.pk} of {journal.terminal}: {journal.state}, {journal.applied} rows,"
        f" {held[journal.pk]} leased"
        for journal in Journal.objects.select_related("terminal").order_by("pk")
    ]
    return "\n".join([counted, *lines])
