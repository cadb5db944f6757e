"""The protocol between this kiosk and central, without I/O (docs/protocol.md).

Inputs are what happened; each returns what to do.  No thread, no clock, no socket: every input is
passed the time.  Each JournalAction is answered by `done` or `failed`, in the order given.

Invariants:
- nothing but a hello leaves before central's welcome on this connection;
- at most one batch is in flight, and its rows are done only by central's ack, never by a PUBACK;
- nothing here raises what may be spent: a grant is added by the journal, once for its nonce;
- a journal follows one central for ever; to any other nothing is said and nothing of it is taken;
- no message from outside is fatal: what cannot be used is dropped and counted.
"""

import enum

from kiosk.domain import wire
from kiosk.domain.errors import Malformed
from kiosk.domain.wire import JournalState
from kiosk.sync import greeting
from kiosk.sync.actions import (
    Acknowledge,
    Action,
    ApplyDirectory,
    BeginEpoch,
    JournalAction,
    LinkIs,
    Publish,
    ReadStanding,
    TakeWelcome,
)
from kiosk.sync.counters import Counters
from kiosk.sync.errands import Outcome
from kiosk.sync.exchange import Exchange, Moment
from kiosk.sync.options import Identity, Limits, Timing
from kiosk.sync.ports import Standing
from kiosk.sync.timer import Timer

NO_SUBSCRIBERS = 0x10
NOT_AUTHORISED = 0x87


class Phase(enum.Enum):
    """How far the conversation is."""

    OFFLINE = enum.auto()
    """No broker."""
    GREETING = enum.auto()
    """The broker has us; central has not answered a hello, or not the latest."""
    ONLINE = enum.auto()
    """Welcomed on this connection."""


class Session:
    """One kiosk's side of the conversation."""

    def __init__(
        self,
        identity: Identity,
        timing: Timing | None = None,
        limits: Limits | None = None,
        policy_version: int = 0,
    ) -> None:
        self.counters = Counters()
        self.phase = Phase.OFFLINE
        self._identity, self._timing = identity, timing or Timing()
        self._standing: Standing | None = None
        self._central: str | None = None
        self._hello = Timer(self._timing.hello, self._timing.hello_most)
        self._hello_wanted = False
        self._welcome: tuple[TakeWelcome | BeginEpoch, int] | None = None
        self._link: LinkIs | None = None
        self._exchange = Exchange(
            identity.store, policy_version, self._timing, limits or Limits(), self.counters
        )

    @property
    def deadline(self) -> float:
        """When `tick` has something to do, in monotonic seconds; infinite for never."""
        rest = self._exchange.deadline if self.phase is Phase.ONLINE else self._hello.due
        return min(self._hello.due, rest)

    # --- the link

    def started(self) -> list[Action]:
        """Begin: the number of waiting rows is shown even offline."""
        return [ReadStanding()]

    def connected(self, at: Moment) -> list[Action]:
        """The broker has us.  Central's retained state is on its way: greet on it, or soon."""
        actions = self._lose(Phase.GREETING)
        self._hello.start(at.mono)
        self._hello.at(at.mono + self._timing.presence_grace)
        return actions

    def disconnected(self) -> list[Action]:
        """The broker is gone."""
        return self._lose(Phase.OFFLINE)

    def presence(self, payload: bytes, at: Moment) -> list[Action]:
        """Central was born, or died, or was so when we subscribed."""
        try:
            central = wire.decode_presence(payload)
        except Malformed:
            self.counters.malformed += 1
            return []
        if self.phase is Phase.OFFLINE or (central.online and central.session == self._central):
            return []
        if central.online and (strange := greeting.stranger(central.central, self._standing)):
            self.counters.strangers += 1
            return [strange, *self._lose(Phase.GREETING)]
        earlier = central.session and self._central not in (None, "", central.session)
        if not central.online and earlier:
            # the last will of an earlier central, overtaken by the birth of this one
            self.counters.stale += 1
            return []
        actions = self._lose(Phase.GREETING)
        if central.online:
            self._central = central.session
            self._hello.reset()
            return actions + self._greet(at)
        # its birth will be greeted; this is for a birth that gets lost
        self._hello.at(at.mono + self._timing.hello_most)
        return actions

    def unsent(self, reason: int, at: Moment) -> list[Action]:
        """The broker did not take a message, or had nobody to give it to (MQTT 5 reason code)."""
        self.counters.unsent += 1
        if self.phase is Phase.OFFLINE:
            return []
        if reason not in (NO_SUBSCRIBERS, NOT_AUTHORISED):
            self._exchange.outbox.shrink()
        return self._greet_later(at)

    # --- the kiosk

    def committed(self, at: Moment) -> list[Action]:
        """There are new rows."""
        self._exchange.outbox.nudge()
        # without something to read now, at least the number of waiting rows is brought up to date
        return self._pump(at) or [ReadStanding()]

    def want(self, accounts: tuple[str, ...] | None, at: Moment) -> list[Action]:
        """Ask for allowance.  Offline nothing need be kept: a welcome asks for everything."""
        if self.phase is not Phase.ONLINE:
            return []
        self._exchange.asking.want(accounts)
        return self._pump(at)

    def saw(self, message: wire.MediumSeen, at: Moment) -> list[Action]:
        """Tell of an unknown medium, now or after a welcome that comes soon."""
        self._exchange.reports.saw(message, at.mono)
        return self._pump(at)

    def felt(self, health: wire.Health, at: Moment) -> list[Action]:
        """Tell how the terminal is, after each welcome and when it changed."""
        self._exchange.reports.felt(health)
        return self._pump(at)

    def tick(self, at: Moment) -> list[Action]:
        """Do what is due."""
        if self._hello.passed(at.mono):
            return self._greet(at)
        if self.phase is not Phase.ONLINE or self._standing is None:
            return []
        actions = self._exchange.tick(self._standing, at)
        return self._greet_later(at) if actions is None else actions + self._pump(at)

    # --- central

    def received(self, payload: bytes, at: Moment) -> list[Action]:
        """Take a message from …/down.  Never raises for what is in it."""
        try:
            message = wire.decode_down(payload)
        except Malformed:
            self.counters.malformed += 1
            return []
        standing = self._standing
        if standing is None or self.phase is Phase.OFFLINE:
            self.counters.stale += 1
            return []
        if getattr(message, "journal", standing.journal) != standing.journal:
            self.counters.foreign += 1
            return []
        match message:
            case wire.Welcome():
                return self._welcomed(message, standing, at)
            case wire.Ack() if message.state not in (JournalState.OPEN, standing.state):
                return self._closed(message, at)
            case wire.AllowanceOffer():
                return self.want(tuple(message.accounts), at)
            case _:
                actions = self._exchange.take(message, standing, at)
                if actions is None:
                    return self._greet_later(at)
                return [a for a in actions if self._may(a)]

    def _closed(self, ack: wire.Ack, at: Moment) -> list[Action]:
        """Central has closed this journal: stop spending now; its welcome brings the reason."""
        self.counters.acks += 1
        take = TakeWelcome(ack.applied_through, ack.head, ack.state, "central says so")
        return [take, *self._greet_later(at)]

    def _welcomed(self, welcome: wire.Welcome, standing: Standing, at: Moment) -> list[Action]:
        if strange := greeting.stranger(welcome.central, standing):
            self.counters.strangers += 1
            return [strange]
        self.counters.welcomes += 1
        self._hello.rest()
        self._exchange.leave()
        taking = greeting.taking(welcome, standing, at)
        self._welcome = taking[-1], welcome.directory_version
        return [*taking]

    # --- the journal

    def done(self, action: JournalAction, outcome: Outcome, at: Moment) -> list[Action]:
        """The journal has done this, or refused to, and stands so after it."""
        before, self._standing = self._standing, outcome.standing
        standing = outcome.standing
        if self.phase is Phase.ONLINE and before and before.journal != standing.journal:
            self._exchange.lose()
            return self._greet(at)  # a new file in the place of a damaged one
        actions = [a for a in self._exchange.done(action, outcome, at) if self._may(a)]
        match action:
            case ReadStanding() if self._hello_wanted:
                actions.append(self._say_hello(standing, at))
            case TakeWelcome() | BeginEpoch() if self._welcome and action is self._welcome[0]:
                actions += self._take(action, self._welcome[1], outcome, at)
            case Acknowledge():
                self._hello.shorten()
        closed = self.phase is Phase.ONLINE and standing.state is JournalState.QUARANTINED
        if closed and not self._hello.armed:
            # nothing of ours can be answered: look now and then whether staff have cleared it
            self._hello.at(at.mono + self._timing.hello_most)
        return actions + self._tell() + self._pump(at)

    def failed(self, action: JournalAction, at: Moment) -> list[Action]:
        """The journal could not; nothing has changed in it.  Begin the conversation anew, later."""
        self.counters.faults += 1
        if isinstance(action, ApplyDirectory):
            self._exchange.directory.reset()
        return [] if self.phase is Phase.OFFLINE else self._greet_later(at)

    # --- moves

    def _may(self, action: Action) -> bool:
        return self.phase is Phase.ONLINE or not isinstance(action, Publish)

    def _lose(self, phase: Phase) -> list[Action]:
        self._central = None
        self._exchange.lose()
        return self._leave(phase)

    def _leave(self, phase: Phase) -> list[Action]:
        self.phase, self._hello_wanted, self._welcome = phase, False, None
        self._hello.rest()
        self._exchange.leave()
        return self._tell()

    def _greet(self, at: Moment) -> list[Action]:
        actions = self._leave(Phase.GREETING)
        self._hello_wanted = True
        self._hello.again(at.mono)
        return [*actions, ReadStanding()]

    def _greet_later(self, at: Moment) -> list[Action]:
        if self.phase is Phase.GREETING and self._hello.armed:
            return []
        actions = self._leave(Phase.GREETING)
        self._hello.again(at.mono)
        return actions

    def _say_hello(self, standing: Standing, at: Moment) -> Publish:
        self._hello_wanted = False
        self.counters.hellos += 1
        return greeting.hello(self._identity, standing, self._exchange.policy_version, at.now)

    def _take(
        self, action: JournalAction, directory_version: int, outcome: Outcome, at: Moment
    ) -> list[Action]:
        if isinstance(action, BeginEpoch) and outcome.refused is None:
            return self._greet(at)  # with the last of the rows that give everything back
        if isinstance(action, TakeWelcome) and outcome.refused is not None:
            return self._greet_later(at)
        self._welcome, self.phase = None, Phase.ONLINE
        return self._exchange.enter(directory_version, outcome.standing, at)

    def _pump(self, at: Moment) -> list[Action]:
        if self.phase is not Phase.ONLINE or self._standing is None:
            return []
        return self._exchange.pump(self._standing, at)

    def _tell(self) -> list[Action]:
        if self._standing is None:
            return []
        link = LinkIs(self.phase is Phase.ONLINE, self._standing.waiting)
        if link == self._link:
            return []
        self._link = link
        return [link]
