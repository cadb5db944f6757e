"""Random histories: what happens at the kiosk, each compared with the model (model.py)."""

import datetime as dt
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from kiosk.domain.clock import ClockState
from kiosk.domain.effects import Draft
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import (
    CheckIn,
    Delta,
    Leg,
    PassLoad,
    Release,
    VisitRedeem,
    decode,
    deltas,
    pass_accounts,
)
from kiosk.journal.journal import Journal
from tests.journal import model, shop
from tests.journal.model import ACCOUNTS, MEMBERS, Central, Open, Row
from tests.journal.shop import CASHIER, DAY, GROOMER, MANAGER, draft, load, log, pay, visit

members = st.sampled_from(MEMBERS)
amounts = st.integers(1, 25)
picks = st.integers(0, 50)
days = st.sampled_from([DAY, DAY + dt.timedelta(days=1)])
staff = st.sampled_from([GROOMER, CASHIER, MANAGER])


class AtKiosk(RuleBasedStateMachine):
    """One kiosk and what may happen at it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "journal.db"
        self.journal = Journal.open(self.path)
        self.central = Central()
        self.held: Counter[str] = Counter()
        self.rows: list[Row] = []
        self.shown_rows: set[int] = set()
        self.used: set[str] = set()
        self.acknowledged = 0
        self.page = 0, Open.nothing(), Counter[str]()
        self.version = 0
        self.day = DAY
        self.is_open = True

    def teardown(self) -> None:
        self.journal.close()
        self.folder.cleanup()

    # --- at the kiosk

    def draft(self, *lines: object, **given: object) -> Draft:
        at = shop.NOW + dt.timedelta(minutes=len(self.rows))
        return draft(*lines, day=self.day, at=at, **given)  # type: ignore[arg-type]

    def short(self, change: dict[str, Delta]) -> Reason | None:
        for name, delta in change.items():
            if self.held[name] + delta.held < 0:
                if self.shown(name) + delta.held >= 0:
                    return Reason.HELD_ELSEWHERE
                return Reason.INSUFFICIENT_VALUE if name.endswith("pal") else Reason.PASS_EMPTY
        return None

    def attempt(self, wanted: Draft, refusal: Reason | None = None) -> None:
        change = deltas(wanted.lines)
        expected = refusal or self.short(change) if self.is_open else Reason.QUARANTINED
        refused, seq = None, 0
        try:
            seq = self.journal.commit(wanted).seq
        except Refusal as e:
            refused = e.reason
        assert refused == expected
        if refused is None:
            self.wrote(change)
            assert seq == len(self.rows)

    def wrote(self, change: dict[str, Delta]) -> None:
        self.held.update({a: d.held for a, d in change.items()})
        (row,) = self.journal.rows(len(self.rows), 9)
        self.rows.append(Row(decode(row.payload), self.day))

    @rule(member=members, amount=amounts)
    def spend_value(self, member: str, amount: int) -> None:
        self.attempt(self.draft(pay(member, amount), member=member))

    @rule(member=members, visits=amounts)
    def spend_visits(self, member: str, visits: int) -> None:
        self.attempt(self.draft(visit(member, visits), member=member))

    @rule(member=members, operator=staff, amount=amounts)
    def spend_and_log(self, member: str, operator: str, amount: int) -> None:
        lines = pay(member, amount), log()
        self.attempt(self.draft(*lines, member=member, operator=operator))

    @rule(member=members, paid=amounts, operator=staff)
    def top_up(self, member: str, paid: int, operator: str) -> None:
        refusal = Reason.NOT_ALLOWED if operator == GROOMER else None
        self.attempt(self.draft(load(member, paid), member=member, operator=operator), refusal)

    @rule(member=members, again=st.booleans())
    def sell_pass(self, member: str, again: bool) -> None:
        sold = [x for row in self.rows for x in row.lines if isinstance(x, PassLoad)]
        name = sold[0].pass_id if again and sold else f"p{len(self.rows)}"
        line = shop.sale(name, shop.FEW_BATHS)
        refusal = Reason.NOT_ALLOWED if again and sold else None
        self.attempt(self.draft(line, member=member), refusal)

    @rule(member=members, pick=picks, visits=st.integers(1, 3))
    def spend_sold_pass(self, member: str, pick: int, visits: int) -> None:
        names = list(self.open().passes[member])
        if names:
            leg = Leg(pass_accounts(names[pick % len(names)])[0], visits)
            self.attempt(self.draft(VisitRedeem("bath", (leg,)), member=member))

    @rule(member=members, pick=picks, closed=st.booleans(), card=st.booleans(), who=staff)
    def log_ticket(self, member: str, pick: int, closed: bool, card: bool, who: str) -> None:
        tickets = self.open().tickets[member]
        every = [t for row in self.rows for t in model.opened(row)] if closed else list(tickets)
        if every:
            name = every[pick % len(every)]
            refusal = None if name in tickets else Reason.NOT_ALLOWED
            given = {} if card else {"medium": ""}
            self.attempt(self.draft(log(name), member=member, operator=who, **given), refusal)

    @rule(member=members)
    def check_in(self, member: str) -> None:
        same = model.checked_in(self.rows, member) == self.day
        refusal = Reason.SAME_TAP if same else None
        self.attempt(self.draft(CheckIn(self.day), member=member), refusal)

    @precondition(lambda self: self.rows)
    @rule(pick=picks, operator=staff, newest=st.booleans())
    def void(self, pick: int, operator: str, newest: bool) -> None:
        n = len(self.rows) - 1 if newest else pick % len(self.rows)
        row = self.rows[n]
        if not row.content.member:
            return
        wanted = self.draft(
            *shop.void(row.lines, n + 1).lines,
            member=row.content.member,
            medium=row.content.medium,
            operator=operator,
            ref=n + 1,
        )
        may = operator in (MANAGER, row.content.operator)
        stands = row in model.standing(self.rows) and not isinstance(row.lines[0], CheckIn)
        undone = model.opened(row).keys() <= self.open().tickets[row.content.member].keys()
        self.attempt(wanted, None if may and stands and undone else Reason.NOT_ALLOWED)

    @rule(day=days)
    def midnight(self, day: dt.date) -> None:
        self.day = day

    @precondition(lambda self: self.rows)
    @rule(pick=picks)
    def show(self, pick: int) -> None:
        seq = pick % len(self.rows) + 1
        self.journal.mark_shown(seq)
        self.shown_rows.add(seq)

    @precondition(lambda self: self.is_open)
    @rule(name=st.sampled_from(ACCOUNTS))
    def release(self, name: str) -> None:
        seq = self.journal.release([name], shop.NOW, ClockState.SYNCED)
        assert (seq is None) == (self.held[name] == 0)
        if seq:
            self.day = self.rows[-1].day if self.rows else self.day
            self.wrote(deltas((Release((Leg(name, self.held[name]),)),)))

    @precondition(lambda self: self.is_open)
    @rule()
    def request(self) -> None:
        pending = self.journal.standing().pending_nonce
        nonce = self.journal.open_request(None)
        assert pending in (None, nonce)

    @rule()
    def restart(self) -> None:
        self.journal.close()
        self.journal = Journal.open(self.path)

    @rule()
    def tidy(self) -> None:
        self.journal.checkpoint()

    # --- what the model says

    def shown(self, name: str) -> int:
        """The one rule: what central posted, and our rows that it did not have then."""
        applied, _, posted = self.page
        above = (deltas(row.lines).get(name, Delta()).posted for row in self.rows[applied:])
        return posted[name] + sum(above)

    def open(self) -> Open:
        """The same rule for tickets and passes."""
        applied, listed, _ = self.page
        found, known = listed.copy(), dict(self.central.known)
        for row in self.rows:
            known.update(model.opened(row))
        for row in self.rows[applied:]:
            found.apply(row, self.rows, known)
        return found
