"""The directory's version: each change of a member's record takes the next number.

The ledger row is locked while a number is taken and until its transaction ends, so numbers are
committed in their order: who has seen version n has seen every change up to n.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from central.books import recalls
from central.shop.models import Ledger, Member, Tombstone


@contextmanager
def writing() -> Iterator[Ledger]:
    """Open a SQL transaction that holds the ledger.

    When a debit in it finds that terminals hold what it needs, nothing of it is in, and the
    terminals are asked (central.books.recalls).
    """
    try:
        with transaction.atomic():
            yield lock()
    except recalls.HeldElsewhere as e:
        # again at each outer level: what an inner one had asked is rolled back with the outer one
        recalls.ask(e.accounts, timezone.now())
        raise


def lock() -> Ledger:
    """Hold the ledger until the running SQL transaction ends."""
    return Ledger.objects.select_for_update().get_or_create(pk=1)[0]


def version() -> int:
    """Return the current version; at least 1."""
    found = Ledger.objects.filter(pk=1).values_list("directory_version", flat=True).first()
    return found or 1


def _next() -> int:
    ledger = lock()
    ledger.directory_version += 1
    ledger.save(update_fields=["directory_version"])
    return ledger.directory_version


def touch(members: Iterable[str]) -> None:
    """Say that these members' records have changed."""
    if members := set(members):
        with transaction.atomic():
            Member.objects.filter(pk__in=members).update(version=_next())


def bury(member: str) -> None:
    """Say that this member is gone."""
    with transaction.atomic():
        Tombstone.objects.update_or_create(member=member, defaults={"version": _next()})


def touch_operators() -> None:
    """Say that the operators, or their cards, have changed: every set of pages lists them all."""
    with transaction.atomic():
        _next()
