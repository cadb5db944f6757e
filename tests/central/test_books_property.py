"""Random lives of two terminals, a lossy network and a counter: the books stay sound."""

import contextlib
import dataclasses as dc
import datetime as dt
from collections import Counter
from collections.abc import Iterator

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from central.books import actions, allowances, apply
from central.shop.models import Account, Case, Entry, Terminal, Transaction
from central.sync import greeting
from kiosk.domain import transactions as tx
from kiosk.domain.errors import Malformed
from tests.central.books import assert_sound, posted, tickets
from tests.central.till import NOW, Till, load, log, release, sale, visit

BOUGHT, GIFT = "pass-wang-bath.bought", "pass-wang-bath.gift"
ACCOUNTS = [BOUGHT, GIFT]

NEVER = ["not_covered", "void_unknown", "voided_twice", "void_differs", "pass_exists"]
"""Cases that a terminal cannot cause that keeps to the rules."""

who, account, some = st.integers(0, 1), st.sampled_from(ACCOUNTS), st.integers(1, 3)


@dc.dataclass(frozen=True)
class Ask:
    who: int
    number: int


@dc.dataclass(frozen=True)
class Write:
    who: int
    line: tx.AnyLine


@dc.dataclass(frozen=True)
class Send:
    who: int
    skip: int
    count: int


@dc.dataclass(frozen=True)
class Void:
    who: int
    index: int


@dc.dataclass(frozen=True)
class Sale:
    amount: int
    account: str


passes = st.sampled_from(["p1", "p2", "p3"])
days = st.builds(lambda n: tx.CheckIn(NOW.date() + dt.timedelta(days=n)), st.integers(0, 3))

steps = st.lists(
    st.one_of(
        st.builds(Ask, who, st.integers(0, 5)),
        st.builds(Write, who, st.builds(visit, account)),
        st.builds(Write, who, st.builds(release, account, some)),
        st.builds(Write, who, st.builds(lambda a: load("topup-500", 50000, (a, 2)), account)),
        st.builds(Write, who, st.builds(sale, passes, some, some)),
        st.builds(Write, who, st.builds(lambda p: visit(tx.pass_accounts(p)[0]), passes)),
        st.builds(Write, who, days),
        st.builds(Void, who, st.integers(0, 5)),
        st.builds(Send, who, st.integers(0, 6), st.integers(1, 6)),
        st.builds(Sale, st.integers(-3, 3), account),
    ),
    max_size=40,
)


@contextlib.contextmanager
def rolled_back() -> Iterator[None]:
    with contextlib.suppress(_RollBack), transaction.atomic():
        yield
        raise _RollBack


class _RollBack(Exception):
    pass


@dc.dataclass
class Kiosk:
    """A terminal that keeps to the rules: it spends from what it holds, and a nonce counts once."""

    till: Till
    held: Counter[str] = dc.field(default_factory=Counter)
    used: set[str] = dc.field(default_factory=set)
    voided: set[int] = dc.field(default_factory=set)

    def ask(self, number: int) -> None:
        nonce = f"{number:036x}"
        grant = allowances.answer(self.till.journal, self.till.request(*ACCOUNTS, nonce=nonce))
        if nonce not in self.used:
            self.used.add(nonce)
            self.held.update({g.account: g.amount for g in grant.grants})

    def write(self, line: tx.AnyLine, ref: int = 0) -> None:
        delta = tx.deltas((line,))
        if isinstance(line, tx.PassLoad):
            # its id is random: neither terminal has sold it before
            line = sale(f"{line.pass_id}.{self.till.terminal}.{len(self.till.payloads)}")
            delta = tx.deltas((line,))
        elif isinstance(line, tx.VisitRedeem) and line.legs[0].account not in ACCOUNTS:
            owned = [a for a in self.held if a.startswith(line.legs[0].account[:3])]
            line = visit(owned[0] if owned else BOUGHT)
            delta = tx.deltas((line,))
        if all(self.held[a] + d.held >= 0 for a, d in delta.items()):
            self.till.row(line, ref=ref)
            self.held.update({a: d.held for a, d in delta.items()})
            if ref:
                self.voided.add(ref)

    def void(self, index: int) -> None:
        """Undo a row from the end, where it may be undone."""
        seq = len(self.till.payloads) - index
        if seq > 0 and seq not in self.voided:
            line = tx.undo(tx.decode(self.till.payloads[seq - 1]).lines)
            if line.back or line.out:
                self.write(line, seq)

    def rows(self) -> list[tx.Transaction]:
        return [tx.decode(payload) for payload in self.till.payloads]

    def open_tickets(self) -> int:
        """Count the rows that paid for a service and were not undone."""
        return sum(
            isinstance(line, tx.VisitRedeem) and row.seq not in self.voided
            for row in self.rows()
            for line in row.lines
        )

    def send(self, skip: int, count: int) -> None:
        first = min(skip, len(self.till.payloads)) + 1
        if first <= len(self.till.payloads):
            apply.apply(*self.till.address, self.till.batch(first, first + count - 1))


def kiosks() -> list[Kiosk]:
    both = [Kiosk(Till(terminal="k1")), Kiosk(Till(terminal="k2"))]
    for kiosk in both:
        greeting.meet(Terminal.objects.get(code=kiosk.till.terminal), kiosk.till.hello())
    return both


def at_the_counter(sale: Sale) -> int:
    """Move money at central; return what moved."""
    try:
        with transaction.atomic():
            actions.move("s1", {sale.account: sale.amount}, "adjust", "test")
    except actions.HeldElsewhere:
        return 0
    return sale.amount


@settings(max_examples=40)
@given(steps)
def test_terminals_that_keep_to_the_rules(
    steps: list[Ask | Write | Void | Send | Sale],
) -> None:
    with rolled_back():
        both = kiosks()
        expected = Counter({account: posted(account) for account in ACCOUNTS})
        for step in steps:
            match step:
                case Ask(who, number):
                    both[who].ask(number)
                case Write(who, line):
                    both[who].write(line)
                case Void(who, index):
                    both[who].void(index)
                case Send(who, skip, count):
                    both[who].send(skip, count)
                case Sale():
                    expected[step.account] += at_the_counter(step)
            assert_sound()
        for kiosk in both:
            kiosk.send(0, 1000)
            kiosk.send(0, 1000)
        assert_sound()
        assert Transaction.objects.count() == sum(len(k.till.payloads) for k in both)
        lines = [line for kiosk in both for row in kiosk.rows() for line in row.lines]
        for line in lines:
            expected.update({a: delta.posted for a, delta in tx.deltas((line,)).items()})
        checked_in = {line.day for line in lines if isinstance(line, tx.CheckIn)}
        assert {account: posted(account) for account in expected} == expected
        assert posted("m-wang.points") == 320 + 5 * len(checked_in)
        for account in expected:
            assert Account.objects.get(pk=account).leased == sum(k.held[account] for k in both)
        assert not Account.objects.filter(kind="suspense").exists()
        assert not Case.objects.filter(kind__in=NEVER).exists()
        still_open = tickets().filter(open=True).count()
        assert still_open == sum(k.open_tickets() for k in both)


any_account = st.sampled_from(
    [*ACCOUNTS, "coupon-gao-off", "p1.b", "p1.g", "nobody", "suspense.s1.visits"]
)
legs = st.lists(st.builds(tx.Leg, any_account, st.integers(1, 9)), max_size=2).map(tuple)
pairs = st.builds(lambda seq, line: (seq, line), st.integers(1, 12), st.integers(0, 2))
lines = st.one_of(
    st.builds(visit, any_account, st.integers(1, 9)),
    st.builds(release, any_account, st.integers(1, 9)),
    st.builds(
        lambda account, amount: load("topup-500", 50000, (account, amount)),
        any_account,
        st.integers(1, 9),
    ),
    st.builds(sale, st.sampled_from(["p1", "p2", "pass-wang-bath"]), some, st.integers(0, 2)),
    st.builds(tx.Void, legs, legs),
    st.builds(tx.CouponRedeem, st.sampled_from(["off-10", "toy", "nothing"]), legs),
    st.builds(tx.PointsRedeem, legs, st.sampled_from(["", "toy-200", "bath-5000"])),
    st.just(None),
    days,
    pairs,
)
claims = st.one_of(
    st.tuples(st.lists(lines, min_size=1, max_size=3), st.integers(0, 12)),
    st.sampled_from([b"{}", b'"x"', b"[1,2]"]),
)


def written(till: Till, line: tx.AnyLine | tuple[int, int] | None, ref: int) -> tx.AnyLine:
    """Make the line: a pair is the log of a ticket, None the proper void of row `ref`."""
    if isinstance(line, tuple):
        return log(tx.ticket_id(till.journal, *line))
    if line is not None:
        return line
    try:
        return tx.undo(tx.decode(till.payloads[ref - 1]).lines)
    except (IndexError, Malformed):
        return tx.Void()


@settings(max_examples=40)
@given(st.lists(claims, min_size=1, max_size=12), st.integers(1, 12), st.booleans())
def test_whatever_a_journal_claims(
    claims: list[tuple[list[tx.AnyLine | tuple[int, int] | None], int] | bytes],
    size: int,
    held: bool,
) -> None:
    """Rolled-back, forged, broken: every row is in, and no purse is ever below its leases.

    Points are apart: no row claims them, central mints a check-in's once for each day.
    """
    with rolled_back():
        kiosk, other = kiosks()
        (kiosk if held else other).ask(0)
        for claim in claims:
            if isinstance(claim, bytes):
                kiosk.till.raw(claim)
            else:
                wanted, ref = claim
                kiosk.till.row(*(written(kiosk.till, line, ref) for line in wanted), ref=ref)
        entries = Entry.objects.exclude(account__kind="points")
        before = sum(entries.values_list("amount", flat=True))
        for first in range(0, len(claims), size):
            kiosk.send(first, size)
            assert_sound()
        assert Transaction.objects.count() == len(claims)
        good = [
            tx.decode(payload)
            for payload, claim in zip(kiosk.till.payloads, claims, strict=True)
            if not isinstance(claim, bytes)
        ]
        claimed = sum(delta.posted for row in good for delta in tx.deltas(row.lines).values())
        assert sum(entries.values_list("amount", flat=True)) - before == claimed
        checked_in = {
            line.day for row in good for line in row.lines if isinstance(line, tx.CheckIn)
        }
        assert posted("m-wang.points") == 320 + 5 * len(checked_in)
        stored = Transaction.objects.order_by("seq").values_list("payload", flat=True)
        assert [bytes(payload) for payload in stored] == kiosk.till.payloads
