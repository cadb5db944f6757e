"""What the shop's owner would write down: goods over the counter, money in, and each row by hand.

Plain integers, JSON and SHA-256.  Nothing of the programs is used here, so that a mistake of
theirs cannot be repeated: what a kind of line does is said once more, from docs/protocol.md.
"""

import dataclasses as dc
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

GENESIS = bytes(32)
CHECK_IN_POINTS = 5

Amounts = Mapping[str, int]


@dc.dataclass(frozen=True)
class Row:
    """A row as its bytes say: what it does to held and posted, and the points it brings."""

    journal: str
    seq: int
    payload: bytes
    prev: bytes
    hash: bytes
    member: str
    held: Amounts
    posted: Amounts
    points: int = 0
    day: str = ""
    """The local day of a check-in."""
    voids: int = 0

    @property
    def may_be_undone(self) -> bool:
        """Whether it moved something between a member and the shop, and is no void itself."""
        return bool(self.posted) and not self.voids


def read(prev: bytes, payload: bytes) -> Row:
    """Read a row that follows the hash `prev`."""
    said = json.loads(payload)
    held: Counter[str] = Counter()
    posted: Counter[str] = Counter()
    points, day = 0, ""
    for line in said["lines"]:
        points += line.get("price", 0) // 100 if line["do"] == "value.redeem" else 0
        day = line["day"] if line["do"] == "checkin" else day
        for account, amount in _signed(line):
            held[account] += amount
            if line["do"] != "release":
                posted[account] += amount
    return Row(
        said["journal"],
        said["seq"],
        payload,
        prev,
        hashlib.sha256(prev + payload).digest(),
        said.get("member", ""),
        held,
        posted,
        points,
        day,
        said.get("ref", 0),
    )


def _signed(line: Mapping[str, Any]) -> list[tuple[str, int]]:
    match line["do"]:
        case "visit.redeem" | "value.redeem" | "coupon.redeem" | "points.redeem" | "release":
            return [(account, -amount) for account, amount in line["legs"]]
        case "value.load":
            return [(account, amount) for account, amount in line["legs"]]
        case "pass.load":
            return [tuple(leg) for leg in (line["bought"], line.get("gift")) if leg]
        case "void":
            back = [(account, amount) for account, amount in line.get("back", ())]
            return back + [(account, -amount) for account, amount in line.get("out", ())]
        case "checkin" | "visit.log":
            return []
    raise AssertionError(f"the model knows no line {line['do']}")


class Ledger:
    """Goods and money by account.

    `slack` is what put-back cards, and journals given up as lost, may have spent a second time.
    """

    def __init__(self, opening: Amounts) -> None:
        self.credits = Counter(opening)
        self.handed: Counter[str] = Counter()
        self.slack: Counter[str] = Counter()
        self.returned: set[bytes] = set()
        self.rows: dict[bytes, Row] = {}
        self.desk = Counter(opening)
        """What central itself has moved."""

    def wrote(self, row: Row, moved: Amounts, undone: Row | None = None) -> None:
        """A terminal has confirmed a row: `moved` is what went over the counter for it.

        Positive: money came in.  Negative: goods went out; of a void, with `undone`, the reverse.
        """
        assert {a: n for a, n in row.posted.items() if n} == {a: n for a, n in moved.items() if n}
        assert row.hash not in self.rows
        self.rows[row.hash] = row
        if undone is not None:
            assert undone.hash not in self.returned
            self.returned.add(undone.hash)
        for account, amount in moved.items():
            if (amount < 0) == (undone is None):
                self.handed[account] -= amount
            else:
                self.credits[account] += amount

    def at_the_desk(self, moved: Amounts) -> None:
        """Central has moved money by itself."""
        self.credits.update(moved)
        self.desk.update(moved)

    def check(self) -> None:
        """Nobody was given more than was paid for, but for what a put-back card can cost.

        Points are not paid for: what central mints, the books are compared with.
        """
        for account, handed in self.handed.items():
            if account.endswith(".points"):
                continue
            most = self.credits[account] + self.slack[account]
            assert handed <= most, f"overdraw: {handed} of {account}, for {most}"


@dc.dataclass
class Posted:
    """What the books must say after the rows that central has taken, in its order."""

    balances: Counter[str]
    voided: set[tuple[str, int]] = dc.field(default_factory=set)
    checked_in: set[tuple[str, str]] = dc.field(default_factory=set)
    rows: dict[tuple[str, int], Row] = dc.field(default_factory=dict)
    points_back: int = 0
    """Points that undone rows had brought: the member may have spent them before."""

    def take(self, rows: Iterable[Row], undone_at_the_desk: set[tuple[str, int]]) -> None:
        """Post rows."""
        for row in rows:
            self.rows[row.journal, row.seq] = row
            self.balances.update(row.posted)
            points = f"{row.member}.points"
            self.balances[points] += row.points
            if row.day and (row.member, row.day) not in self.checked_in:
                self.checked_in.add((row.member, row.day))
                self.balances[points] += CHECK_IN_POINTS
            undone = (row.journal, row.voids)
            if row.voids and undone not in self.voided | undone_at_the_desk:
                self.voided.add(undone)
                if original := self.rows.get(undone):
                    self.balances[points] -= original.points
                    self.points_back += original.points
