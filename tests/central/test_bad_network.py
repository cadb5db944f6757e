"""A broker that is killed and forgets; messages lost, doubled, out of order and cut in half."""

import queue
import random
from collections.abc import Callable

import pytest

from kiosk.domain import wire
from tests.central.central import Central
from tests.central.line import Line
from tests.central.till import Till, visit
from tests.peers.broker import Mosquitto

pytestmark = pytest.mark.loopback

ROWS, BATCH = 120, 10


def mangled(line: Line, message: wire.Message, chance: random.Random) -> list[Callable[[], None]]:
    """What the network makes of a message: nothing, two, half of it, or all of it later."""
    payload = wire.encode(message)
    whole = lambda: line.say(payload)  # noqa: E731
    half = lambda: line.say(payload[: chance.randrange(len(payload))])  # noqa: E731
    return chance.choice([[], [whole, whole], [half], [half, whole], [whole]])


def test_each_row_counts_once_whatever_the_network_does(shop_data: Central) -> None:
    till, chance, deaths = Till(), random.Random(20261122), 0
    for _ in range(ROWS):
        till.row(visit())
    request = till.request(nonce="00000000-0000-4000-8000-000000000001")
    with Mosquitto() as broker, shop_data.start("sync", "--broker-port", str(broker.port)):
        applied = 0
        while applied < ROWS:
            with Line(broker.port, "s1", "k1") as line:
                line.central(online=True)
                line.say(till.hello())
                applied = line.hear(wire.Welcome).applied
                for _ in range(2):
                    firsts = [1 + applied + BATCH * n for n in range(3)]
                    batches = [till.batch(f, f + BATCH - 1) for f in firsts if f <= ROWS]
                    sent = [s for m in (request, *batches) for s in mangled(line, m, chance)]
                    chance.shuffle(sent)
                    for send in sent:
                        send()
                    applied = max(applied, heard(line))
                if deaths < 3:
                    # with whatever it had taken and not handed on
                    deaths += 1
                    broker.kill()
                    broker.start()
    assert deaths == 3
    assert shop_data.query("SELECT count(*), max(seq) FROM shop_transaction") == [(ROWS, ROWS)]
    assert shop_data.query("SELECT applied, state FROM shop_journal") == [(ROWS, "open")]
    [(answers,)] = shop_data.query("SELECT count(*) FROM shop_grantanswer")
    assert answers <= 1
    assert "all adds up" in shop_data.run("verify").stdout


def heard(line: Line) -> int:
    """Return how far central says it is, once it has nothing more to say."""
    applied = 0
    try:
        while True:
            applied = max(applied, line.hear(wire.Ack, seconds=0.1).applied_through)
    except queue.Empty:
        return applied
