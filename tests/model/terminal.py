"""A kiosk with a card in it: the real journal on its file, the real session, a record of both."""

import dataclasses as dc
import datetime as dt
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

from kiosk.domain.clock import ClockState, local_day
from kiosk.domain.effects import Draft
from kiosk.domain.media import MediumKey
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import AnyLine
from kiosk.domain.wire import JournalState
from kiosk.journal.journal import Journal
from kiosk.sync.exchange import Moment
from kiosk.sync.options import Identity, Limits
from tests.model.ledger import GENESIS, Row, read
from tests.model.network import Pipe
from tests.sync.kiosk_side import KioskSide

NOW = dt.datetime(2025, 3, 4, 9, 0, tzinfo=dt.UTC)
CLOCKS = {
    "right": (dt.timedelta(0), ClockState.SYNCED),
    "1970": (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) - NOW, ClockState.UNSYNCED),
    "a day ahead": (dt.timedelta(days=1), ClockState.SYNCED),
    "two hours back": (dt.timedelta(hours=-2), ClockState.RTC),
}
STORE, UTC_OFFSET = "s1", 480
SHORT = (Reason.HELD_ELSEWHERE, Reason.INSUFFICIENT_VALUE, Reason.PASS_EMPTY)
_FILES = ("", "-wal")


@dc.dataclass
class Card:
    """An SD card: the journal's file, what was read of it, and what it must hold.

    `astray` when it was put back once: what central leased and the card holds need not agree.
    """

    folder: Path
    rows: list[Row] = dc.field(default_factory=list)
    used: set[str] = dc.field(default_factory=set)
    pending: str | None = None
    journal: str = ""
    astray: bool = False
    given_up: bool = False

    @property
    def file(self) -> Path:
        return self.folder / "journal.db"

    def image(self, folder: Path) -> "Card":
        """Copy the card, the log beside the file as a power cut leaves it."""
        folder.mkdir()
        for suffix in _FILES:
            source = self.file.with_name(self.file.name + suffix)
            if source.exists():
                shutil.copyfile(source, folder / source.name)
        return dc.replace(self, folder=folder, rows=[*self.rows], used={*self.used})

    def held(self, grants: dict[tuple[str, str], dict[str, int]]) -> Counter[str]:
        """Fold rows and grants into what may be spent."""
        found: Counter[str] = Counter()
        for row in self.rows:
            found.update(row.held)
        for nonce in self.used:
            found.update(grants[self.journal, nonce])
        return found


class Terminal(KioskSide):
    """`up` and `down` are what the broker carries; `linked` says that it has us."""

    def __init__(self, code: str, folder: Path, released: dict[bytes, Row]) -> None:
        folder.mkdir()
        self.released = released
        self.folder, self.cards_made = folder, 0
        self.clock = "right"
        self.card = self.blank()
        self.drawer: list[Card] = []
        self.sent, self.coming, self.linked = Pipe(), Pipe(), False
        self.deprived = False
        """Whether the network has lost what was coming, and kept the connection."""
        journal = Journal.open(self.card.file)
        self._peek = sqlite3.connect(self.card.file)
        super().__init__(Limits(rows=4), journal, Identity(STORE, code, "test"))
        self.observe()

    @property
    def address(self) -> tuple[str, str]:
        return STORE, self.identity.terminal

    @property
    def at(self) -> Moment:
        shift, state = CLOCKS[self.clock]
        return Moment(self.mono, NOW + shift + dt.timedelta(seconds=self.mono), state)

    def close(self) -> None:
        self._peek.close()
        self.journal.close()

    # --- cards

    def new_folder(self) -> Path:
        self.cards_made += 1
        return self.folder / str(self.cards_made)

    def blank(self) -> Card:
        folder = self.new_folder()
        folder.mkdir()
        return Card(folder)

    def insert(self, card: Card) -> None:
        """The daemon is killed and starts on this card."""
        self.close()
        self.card, self.linked = card, False
        self.sent.queue.clear()
        self.coming.queue.clear()
        self.journal = Journal.open(card.file)
        self._peek = sqlite3.connect(card.file)
        self.restart()
        self.observe()

    # --- the journal

    def work_once(self) -> None:
        super().work_once()
        self.observe()

    def observe(self) -> None:
        """Read what is new, and check that what was there still is."""
        card, standing = self.card, self.journal.standing()
        card.journal = card.journal or standing.journal
        assert standing.journal == card.journal
        assert standing.last_seq >= len(card.rows), "a row is gone"
        for found in self.journal.rows(len(card.rows), 1000):
            row = read(card.rows[-1].hash if card.rows else GENESIS, found.payload)
            assert (row.journal, row.seq) == (card.journal, len(card.rows) + 1)
            assert row.hash == found.hash
            card.rows.append(row)
            if not row.member:
                # a release: the session writes it, and nothing goes over the counter
                assert not row.posted
                self.released[row.hash] = row
        assert standing.head == (card.rows[-1].hash if card.rows else GENESIS).hex()
        if card.pending and standing.pending_nonce != card.pending:
            card.used.add(card.pending)
        card.pending = standing.pending_nonce

    def accounts(self) -> dict[str, tuple[int, int, str]]:
        """Held, shown and owner, as the file has them."""
        rows = self._peek.execute("SELECT account, held, shown, owner FROM account").fetchall()
        return {account: (held, shown, owner) for account, held, shown, owner in rows}

    def purses(self, member: str) -> list[str]:
        """The accounts that the member has here."""
        return sorted(a for a, (_, _, owner) in self.accounts().items() if owner == member)

    def check(self, grants: dict[tuple[str, str], dict[str, int]]) -> None:
        must = self.card.held(grants)
        for account, (held, _, _) in self.accounts().items():
            assert held >= 0
            assert held == must.pop(account, 0), f"{account}: {held} held"
        assert not any(must.values())

    @property
    def is_open(self) -> bool:
        return self.standing.state is JournalState.OPEN

    # --- the counter

    def draft(self, member: str, lines: tuple[AnyLine, ...], ref: int = 0) -> Draft:
        """Write a transaction down.  No two are of one moment: their rows would be the same."""
        self.mono += 0.001
        at = self.at
        return Draft(
            at=at.now,
            clock=at.clock,
            local_day=local_day(at.now, UTC_OFFSET),
            lines=lines,
            member=member,
            medium=f"c-{member}",
            catalogue=self.standing.catalogue_version,
            operator="boss",
            ref=ref,
        )

    def commit(self, draft: Draft) -> Row | Reason:
        """Write a transaction; that it is refused for want of allowance, or stopped, is checked."""
        before = {account: held for account, (held, _, _) in self.accounts().items()}
        try:
            receipt = self.journal.commit(draft)
        except Refusal as e:
            if e.reason is Reason.QUARANTINED:
                assert not self.is_open
            if e.reason in SHORT:
                legs = [leg for line in draft.lines for leg in _taken(line)]
                taken: Counter[str] = Counter()
                for account, amount in legs:
                    taken[account] += amount
                assert any(amount > before.get(a, 0) for a, amount in taken.items())
            return e.reason
        self.observe()
        row = self.card.rows[-1]
        assert (receipt.seq, receipt.journal) == (row.seq, self.card.journal)
        return row

    def knows(self, member: str) -> bool:
        try:
            self.journal.identify(MEDIA[member])
        except Refusal:
            return False
        return True

    def nudge(self) -> None:
        """The courier is told of a row."""
        self.do(self.session.committed(self.at))

    def want(self, accounts: tuple[str, ...] | None) -> None:
        """A member stands here whose purse is short; None: everything is wanted."""
        self.do(self.session.want(accounts, self.at))


def _taken(line: AnyLine) -> list[tuple[str, int]]:
    legs = getattr(line, "out", ()) or getattr(line, "legs", ())
    return [(leg.account, leg.amount) for leg in legs]


MEDIA = {"m1": MediumKey("uid:04A1B2C3D4E501"), "m2": MediumKey("uid:04A1B2C3D4E502")}
