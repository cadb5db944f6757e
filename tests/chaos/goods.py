"""What went over the counters, as those who stood there say; and whether the books agree.

Nothing of the programs is used: what a row says is read by tests/model/ledger.py, in plain JSON and
SHA-256, and the databases are asked past all their code.
"""

import contextlib
import dataclasses as dc
import datetime as dt
import json
import sqlite3
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from tests.central.central import Central
from tests.model.ledger import GENESIS, Posted, Row, read


@dc.dataclass
class Attempt:
    """What somebody wanted at a kiosk in one of its lives; `seq` once it was confirmed."""

    life: int
    kind: str
    moves: dict[str, int]
    ref: int
    seq: int = 0
    journal: str = ""
    refused: str = ""


class Goods:
    """What has been said, by kiosk and time; heard on several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.attempts: dict[tuple[str, dt.datetime], Attempt] = {}
        self.confirmed = 0
        self.trying = {name: threading.Event() for name in ("k1", "k2")}
        self.fault = ""
        """An error of a journal: no disk fails here, so there ought to be none."""
        self.rest: dict[str, dict[str, Any]] = {}
        self._tallies: dict[tuple[str, int], Counter[str]] = {}
        self.desk: Counter[str] = Counter()
        """What staff have moved at central, by account."""

    def hear(self, kiosk: str, life: int, said: dict[str, Any]) -> None:
        with self._lock:
            match said["do"]:
                case "rest":
                    self.rest[kiosk] = said
                case "tally":
                    self._tallies[kiosk, life] = Counter(said["counted"])
                case _:
                    self._note(kiosk, life, said)

    def _note(self, kiosk: str, life: int, said: dict[str, Any]) -> None:
        key = kiosk, dt.datetime.fromisoformat(said["at"])
        if said["do"] == "try":
            assert key not in self.attempts
            moves = {account: amount for account, amount in said["moves"].items() if amount}
            self.attempts[key] = Attempt(life, said["kind"], moves, said["ref"])
            self.trying[kiosk].set()
            return
        attempt = self.attempts[key]
        assert (attempt.life, attempt.seq, attempt.refused) == (life, 0, "")
        if said["do"] == "ok":
            attempt.seq, attempt.journal = said["seq"], said["journal"]
            self.confirmed += 1
        else:
            attempt.refused = said["why"]
            self.fault = self.fault or said.get("error", "")

    def counted(self) -> Counter[str]:
        """Add up what the couriers have counted in all their lives."""
        return sum(self._tallies.values(), Counter())

    def refusals(self) -> Counter[str]:
        """Count why something was not taken."""
        return Counter(a.refused for a in self.attempts.values() if a.refused)

    def kinds(self) -> Counter[str]:
        """Count what was confirmed."""
        return Counter(a.kind for a in self.attempts.values() if a.seq)


@dc.dataclass(frozen=True)
class Card:
    """A journal as it is in its file."""

    kiosk: str
    rows: list[Row]
    at: list[dt.datetime]
    held: dict[str, int]


def read_card(kiosk: str, file: Path) -> Card:
    """Read a journal's file beside its process, and check its chain by hand."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)) as db:
        stored = db.execute("SELECT seq, payload, hash FROM chain ORDER BY seq").fetchall()
        held = dict(db.execute("SELECT account, held FROM account WHERE held > 0").fetchall())
    rows: list[Row] = []
    for seq, payload, digest in stored:
        row = read(rows[-1].hash if rows else GENESIS, payload)
        assert (row.seq, row.hash) == (seq, digest) == (len(rows) + 1, digest)
        rows.append(row)
    at = [dt.datetime.fromisoformat(json.loads(row.payload)["at"]) for row in rows]
    return Card(kiosk, rows, at, held)


def check_card(goods: Goods, card: Card, killed: set[int]) -> Counter[str]:
    """A journal has what was confirmed, once, and nothing that was refused.

    What a kill left without an answer is there or not: the last of a life that was `killed`.
    Returns what its rows moved, as those at the counter say.
    """
    attempts = {at: a for (kiosk, at), a in goods.attempts.items() if kiosk == card.kiosk}
    last_of = {attempt.life: at for at, attempt in attempts.items()}
    by_seq: dict[int, Attempt] = {}
    moved: Counter[str] = Counter()
    undone: set[int] = set()
    for row, at in zip(card.rows, card.at, strict=True):
        if not row.member:
            assert not row.posted, "a release moves nothing"
            continue
        attempt = by_seq[row.seq] = attempts.pop(at)
        assert not attempt.refused, f"{card.kiosk} row {row.seq} was refused: {attempt}"
        if attempt.seq:
            assert (attempt.seq, attempt.journal) == (row.seq, row.journal)
        else:
            assert attempt.life in killed, f"{card.kiosk} row {row.seq} was never answered"
            assert last_of[attempt.life] == at
        assert {a: n for a, n in row.posted.items() if n} == attempt.moves, attempt
        assert row.voids == attempt.ref
        if attempt.ref:
            assert attempt.ref not in undone
            undone.add(attempt.ref)
            assert attempt.moves == {a: -n for a, n in by_seq[attempt.ref].moves.items()}
        moved.update(attempt.moves)
    lost = {at: attempt for at, attempt in attempts.items() if attempt.seq}
    assert not lost, f"confirmed and not in the journal of {card.kiosk}: {lost}"
    return moved


def check_books(
    books: Central, cards: list[Card], opening: dict[str, int], goods: Goods, moved: Counter[str]
) -> None:
    """Central's books are the journals, to the byte, and add up to what went over the counter."""
    assert books.query("SELECT kind, seq, detail FROM shop_case") == []
    stored = books.query(
        "SELECT journal_id, seq, prev, hash, payload FROM shop_transaction ORDER BY id"
    )
    by_row = {(row.journal, row.seq): row for card in cards for row in card.rows}
    taken = []
    for journal, seq, prev, digest, payload in stored:
        row = by_row[journal, seq]
        assert (row.prev, row.hash, row.payload) == (bytes(prev), bytes(digest), bytes(payload))
        taken.append(row)
    assert len(taken) == len(by_row), "each row once"
    for card in cards:
        mine = [row.seq for row in taken if row.journal == card.rows[0].journal]
        assert mine == [row.seq for row in card.rows], "in order"

    balances = dict(books.query("SELECT id, posted FROM shop_account WHERE posted <> 0"))
    by_hand = Posted(Counter(opening))
    by_hand.balances.update(goods.desk)
    by_hand.take(taken, set())
    assert balances == {a: n for a, n in by_hand.balances.items() if n}
    # and without reading any row: what those at the counters say
    counter = Counter(opening)
    counter.update(goods.desk)
    counter.update(moved)
    money = {a: n for a, n in counter.items() if n and not a.endswith(".points")}
    assert money == {a: n for a, n in balances.items() if not a.endswith(".points")}

    sums = "SELECT account_id, sum(amount) FROM shop_entry GROUP BY account_id"
    assert {a: int(n) for a, n in books.query(sums) if n} == balances
    overdrawn = "SELECT id FROM shop_account WHERE leased > posted OR leased < 0 OR posted < 0"
    assert books.query(overdrawn) == []


def held_and_leased(books: Central, cards: list[Card]) -> tuple[dict[Any, int], dict[Any, int]]:
    """Return what kiosks hold that central has not leased, and the reverse: none when at rest."""
    held = {(c.rows[0].journal, a): n for c in cards if c.rows for a, n in c.held.items()}
    question = "SELECT journal_id, account_id, amount FROM shop_allowance WHERE amount <> 0"
    leased = {(journal, account): amount for journal, account, amount in books.query(question)}
    return (
        {k: n for k, n in held.items() if leased.get(k) != n},
        {k: n for k, n in leased.items() if held.get(k) != n},
    )
