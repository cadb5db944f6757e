"""The courier: one thread that carries rows to central and central's answers to the journal.

It owns the protocol session.  Everybody else only posts into its mailbox: the MQTT link from its
own thread, the journal from its own, the loop when something was committed.  One message from
central is taken at a time: the next one waits until the journal has done what this one asked for,
and the broker is told to hold back meanwhile.  That keeps the pages of a large directory out of
memory, and lets the session always see the journal as the last message left it.
"""

import collections
import dataclasses as dc
import logging
import queue
import threading
from collections.abc import Callable

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.errors import JournalError, LoginRefused, TransportError
from kiosk.domain.events import DirectoryChanged, LinkChanged, PartChanged, Stimulus
from kiosk.domain.policy import Policy
from kiosk.domain.refusals import Refusal
from kiosk.domain.wire import Health, MediumSeen
from kiosk.runtime.clock import Clock
from kiosk.sync.actions import (
    Action,
    ApplyDirectory,
    ApplyGrant,
    JournalAction,
    LinkIs,
    Publish,
    StoreCatalogue,
    StorePolicy,
    Stranger,
)
from kiosk.sync.counters import Counters
from kiosk.sync.errands import Outcome, errand
from kiosk.sync.exchange import Moment
from kiosk.sync.options import CourierConfig
from kiosk.sync.ports import (
    CameDown,
    CamePresence,
    Connect,
    Connected,
    Disconnected,
    JournalPort,
    LinkEvent,
    MqttLink,
    NotSent,
)
from kiosk.sync.session import NOT_AUTHORISED, Session

log = logging.getLogger(__name__)

MOST_WAIT = 0.5
"""Seconds between two beats when nothing happens."""
LEAST_WAIT = 0.01


@dc.dataclass(frozen=True, slots=True)
class _Done:
    action: JournalAction
    outcome: Outcome | Refusal | JournalError


@dc.dataclass(frozen=True, slots=True)
class _Committed:
    pass


@dc.dataclass(frozen=True, slots=True)
class _Wanted:
    accounts: tuple[str, ...] | None


@dc.dataclass(frozen=True, slots=True)
class _Report:
    message: MediumSeen | Health


@dc.dataclass(frozen=True, slots=True)
class _Stop:
    pass


_Item = LinkEvent | _Done | _Committed | _Wanted | _Report | _Stop


class Courier:
    """Carries between journal, link and loop.  `last_beat` is the clock's mono() of its last turn.

    `connect` makes the link; `post` is the loop's mailbox; `on_policy` and `on_catalogue` are told
    of rules and of the current price list, on the courier's thread, the price list once stored.
    """

    def __init__(
        self,
        journal: JournalPort,
        connect: Connect,
        config: CourierConfig,
        post: Callable[[Stimulus], None],
        on_policy: Callable[[Policy], None],
        on_catalogue: Callable[[Catalogue], None],
        clock: Clock,
    ) -> None:
        self.last_beat = clock.mono()
        self._journal, self._connect, self._clock = journal, connect, clock
        self._post, self._on_policy, self._on_catalogue = post, on_policy, on_catalogue
        self._session = Session(
            config.identity, config.timing, config.limits, config.policy_version
        )
        self._mailbox: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._inbox: collections.deque[CameDown] = collections.deque()
        self._working = 0
        self._nudged = threading.Event()
        self._said: PartReport | None = None
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    # --- from any thread

    @property
    def counters(self) -> Counters:
        """A copy of what the session has counted."""
        return dc.replace(self._session.counters)

    def start(self) -> None:
        """Start the thread, and the link from it."""
        self._thread.start()

    def stop(self) -> None:
        """Ask to end: says goodbye to the broker.  Returns at once."""
        self._mailbox.put(_Stop())

    def join(self, seconds: float = 5.0) -> bool:
        """Wait for the end; False when a thread still hangs."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def committed(self) -> None:
        """There are new rows in the journal.  Cheap; many calls become one turn."""
        if not self._nudged.is_set():
            self._nudged.set()
            self._mailbox.put(_Committed())

    def ask_allowance(self, accounts: tuple[str, ...]) -> None:
        """Ask central for what it can still give of these accounts."""
        self._mailbox.put(_Wanted(accounts))

    def report_unknown(self, medium: str) -> None:
        """Tell central of an unknown medium, if it answers now or within some minutes."""
        self._mailbox.put(_Report(MediumSeen(key=medium, at=self._clock.now())))

    def report_health(self, health: Health) -> None:
        """Note how the terminal is; central is told after each welcome and of a change.

        Cheap, to be called whenever a part or the clock has changed; `waiting` is filled in here.
        """
        self._mailbox.put(_Report(health))

    # --- the courier's thread

    def _run(self) -> None:
        link = self._connect(self._mailbox.put)
        link.start()
        self._do(self._session.started(), link)
        try:
            while True:
                self.last_beat = self._clock.mono()
                item = self._next()
                if isinstance(item, _Stop):
                    return
                try:
                    self._turn(item, link)
                except Exception:
                    log.exception("courier: bug; the conversation begins anew")
                    self._inbox.clear()
                    self._do(self._session.connected(self._moment()), link)
        finally:
            link.stop()
            if not link.join():
                log.warning("courier: the link did not end in time")

    def _next(self) -> _Item | None:
        if self._inbox and not self._working:
            return self._inbox.popleft()
        wait = self._session.deadline - self._clock.mono()
        try:
            return self._mailbox.get(timeout=min(max(wait, LEAST_WAIT), MOST_WAIT))
        except queue.Empty:
            return None

    def _turn(self, item: _Item | None, link: MqttLink) -> None:
        if isinstance(item, CameDown) and self._working:
            self._inbox.append(item)
            return
        try:
            actions = [] if item is None else self._hear(item)
            self._do(actions + self._session.tick(self._moment()), link)
        finally:
            if isinstance(item, CameDown):
                item.done()

    def _hear(self, item: _Item) -> list[Action]:
        session, at = self._session, self._moment()
        match item:
            case CameDown():
                return session.received(item.payload, at)
            case CamePresence():
                return session.presence(item.payload, at)
            case Connected():
                self._say(PartState.READY)
                return session.connected(at)
            case Disconnected():
                self._inbox.clear()
                refused = isinstance(item.error, LoginRefused)
                self._say(PartState.DENIED if refused else PartState.ABSENT, str(item.error))
                return session.disconnected()
            case NotSent():
                if item.reason == NOT_AUTHORISED:
                    self._say(PartState.DENIED, "the broker does not let this terminal publish")
                return session.unsent(item.reason, at)
            case _:
                return self._hear_own(item, at)

    def _hear_own(self, item: _Item, at: Moment) -> list[Action]:
        session = self._session
        match item:
            case _Done():
                self._working -= 1
                return self._hear_journal(item, at)
            case _Committed():
                self._nudged.clear()
                return session.committed(at)
            case _Wanted():
                return session.want(item.accounts, at)
            case _Report():
                if isinstance(item.message, Health):
                    return session.felt(item.message, at)
                return session.saw(item.message, at)
            case _:
                return []

    def _hear_journal(self, item: _Done, at: Moment) -> list[Action]:
        action, outcome = item.action, item.outcome
        if isinstance(outcome, Exception):
            log.warning("courier: %s: %s", type(action).__name__, outcome)
            return self._session.failed(action, at)
        if outcome.refused is not None:
            log.warning("courier: %s: %s", type(action).__name__, outcome.refused)
        else:
            self._tell(action)
        return self._session.done(action, outcome, at)

    def _tell(self, action: JournalAction) -> None:
        match action:
            case StoreCatalogue(current=True):
                self._on_catalogue(action.catalogue)
            case ApplyDirectory() if action.page.last:
                self._post(DirectoryChanged())
            case ApplyGrant() if action.grant.grants:
                self._post(DirectoryChanged())
            case _:
                pass

    def _do(self, actions: list[Action], link: MqttLink) -> None:
        for action in actions:
            match action:
                case Publish():
                    try:
                        link.publish(action.payload)
                    except TransportError as e:
                        # the session's own timers send it again
                        log.info("courier: %s not sent: %s", type(action.message).__name__, e)
                case LinkIs():
                    if action.online:
                        self._say(PartState.READY)
                    self._post(LinkChanged(action.online, action.waiting))
                case Stranger():
                    self._say(
                        PartState.DENIED,
                        f"central {action.stranger[:8]} answers, and this terminal's rows belong "
                        f"to central {action.followed[:8]}: see that only that one runs",
                    )
                case StorePolicy():
                    self._on_policy(action.policy)
                case _:
                    self._ask_journal(action)

    def _ask_journal(self, action: JournalAction) -> None:
        self._journal.submit(errand(action), lambda found: self._mailbox.put(_Done(action, found)))
        self._working += 1

    def _say(self, state: PartState, detail: str = "") -> None:
        report = PartReport(Part.LINK, state, detail)
        if report != self._said:
            self._said = report
            self._post(PartChanged(report))

    def _moment(self) -> Moment:
        return Moment(self._clock.mono(), self._clock.now(), self._clock.state())
