"""The one thread that touches the journal.  All others submit work; nobody waits for the disk.

While the journal cannot be opened every submission is answered with a JournalError at once, and
it is tried again after growing pauses.  One that is proven damaged, twice, is set aside and a new
one begun.  Submissions are carried out in their order, one at a time.  A spend whose COMMIT failed
so that nobody knows its outcome is answered when it is known, and no earlier: "refused" would be a
guess about money.
"""

import collections
import datetime as dt
import functools
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.errors import JournalError, KioskError
from kiosk.domain.refusals import Refusal
from kiosk.journal import aside, soundness
from kiosk.journal.journal import Journal
from kiosk.journal.standing import Attempt, Damaged, OutcomeUnknown
from kiosk.runtime.clock import Clock
from kiosk.runtime.worker import Backoff

log = logging.getLogger(__name__)
T = TypeVar("T")

_NAP = 0.25
"""Longest sleep in seconds: the watchdog wants to see this thread alive, not only asked."""

_AGREE = dt.timedelta(days=1)
"""By how much this terminal's clock and central's may differ for a row to go."""


class JournalThread:
    """Owns the journal at `path` on one thread; `last_beat` is clock.mono() of its last turn.

    Acknowledged rows older than `keep` go, in idle moments; None keeps them for ever.
    `central_now` is central's clock, None while it is not known.  It, `report` and each `done` are
    called on that thread and must not wait.
    """

    def __init__(
        self,
        path: Path | None,
        report: Callable[[PartReport], None],
        clock: Clock,
        backoff: Backoff | None = None,
        keep: dt.timedelta | None = None,
        central_now: Callable[[], dt.datetime | None] = lambda: None,
    ) -> None:
        self.last_beat = clock.mono()
        self._path, self._report, self._clock = path, report, clock
        self._backoff, self._keep = backoff or Backoff(), keep
        self._central_now = central_now
        self._create, self._doubted, self._aside = True, False, ""
        self._jobs: collections.deque[Callable[[], None]] = collections.deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._journal: Journal | None = None
        self._why, self._retry_at = "not open yet", 0.0
        self._unknown: tuple[Attempt, Callable[..., None]] | None = None
        self._last: PartReport | None = None
        self.thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Start the thread; the journal is opened on it."""
        self.thread.start()

    def stop(self) -> None:
        """Ask the thread to end after what is already submitted; returns at once."""
        with self._wake:
            self._stopping = True
            self._wake.notify()

    def join(self, seconds: float = 5.0) -> bool:
        """Wait for the end; False when the thread still hangs on the disk."""
        self.thread.join(seconds)
        return not self.thread.is_alive()

    def submit(
        self, work: Callable[[Journal], T], done: Callable[[T | Refusal | JournalError], None]
    ) -> None:
        """Have `work` done and `done` told what came of it; never blocks.

        Exactly one answer comes.  Another KioskError of the work (a ProtocolError) and a bug
        come as a JournalError that has it as its `__cause__`; nothing was written.  After `stop`
        the answer is a JournalError, given on the caller's thread.
        """
        with self._wake:
            late = self._stopping
            if not late:
                self._jobs.append(functools.partial(self._do, work, done))
                self._wake.notify()
        if late:
            done(JournalError("the kiosk is stopping"))

    def _run(self) -> None:
        while True:
            self.last_beat = self._clock.mono()
            self._mend()
            job = self._take()
            if job is not None:
                job()
            elif self._stopping:
                break
            elif self._journal is not None:
                self._tidy(self._journal)
            if self._journal is not None and not self._journal.broken:
                self._say_if_full(self._journal)
        if self._unknown is not None:
            self._answer(self._unknown[1], JournalError("stopped before the outcome was known"))
        if self._journal is not None:
            self._journal.close()

    def _take(self) -> Callable[[], None] | None:
        with self._wake:
            if not self._jobs and not self._stopping:
                self._wake.wait(self._nap())
            return self._jobs.popleft() if self._jobs else None

    def _nap(self) -> float:
        if self._journal is not None and self._unknown is None:
            return _NAP
        return min(_NAP, max(0.0, self._retry_at - time.monotonic()))

    def _do(self, work: Callable[[Journal], T], done: Callable[..., None]) -> None:
        if self._journal is None or self._unknown is not None:
            self._answer(done, JournalError(self._why))
            return
        try:
            result: T | Refusal | JournalError = work(self._journal)
        except OutcomeUnknown as e:
            log.error("the outcome of row %d is unknown: %s", e.attempt.receipt.seq, e)
            self._unknown, self._why = (e.attempt, done), str(e)
            self._mend()
            return
        except Refusal as e:
            result = e
        except JournalError as e:
            self._note(e)
            result = e
        except Exception as e:
            log.log(
                logging.WARNING if isinstance(e, KioskError) else logging.ERROR,
                "work for the journal failed",
                exc_info=e,
            )
            result = JournalError(f"{type(e).__name__}: {e}")
            result.__cause__ = e
        self._answer(done, result)

    def _answer(self, done: Callable[..., None], result: object) -> None:
        try:
            done(result)
        except Exception:
            log.exception("an answer of the journal could not be posted")

    def _mend(self) -> None:
        """Open the journal, or open it again after an error; not before the pause is over."""
        if self._journal is not None and self._journal.broken:
            self._journal.close()
            self._journal = None
            self._say(PartState.FAULT, f"{self._why}; opening it again")
        if time.monotonic() < self._retry_at:
            return
        if self._journal is None:
            self._try_to_open()
        if self._journal is not None and self._unknown is not None:
            self._settle(self._journal, *self._unknown)

    def _try_to_open(self) -> None:
        try:
            self._journal = self._open()
        except Exception as e:
            if not isinstance(e, JournalError):
                log.exception("the journal: a bug while opening it")
            self._why = str(e)
            self._retry_at = time.monotonic() + self._backoff.pause()
            self._say(PartState.FAULT, self._why)
        else:
            # a file that was there and is gone was pulled out; a new one would hide it
            self._create, self._doubted = self._path is None, False
            self._backoff.reset()
            beside = aside.found_beside(self._path) if self._path is not None else ()
            self._aside = f"damaged, set aside: {beside[-1]}" if beside else ""
            self._say(PartState.READY, self._aside)

    def _open(self) -> Journal:
        try:
            return Journal.open(self._path, create=self._create, doubted=self._doubted)
        except Damaged as e:
            if self._path is None:
                raise
            log.error("the journal is damaged: %s; reading it again", e)
            soundness.read_anew(self._path)
        try:
            return Journal.open(self._path, create=self._create, doubted=True)
        except Damaged as e:
            # from here on, and whatever fails next, a new one is to be made
            self._create = True
            kept = aside.set_aside(self._path, self._clock.now())
            log.critical("the journal is set aside as %s: %s", kept, e)
            if self._unknown is not None:
                attempt, done = self._unknown
                self._unknown = None
                row = f"row {attempt.receipt.seq} of {kept.name}"
                self._answer(done, JournalError(f"nobody knows; it would be {row}"))
            return Journal.open(self._path)

    def _settle(self, journal: Journal, attempt: Attempt, done: Callable[..., None]) -> None:
        try:
            result: object = journal.settle(attempt)
        except OutcomeUnknown as e:
            self._why = str(e)
            self._retry_at = time.monotonic() + self._backoff.pause()
            return
        except JournalError as e:
            result = e
        self._unknown = None
        self._answer(done, result)

    def _tidy(self, journal: Journal) -> None:
        before = None
        try:
            if self._keep is not None and (now := self._certain_now()) is not None:
                journal.witness(now)
                before = now - self._keep
            journal.idle(before)
        except JournalError as e:
            self._note(e)

    def _certain_now(self) -> dt.datetime | None:
        """Central's time where this terminal's clock is set and agrees: one alone may be wrong."""
        central = self._central_now()
        if central is None or self._clock.state() is ClockState.UNSYNCED:
            return None
        return central if abs(self._clock.now() - central) < _AGREE else None

    def _note(self, error: JournalError) -> None:
        self._why = str(error)
        self._doubted = self._doubted or isinstance(error, Damaged)
        log.warning("%s", error)

    def _say_if_full(self, journal: Journal) -> None:
        if journal.full:
            self._say(PartState.FAULT, "the disk is full")
        else:
            self._say(PartState.READY, self._aside)

    def _say(self, state: PartState, detail: str = "") -> None:
        report = PartReport(Part.JOURNAL, state, detail)
        if report != self._last:
            self._last = report
            self._report(report)
