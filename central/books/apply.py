"""Applying a batch of a terminal's rows, exactly once (design, §5 to §7).

Invariants: (journal, seq) is applied at most once and in order, each row with all that it brings
about (entries, allowances, points, ticket, cases, the journal's mark) in one SQL transaction.  A
chain-valid row is always in afterwards; what is wrong with it stands in a case beside it.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence

from central.books import chain, directory, epochs, journals
from central.books.batch import Batch
from central.books.facts import Finding
from central.shop.choices import JournalReason, JournalState
from central.shop.models import Case, CaseKind, Journal, Transaction
from kiosk.domain import transactions as rows
from kiosk.domain import wire
from kiosk.domain.errors import Malformed, ProtocolError

log = logging.getLogger(__name__)


def apply(store: str, terminal: str, message: wire.Transactions) -> wire.Ack:
    """Apply what is new in a message and return the ack, which is true: all is committed.

    Raises ProtocolError when this terminal has not said hello with this journal.
    """
    with directory.writing():
        journal = journal_of(store, terminal, message.journal)
        items: list[wire.AckItem] = []
        if journal.state != JournalState.QUARANTINED:
            items = _apply(journal, message)
        epochs.applied(journal)
        return wire.Ack(
            journal=journal.pk,
            applied_through=journal.applied,
            head=bytes(journal.head).hex(),
            state=journal.opinion,
            items=items,
        )


def journal_of(store: str, terminal: str, journal: str) -> Journal:
    """Find a terminal's journal.  Raises ProtocolError when it is not this terminal's."""
    found = (
        Journal.objects.select_related("terminal__store")
        .filter(pk=journal, terminal__store=store, terminal__code=terminal)
        .first()
    )
    if found is None:
        raise ProtocolError(f"journal {journal} is not one of {store}/{terminal}")
    return found


def _apply(journal: Journal, message: wire.Transactions) -> list[wire.AckItem]:
    payloads = [bytes(row) for row in message.rows]
    batch = list(chain.rows(message.first, bytes.fromhex(message.prev), payloads))
    stored = Transaction.objects.filter(
        journal=journal, seq__gte=message.first, seq__lt=message.first + len(batch)
    ).values_list("seq", "hash")
    placement = chain.place(
        batch,
        journal.applied,
        bytes(journal.head),
        {seq: bytes(stored_hash) for seq, stored_hash in stored},
    )
    outcomes = [(seq, wire.ItemOutcome.DUPLICATE) for seq in placement.duplicates]
    read = {row.seq: _read(journal, row) for row in placement.fresh}
    for run in _runs_of(placement.fresh, read):
        outcomes += Batch(journal, run, read).run()
    if placement.fresh:
        journals.complete(journal)
    last = message.first + len(batch) - 1
    if last > journal.last_seq:
        journal.last_seq = last
        journal.save(update_fields=["last_seq"])
    if (row := placement.fork) is not None:
        quarantine(
            journal,
            JournalReason.FORK if row.seq <= journal.applied else JournalReason.BAD_CHAIN,
            row.seq,
            row.payload,
        )
    return _runs(outcomes)


_WHY = {
    JournalReason.FORK: "another row {} than the one applied",
    JournalReason.BAD_CHAIN: "row {} does not follow what was applied",
    JournalReason.OTHER_PAST: "another row {} than the one applied",
    JournalReason.GAP: "row {} is missing for good",
}


def quarantine(journal: Journal, reason: JournalReason, seq: int, evidence: bytes = b"") -> None:
    """Stop a journal whose chain contradicts what was applied; staff decide what it was."""
    journals.quarantine(journal, reason, _WHY[reason].format(seq))
    Case.objects.create(
        kind=CaseKind.GAP if reason == JournalReason.GAP else CaseKind.FORK,
        journal=journal,
        seq=seq,
        store=journal.terminal.store,
        detail={"applied": journal.applied, "reason": reason.value},
        evidence=evidence,
    )
    log.warning("journal %s quarantined at row %d: %s", journal.pk, seq, reason.value)


def give_up_gap(store: str, terminal: str, journal: str, applied: int) -> None:
    """Quarantine a journal that cannot fill the gap above `applied`; not if it has moved since.

    Raises ProtocolError when it is not this terminal's.
    """
    with directory.writing():
        found = journal_of(store, terminal, journal)
        if (found.state, found.applied) == (JournalState.OPEN, applied):
            quarantine(found, JournalReason.GAP, applied + 1)


def _read(journal: Journal, row: chain.Row) -> rows.Transaction | Finding:
    """Read a payload; one that names another row is evidence of something, and no money."""
    try:
        transaction = rows.decode(row.payload)
    except Malformed as e:
        return Finding(CaseKind.UNREADABLE, {"error": str(e)[:200]})
    if (transaction.journal, transaction.seq) != (journal.pk, row.seq):
        return Finding(
            CaseKind.OTHER_IDENTITY, {"journal": transaction.journal, "seq": transaction.seq}
        )
    return transaction


def _runs_of(
    fresh: Sequence[chain.Row], read: Mapping[int, rows.Transaction | Finding]
) -> Iterator[list[chain.Row]]:
    """Cut before each void, so that all it may undo is in the database."""
    run: list[chain.Row] = []
    for row in fresh:
        found = read[row.seq]
        lines = found.lines if isinstance(found, rows.Transaction) else ()
        if run and any(isinstance(line, rows.Void) for line in lines):
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _runs(outcomes: Sequence[tuple[int, wire.ItemOutcome]]) -> list[wire.AckItem]:
    items: list[wire.AckItem] = []
    for seq, outcome in outcomes:
        if items and items[-1].outcome is outcome and items[-1].last == seq - 1:
            items[-1] = wire.AckItem(items[-1].first, seq, outcome)
        else:
            items.append(wire.AckItem(seq, seq, outcome))
    return items
