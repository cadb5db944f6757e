"""kill -9 at the worst moments: every spend is in central's books once, in order."""

import os
import signal

import pytest

from kiosk.domain.devices import Button, Lamp
from kiosk.simulator.scenario import Expect
from kiosk.simulator.shop import Shop, demo_cards
from tests.endtoend.conftest import Books
from tests.peers.proxy import Proxy
from tests.peers.until import until

pytestmark = pytest.mark.loopback
SECONDS = 20.0


def spend(shop: Shop, rows: int) -> None:
    """Take one bath of Wang's pass; `rows` are in the journal afterwards, the check-in included."""
    till = shop.kiosk
    till.do(do="lift")
    till.do(do="press", button=Button.C)
    assert till.wait(Expect(lamp=Lamp.READY), SECONDS) == []
    till.present(demo_cards()["wang"])
    assert till.wait(Expect(screen=["▶ 洗澡十次卡"]), SECONDS) == []
    till.do(do="press", button=Button.A)
    assert till.wait(Expect(screen=["扣 1 次"]), SECONDS) == []
    till.do(do="press", button=Button.A)
    assert till.wait(Expect(screen=["成功"], rows=rows), SECONDS) == []


def freeze(shop: Shop, number: signal.Signals) -> None:
    pid = shop.central.pid
    assert pid is not None
    os.kill(pid, number)


def open_shop(shop: Shop) -> None:
    shop.prepare()
    shop.start()
    assert shop.kiosk.wait_ready(60)


def test_the_kiosk_between_commit_and_ack(shop: Shop, books: Books) -> None:
    open_shop(shop)
    freeze(shop, signal.SIGSTOP)
    spend(shop, 2)
    shop.kill_one("kiosk")
    freeze(shop, signal.SIGCONT)
    shop.start_one("kiosk")
    assert shop.kiosk.wait(Expect(acknowledged=2, rows=2), SECONDS) == []
    assert books.rows() == [1, 2]
    assert books.posted("m-wang", "pass_bought") == 7
    books.check()


def test_central_between_apply_and_ack(shop: Shop, books: Books) -> None:
    proxy = Proxy(shop.port)
    shop.central_port = proxy.port
    open_shop(shop)
    proxy.deaf.set()
    spend(shop, 2)
    # one batch is in flight: the visit came in time for it, or waits for the answer
    until(lambda: books.rows() in ([1], [1, 2]), "central applies the batch")
    assert shop.kiosk.wait(Expect(acknowledged=0), 1) == []
    shop.kill_one("central")
    proxy.deaf.clear()
    shop.start_one("central")
    assert shop.kiosk.wait(Expect(acknowledged=2), SECONDS) == []
    spend(shop, 3)
    assert shop.kiosk.wait(Expect(acknowledged=3), SECONDS) == []
    assert books.rows() == [1, 2, 3]
    assert books.posted("m-wang", "pass_bought") == 6
    assert books.cases() == 0
    books.check()
    proxy.close()


def test_the_broker_with_what_it_had_accepted(shop: Shop, books: Books) -> None:
    open_shop(shop)
    freeze(shop, signal.SIGSTOP)
    for rows in (2, 3, 4):
        spend(shop, rows)
    shop.kill_one("broker")
    freeze(shop, signal.SIGCONT)
    shop.start_one("broker")
    assert shop.kiosk.wait(Expect(acknowledged=4, online=True), 60) == []
    assert books.rows() == [1, 2, 3, 4]
    assert books.posted("m-wang", "pass_bought") == 5
    assert books.cases() == 0
    books.check()
