"""What goes wrong, when, and how long: drawn with a seed, dealt out over the rows of a day."""

import random
import time
from collections import Counter
from collections.abc import Callable
from signal import SIGCONT, SIGSTOP, SIGUSR1, SIGUSR2

from tests.chaos.goods import Goods
from tests.chaos.house import TERMINALS, House, tail

KILLS = (
    "k1", "k2 in a commit", "central before its ack", "broker",
    "k2", "k1 in a commit", "central in its transaction", "broker",
    "central", "k1 in a commit", "k2 in a commit", "central",
)  # fmt: skip
TROUBLES = (
    "central stands still", "k1 is cut off", "desk is killed", "central is not heard",
    "k2 is not heard", "broker stands still", "central is cut off", "k1 stands still",
    "k2 is cut off", "k1 is not heard", "k2 stands still",
)  # fmt: skip
PAUSE = 1.0
"""Seconds that something is down at most."""

STILL = 1.5
"""Seconds that something stands still, or speaks into the void, at most."""

ARMED = 10.0
"""Seconds for central to die of the next batch, before it is killed all the same."""


class Weather:
    """Strikes when so many rows are confirmed, and puts right what it struck.  One thread."""

    def __init__(
        self, house: House, goods: Goods, dice: random.Random, rows: int, kills: int
    ) -> None:
        self._house, self._goods, self._dice = house, goods, dice
        self.done: Counter[str] = Counter()
        self.killed: dict[str, set[int]] = {name: set() for name in TERMINALS}
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._down: set[str] = set()
        self._armed, self._arm = 0.0, ""
        whats = [KILLS[n % len(KILLS)] for n in range(kills)]
        dice.shuffle(whats)
        others = [TROUBLES[n % len(TROUBLES)] for n in range(kills // 2)]
        dice.shuffle(others)
        plan = [(rows * (n + 0.5) / kills, what) for n, what in enumerate(whats)]
        plan += [(rows * (n + 1) / len(others) - 1, what) for n, what in enumerate(others)]
        self._plan = sorted(plan)

    @property
    def over(self) -> bool:
        """Tell whether all has happened and everything runs again."""
        return not self._plan and not self._later and not self._armed

    @property
    def kills(self) -> int:
        """How many kill -9 there were."""
        return sum(n for what, n in self.done.items() if what in KILLS)

    def turn(self) -> None:
        """Do what is due."""
        now = time.monotonic()
        for due in [one for one in self._later if one[0] <= now]:
            self._later.remove(due)
            due[1]()
        for talker in (*self._house.kiosks.values(), self._house.desk):
            if talker.name not in self._down:
                talker.check()
        self._look_after_central(now)
        if self._plan and self._goods.confirmed >= self._plan[0][0]:
            self._strike(self._plan[0][1])

    def _look_after_central(self, now: float) -> None:
        if "central" in self._down:
            return
        if not self._house.central.running:
            assert self._armed, f"central ended by itself: {tail(self._house.central.log)}"
            self._armed = 0.0
            self._restart("central")
        elif self._armed and now > self._armed:
            self._armed = 0.0
            self.done[self._arm] -= 1
            self.done["central"] += 1
            self._kill("central")

    def _strike(self, what: str) -> None:
        who, *how = what.split()
        if who in self._down or (self._armed and who in ("central", "broker")):
            return
        if who == "central" and not self._house.serving:
            return
        self._plan.pop(0)
        self.done[what] += 1
        match how:
            case [] | ["is", "killed"]:
                self._kill(who)
            case ["in", "a", "commit"]:
                trying = self._goods.trying[who]
                trying.clear()
                trying.wait(1.0)
                time.sleep(self._dice.uniform(0, 0.006))
                self._kill(who)
            case ["before", "its", "ack"] | ["in", "its", "transaction"]:
                self._house.signal(who, SIGUSR1 if "ack" in how else SIGUSR2)
                self._armed, self._arm = time.monotonic() + ARMED, what
            case ["stands", "still"]:
                self._house.signal(who, SIGSTOP)
                self._down.add(who)
                self._after(STILL, lambda: self._go_on(who))
            case ["is", "cut", "off"]:
                self._house.proxies[who].cut()
            case ["is", "not", "heard"]:
                self._house.proxies[who].deaf.set()
                self._after(STILL, lambda: self._hear_again(who))

    def _kill(self, who: str) -> None:
        self._house.kill(who)
        if who in self.killed:
            self.killed[who].add(self._house.kiosks[who].lives)
        self._restart(who)

    def _restart(self, who: str) -> None:
        self._down.add(who)

        def start() -> None:
            self._house.start(who)
            self._down.discard(who)

        self._after(PAUSE, start)

    def _go_on(self, who: str) -> None:
        self._house.signal(who, SIGCONT)
        self._down.discard(who)

    def _hear_again(self, who: str) -> None:
        # what was swallowed was a part of a stream: nothing sensible follows on it
        self._house.proxies[who].deaf.clear()
        self._house.proxies[who].cut()

    def _after(self, most: float, act: Callable[[], None]) -> None:
        self._later.append((time.monotonic() + self._dice.uniform(0, most), act))
