"""Orders to central's desk, one at a time; an order without an answer is sent again."""

import random
import time
from collections import Counter
from typing import Any

from tests.chaos.goods import Goods
from tests.chaos.house import MEMBERS, House

EVERY = 12
"""Rows between two orders."""

AGAIN = 0.7
"""Seconds until what a terminal holds is asked for again."""

TIMES = 5


class Staff:
    """Gives orders and notes what was done in `goods.desk`."""

    def __init__(self, goods: Goods, dice: random.Random) -> None:
        self._goods, self._dice = goods, dice
        self.done: Counter[str] = Counter()
        self._order: dict[str, Any] | None = None
        self._answers: list[dict[str, Any]] = []
        self._life = self._asked = 0
        self._next, self._due = EVERY, 0.0

    @property
    def idle(self) -> bool:
        """Tell whether every order was answered."""
        return self._order is None

    def hear(self, answer: dict[str, Any]) -> None:
        """Take an answer, on any thread."""
        self._answers.append(answer)

    def turn(self, house: House, *, more: bool) -> None:
        """Take the answers, and ask what is due; a new thing only if there shall be `more`."""
        while self._answers:
            self._take(self._answers.pop(0))
        if self._order is None and more and self._goods.confirmed >= self._next:
            self._next = self._goods.confirmed + self._dice.randrange(2 * EVERY)
            self._order, self._asked, self._life, self._due = self._draw(), 0, 0, 0.0
        if self._order is None or not house.desk.running:
            return
        if self._life != house.desk.lives or (self._due and time.monotonic() > self._due):
            self._life, self._due = house.desk.lives, 0.0
            house.desk.say(self._order)

    def _draw(self) -> dict[str, Any]:
        dice, member = self._dice, self._dice.choice(MEMBERS)
        kind = dice.choice(["top up", "pay out", "correction", "correction"])
        if kind == "top up":
            moves = {f"{member}.principal": 20_000, f"{member}.bonus": 2_000}
        elif kind == "pay out":
            moves = {f"{member}.principal": -dice.randrange(1, 3000)}
        else:
            account, most = dice.choice(
                [
                    (f"{member}.principal", 2000),
                    (f"{member}.bonus", 500),
                    (f"{member}.points", 90),
                    (f"pass-{member}.bought", 2),
                    (f"coupon-{member}", 2),
                ]
            )
            moves = {account: dice.choice([-1, 1]) * dice.randint(1, most)}
        token = f"{dice.getrandbits(96):024x}"
        return {"token": token, "kind": kind, "member": member, "moves": moves}

    def _take(self, answer: dict[str, Any]) -> None:
        order = self._order
        assert order is not None
        if "waiting" in answer:
            assert answer["waiting"] == order["token"]
            self._asked += 1
            self._due = time.monotonic() + AGAIN
            if self._asked == TIMES:
                self.done["given up"] += 1
                self._order = None
            return
        assert answer["done"] == order["token"]
        assert answer["moved"] in (None, order["moves"])
        self.done["found done" if answer["moved"] is None else order["kind"]] += 1
        self._goods.desk.update(order["moves"])
        self._order = None
