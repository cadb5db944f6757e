"""Random histories of one journal and a model of central, checked after every step.

The network is a set: any page, grant or ack that central ever sent may arrive late, twice or
never.  The model folds the rows from the first to the last each time (model.py).
"""

import datetime as dt
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from kiosk.domain import wire
from kiosk.domain.members import Ticket
from kiosk.domain.transactions import (
    VisitLog,
    deltas,
    pass_accounts,
)
from kiosk.domain.wire import JournalState
from tests.journal import model, shop
from tests.journal.history import AtKiosk, amounts, days, members, picks
from tests.journal.model import ACCOUNTS, MEMBERS
from tests.journal.shop import GROOMER, MANAGER, page


class Histories(AtKiosk):
    """One kiosk, one central, and the network between them."""

    @initialize()
    def birth(self) -> None:
        self.journal.store_catalogue(shop.CATALOGUE)
        self.central.make_page()
        self.deliver_page(0)

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
