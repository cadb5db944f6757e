"""Which books these are, and what follows when they are put back to an earlier day.

A backup lacks what happened after it.  The terminals have their rows and send them again; what was
granted to them since, the books do not know of: the same money would be free for a second
terminal.  So a restore begins a new epoch.  A terminal that hears of it gives back all that it
holds, as rows, and asks anew; until every open journal has done so, or for SETTLING at most,
nothing is leased and no purse is debited at the counter.

Invariant: in a settled epoch, what a journal holds is what these books have leased to it.  Who is
not heard of within SETTLING may spend at most what was granted to it after the backup; what that
takes beyond the balance is a case beside its row (docs/decisions).
"""

import datetime as dt
import logging
from collections.abc import Mapping

from django.utils import timezone

from central.books import directory
from central.books.recalls import HeldElsewhere
from central.shop.choices import JournalState
from central.shop.models import Journal, Ledger, Outgoing
from kiosk.domain import wire
from kiosk.domain.errors import ProtocolError

log = logging.getLogger(__name__)

SETTLING = dt.timedelta(minutes=10)
"""How long the other terminals and the counter wait for one that was not heard of."""

MOST_AHEAD = 1000
"""Restores that a backup may lack.  More could lead all to an epoch that no message carries."""


def identity() -> tuple[str, int]:
    """Return the id of these books and their epoch."""
    ledger = Ledger.objects.filter(pk=1).first()
    if ledger is None:
        with directory.writing() as ledger:
            pass
    return ledger.central, ledger.epoch


def begin(now: dt.datetime, above: int = 0) -> int:
    """Begin a new epoch, higher than `above`: these books are older than what was said of them.

    Every open journal is told.
    """
    with directory.writing() as ledger:
        ledger.epoch = max(ledger.epoch, above) + 1
        ledger.restored_at = now
        ledger.save(update_fields=["epoch", "restored_at"])
        Journal.objects.update(settles_at=None)
        # who was welcomed in the epoch before would not say hello again by itself
        to_tell = Journal.objects.filter(state=JournalState.OPEN).values_list("pk", flat=True)
        Outgoing.objects.create(kind=Outgoing.OPINION, accounts=list(to_tell))
        return ledger.epoch


def check(hello: wire.Hello) -> None:
    """Refuse a journal that follows other books, or says what no restore explains.

    Raises ProtocolError.
    """
    ours, epoch = identity()
    if hello.central not in ("", ours):
        raise ProtocolError(f"journal {hello.journal} follows central {hello.central}, not {ours}")
    if hello.epoch > epoch + MOST_AHEAD:
        raise ProtocolError(f"journal {hello.journal} claims epoch {hello.epoch} of {epoch}")


def heard(journal: Journal, hello: wire.Hello, now: dt.datetime, *, new: bool) -> None:
    """Take what a hello tells of the books: that they were put back, or that this one is settled.

    They were, if they once welcomed a journal that they do not know, or acknowledged more rows than
    they have, or led the terminal to a later directory or epoch.  Then staff have restored a backup
    and have not said so.
    """
    ledger = directory.lock()
    if hello.central != ledger.central:
        if new:
            journal.settled = ledger.epoch
            journal.save(update_fields=["settled"])
        return
    known = hello.epoch == ledger.epoch
    ahead = (
        new  # it has been welcomed by these books, and they do not know of it
        or hello.acknowledged > journal.applied
        or hello.directory_version > ledger.directory_version
    )
    if new:
        journal.settled = 0
    if hello.epoch > ledger.epoch or (known and ahead):
        epoch = begin(now, hello.epoch)
        log.error("these books are older than what %s was told: epoch %d", journal.pk, epoch)
        journal.settles_at = None
    elif known and journal.settled < ledger.epoch:
        journal.settles_at = hello.last_seq
    _settle(journal, ledger.epoch)
    journal.save(update_fields=["settled", "settles_at"])


def applied(journal: Journal) -> None:
    """Look whether a journal has given back all that it held."""
    if journal.settles_at is not None:
        _settle(journal, directory.lock().epoch)
        journal.save(update_fields=["settled", "settles_at"])


def _settle(journal: Journal, epoch: int) -> None:
    if journal.settles_at is not None and journal.applied >= journal.settles_at:
        journal.settled, journal.settles_at = epoch, None


def awaited(now: dt.datetime) -> tuple[str, ...]:
    """List the terminals that a restored central still waits for, as store/terminal."""
    ledger = Ledger.objects.filter(pk=1).first()
    if ledger is None or ledger.restored_at is None or now >= ledger.restored_at + SETTLING:
        return ()
    unsettled = Journal.objects.filter(state=JournalState.OPEN, settled__lt=ledger.epoch)
    return tuple(
        sorted({str(journal.terminal) for journal in unsettled.select_related("terminal")})
    )


def wait_before_debits(amounts: Mapping[str, int]) -> None:
    """Raise HeldElsewhere for a debit while terminals may hold what these books do not know of."""
    debits = {account: -amount for account, amount in amounts.items() if amount < 0}
    if debits and (waited := awaited(timezone.now())):
        account, missing = next(iter(debits.items()))
        raise HeldElsewhere(account, missing, waited, tuple(debits))
