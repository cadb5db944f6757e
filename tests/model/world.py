"""A shop: terminals, a broker, central, and the owner's ledger.  Every step ends with `check`."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from django.utils import timezone

from central.books import recalls
from kiosk.domain import wire
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import CheckIn
from kiosk.domain.wire import JournalState
from tests.model.central import Central
from tests.model.ledger import Ledger
from tests.model.terminal import Card, Terminal

NEVER = {
    "fork", "not_covered", "unknown_account", "unknown_member", "other_member",
    "wrong_purse", "void_unknown", "void_differs", "pass_exists", "unreadable",
    "other_identity", "not_checked", "unknown_operator", "not_allowed", "plan_differs",
    "no_price", "price_differs", "expired", "wrong_service", "day_differs",
}  # fmt: skip
"""Cases that nobody can cause as long as no card is put back and no journal given up."""

STOPPED = {"fork", "rolled_back", "gap"}
ROUNDS = 12


class World:
    """Counts what was done in `did`."""

    did: ClassVar[Counter[str]] = Counter()

    def __init__(self, prepared: Path, folder: Path, terminals: int) -> None:
        self.folder = folder
        self.central = Central(prepared, folder / "central.sqlite3")
        self.ledger = Ledger(self.central.opening)
        names = [f"k{n + 1}" for n in range(terminals)]
        self.terminals = [Terminal(n, folder / n, self.ledger.rows) for n in names]
        self.leased_before: dict[tuple[str, str], int] = {}
        self.by_address = {t.address: t for t in self.terminals}

    def close(self) -> None:
        self.count("Release written", sum(not row.member for row in self.ledger.rows.values()))
        for terminal in self.terminals:
            terminal.close()
        self.central.close()

    def count(self, what: str, times: int = 1) -> None:
        World.did[what] += times

    # --- the broker

    def link(self, terminal: Terminal) -> None:
        """Connect; the broker retains what central last said of itself."""
        if not terminal.linked:
            terminal.linked = True
            terminal.do(terminal.session.connected(terminal.at))
            self._tell_of_central(terminal)

    def unlink(self, terminal: Terminal) -> None:
        """The connection ends; the broker, by the terminal's last will, tells central."""
        terminal.linked = False
        terminal.up.clear()
        terminal.sent.queue.clear()
        terminal.coming.queue.clear()
        terminal.do(terminal.session.disconnected())
        if self.central.running:
            self.central.service.left(terminal.address)

    def _tell_of_central(self, terminal: Terminal) -> None:
        terminal.presence(f"c{self.central.births}", online=self.central.running)

    def central_is(self, *, running: bool) -> None:
        """Central dies, or is born again; all who listen hear of it."""
        if running:
            self.central.restart()
        self.central.running = running
        for terminal in self.terminals:
            if terminal.linked:
                self._tell_of_central(terminal)

    def say(self, terminal: Terminal) -> None:
        """Hand the broker what a terminal wants said."""
        for message in terminal.take_up():
            if terminal.linked:
                terminal.sent.put(wire.encode(message))

    def up(self, terminal: Terminal, answers: int | None = None) -> bool:
        """Bring central a terminal's next message; only so many `answers` leave it."""
        self.say(terminal)
        message = terminal.sent.take()
        if message is None:
            return False
        if not self.central.running:
            # nobody has subscribed
            terminal.do(terminal.session.unsent(0x10, terminal.at))
            return True
        for answer in self.central.receive(terminal.address, message)[:answers]:
            terminal.coming.put(answer)
        return True

    def down(self, terminal: Terminal) -> bool:
        """Bring a terminal its next message, once its journal has done what the last one asked."""
        if terminal.jobs or (message := terminal.coming.take()) is None:
            return False
        terminal.do(terminal.session.received(message, terminal.at))
        return True

    def news(self) -> bool:
        """Let central tell what has changed."""
        if not self.central.running:
            return False
        told = self.central.news()
        for address, message in told:
            if self.by_address[address].linked:
                self.by_address[address].coming.put(message)
        return bool(told)

    def converse(self, terminals: Sequence[Terminal]) -> None:
        """Carry everything between these and central until nobody has more to say."""
        for _ in range(400):
            moved = False
            for terminal in terminals:
                while self.up(terminal) or self.down(terminal):
                    moved = True
            if not self.news() and not moved:
                return
        raise AssertionError("they never stop talking")

    # --- cards

    def put_back(self, terminal: Terminal, image: Card) -> None:
        """Put an earlier image into a terminal: its own later rows are gone with the card.

        What it can cost is what the image held, and what it had asked for and was given since.
        """
        lost = terminal.card
        for account, held in image.held(self.central.grants).items():
            self.ledger.slack[account] += held
        if image.pending in lost.used:
            self.ledger.slack.update(self.central.grants[image.journal, image.pending])
        card = image.image(terminal.new_folder())
        card.astray, card.given_up = True, lost.given_up
        self.insert(terminal, card)

    def give_up(self, card: Card, *only: str) -> None:
        """Staff no longer wait for what a card holds of these accounts, or of all.

        It may be spent there all the same: what is leased, and what its rows on their way raise.
        """
        applied = len(self.central.applied(card.journal))
        most = Counter({a: n for (j, a), n in self.leased_before.items() if j == card.journal})
        for row in card.rows[applied:]:
            most.update({account: max(0, amount) for account, amount in row.held.items()})
        for account in only or most:
            self.ledger.slack[account] += most[account]
        card.given_up = True

    def insert(self, terminal: Terminal, card: Card) -> None:
        """The power is cut, and comes back with this card in the terminal."""
        if terminal.linked:
            self.unlink(terminal)
        terminal.insert(card)

    # --- what must hold

    def check(self) -> None:
        self.central.check(self.ledger)
        self.ledger.check()
        for terminal in self.terminals:
            terminal.check(self.central.grants)
        self.leased_before = leased = self.central.leased()
        for card in self.cards():
            if not card.astray and not card.given_up:
                self._check_lease(card, leased)
        if not self.went_wrong:
            wrong = {kind for kind, _ in self.central.cases()} & NEVER
            assert not wrong, wrong

    def cards(self) -> list[Card]:
        return [card for t in self.terminals for card in (t.card, *t.drawer)]

    @property
    def went_wrong(self) -> bool:
        """Whether a card was put back, or a journal given up, since the beginning."""
        return any(card.astray or card.given_up for card in self.cards())

    def _check_lease(self, card: Card, leased: dict[tuple[str, str], int]) -> None:
        """What central leased is what is held, but for rows and grants that are on their way."""
        applied = self.central.applied(card.journal)
        assert applied == card.rows[: len(applied)]
        must = card.held(self.central.grants)
        for row in card.rows[len(applied) :]:
            must.subtract(row.held)
        for (journal, nonce), grant in self.central.grants.items():
            if journal == card.journal and nonce not in card.used:
                must.update(grant)
        found = {a: n for (journal, a), n in leased.items() if journal == card.journal}
        for account in must.keys() | found.keys():
            assert found.get(account, 0) == must[account], f"leased of {account}"

    # --- the end of the day

    def drain(self) -> None:
        """Everything arrives from now on; every card that exists is put into its terminal once."""
        if not self.central.running:
            self.central_is(running=True)
        recalls.expire(timezone.now() + dt.timedelta(days=1))
        for terminal in self.terminals:
            terminal.slow = False
            terminal.work()
            if terminal.deprived and terminal.linked:
                # it lacks what central told by itself, or central heard a hello of long ago
                self.unlink(terminal)
            for card in list(terminal.drawer):
                newest = terminal.card
                self.insert(terminal, card)
                self._settle([terminal])
                self.check()
                self._check_end(terminal)
                self.insert(terminal, newest)
        self._settle(self.terminals)
        self.check()
        for terminal in self.terminals:
            self._check_end(terminal)
        if not self.went_wrong:
            assert not {kind for kind, _ in self.central.cases()} & STOPPED
            self._check_books()

    def _settle(self, terminals: Sequence[Terminal]) -> None:
        for _ in range(ROUNDS):
            for terminal in terminals:
                self.link(terminal)
            self.converse(terminals)
            for terminal in terminals:
                terminal.wait(70.0)
            self.converse(terminals)
            if all(self._is_quiet(terminal) for terminal in terminals):
                return

    def _is_quiet(self, terminal: Terminal) -> bool:
        standing = terminal.standing
        asked = standing.pending_nonce and standing.state is JournalState.OPEN
        return not standing.waiting and not asked and terminal.online

    def _check_end(self, terminal: Terminal) -> None:
        card, standing = terminal.card, terminal.standing
        applied = self.central.applied(card.journal)
        state = self.central.journals()[card.journal][0]
        # two images of one card in turn: central has heard both, and closed what it heard first
        heard_both = card.astray and state == JournalState.QUARANTINED
        if heard_both or applied != card.rows[: len(applied)]:
            assert card.astray
            self.count("ends: stopped")
            assert standing.state is JournalState.QUARANTINED, "a card put back goes on spending"
            refused = terminal.commit(terminal.draft("m2", (CheckIn(dt.date(2025, 1, 1)),)))
            assert refused is Reason.QUARANTINED
            known = {kind for kind, journal in self.central.cases() if journal == card.journal}
            assert known & STOPPED, "central does not know that a card was put back"
            return
        assert standing.state is not JournalState.QUARANTINED, standing.why
        assert state != JournalState.QUARANTINED
        assert self._is_quiet(terminal), f"{terminal.address}: {standing}"
        assert (standing.acknowledged, applied) == (standing.last_seq, card.rows)
        self.count("ends: drained")
        for account, (_, shown, owner) in terminal.accounts().items():
            if owner and standing.state is JournalState.OPEN:
                assert shown == self.central.seen.balances[account], f"{account} shows {shown}"

    def _check_books(self) -> None:
        """The books are the goods: nothing was put back, so nothing may be missing."""
        self.count("ends: books are goods")
        for account, balance in self.central.seen.balances.items():
            if not account.endswith(".points"):
                expected = self.ledger.credits[account] - self.ledger.handed[account]
                assert balance == expected, f"{account}: {balance}, should be {expected}"
