"""A backlog: journal → MQTT → central → ack → mark, in batches and a message for each row.

Central is the small one of the tests, in memory: what is measured is the way there and back.
`python -m bench.drain 100000` drains so many; every row must arrive once and in order.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figure import Figure, main
from kiosk.sync.options import Broker, Limits
from tests.peers.books import Books
from tests.peers.broker import HOST, Mosquitto
from tests.peers.central import Central
from tests.peers.until import until
from tests.sync.kiosk_side import draft
from tests.sync.terminal import Terminal


def drain(rows: int, limits: Limits) -> float:
    """Return the seconds that each of so many waiting rows takes, start of the link included."""
    books = Books({"wang": rows + 1})
    with TemporaryDirectory() as name, Mosquitto() as broker:
        address = Broker(HOST, broker.port)
        path = Path(name) / "journal.sqlite3"
        terminal = Terminal(path, address, limits=limits)
        with Central(broker, books):
            until(lambda: terminal.held_everything(books), "everything is granted")
        terminal.courier.stop()
        for _ in range(rows):
            terminal.ask(lambda journal: journal.commit(draft("wang")))
        terminal.stop()
        with Central(broker, books, session="c2"):
            began = time.perf_counter()
            terminal = Terminal(path, address, limits=limits)
            until(terminal.drained, "everything is acknowledged", seconds=600)
            took = time.perf_counter() - began
        assert terminal.ask(lambda journal: journal.standing()).acknowledged == rows
        terminal.stop()
        # the books assert that each row comes once and in order
        assert books.applied == rows
    return took / rows


def measure(rows: int = 20_000) -> Iterator[Figure]:
    """Measure a backlog of so many rows; a hundredth of it one by one."""
    batched = drain(rows, Limits())
    single = drain(rows // 20, Limits(rows=1))
    yield Figure(
        f"drain of {rows:,} waiting rows, per row",
        "one message per row",
        single / batched,
        50,
        more_is_better=True,
        detail=f"{1 / batched:,.0f} and {1 / single:,.0f} rows a second",
    )


if __name__ == "__main__":
    main(lambda: measure(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
