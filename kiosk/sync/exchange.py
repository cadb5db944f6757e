"""What the two sides exchange once central has welcomed the kiosk (docs/protocol.md).

Rows go up and are answered for, allowance is asked for and granted, the directory, the rules and
the price list come down.  Without I/O: inputs return actions; None means that the two sides
disagree, and that only a new hello and welcome can settle where they stand.
"""

import dataclasses as dc
import datetime as dt

from kiosk.domain import wire
from kiosk.domain.clock import ClockState
from kiosk.domain.wire import JournalState
from kiosk.sync.actions import (
    Acknowledge,
    Action,
    ApplyDirectory,
    ApplyGrant,
    JournalAction,
    OpenRequest,
    Publish,
    ReadBatch,
    Release,
    StoreCatalogue,
    StorePolicy,
    TakeWelcome,
)
from kiosk.sync.allowance import Asking
from kiosk.sync.counters import Counters
from kiosk.sync.directory import Directory
from kiosk.sync.errands import Outcome
from kiosk.sync.options import Limits, Timing
from kiosk.sync.outbox import Outbox
from kiosk.sync.ports import Standing
from kiosk.sync.reports import Reports
from kiosk.sync.timer import Timer


@dc.dataclass(frozen=True, slots=True)
class Moment:
    """The time of an input: seconds that never go back, the wall clock and its state."""

    mono: float
    now: dt.datetime
    clock: ClockState


class Exchange:
    """The outbox, the asking for allowance and the directory of one conversation."""

    def __init__(
        self, store: str, policy_version: int, timing: Timing, limits: Limits, counters: Counters
    ) -> None:
        self.counters, self.policy_version = counters, policy_version
        self.outbox = Outbox(limits, Timer(timing.ack, timing.ack_most))
        self.reports = Reports(timing, counters)
        self.asking = Asking(Timer(timing.request, timing.request_most))
        self.directory = Directory(Timer(timing.directory, timing.directory_most), counters)
        self._store = store
        self._evidence: wire.Transactions | None = None

    @property
    def deadline(self) -> float:
        """When `tick` has something to do, in monotonic seconds."""
        timers = self.outbox.timer, self.asking.timer, self.directory.timer
        return min(self.reports.due, *(timer.due for timer in timers))

    def enter(self, directory_version: int, standing: Standing, at: Moment) -> list[Action]:
        """Begin after a welcome: ask for every allowance, and for the directory if it differs.

        A journal that contradicts the welcome sends the row that shows it, once: central would
        else hear no more of it than that it says hello.  Lost, it goes out after the next welcome.
        """
        self.asking.restart()
        self.reports.restart()
        asked = self.directory.welcomed(directory_version, standing, at.mono)
        shown = None if self._evidence is None else Publish.of(self._evidence)
        return [action for action in (shown, asked) if action is not None]

    def leave(self) -> None:
        """Wait for the next welcome; pages that are on their way still count."""
        self.outbox.forget()
        self.asking.pause()

    def lose(self) -> None:
        """The broker or central is gone, and with it all that was on its way."""
        self.leave()
        self.directory.reset()

    def pump(self, standing: Standing, at: Moment) -> list[Action]:
        """Return what can be done now: the next batch, the next request, what is to be told."""
        # a frozen journal drains and is granted nothing; a quarantined one cannot be applied
        step: Action | None = None
        if standing.state is JournalState.OPEN:
            step = self.asking.step(standing, at.mono)
        else:
            self.asking.pause()
        read: Action | None = None
        if standing.state is JournalState.QUARANTINED:
            self.outbox.forget()
        else:
            read = self.outbox.next_read(standing)
        told = self.reports.step(standing.waiting, at.mono)
        return [*(action for action in (read, step) if action is not None), *told]

    def tick(self, standing: Standing, at: Moment) -> list[Action] | None:
        """Send again what was not answered.  None: it was sent often enough."""
        actions: list[Action] = []
        if self.outbox.timer.passed(at.mono):
            self.counters.repeats += 1
            again = self.outbox.overdue(at.mono)
            if again is None:
                return None
            actions.append(again)
        if self.directory.timer.passed(at.mono):
            actions.append(self.directory.ask(standing, at.mono))
        return actions

    def take(self, message: wire.Down, standing: Standing, at: Moment) -> list[Action] | None:
        """Take a message that is well-formed and ours."""
        actions: list[Action] | None = []
        match message:
            case wire.Ack():
                actions = self._acked(message, standing)
            case wire.AllowanceRecall():
                actions = [Release(tuple(message.accounts), at.now, at.clock)]
            case wire.AllowanceGrant():
                actions = self._granted(message, standing)
            case wire.DirectoryPage():
                actions = self._paged(message, standing, at)
            case wire.PolicyUpdate() if message.policy.version != self.policy_version:
                self.policy_version = message.policy.version
                actions = [StorePolicy(message.policy)]
            case wire.CatalogueUpdate() if message.catalogue.store == self._store:
                current = message.catalogue.version >= standing.catalogue_version
                actions = [StoreCatalogue(message.catalogue, current)]
            case wire.CatalogueUpdate():
                self.counters.foreign += 1
            case _:
                self.counters.ignored += 1
        return actions

    def _acked(self, ack: wire.Ack, standing: Standing) -> list[Action] | None:
        self.counters.acks += 1
        if standing.acknowledged < ack.applied_through <= standing.last_seq:
            return [Acknowledge(ack.applied_through, ack.head)]
        if ack.applied_through == standing.acknowledged:
            self.counters.stale += 1
            return []
        # central lacks rows that it once had, or has rows that we lack: its welcome says which
        self.counters.gaps += 1
        return None

    def _granted(self, grant: wire.AllowanceGrant, standing: Standing) -> list[Action]:
        if grant.nonce != standing.pending_nonce:
            self.counters.stale += 1
            return []
        self.counters.grants += 1
        if grant.more and grant.grants:
            self.asking.want(standing.pending_accounts)
        return [ApplyGrant(grant)]

    def _paged(self, page: wire.DirectoryPage, standing: Standing, at: Moment) -> list[Action]:
        action = self.directory.take(page, standing, at.mono)
        if isinstance(action, ApplyDirectory) and not page.last:
            # what else we wait for is behind the pages that are still to come
            self.outbox.timer.postpone(at.mono)
            self.asking.timer.postpone(at.mono)
        return [] if action is None else [action]

    def done(self, action: JournalAction, outcome: Outcome, at: Moment) -> list[Action]:
        """The journal has done this, or refused to."""
        match action:
            case ReadBatch():
                sent = self.outbox.took(action, outcome.batch, at.mono)
                if sent is not None:
                    self.counters.batches += 1
                    return [sent]
            case TakeWelcome():
                self._evidence = outcome.batch
            case Acknowledge():
                self.outbox.answered(outcome.standing.acknowledged)
            case ApplyDirectory() if outcome.refused is not None:
                self.counters.gaps += 1
                self.directory.refused(at.mono)
            case StoreCatalogue() if outcome.refused is not None:
                self.counters.malformed += 1
            case OpenRequest():
                self.asking.opened(action)
            case _:
                pass
        return []
