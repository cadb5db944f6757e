"""What a journal's file must say after an interruption, given what its program was told before.

Nothing that was confirmed is lost, nothing that was refused was taken, the chain is whole, every
account is what the rows and grants come to, and the journal goes on.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kiosk.domain.transactions import decode, deltas
from kiosk.journal import chain
from kiosk.journal.journal import Journal
from tests.journal import shop, spender

_BASE = {
    "m1.bought": spender.STOCK,
    "m1.principal": spender.STOCK,
    "m2.bought": spender.STOCK,
}


class Told:
    """The words of a spender, in order."""

    def __init__(self, lines: Sequence[str]) -> None:
        words = [line.split(" ", 2) for line in lines if line]
        self.lists = {
            kind: [w for w in words if w[0] == kind]
            for kind in ("try", "ok", "no", "unknown", "row", "granting", "granted", "acked")
        }
        self.tried, self.no, self.unknown = (self._numbers(k) for k in ("try", "no", "unknown"))
        self.ok = {int(w[1]): int(w[2]) for w in self.lists["ok"]}
        self.rows = {int(w[1]): w[2].encode() for w in self.lists["row"]}
        self.acked = max((int(w[1]) for w in self.lists["acked"]), default=0)

    def _numbers(self, kind: str) -> set[int]:
        return {int(w[1]) for w in self.lists[kind]}

    def count(self, kind: str) -> int:
        return len(self.lists[kind])

    @property
    def unanswered(self) -> set[int]:
        return self.tried - self.ok.keys() - self.no


def check(path: Path, said: Sequence[str], *, killed: int) -> Told:
    """Compare what the program was told with what is in the file, and go on with it.

    `killed` is how often it was: each time it may have left one attempt without an answer.
    """
    told = Told(said)
    assert killed or told.unanswered == told.unknown
    assert len(told.unanswered - told.unknown) <= killed

    journal = Journal.open(path, create=False)
    try:
        _check(journal, told)
    finally:
        journal.close()
    return told


def _check(journal: Journal, told: Told) -> None:
    standing = journal.standing()
    assert journal.verify() == standing.last_seq
    assert standing.acknowledged >= told.acked
    with journal._store.reading() as db:
        gone = chain.floor(db)[0]
        accounts = {a: (h, s) for a, h, s in db.execute("SELECT account, held, shown FROM account")}
    assert gone <= standing.acknowledged

    here = {row.seq: row.payload for row in journal.rows(0, 1_000_000)}
    assert here.keys() == set(range(gone + 1, standing.last_seq + 1))
    assert all(told.rows[seq] == here[seq] for seq in told.rows.keys() & here.keys())
    rows = [decode(here.get(n) or told.rows[n]) for n in range(1, standing.last_seq + 1)]
    written = {spender.number(row.at): row.seq for row in rows}
    assert len(written) == len(rows)
    assert told.ok.items() <= written.items()
    assert not written.keys() & told.no
    assert written.keys() & told.tried <= told.ok.keys() | told.unanswered

    held, posted = Counter(_BASE), Counter[str]()
    for row in rows:
        for name, delta in deltas(row.lines).items():
            held[name] += delta.held
            posted[name] += delta.posted
    granted = accounts["m1.gift"][0] // spender.GRANT
    assert told.count("granted") <= granted <= told.count("granting")
    held["m1.gift"] = spender.GRANT * granted
    assert {a: h for a, (h, _) in accounts.items() if h} == {a: h for a, h in held.items() if h}
    for member in spender.MEMBERS:
        for name in (shop.account(member, purse) for purse in shop.KINDS):
            assert accounts[name][1] == spender.STOCK + posted[name]

    assert journal.commit(spender.spend()).seq == standing.last_seq + 1
    assert journal.verify() == standing.last_seq + 1
