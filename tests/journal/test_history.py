"""Random histories of one journal and a model of central, checked after every step.

The network is a set: any page, grant or ack that central ever sent may arrive late, twice or
never.  The model folds the rows from the first to the last each time (model.py).
"""

import datetime as dt
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.domain import wire
from kiosk.domain.clock import ClockState
from kiosk.domain.effects import Draft
from kiosk.domain.members import Ticket
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import (
    CheckIn,
    Delta,
    Leg,
    PassLoad,
    Release,
    VisitLog,
    VisitRedeem,
    decode,
    deltas,
    pass_accounts,
)
from kiosk.domain.wire import JournalState
from kiosk.journal.journal import Journal
from tests.journal import model, shop
from tests.journal.model import ACCOUNTS, MEMBERS, Central, Open, Row
from tests.journal.shop import CASHIER, DAY, GROOMER, MANAGER, draft, load, log, page, pay, visit

members = st.sampled_from(MEMBERS)
amounts = st.integers(1, 25)
picks = st.integers(0, 50)
days = st.sampled_from([DAY, DAY + dt.timedelta(days=1)])
staff = st.sampled_from([GROOMER, CASHIER, MANAGER])


class Histories(RuleBasedStateMachine):
    """One kiosk, one central."""

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

    @initialize()
    def birth(self) -> None:
        self.journal.store_catalogue(shop.CATALOGUE)
        self.central.make_page()
        self.deliver_page(0)

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

    # --- at central

    @rule(most=st.integers(1, 4))
    def apply_rows(self, most: int) -> None:
        batch = self.journal.batch(self.central.applied, most, 10**6)
        if batch is not None:
            assert batch.prev == self.central.heads[-1]
            for n, row in enumerate(batch.rows, batch.first):
                head = self.journal.rows(n - 1, 1)[0].hash.hex()
                self.central.apply(bytes(row), self.rows[n - 1].day, head)

    @rule(part=st.integers(0, 20))
    def answer(self, part: int) -> None:
        nonce = self.journal.standing().pending_nonce
        if nonce and nonce not in self.central.grants:
            posted, leased = self.central.posted, self.central.leased
            given = {a: min(part, n - leased[a]) for a, n in posted.items()}
            self.central.leased.update(given)
            self.central.grants[nonce] = wire.AllowanceGrant(
                journal=self.journal.standing().journal,
                nonce=nonce,
                grants=[wire.Grant(a, n) for a, n in given.items()],
            )

    @rule(member=members, day=days)
    def served_elsewhere(self, member: str, day: dt.date) -> None:
        """Another terminal opens a ticket."""
        name = f"other.{len(self.central.known)}.0"
        self.central.known[name] = Ticket(name, "bath", day)
        self.central.open.tickets[member][name] = self.central.known[name]

    @rule(member=members, pick=picks)
    def logged_elsewhere(self, member: str, pick: int) -> None:
        """Another terminal closes a ticket."""
        if tickets := self.central.open.tickets[member]:
            del tickets[list(tickets)[pick % len(tickets)]]

    @rule()
    def make_page(self) -> None:
        self.central.make_page()

    # --- between them

    @precondition(lambda self: self.central.grants)
    @rule(pick=picks)
    def deliver_grant(self, pick: int) -> None:
        grant = list(self.central.grants.values())[pick % len(self.central.grants)]
        took = self.journal.apply_grant(grant)
        assert took == (grant.nonce not in self.used)
        if took:
            self.used.add(grant.nonce)
            self.held.update({g.account: g.amount for g in grant.grants})

    @rule(nonce=st.uuids(), amount=amounts)
    def forge_grant(self, nonce: object, amount: int) -> None:
        forged = shop.answer(self.journal, str(nonce), m1_principal=amount)
        assert not self.journal.apply_grant(forged)

    @rule(pick=picks, full=st.booleans())
    def deliver_page(self, pick: int, full: bool = True) -> None:
        applied, found, listed = self.central.pages[pick % len(self.central.pages)]
        self.version += 1
        self.journal.apply_directory(
            page(
                self.journal,
                found,
                version=self.version,
                applied=applied,
                full=full,
                operators=shop.OPERATORS if full else None,
            )
        )
        posted = Counter({p.account: p.posted for r in found for p in r.purses})
        self.page = applied, listed, posted

    @rule(pick=picks)
    def deliver_ack(self, pick: int) -> None:
        applied = pick % len(self.central.heads)
        self.journal.acknowledge(applied, self.central.heads[applied])
        self.acknowledged = max(self.acknowledged, applied)

    @rule(pick=picks)
    def forge_ack(self, pick: int) -> None:
        self.journal.acknowledge(pick % (len(self.rows) + 1), "00" * 31 + "01")
        self.is_open = False

    @rule(pick=picks)
    def welcome(self, pick: int) -> None:
        # an older one is a central restored from its backup
        applied = pick % len(self.central.heads)
        self.journal.welcomed(applied, self.central.heads[applied], JournalState.OPEN, "")
        self.acknowledged, self.is_open = applied, True

    # --- always

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

    @invariant()
    def members_see_what_the_model_says(self) -> None:
        open_now = self.open()
        for member in MEMBERS if self.version else ():
            view = shop.view(self.journal, member)
            sold = {pass_accounts(name)[0] for name in open_now.passes[member]}
            base = {a for a in ACCOUNTS if a.startswith(member)}
            assert view.balances.keys() == base | sold
            for name, balance in view.balances.items():
                assert balance.held == self.held[name] >= 0
                assert balance.shown == self.shown(name)
            assert {t.ticket: t for t in view.tickets} == open_now.tickets[member]
            assert view.checked_in == model.checked_in(self.rows, member)
            moved = [r for r in model.standing(self.rows) if r.moved and r.content.member == member]
            last = moved[-1] if moved else None
            assert (view.last and view.last.seq) == (last and last.content.seq)
            unseen = last and last.took and last.content.seq not in self.shown_rows
            assert view.unshown == (view.last if unseen else None)

    @invariant()
    def operators_see_what_the_model_says(self) -> None:
        for operator in (GROOMER, MANAGER) if self.version else ():
            own = [r for r in model.standing(self.rows) if r.content.operator == operator]
            since = shop.NOW + dt.timedelta(minutes=len(self.rows) - 4)
            seen = self.journal.workday(operator, self.day, since)
            today = [x for r in own if r.day == self.day for x in r.lines]
            assert seen.done == Counter(x.service for x in today if isinstance(x, VisitLog))
            fresh = [r for r in own if r.content.at >= since]
            newest = fresh[-1].content.seq if fresh else None
            assert (seen.undoable and seen.undoable.row.seq) == newest
            listed = {t.ticket.ticket: (t.member, t.ticket) for t in seen.tickets}
            assert listed == {
                name: (member, ticket)
                for member, tickets in self.open().tickets.items()
                for name, ticket in tickets.items()
                if ticket.day == self.day
            }

    @invariant()
    def the_chain_is_whole(self) -> None:
        standing = self.journal.standing()
        assert self.journal.verify() == standing.last_seq == len(self.rows)
        assert standing.acknowledged == self.acknowledged
        assert standing.waiting == len(self.rows) - self.acknowledged
        assert (standing.state is JournalState.OPEN) == self.is_open

    @invariant()
    def each_row_is_undone_at_most_once(self) -> None:
        undone = Counter(row.voids for row in self.rows if row.voids)
        assert all(count == 1 for count in undone.values())
        assert not any(self.rows[seq - 1].voids for seq in undone)

    @invariant()
    def the_books_agree_about_allowances(self) -> None:
        on_the_way = Counter[str]()
        for nonce, grant in self.central.grants.items():
            if nonce not in self.used:
                on_the_way.update({g.account: g.amount for g in grant.grants})
        unapplied = Counter[str]()
        for row in self.rows[self.central.applied :]:
            unapplied.update({a: d.held for a, d in deltas(row.lines).items()})
        for name in {*ACCOUNTS, *self.held, *self.central.leased}:
            leased = self.central.leased[name] + unapplied[name]
            assert leased == self.held[name] + on_the_way[name]


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=40)
