"""The kiosk's half of a conversation without threads: a real session on a real journal."""

import datetime as dt

from kiosk.domain import wire
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.clock import ClockState
from kiosk.domain.effects import Draft
from kiosk.domain.errors import JournalError
from kiosk.domain.media import MediumKey
from kiosk.domain.policy import Policy
from kiosk.domain.refusals import Refusal
from kiosk.domain.transactions import Leg, ValueRedeem
from kiosk.domain.views import MemberView
from kiosk.journal.journal import Journal
from kiosk.journal.standing import Standing
from kiosk.sync.actions import (
    Action,
    JournalAction,
    LinkIs,
    Publish,
    StoreCatalogue,
    StorePolicy,
    Stranger,
)
from kiosk.sync.errands import errand
from kiosk.sync.exchange import Moment
from kiosk.sync.options import Identity, Limits, Timing
from kiosk.sync.session import Session
from tests.peers.books import NOW, Books

IDENTITY = Identity("s1", "k1", "test")
LIMITS = Limits(rows=4)


def draft(member: str, amount: int = 1) -> Draft:
    """A bath for `amount` 分 of principal."""
    leg = Leg(f"a-{member}", amount)
    return Draft(
        at=NOW,
        clock=ClockState.SYNCED,
        local_day=NOW.date(),
        lines=(ValueRedeem(service="bath", price=amount, legs=(leg,)),),
        member=member,
        medium=f"m-{member}",
        catalogue=1,
    )


class KioskSide:
    """Does every journal action at once, or when `slow` later, by `work`.

    `up` is what was published and not yet delivered, `actions` all that was ever wanted.
    """

    def __init__(
        self,
        limits: Limits = LIMITS,
        journal: Journal | None = None,
        identity: Identity = IDENTITY,
    ) -> None:
        self.journal = journal or Journal.open(None)
        self.identity, self.limits = identity, limits
        self.mono = 0.0
        self.up: list[wire.Up] = []
        self.payloads: list[bytes] = []
        self.online = False
        self.waiting = -1
        self.policy: Policy | None = None
        self.catalogue: Catalogue | None = None
        self.broken = self.slow = False
        self.jobs: list[JournalAction] = []
        self.actions: list[Action] = []
        self.session = Session(identity, Timing(), limits)
        self.do(self.session.started())

    @property
    def at(self) -> Moment:
        return Moment(self.mono, NOW + dt.timedelta(seconds=self.mono), ClockState.SYNCED)

    @property
    def standing(self) -> Standing:
        return self.journal.standing()

    def restart(self) -> None:
        """The daemon is killed and starts again; the journal is what is left."""
        self.session = Session(self.identity, Timing(), self.limits)
        self.up, self.jobs, self.online = [], [], False
        self.do(self.session.started())

    def spend(self, member: str, amount: int = 1) -> bool:
        """Spend if it is held; the courier is nudged."""
        try:
            self.journal.commit(draft(member, amount))
        except Refusal:
            return False
        self.do(self.session.committed(self.at))
        return True

    def view(self, member: str) -> MemberView:
        """What a tap shows."""
        found = self.journal.identify(key(member))
        assert isinstance(found, MemberView)
        return found

    def held(self, member: str) -> int:
        """What may be spent here."""
        return self.view(member).balances[f"a-{member}"].held

    def connect(self, central: str | None = "c1") -> None:
        """Connect to a broker, which retains central's birth if there is one."""
        self.do(self.session.connected(self.at))
        if central is not None:
            self.presence(central)

    def presence(self, central: str, *, online: bool = True) -> None:
        state = wire.Presence(v=1, online=online, session=central)
        self.do(self.session.presence(wire.encode(state), self.at))

    def hear(self, message: wire.Down) -> None:
        self.do(self.session.received(wire.encode(message), self.at))

    def wait(self, seconds: float) -> None:
        """Let time pass, turning whenever something is due."""
        end = self.mono + seconds
        turns = 0
        while self.session.deadline <= end:
            turns += 1
            assert turns < 1000, "a deadline that passes and stays"
            self.mono = max(self.mono, self.session.deadline)
            self.do(self.session.tick(self.at))
        self.mono = end

    def take_up(self) -> list[wire.Up]:
        taken, self.up = self.up, []
        return taken

    def work(self) -> None:
        """The journal thread does all that it was asked for."""
        while self.jobs:
            self.work_once()

    def work_once(self) -> None:
        """The journal thread does the oldest thing that it was asked for."""
        action = self.jobs.pop(0)
        if self.broken:
            self.do(self.session.failed(action, self.at))
            return
        if isinstance(action, StoreCatalogue) and action.current:
            self.catalogue = action.catalogue
        try:
            outcome = errand(action)(self.journal)
        except JournalError:
            self.do(self.session.failed(action, self.at))
        else:
            self.do(self.session.done(action, outcome, self.at))

    def do(self, actions: list[Action]) -> None:
        """Do what the session wants."""
        self.actions += actions
        for action in actions:
            match action:
                case Publish():
                    assert wire.encode(action.message) == action.payload
                    self.up.append(wire.decode_up(action.payload))
                    self.payloads.append(action.payload)
                case LinkIs():
                    self.online, self.waiting = action.online, action.waiting
                case StorePolicy():
                    self.policy = action.policy
                case Stranger():
                    pass  # it is in `actions`
                case _:
                    self.jobs.append(action)
        if not self.slow:
            self.work()


def converse(kiosk: KioskSide, books: Books) -> None:
    """Deliver everything both ways, in order, until nobody has anything to say."""
    while said := kiosk.take_up():
        for message in said:
            for answer in books.answer(message):
                kiosk.hear(answer)


def key(member: str) -> MediumKey:
    """The member's code."""
    return MediumKey(f"pm1:token-{member}")


def welcomed(kiosk: KioskSide, books: Books) -> None:
    """Connect, and say everything that there is to say."""
    kiosk.connect()
    converse(kiosk, books)
    assert kiosk.online


def kinds(messages: list[wire.Up]) -> list[type[wire.Up]]:
    """The kinds of messages, in order."""
    return [type(message) for message in messages]


def hello_of(kiosk: KioskSide) -> wire.Hello:
    """A hello out of turn."""
    standing = kiosk.standing
    return wire.Hello(
        store="s1",
        terminal="k1",
        journal=standing.journal,
        software="test",
        last_seq=standing.last_seq,
        head=standing.head,
        acknowledged=standing.acknowledged,
        directory_version=standing.directory_version,
        catalogue_version=standing.catalogue_version,
        policy_version=0,
        now=NOW,
    )
