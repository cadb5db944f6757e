"""python -m tests.soak: so many taps with random faults, then what was done and what has grown.

A process of its own, so that its threads, files and memory are the kiosk's and its peers', and so
that its disk can be full without anybody else's being.
"""

import argparse
import logging
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from kiosk.journal import recent
from kiosk.simulator.shop import Shop
from tests.soak import books, gauges, report
from tests.soak.counter import Counter
from tests.soak.faults import Faults
from tests.soak.people import People

MARKS, WARM = 5, 2
"""Readings after the first, and the one by which every cache has filled."""

PRINTER_SECONDS = 3.0
"""The printer's shortest time-out: who waits as long as that, waits for it."""

SHORT = 4000
"""Taps below which the journal's memory of its last rows is made small enough to fill, too."""


class Bugs(logging.Handler):
    """Keeps the exceptions that were logged: what nobody expected, a fault of no device."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.told.append(logging.Formatter("%(threadName)s: %(message)s").format(record))


class Soak:
    """One run.  `marks` are the readings, `wrong` whatever must not be."""

    def __init__(self, folder: Path, seed: int) -> None:
        shop = Shop(folder)
        shop.prepare()
        self.counter = Counter(shop)
        chance = random.Random(seed)
        self.people = People(self.counter, chance)
        self.faults = Faults(self.counter, self.people, chance)
        self.marks: list[gauges.Mark] = []
        self._last: gauges.Mark | None = None
        self.wrong: list[str] = []

    def run(self, taps: int) -> None:
        """Tap so often, with faults between; then look at the gauges and at the books."""
        counter, people = self.counter, self.people
        share = min(0.25, 0.05 + 45 / taps)
        try:
            counter.start()
            for mark in range(MARKS + 1):
                while people.taps < taps * mark // MARKS:
                    self.faults.between(share)
                    people.visit()
                self._mark()
        finally:
            counter.close()
        witness = counter.witness
        central = counter.shop.folder / "central" / "central.sqlite3"
        self.wrong += witness.wrong
        if len(witness.confirmed) < people.taps // 10:
            self.wrong.append(f"{len(witness.confirmed)} successes in {people.taps} taps")
        if people.slowest[True] > max(PRINTER_SECONDS, 3 * people.slowest[False]):
            self.wrong.append(f"a tap waited {people.slowest[True]:.1f} s behind the printer")
        self.wrong += books.check(counter.journal, central, witness.confirmed)
        # a few hundred taps are still warming up: of them only the counts tell
        bounds = gauges.Bounds()
        if people.taps < SHORT:
            bounds = gauges.Bounds(memory=8 << 20, heap=4 << 20)
        self.wrong += gauges.growth(self.marks[WARM], self.marks[-1], bounds)

    def _mark(self) -> None:
        counter = self.counter
        self.faults.mend_all()
        counter.station.turn()
        counter.until(lambda: not counter.kiosk.world.waiting, "nothing left to send")
        counter.until(self._is_quiet, "nothing on its way")
        print(f"{self.people.taps} taps", file=sys.stderr, flush=True)

    def _is_quiet(self) -> bool:
        """Take a reading; a second one alike is kept, since nothing moves any more."""
        self.counter.go_round()
        before, self._last = self._last, gauges.read(self.people.taps, self.counter)
        if before is None or self._last.waiting or self._last.objects != before.objects:
            return False
        self.marks.append(self._last)
        self._last = None
        return True

    def tell(self, seconds: float) -> None:
        """Print what was done."""
        people, witness = self.people, self.counter.witness
        rate = people.taps / seconds
        print(f"{people.taps} taps in {seconds:.0f} s, {rate:.0f} a second;", end=" ")
        well, hung = people.slowest[False] * 1000, people.slowest[True] * 1000
        print(f"answered within {well:.0f} ms, within {hung:.0f} ms while the printer hung")
        lines = [
            *report.counts("visits", people.visits),
            *report.counts("outcomes on the screen", witness.outcomes),
            *report.counts("faults", self.faults.done),
            *report.counts("slips", books.slips(self.counter.journal)),
            *report.weights(self.marks, self.marks[WARM]),
            *(f"WRONG: {one}" for one in self.wrong),
        ]
        print("\n".join(lines))


def main() -> int:
    """Run; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--taps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--shop", type=Path, help="a prepared shop, which is copied")
    given = parser.parse_args()
    print(f"soak: {given.taps} taps, seed {given.seed}", flush=True)
    gauges.few_arenas()
    bugs = Bugs()
    logging.basicConfig(level=logging.ERROR, handlers=[bugs])
    if given.taps < SHORT:
        vars(recent)["RECENT"] = 40
    with tempfile.TemporaryDirectory(prefix="kiosk-soak-") as name:
        folder = Path(name) / "shop"
        if given.shop:
            shutil.copytree(given.shop, folder)
        began = time.monotonic()
        soak = Soak(folder, given.seed)
        soak.run(given.taps)
        soak.wrong += bugs.told
        soak.tell(time.monotonic() - began)
    return 1 if soak.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
