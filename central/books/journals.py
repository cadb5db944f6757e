"""Journals that are closed, given up, or opened again; what they hold comes home (design, §5, §6).

Invariants: what comes home leaves the journal's allowance and the account's leases in one SQL
transaction, so P >= G >= 0 holds before and after.  A lost journal is never opened again and leases
nothing more: its later rows are posted from what is free, never below zero (central.books.sheet).
Giving up is the shop's risk, which a case names: at most this much may be spent a second time.
"""

from collections.abc import Iterable

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum

from central.books import directory
from central.shop.choices import JournalReason, JournalState, PurseKind
from central.shop.models import Account, Allowance, Case, CaseKind, Journal, Outgoing

_SLICE = 2000
"""Accounts in one offer."""

_LOST = "given up as lost"


class NotSo(ValueError):
    """The journal is not in a state in which this can be decided; the code says why."""


def quarantine(journal: Journal, reason: JournalReason, why: str) -> None:
    """Stop a journal; `why` is for the technician at the terminal.  The caller opens the case."""
    journal.state, journal.reason, journal.why = JournalState.QUARANTINED, reason, why[:120]
    journal.save(update_fields=["state", "reason", "why"])


def held(journal: Journal) -> dict[str, int]:
    """Sum what a journal holds, by kind of purse."""
    found = Allowance.objects.filter(journal=journal, amount__gt=0)
    sums = found.values_list("account__kind").annotate(total=Sum("amount")).order_by()
    totals = dict(sums)
    return {kind.value: totals[kind] for kind in PurseKind if kind in totals}


def drained(journal: Journal) -> bool:
    """Whether nothing of a frozen journal is outstanding: no row, as far as heard, no allowance."""
    return (
        journal.state == JournalState.FROZEN
        and journal.last_seq <= journal.applied
        and not Allowance.objects.filter(journal=journal, amount__gt=0).exists()
    )


def complete(journal: Journal) -> None:
    """Take back a suspicion (rolled back, rows missing): the journal has shown that it is whole."""
    if journal.state == JournalState.OPEN and journal.reason:
        journal.reason = ""
        journal.save(update_fields=["reason"])
        kinds = (CaseKind.ROLLED_BACK, CaseKind.GAP)
        found = Case.objects.filter(kind__in=kinds, journal=journal, open=True)
        found.update(open=False, note="complete again")


def declare_lost(journal: Journal) -> Case:
    """Give a journal up: all that it holds is free again, and the case says how much that is.

    Raises NotSo (lost_already), and NotSo (still_here) for the one its terminal works with now:
    that one can be asked.
    """
    with directory.writing():
        journal = Journal.objects.select_related("terminal").get(pk=journal.pk)
        if journal.state == JournalState.LOST:
            raise NotSo("lost_already")
        works = journal.state == JournalState.OPEN and not journal.reason
        if works and journal.terminal.online:
            raise NotSo("still_here")
        detail = held(journal)
        _bring_home(journal, Allowance.objects.filter(journal=journal, amount__gt=0))
        journal.state, journal.reason = JournalState.LOST, JournalReason.STAFF
        journal.why = _LOST
        journal.save(update_fields=["state", "reason", "why"])
        _tell(journal)
        return Case.objects.create(
            kind=CaseKind.JOURNAL_LOST,
            journal=journal,
            seq=journal.applied,
            store_id=journal.terminal.store_id,
            detail=detail,
        )


def write_off(accounts: Iterable[str]) -> list[Case]:
    """Take these accounts home without hearing the journals that hold them; a case for each part.

    The terminals are still asked to release them: what comes back closes its case.
    """
    with directory.writing():
        parts = Allowance.objects.filter(account__in=list(accounts), amount__gt=0)
        cases = []
        for part in parts.select_related("journal__terminal").order_by("pk"):
            detail = {"account": part.account_id, "held": part.amount, "returned": 0}
            cases.append(
                Case.objects.create(
                    kind=CaseKind.WRITTEN_OFF,
                    journal=part.journal,
                    seq=part.journal.applied,
                    store_id=part.journal.terminal.store_id,
                    detail=detail,
                )
            )
            _bring_home(part.journal, Allowance.objects.filter(pk=part.pk))
            Outgoing.objects.create(kind=Outgoing.RECALL, accounts=[part.account_id])
        return cases


def came_back(journal: Journal, account: str, amount: int) -> bool:
    """Note that a journal releases what was written off; False if nothing of it was.

    Once all of it is back the case is closed: nothing was lost.
    """
    case = (
        Case.objects.filter(
            kind=CaseKind.WRITTEN_OFF, journal=journal, open=True, detail__account=account
        )
        .order_by("pk")
        .first()
    )
    if case is None:
        return False
    case.detail["returned"] += amount
    case.open = case.detail["returned"] < case.detail["held"]
    case.save(update_fields=["detail", "open"])
    return True


def accept(journal: Journal) -> Journal:
    """Clear a quarantine: the journal goes on where it is applied; frozen, if another came since.

    One that was given up before its quarantine is lost again: what it held is others' since.
    Safe also when staff are wrong: its next hello and its rows are compared again, and a journal
    that contradicts its own past is quarantined again.  Raises NotSo (not_quarantined).
    """
    with directory.writing():
        journal = _quarantined(journal)
        newer = journal.terminal.journals.filter(first_heard__gt=journal.first_heard).exists()
        if _given_up(journal):
            journal.state, journal.reason = JournalState.LOST, JournalReason.STAFF
            journal.why = _LOST
        elif newer:
            journal.state, journal.reason = JournalState.FROZEN, JournalReason.REPLACED
            journal.why = "another journal came"
        else:
            journal.state, journal.reason, journal.why = JournalState.OPEN, "", ""
        journal.save(update_fields=["state", "reason", "why"])
        _tell(journal)
        return journal


def freeze(journal: Journal) -> Journal:
    """End a quarantine and keep the journal closed: it may drain, and is granted nothing.

    Raises NotSo (not_quarantined).
    """
    with directory.writing():
        journal = _quarantined(journal)
        lost = _given_up(journal)
        journal.state = JournalState.LOST if lost else JournalState.FROZEN
        journal.reason = JournalReason.STAFF
        journal.why = _LOST if lost else "kept closed by staff; start a new journal"
        journal.save(update_fields=["state", "reason", "why"])
        _tell(journal)
        return journal


def _quarantined(journal: Journal) -> Journal:
    found = Journal.objects.select_related("terminal").get(pk=journal.pk)
    if found.state != JournalState.QUARANTINED:
        raise NotSo("not_quarantined")
    return found


def _given_up(journal: Journal) -> bool:
    return Case.objects.filter(kind=CaseKind.JOURNAL_LOST, journal=journal).exists()


def _tell(journal: Journal) -> None:
    Outgoing.objects.create(
        kind=Outgoing.OPINION, store_id=journal.terminal.store_id, accounts=[journal.pk]
    )


def _bring_home(journal: Journal, parts: QuerySet[Allowance]) -> None:
    """Set these allowances of one journal to 0 and offer the others what is free for it.

    In two statements whatever their number: a journal may hold something of every member.
    """
    ids = list(parts.order_by("account").values_list("account", flat=True))
    own = Allowance.objects.filter(journal=journal, account=OuterRef("pk")).values("amount")[:1]
    Account.objects.filter(pk__in=parts.values("account")).update(
        leased=F("leased") - Subquery(own)
    )
    parts.update(amount=0)
    for start in range(0, len(ids), _SLICE):
        Outgoing.objects.create(
            kind=Outgoing.OFFER, accounts=ids[start : start + _SLICE], not_to=journal.pk
        )
