"""A sheet of the books: accounts in memory within one SQL transaction, written back at once.

Invariants (also CHECK constraints): on a purse P >= G >= 0; each allowance >= 0.  They hold for
whatever a journal claims.  A spend takes from the journal's own allowance, then from what is free;
what is still missing is booked to the store's suspense account, never below zero on a purse and
never out of what another terminal holds (docs/decisions/0005-what-a-row-cannot-cover.md).
"""

import dataclasses as dc
from collections.abc import Iterable

from django.db import connection

from central.books import directory, purses, recalls
from central.shop.choices import JournalState, PurseKind
from central.shop.models import Account, Allowance, Entry, Journal, Movement, Outgoing, Transaction
from kiosk.domain import members
from kiosk.domain.transactions import Delta
from kiosk.domain.units import MAX_AMOUNT, Unit

Cause = Transaction | Movement


@dc.dataclass(frozen=True, slots=True)
class Shortfall:
    """What a delta claimed and its account did not have: of held allowance, of the balance."""

    held: int
    posted: int


def suspense_id(store: str, unit: Unit) -> str:
    """Name a store's suspense account for this unit."""
    return f"suspense.{store}.{unit.value}"


def unit_of(account: Account) -> Unit:
    """Tell what a purse counts in."""
    return members.PurseKind(account.kind).unit


class Sheet:
    """Accounts being worked on.  Call within `directory.writing()`; `write` ends it."""

    def __init__(self, store: str, journal: Journal | None = None) -> None:
        self._store, self._journal = store, journal
        self._lost = journal is not None and journal.state == JournalState.LOST
        self._accounts: dict[str, Account] = {}
        self._allowances: dict[str, Allowance] = {}
        self._asked: set[str] = set()
        self._points: dict[str, str] = {}
        self._changed: set[str] = set()
        self._entries: list[Entry] = []
        self._freed: set[str] = set()
        self._returned: set[str] = set()
        self._touched: set[str] = set()
        self._debited: set[str] = set()

    def load(self, accounts: Iterable[str]) -> None:
        """Read these accounts, and this journal's allowances of them, in two queries."""
        ids = set(accounts) - self._asked
        self._asked |= ids
        self._accounts |= Account.objects.select_related("punch_pass").in_bulk(list(ids))
        if self._journal is not None:
            for allowance in Allowance.objects.filter(journal=self._journal, account__in=ids):
                self._allowances[allowance.account_id] = allowance

    def purse(self, account: str) -> Account | None:
        """Return a purse that a journal may name; None when there is none of that id."""
        self.load([account])
        found = self._accounts.get(account)
        return None if found is None or found.kind == PurseKind.SUSPENSE else found

    def open(self, account: Account) -> Account:
        """Add a new, empty account to the books."""
        account.save(force_insert=True)
        self._asked.add(account.pk)
        self._accounts[account.pk] = account
        return account

    def load_points(self, owners: Iterable[str]) -> None:
        """Read these members' points accounts."""
        found = Account.objects.filter(member__in=owners, kind=PurseKind.POINTS)
        self._points |= dict(found.values_list("member", "pk"))
        self.load(self._points.values())

    def points_of(self, member: str) -> Account:
        """Return the member's points account, made when the first points are minted."""
        if member not in self._points:
            self.load_points([member])
        if member not in self._points:
            name = purses.account_id(member, PurseKind.POINTS)
            self._points[member] = self.open(
                Account(pk=name, member_id=member, kind=PurseKind.POINTS)
            ).pk
        return self._accounts[self._points[member]]

    def post(self, account: Account, delta: Delta, cause: Cause) -> Shortfall | None:
        """Post a delta of this journal to a purse; return what it could not cover, if anything."""
        before = account.posted - account.leased
        if delta.posted < 0 and isinstance(cause, Movement):
            self._debited.add(account.pk)
        short_held = self._lease(account, delta.held)
        short_posted = max(0, account.leased - (account.posted + delta.posted))
        self._enter(account, delta.posted + short_posted, cause)
        if short_posted:
            self.suspend(unit_of(account), -short_posted, cause)
        earned = account.kind == PurseKind.POINTS and isinstance(cause, Transaction)
        if account.posted - account.leased > before:
            if delta.held:
                self._returned.add(account.pk)
            elif not earned:  # a terminal asks for new points when their member taps
                self._freed.add(account.pk)
        return Shortfall(short_held, short_posted) if short_held or short_posted else None

    def suspend(self, unit: Unit, amount: int, cause: Cause) -> None:
        """Book an amount, of either sign, to the store's suspense account."""
        name = suspense_id(self._store, unit)
        self.load([name])
        if name not in self._accounts:
            self._accounts[name] = Account.objects.get_or_create(
                pk=name, defaults={"kind": PurseKind.SUSPENSE}
            )[0]
        self._enter(self._accounts[name], amount, cause)

    def grant(self, account: Account, held_back: int = 0) -> int:
        """Lease what is free on a purse, but for so much, to this journal; return how much."""
        self.load([account.pk])
        account = self._accounts[account.pk]
        free = min(account.posted - account.leased - held_back, MAX_AMOUNT)
        self._lease(account, free)
        return free

    def _lease(self, account: Account, held: int) -> int:
        """Change G by `held`, to 0 at the least; return how much was missing.

        A journal that was given up holds nothing and is leased nothing, whatever it claims.
        """
        if held == 0 or self._lost:
            return 0
        if self._journal is None:
            raise ValueError("only a journal's row changes an allowance")
        allowance = self._allowances.get(account.pk)
        if allowance is None:
            allowance = Allowance(journal=self._journal, account=account)
            self._allowances[account.pk] = allowance
        self._changed.add(account.pk)
        after = max(0, allowance.amount + held)
        account.leased += after - allowance.amount
        short = after - (allowance.amount + held)
        allowance.amount = after
        return short

    def _enter(self, account: Account, amount: int, cause: Cause) -> None:
        if amount == 0:
            return
        self._changed.add(account.pk)
        account.posted += amount
        entry = Entry(account=account, amount=amount, balance_after=account.posted)
        if isinstance(cause, Transaction):
            entry.transaction = cause
        else:
            entry.movement = cause
        self._entries.append(entry)
        if account.member_id is not None:
            self._touched.add(account.member_id)

    def touch(self, member: str) -> None:
        """The member's record changes for another reason than its balances."""
        self._touched.add(member)

    def write(self) -> None:
        """Write all of it, move the directory version and announce what has become free."""
        accounts = [self._accounts[pk] for pk in self._changed]
        allowances = [a for pk, a in self._allowances.items() if pk in self._changed]
        Allowance.objects.bulk_create([a for a in allowances if a._state.adding])
        with connection.cursor() as cursor:
            # bulk_update() would build one CASE over all rows, which is slow for a full batch
            cursor.executemany(
                "UPDATE shop_account SET posted = %s, leased = %s WHERE id = %s",
                [(a.posted, a.leased, a.pk) for a in accounts],
            )
            cursor.executemany(
                "UPDATE shop_allowance SET amount = %s WHERE id = %s",
                [(a.amount, a.pk) for a in allowances],
            )
        Entry.objects.bulk_create(self._entries)
        directory.touch(self._touched)
        recalls.end(self._debited)
        if self._freed:
            Outgoing.objects.create(kind=Outgoing.OFFER, accounts=sorted(self._freed))
        if self._returned and self._journal is not None:
            # to the others: the terminal that gave it back would only take it again
            Outgoing.objects.create(
                kind=Outgoing.OFFER,
                accounts=sorted(self._returned),
                not_to=self._journal.pk,
            )
