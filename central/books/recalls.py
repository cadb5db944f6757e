"""The counter wants back what terminals hold (design, §6: waiting for terminal X).

A debit that is not covered by what is free asks the terminals that hold the rest to release it.
While the counter waits, nothing of these accounts is leased: what comes back stays here.  A recall
ends with the debit or after some minutes; then the terminals are offered what is left.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from central.shop.models import Account, Allowance, Case, CaseKind, Outgoing, Recall

PATIENCE = dt.timedelta(minutes=3)
"""How long the counter may try again after the terminals were asked."""


class HeldElsewhere(Exception):
    """The free part does not cover the debit; `terminals` hold the rest and were asked for it.

    `accounts` are all that the debit could use.  Try again once they have answered.
    """

    def __init__(
        self,
        account: str,
        missing: int,
        terminals: tuple[str, ...],
        accounts: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"{account}: {missing} missing, held by {', '.join(terminals) or 'none'}")
        self.account, self.missing, self.terminals = account, missing, terminals
        self.accounts = accounts or (account,)


def holders(*accounts: str) -> tuple[str, ...]:
    """List the terminals that hold a part of these accounts, as store/terminal."""
    held = Allowance.objects.filter(account__in=accounts, amount__gt=0).select_related(
        "journal__terminal"
    )
    return tuple(sorted({str(allowance.journal.terminal) for allowance in held}))


def ask(accounts: Iterable[str], now: dt.datetime) -> None:
    """Ask whoever holds a part of these accounts to give it back."""
    with transaction.atomic():
        held = Account.objects.filter(pk__in=list(accounts), leased__gt=0).order_by("pk")
        wanted = list(held.values_list("pk", flat=True))
        for account in wanted:
            Recall.objects.update_or_create(account_id=account, defaults={"until": now + PATIENCE})
        if wanted:
            Outgoing.objects.create(kind=Outgoing.RECALL, accounts=wanted)


def pass_on(journal: str, accounts: Iterable[str]) -> None:
    """Ask the other terminals to give back what this journal needs; it is then offered to it."""
    held = Allowance.objects.filter(
        account__in=list(accounts), amount__gt=0, account__recall=None
    ).exclude(journal=journal)
    if wanted := sorted(set(held.values_list("account", flat=True))):
        Outgoing.objects.create(kind=Outgoing.RECALL, accounts=wanted, not_to=journal)


def wanted_of(journal: str) -> list[str]:
    """List what the counter waits for, or has written off, and this journal may hold a part of."""
    held = Allowance.objects.filter(journal=journal, amount__gt=0, account__recall__isnull=False)
    return sorted({*held.values_list("account", flat=True), *_written_off(journal)})


def all_of(journal: str) -> list[str]:
    """List the accounts that this journal may hold a part of."""
    held = Allowance.objects.filter(journal=journal, amount__gt=0)
    return sorted({*held.values_list("account", flat=True), *_written_off(journal)})


def held_of(journal: str, among: Iterable[str]) -> list[str]:
    """List those of these accounts that this journal may hold a part of."""
    among = set(among)
    held = Allowance.objects.filter(journal=journal, amount__gt=0, account__in=among)
    return sorted({*held.values_list("account", flat=True), *(among & _written_off(journal))})


def _written_off(journal: str) -> set[str]:
    """List what was taken home without hearing this journal, and is not back (journals.py)."""
    cases = Case.objects.filter(kind=CaseKind.WRITTEN_OFF, journal=journal, open=True)
    return {str(detail["account"]) for detail in cases.values_list("detail", flat=True)}


def end(accounts: Iterable[str]) -> None:
    """The debit is done: offer the terminals what is left of these accounts."""
    _end(list(Recall.objects.filter(account__in=list(accounts))))


def expire(now: dt.datetime) -> None:
    """End the recalls that nobody has come back for."""
    _end(list(Recall.objects.filter(until__lte=now)))


def _end(recalls: list[Recall]) -> None:
    if not recalls:
        return
    with transaction.atomic():
        Recall.objects.filter(pk__in=[recall.pk for recall in recalls]).delete()
        Outgoing.objects.create(
            kind=Outgoing.OFFER, accounts=sorted(recall.account_id for recall in recalls)
        )
