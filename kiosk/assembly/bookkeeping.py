"""What the loop asks of the journal, and how its answers come back as events.

Every Ask is answered once: by its outcome, or by Refused.  Work and answers run on the journal's
thread; what is done here only submits and posts.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from kiosk.assembly import training
from kiosk.assembly.devices import SlipJob
from kiosk.domain import effects as ef
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.devices import PrintOutcome
from kiosk.domain.errors import JournalError
from kiosk.domain.events import (
    CatalogueChanged,
    Committed,
    Correlation,
    Event,
    Identified,
    OperatorIdentified,
    Refused,
    Surveyed,
)
from kiosk.domain.members import OperatorRecord
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.views import MemberView, OperatorView
from kiosk.journal.journal import Journal
from kiosk.journal.standing import Receipt
from kiosk.journal.thread import JournalThread


class Bookkeeping:
    """The loop's door to the journal.

    `committed` is told of each new row and its seq, once, before the loop is.  With `practice` an
    unknown card stands for a demo member.
    """

    def __init__(
        self,
        journal: JournalThread,
        post: Callable[[Event], None],
        committed: Callable[[ef.Draft, int], None],
        *,
        practice: bool,
    ) -> None:
        self._journal, self._post = journal, post
        self._committed, self._practice = committed, practice

    def identify(self, effect: ef.Identify) -> None:
        """Ask whose medium this is."""
        correlation = effect.correlation

        def identified(view: MemberView | OperatorView) -> Event:
            if isinstance(view, OperatorView):
                return OperatorIdentified(correlation, view)
            return Identified(correlation, view)

        def owner(journal: Journal) -> MemberView | OperatorView:
            try:
                return journal.identify(effect.medium)
            except Refusal as e:
                if not self._practice or e.reason is not Reason.UNKNOWN_MEDIUM:
                    raise
                return journal.identify(training.stand_in(effect.medium))

        self._journal.submit(owner, self._answer(correlation, identified))

    def commit(self, effect: ef.Commit) -> None:
        """Have a row written."""
        correlation = effect.correlation

        def committed(receipt: Receipt) -> Event:
            self._committed(effect.draft, receipt.seq)
            return Committed(correlation, receipt.seq, receipt.journal, receipt.view)

        self._journal.submit(
            lambda journal: journal.commit(effect.draft), self._answer(correlation, committed)
        )

    def survey(self, effect: ef.Survey) -> None:
        """Ask for an operator's day."""
        correlation = effect.correlation
        self._journal.submit(
            lambda journal: journal.workday(effect.operator, effect.day, effect.since),
            self._answer(correlation, lambda workday: Surveyed(correlation, workday)),
        )

    def mark_shown(self, effect: ef.MarkShown) -> None:
        """Note that a row's result was on the screen."""
        self._journal.submit(lambda journal: journal.mark_shown(effect.seq), _forget)

    def printed(self, job: SlipJob, outcome: PrintOutcome) -> None:
        """Note what became of a slip."""
        if not job.seq:
            return  # a slip of no row
        self._journal.submit(
            lambda journal: journal.record_print(job.seq, job.slip.copy, outcome), _forget
        )

    def read_catalogue(self) -> None:
        """Have the loop told the price list that is on the disk."""
        self._journal.submit(lambda journal: journal.catalogue(), self._opened)

    def fill(self, operators: tuple[OperatorRecord, ...], now: dt.datetime) -> None:
        """Begin training mode: demo members, these operators, a price list."""
        self._journal.submit(lambda journal: training.fill(journal, operators, now), _forget)
        self._post(CatalogueChanged(training.CATALOGUE))

    def _opened(self, answer: Catalogue | Refusal | JournalError | None) -> None:
        if isinstance(answer, Catalogue):
            self._post(CatalogueChanged(answer))

    def _answer(
        self, correlation: Correlation, then: Callable[[Any], Event]
    ) -> Callable[[object], None]:
        def post(answer: object) -> None:
            match answer:
                case Refusal(reason=reason):
                    self._post(Refused(correlation, reason))
                case JournalError():
                    self._post(Refused(correlation, Reason.JOURNAL_FAULT))
                case _:
                    self._post(then(answer))

        return post


def _forget(_answer: object) -> None:
    """Nobody waits for this answer; the journal's thread has logged an error already."""
