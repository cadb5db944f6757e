"""Online: a message to central and its answer, against the bare way that this goes.

The baseline goes from process to process like the messages do: kiosk → relay → answerer and back,
four steps through plain sockets in Python.
"""

import itertools
import multiprocessing
import queue
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeVar

from bench.figure import Figure, main, milliseconds
from bench.rounds import rounds
from kiosk.domain import wire
from kiosk.domain.transactions import GENESIS
from kiosk.sync.mqtt import Link
from kiosk.sync.options import Broker
from kiosk.sync.ports import CameDown, Connected, LinkEvent
from tests.peers.books import NOW, Books
from tests.peers.broker import HOST, Mosquitto
from tests.peers.central import Central
from tests.peers.until import until
from tests.sync.kiosk_side import draft
from tests.sync.terminal import Terminal

E = TypeVar("E", CameDown, Connected)

SIZE = 512
"""Bytes there and back, about those of a batch of one row."""


@contextmanager
def relayed() -> Iterator[Callable[[], object]]:
    """Make a round trip through a relay to an answerer, over plain sockets without delay."""
    near, near_end = _pair()
    far, far_end = _pair()

    def pump(*ends: socket.socket) -> None:
        for source, sink in itertools.cycle(zip(ends[::2], ends[1::2], strict=True)):
            sink.sendall(_whole(source))

    process = multiprocessing.get_context("fork").Process
    relays = [process(target=pump, args=(near_end, far, far, near_end), daemon=True)]
    relays.append(process(target=pump, args=(far_end, far_end), daemon=True))
    for relay in relays:
        relay.start()
    message = b"x" * SIZE

    def trip() -> None:
        near.sendall(message)
        _whole(near)

    yield trip
    for relay in relays:
        relay.kill()
        relay.join()
    for end in (near, near_end, far, far_end):
        end.close()


def _whole(source: socket.socket) -> bytes:
    return source.recv(SIZE, socket.MSG_WAITALL)


def _pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server((HOST, 0)) as listener:
        here = socket.create_connection(listener.getsockname())
        there, _ = listener.accept()
    for end in (here, there):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return here, there


@contextmanager
def answered(broker: Mosquitto) -> Iterator[Callable[[], object]]:
    """Make a round trip through the broker: the kiosk's real link says hello, central answers."""
    heard: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    link = Link(Broker(HOST, broker.port), "s1", "k1", heard.put)
    hello = wire.encode(
        wire.Hello(
            store="s1",
            terminal="k1",
            journal=str(uuid.UUID(int=1)),
            software="bench",
            last_seq=0,
            head=GENESIS.hex(),
            acknowledged=0,
            directory_version=0,
            catalogue_version=0,
            policy_version=1,
            now=NOW,
        )
    )

    def trip() -> None:
        link.publish(hello)
        hear(CameDown).done()

    def hear(kind: type[E]) -> E:
        while not isinstance(event := heard.get(timeout=10), kind):
            pass
        return event

    link.start()
    hear(Connected)
    yield trip
    link.stop()
    assert link.join()


def measure(count: int = 300) -> Iterator[Figure]:
    """Measure messages, and for the detail commits that are acknowledged before the next."""
    with (
        relayed() as raw,
        Mosquitto() as broker,
        Central(broker, Books({})),
        answered(broker) as trip,
    ):
        took = rounds({"raw": raw, "broker": trip}, count)
    marked = _marked(count)
    yield Figure(
        "a message to central and its answer, through the broker",
        "four steps over plain sockets",
        took["broker"] / took["raw"],
        3,
        detail=f"{milliseconds(took['broker'])}, {milliseconds(took['raw'])}; from a commit to "
        f"its mark on the disk {milliseconds(marked)}",
    )


def _marked(count: int) -> float:
    """Return the median seconds from a commit until its row is marked as acknowledged."""
    books = Books({"wang": 10 * count})
    waited = []
    with TemporaryDirectory() as name, Mosquitto() as broker, Central(broker, books):
        terminal = Terminal(Path(name) / "journal.sqlite3", Broker(HOST, broker.port))
        until(lambda: terminal.held_everything(books), "everything is granted")
        for number in range(1, count + 1):
            terminal.ask(lambda journal: journal.commit(draft("wang")))
            began = time.perf_counter()
            terminal.courier.committed()
            while terminal.ask(lambda journal: journal.standing().acknowledged) < number:
                pass
            waited.append(time.perf_counter() - began)
        terminal.stop()
    return median(waited)


if __name__ == "__main__":
    main(measure)
