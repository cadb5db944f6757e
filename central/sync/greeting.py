"""Hello: whose journal this is, and whether it still agrees with what was applied of it."""

from django.utils import timezone

from central.books import apply, directory
from central.shop.choices import JournalState
from central.shop.models import Case, CaseKind, Journal, Terminal, Transaction
from kiosk.domain import wire
from kiosk.domain.errors import ProtocolError


def meet(terminal: Terminal, hello: wire.Hello) -> Journal:
    """Find or register the journal of a hello.

    A journal belongs to the terminal that first said hello with it.  A new one freezes the
    terminal's former ones: they may still drain, and are granted nothing.  Raises ProtocolError.
    """
    with directory.writing():
        journal = Journal.objects.select_related("terminal__store").filter(pk=hello.journal).first()
        if journal is None:
            Journal.objects.filter(terminal=terminal, state=JournalState.OPEN).update(
                state=JournalState.FROZEN, why=f"replaced by {hello.journal}"
            )
            journal = Journal.objects.create(pk=hello.journal, terminal=terminal)
        elif journal.terminal_id != terminal.pk:
            raise ProtocolError(f"journal {journal.pk} belongs to {journal.terminal}")
        _compare(journal, hello)
        Terminal.objects.filter(pk=terminal.pk).update(
            software=hello.software[:64], online=True, last_heard=timezone.now()
        )
        return journal


def _compare(journal: Journal, hello: wire.Hello) -> None:
    """Open a case for a journal that is behind its own past, quarantine one with another past."""
    if journal.state == JournalState.QUARANTINED or hello.last_seq > journal.applied:
        return
    if hello.last_seq:
        known = Transaction.objects.values_list("hash", flat=True)
        head = bytes(known.get(journal=journal, seq=hello.last_seq))
    else:
        head = bytes(32)
    if head.hex() != hello.head:
        apply.quarantine(journal, hello.last_seq)
    elif hello.last_seq < journal.applied:
        Case.objects.get_or_create(
            kind=CaseKind.ROLLED_BACK,
            journal=journal,
            seq=hello.last_seq,
            store=journal.terminal.store,
            defaults={"detail": {"applied": journal.applied}},
        )
