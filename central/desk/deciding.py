"""What staff decide about journals, with who and why.  The same decision again changes nothing."""

from collections.abc import Iterable

from django.contrib.auth.models import User

from central.books import directory, journals
from central.desk.models import JournalDecision, Verdict
from central.shop.choices import JournalState
from central.shop.models import Case, Journal

DUTY = {
    Verdict.LOST: "write_off",
    Verdict.ACCEPT: "decide_journals",
    Verdict.FREEZE: "decide_journals",
    Verdict.WRITE_OFF: "write_off",
}
"""Which duty a decision takes: giving money up is the owner's."""


def verdicts(journal: Journal) -> list[Verdict]:
    """List what may be decided about a journal now."""
    works = journal.state == JournalState.OPEN and not journal.reason
    found: list[Verdict] = []
    if journal.state == JournalState.QUARANTINED:
        found += [Verdict.ACCEPT, Verdict.FREEZE]
    if journal.state != JournalState.LOST and not (works and journal.terminal.online):
        found.append(Verdict.LOST)
    return found


def decide(journal: Journal, verdict: Verdict, note: str, user: User) -> JournalDecision:
    """Do what was decided.

    Raises ValueError without a note, NotSo when it is not the journal's case any more.
    """
    note = _noted(note)
    with directory.writing():
        case = None
        match verdict:
            case Verdict.LOST:
                case = journals.declare_lost(journal)
            case Verdict.ACCEPT:
                journals.accept(journal)
            case Verdict.FREEZE:
                journals.freeze(journal)
            case Verdict.WRITE_OFF:
                raise ValueError("an account is written off, not a journal")
        return JournalDecision.objects.create(
            journal=journal, verdict=verdict, note=note, user=user, case=case
        )


def write_off(accounts: Iterable[str], note: str, user: User) -> list[Case]:
    """Take these accounts home without hearing the kiosks that hold them; a case for each part.

    Raises ValueError without a note.
    """
    note = _noted(note)
    with directory.writing():
        cases = journals.write_off(accounts)
        for case in cases:
            assert case.journal is not None
            JournalDecision.objects.create(
                journal=case.journal, verdict=Verdict.WRITE_OFF, note=note, user=user, case=case
            )
        return cases


def _noted(note: str) -> str:
    note = note.strip()[:120]
    if not note:
        raise ValueError("a decision takes a reason")
    return note
