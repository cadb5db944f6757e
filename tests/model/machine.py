"""An ordinary day: members, staff, clocks and a bad network, in any order."""

import datetime as dt
import itertools
import sys
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import (
    AnyLine,
    CheckIn,
    CouponRedeem,
    Leg,
    Means,
    PassLoad,
    PointsRedeem,
    ValueLoad,
    ValueRedeem,
    VisitRedeem,
    pass_accounts,
    undo,
)
from kiosk.domain.transactions import decode as decoded
from tests.model.ledger import Amounts, Row
from tests.model.network import FAULTS
from tests.model.terminal import CLOCKS, NOW, Terminal
from tests.model.world import World

PRICES = {"bath": 300, "training": 700}
MEMBERS = ("m1", "m2")
ROOM = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""In memory, where there is that: what survives a power cut is tests/journal/test_power.py."""

PRUNE_BEFORE = NOW + dt.timedelta(days=400)
"""Every row is old enough to go, once central has it."""

who, pick, waits = st.integers(0, 3), st.integers(0, 50), st.integers(0, 3)
DEPRIVED, MISTAKEN = ("lose", "cut"), ("double", "reorder", "again")
"""Faults downwards and upwards after which only the next hello sets everything right."""

faults = st.tuples(st.sampled_from(FAULTS), st.booleans(), pick)
seldom = st.integers(0, 5).map(lambda n: n == 5)
"""For what would else be half of all that happens."""
members, services = st.sampled_from(MEMBERS), st.sampled_from(sorted(PRICES))


class Day(RuleBasedStateMachine):
    """Two to four terminals, two members and a network."""

    prepared: Path
    """A database of central with the small shop in it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="petshop-model-", dir=ROOM)
        self.world: World | None = None
        self.numbers, self.days = itertools.count(1), itertools.count(1)

    @initialize(terminals=st.integers(2, 4), strange=seldom)
    def opens(self, terminals: int, strange: bool) -> None:
        """Mostly, every terminal has been online once; the first holds all that there is."""
        self.world = World(self.prepared, Path(self.folder.name), terminals)
        for terminal in [] if strange else self.world.terminals:
            self.world.link(terminal)
            self.world.converse([terminal])
        if not strange:
            self.world.converse(self.world.terminals)

    @property
    def shop(self) -> World:
        assert self.world is not None
        return self.world

    def teardown(self) -> None:
        try:
            if self.world is not None:
                try:
                    if sys.exc_info()[0] is None:
                        self.shop.drain()
                finally:
                    self.world.close()
        finally:
            self.folder.cleanup()

    @invariant()
    def sound(self) -> None:
        if self.world is not None:
            self.world.check()

    def at(self, who: int) -> Terminal:
        return self.shop.terminals[who % len(self.shop.terminals)]

    # --- at a terminal

    def write(
        self,
        terminal: Terminal,
        member: str,
        line: AnyLine,
        moved: Amounts,
        undone: Row | None = None,
    ) -> bool:
        """Commit, and hand over what was paid for.  Without a price list nothing has a price."""
        if not terminal.standing.catalogue_version:
            self.shop.count("refused: catalogue_missing")
            return False
        ref = undone.seq if undone else 0
        row = terminal.commit(terminal.draft(member, (line,), ref))
        kind = type(line).__name__
        if isinstance(row, Reason):
            self.shop.count(f"refused: {row.value}")
            return False
        self.shop.ledger.wrote(row, moved, undone)
        self.shop.count(f"{kind} written")
        terminal.nudge()
        return True

    @rule(who=who, member=members, service=services, part=st.integers(-1, 3), waits=waits)
    def pays(self, who: int, member: str, service: str, part: int, waits: int) -> None:
        """Mostly as held here: principal first.  Where it is short, the member may wait for it."""
        terminal, price = self.at(who), PRICES[service]
        for _ in range(2):
            held = terminal.accounts().get(f"{member}.principal", (0, 0, ""))[0]
            bonus = price - min(held, price) if part < 0 else min(part * 100, price)
            legs = [(f"{member}.principal", price - bonus), (f"{member}.bonus", bonus)]
            moved = {account: -amount for account, amount in legs if amount}
            line = ValueRedeem(service, price, tuple(Leg(a, -n) for a, n in moved.items()))
            if self.write(terminal, member, line, moved):
                return
            self.asks(terminal, waits, tuple(moved))

    @rule(who=who, member=members, index=pick, waits=waits)
    def uses_a_visit(self, who: int, member: str, index: int, waits: int) -> None:
        terminal = self.at(who)
        for _ in range(2):
            purses = [a for a in terminal.purses(member) if not a.startswith(f"{member}.")]
            if purses:
                account = purses[index % len(purses)]
                line = VisitRedeem("bath", (Leg(account, 1),))
                if self.write(terminal, member, line, {account: -1}):
                    return
                self.asks(terminal, waits, (account,))

    @rule(who=who, member=members, coupon=st.booleans(), waits=waits)
    def takes_a_toy(self, who: int, member: str, coupon: bool, waits: int) -> None:
        """For a coupon, or for points."""
        terminal, moved = self.at(who), {f"{member}.points": -4}
        line: AnyLine = PointsRedeem((Leg(f"{member}.points", 4),), "toy-4")
        if coupon and member == "m1":
            line, moved = CouponRedeem("toy", (Leg("coupon1", 1),)), {"coupon1": -1}
        for _ in range(2):
            if self.write(terminal, member, line, moved):
                return
            self.asks(terminal, waits, tuple(moved))

    def asks(self, terminal: Terminal, waits: int, accounts: tuple[str, ...]) -> None:
        """The kiosk asks for what is short; the member waits while it, or everybody, talks."""
        terminal.want(accounts) if waits else None
        if waits > 1:
            self.shop.converse(self.shop.terminals if waits > 2 else [terminal])

    @rule(who=who, member=members)
    def tops_up(self, who: int, member: str) -> None:
        moved = {f"{member}.principal": 500, f"{member}.bonus": 100}
        legs = tuple(Leg(a, n) for a, n in moved.items())
        self.write(self.at(who), member, ValueLoad("topup-5", 500, Means.CASH, legs), moved)

    @rule(who=who, member=members)
    def buys_a_pass(self, who: int, member: str) -> None:
        name = f"pass{next(self.numbers)}"
        bought, gift = pass_accounts(name)
        legs = Leg(bought, 3), Leg(gift, 1)
        line = PassLoad("bath-3", 800, Means.WECHAT, name, *legs)
        self.write(self.at(who), member, line, {bought: 3, gift: 1})

    @rule(who=who, member=members)
    def checks_in(self, who: int, member: str) -> None:
        terminal = self.at(who)
        line = CheckIn(terminal.draft(member, ()).local_day)
        self.write(terminal, member, line, {})

    @rule(who=who, member=members, more=st.booleans())
    def pays_and_regrets(self, who: int, member: str, more: bool) -> None:
        """The row is undone while it may be on its way."""
        self.pays(who, member, "bath", -1, 2)
        if more:
            self.shop.up(self.at(who))
        self.undoes(who, 0)

    @rule(who=who, back=st.integers(0, 6))
    def undoes(self, who: int, back: int) -> None:
        """What was undone with the card before it was put back is not brought back twice."""
        terminal, returned = self.at(who), self.shop.ledger.returned
        rows = [r for r in terminal.card.rows if r.may_be_undone and r.hash not in returned]
        if rows:
            row = rows[-1 - back % len(rows)]
            line = undo(decoded(row.payload).lines)
            moved = {account: -amount for account, amount in row.posted.items()}
            self.write(terminal, row.member, line, moved, row)

    @rule(who=who, clock=st.sampled_from(sorted(CLOCKS)))
    def clock_jumps(self, who: int, clock: str) -> None:
        self.at(who).clock = clock
        self.shop.count("clock jumps")

    @rule(who=who, seconds=st.sampled_from([0.3, 12.0, 70.0, 400.0]))
    def time_passes(self, who: int, seconds: float) -> None:
        self.at(who).wait(seconds)

    @rule(who=who)
    def stalls(self, who: int) -> None:
        """The journal thread is slow: what the session wants is done later, one by one."""
        self.at(who).slow = True

    @rule(who=who, times=st.integers(1, 3), ends=st.booleans())
    def works(self, who: int, times: int, ends: bool) -> None:
        terminal = self.at(who)
        for _ in range(min(times, len(terminal.jobs))):
            terminal.work_once()
        if ends:
            terminal.slow = False
            terminal.work()

    @rule(who=who, prunes=st.booleans())
    def rests(self, who: int, prunes: bool) -> None:
        """Nobody is there: the journal tidies up, and may forget what is done."""
        self.at(who).journal.witness(NOW + dt.timedelta(days=next(self.days)))
        self.at(who).journal.idle(PRUNE_BEFORE if prunes else None)
        self.at(who).journal.checkpoint()

    # --- the network

    @rule(who=who)
    def connects(self, who: int) -> None:
        self.shop.link(self.at(who))

    @rule(who=who, times=st.integers(1, 4))
    def one_way(self, who: int, times: int) -> None:
        for _ in range(times):
            self.shop.up(self.at(who))

    @rule(who=who, times=st.integers(1, 4))
    def other_way(self, who: int, times: int) -> None:
        for _ in range(times):
            self.shop.down(self.at(who))

    @rule(who=who)
    def talks(self, who: int) -> None:
        terminal = self.at(who)
        self.shop.link(terminal)
        self.shop.converse([terminal])

    @rule()
    def all_talk(self) -> None:
        for terminal in self.shop.terminals:
            self.shop.link(terminal)
        self.shop.converse(self.shop.terminals)

    @rule(who=who, faults=st.lists(faults, min_size=1, max_size=6))
    def network_fails(self, who: int, faults: list[tuple[str, bool, int]]) -> None:
        """While terminal and central talk, one thing after another goes wrong."""
        terminal = self.at(who)
        self.shop.link(terminal)
        terminal.want(None)
        for fault, upwards, index in faults:
            self.shop.say(terminal)
            if getattr(terminal.sent if upwards else terminal.coming, fault)(index):
                self.shop.count(f"network: {fault}")
                terminal.deprived |= fault in (MISTAKEN if upwards else DEPRIVED)
            self.shop.news()
            self.shop.up(terminal)
            self.shop.down(terminal)

    @rule(who=who, now=seldom)
    def loses_its_connection(self, who: int, now: bool) -> None:
        if now and self.at(who).linked:
            self.shop.unlink(self.at(who))
            self.shop.count("connections lost")

    @rule(now=seldom)
    def broker_is_killed(self, now: bool) -> None:
        """With all that it carried, and every session."""
        if not now:
            return
        for terminal in self.shop.terminals:
            self.shop.unlink(terminal)
        self.shop.count("broker killed")
