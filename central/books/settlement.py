"""Clearing what went wrong: movements that may touch the store's suspense account as well.

The same rule as for any other debit: a purse gives only what is free.  The suspense account is no
purse: it takes either sign, and its balance is what is still to be cleared.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from central.books import directory, epochs, recalls
from central.books.facts import unit
from central.books.recalls import HeldElsewhere, holders
from central.books.sheet import Cause, Sheet, unit_of
from central.shop.choices import PurseKind
from central.shop.models import Account, Case, CaseKind, Entry, Movement, Transaction
from kiosk.domain import transactions as rows
from kiosk.domain.errors import Malformed
from kiosk.domain.transactions import Delta
from kiosk.domain.units import Unit

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def move(
    store: str,
    purses: Mapping[str, int],
    suspense: Mapping[Unit, int],
    kind: str,
    reason: str,
    user: "User | None",
) -> Movement:
    """Change these purses and the store's suspense by these amounts, all or none.

    Raises HeldElsewhere when a debit is above what is free, LookupError for an unknown account.
    """
    with directory.writing():
        sheet = Sheet(store)
        sheet.load(purses)
        movement = Movement.objects.create(kind=kind, reason=reason[:120], user=user)
        short: dict[str, int] = {}
        epochs.wait_before_debits(purses)
        for account_id, amount in sorted(purses.items()):
            account = sheet.purse(account_id)
            if account is None:
                raise LookupError(account_id)
            missing = account.leased - account.posted - amount
            if amount < 0 < missing:
                short[account_id] = missing
            else:
                sheet.post(account, Delta(posted=amount), movement)
        if short:
            first = next(iter(short))
            raise HeldElsewhere(first, short[first], holders(*short), tuple(short))
        for unit, amount in suspense.items():
            sheet.suspend(unit, amount, movement)
        sheet.write()
        recalls.end(account for account, amount in purses.items() if amount < 0)
        return movement


def posted_by(cause: Cause) -> tuple[dict[str, int], dict[Unit, int]]:
    """Sum what a row or a movement posted: by purse, and by unit to suspense."""
    named = "transaction" if isinstance(cause, Transaction) else "movement"
    entries = Entry.objects.filter(**{named: cause})
    purses: Counter[str] = Counter()
    for account, amount in entries.exclude(account__kind=PurseKind.SUSPENSE).values_list(
        "account", "amount"
    ):
        purses[account] += amount
    return dict(purses), _suspense(entries)


def written_off(movements: Iterable[int]) -> dict[Unit, int]:
    """Sum what these movements posted to suspense, by unit."""
    return _suspense(Entry.objects.filter(movement__in=list(movements)))


def _suspense(entries: QuerySet[Entry]) -> dict[Unit, int]:
    found: Counter[Unit] = Counter()
    for account, amount in entries.filter(account__kind=PurseKind.SUSPENSE).values_list(
        "account", "amount"
    ):
        found[Unit(account.rpartition(".")[2])] += amount
    return dict(found)


def in_suspense(case: Case) -> tuple[Unit, int]:
    """Return what this case put to suspense: its unit and signed amount, 0 for none.

    Of an unknown account that a row names more than once, the first case stands for all of it.
    """
    transaction = case.transaction
    account = str(case.detail.get("account", ""))
    if case.kind == CaseKind.POINTS_SHORT:
        return Unit.POINTS, -int(case.detail.get("suspense", 0))
    if transaction is None:
        return Unit.FEN, 0
    try:
        row = rows.decode(bytes(transaction.payload))
    except Malformed:
        return Unit.FEN, 0
    if case.kind == CaseKind.NOT_COVERED:
        known = Account.objects.filter(pk=account).exclude(kind=PurseKind.SUSPENSE).first()
        unit = unit_of(known) if known is not None else _unit(row, account)
        return unit, -int(case.detail.get("suspense", 0))
    if case.kind == CaseKind.UNKNOWN_ACCOUNT:
        same = Case.objects.filter(transaction=transaction, kind=case.kind).order_by("pk")
        first = next((c.pk for c in same if c.detail.get("account") == account), None)
        delta = rows.deltas(row.lines).get(account)
        if first == case.pk and delta is not None:
            return _unit(row, account), delta.posted
    return Unit.FEN, 0


def _unit(row: rows.Transaction, account: str) -> Unit:
    """Tell what a row counts this account in, as the books did when they suspended it."""
    named = [x for x in row.lines if any(leg.account == account for leg in rows.legs_of(x))]
    return unit(named[0]) if named else Unit.FEN
