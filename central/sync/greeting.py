"""Hello: whose journal this is, and whether it still agrees with what was applied of it."""

import datetime as dt

from django.utils import timezone

from central.books import apply, directory, epochs, journals
from central.shop.choices import JournalReason, JournalState
from central.shop.models import Case, CaseKind, Journal, Terminal, Transaction
from kiosk.domain import wire
from kiosk.domain.errors import ProtocolError

MARK_PATIENCE = dt.timedelta(seconds=45)
"""A kiosk that is stopped says hello each minute; one that has not heard its welcome, sooner."""


def meet(terminal: Terminal, hello: wire.Hello) -> Journal:
    """Find or register the journal of a hello.

    A journal belongs to the terminal that first said hello with it.  A new one freezes the
    terminal's former ones: they may still drain, and are granted nothing.  Raises ProtocolError.
    """
    epochs.check(hello)
    with directory.writing():
        journal = Journal.objects.select_related("terminal__store").filter(pk=hello.journal).first()
        if new := journal is None:
            Journal.objects.filter(terminal=terminal, state=JournalState.OPEN).update(
                state=JournalState.FROZEN,
                reason=JournalReason.REPLACED,
                why=f"replaced by {hello.journal}",
            )
            journal = Journal.objects.create(pk=hello.journal, terminal=terminal)
        elif journal.terminal_id != terminal.pk:
            raise ProtocolError(f"journal {journal.pk} belongs to {journal.terminal}")
        before = journal.heard_at
        # a hello may come late, or be an older card's: what was once spoken of is still awaited
        journal.last_seq = max(journal.last_seq, hello.last_seq)
        journal.heard_at = timezone.now()
        journal.save(update_fields=["last_seq", "heard_at"])
        epochs.heard(journal, hello, timezone.now(), new=new)
        _compare(journal, hello, before)
        Terminal.objects.filter(pk=terminal.pk).update(
            software=hello.software[:64], online=True, last_heard=timezone.now()
        )
        return journal


def _compare(journal: Journal, hello: wire.Hello, before: dt.datetime | None) -> None:
    """Quarantine a journal with another past; note one that is behind its own, or lacks rows.

    Those stop by themselves when they hear how far they were applied.  Central goes on hearing
    them: a hello may be an old one that came late, and the true card may come back; both are set
    right by the next hello, or the next row.
    """
    if journal.state == JournalState.QUARANTINED:
        return
    if hello.last_seq > journal.applied:
        if hello.acknowledged > journal.applied:
            _lacking(journal, before)
        else:
            journals.complete(journal)
        return
    if hello.last_seq:
        known = Transaction.objects.values_list("hash", flat=True)
        head = bytes(known.get(journal=journal, seq=hello.last_seq))
    else:
        head = bytes(32)
    if head.hex() != hello.head:
        apply.quarantine(journal, JournalReason.OTHER_PAST, hello.last_seq)
    elif hello.last_seq < journal.applied:
        _suspect(journal, JournalReason.ROLLED_BACK, CaseKind.ROLLED_BACK, hello.last_seq)
    else:
        journals.complete(journal)


def _lacking(journal: Journal, before: dt.datetime | None) -> None:
    """Note a journal that does not lower its mark to ours: it has the rows between no more.

    After a restore the first hello is like this; the welcome to it lowers the mark.
    """
    patient = before is None or timezone.now() - before < MARK_PATIENCE
    if not patient and journal.state == JournalState.OPEN:
        _suspect(journal, JournalReason.GAP, CaseKind.GAP, journal.applied + 1)


def _suspect(journal: Journal, reason: JournalReason, kind: CaseKind, seq: int) -> None:
    if journal.state == JournalState.OPEN:
        journal.reason = reason
        journal.save(update_fields=["reason"])
    Case.objects.get_or_create(
        kind=kind,
        journal=journal,
        seq=seq,
        store=journal.terminal.store,
        open=True,
        defaults={"detail": {"applied": journal.applied}},
    )
