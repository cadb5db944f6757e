"""python -m tests.soak: so many taps with random faults, then what was done and what has grown.

A process of its own, so that its threads, files and memory are the kiosk's and the peers', and so
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

from kiosk.simulator.shop import Shop
from tests.soak import books, gauges
from tests.soak.counter import Counter
from tests.soak.faults import Faults
from tests.soak.people import People

MARKS = 10


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
        self.wrong: list[str] = []

    def run(self, taps: int) -> None:
        """Tap so often, with faults between; then look at the books."""
        counter, people = self.counter, self.people
        try:
            counter.start()
            for mark in range(MARKS + 1):
                while people.taps < taps * mark // MARKS:
                    self.faults.between()
                    people.visit()
                self._mark()
            counter.until(lambda: counter.kiosk.world.waiting == 0, "nothing left to send")
            self.marks.append(gauges.read(people.taps, counter))
        finally:
            counter.close()
        witness = counter.witness
        central = counter.shop.folder / "central" / "central.sqlite3"
        self.wrong += witness.wrong
        self.wrong += books.check(counter.journal, central, witness.confirmed)
        self.wrong += gauges.growth(self.marks, gauges.Bounds())

    def _mark(self) -> None:
        self.faults.mend_all()
        self.counter.station.turn()
        standing = self.counter.standing()
        assert standing is not None
        self.counter.until(lambda: gauges.queued(self.counter) == 0, "empty queues")
        self.marks.append(gauges.read(self.people.taps, self.counter))


def main() -> int:
    """Run; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--taps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--shop", type=Path, help="a prepared shop, which is copied")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="kiosk-soak-") as name:
        folder = Path(name) / "shop"
        if given.shop:
            shutil.copytree(given.shop, folder)
        began = time.monotonic()
        soak = Soak(folder, given.seed)
        soak.run(given.taps)
    seconds = time.monotonic() - began
    print(soak.people.visits, soak.people.taps, seconds, soak.people.slowest)
    print(soak.faults.done)
    print(soak.counter.witness.outcomes)
    for m in soak.marks:
        print(m.taps, m.threads, m.files, m.memory, m.blocks, m.waiting, sum(m.objects.values()))
    print("\n".join(soak.wrong))
    return 1 if soak.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
