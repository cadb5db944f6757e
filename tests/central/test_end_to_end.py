"""`kiosk-central sync` as a process, a mosquitto with its access files, a real database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain import wire
from kiosk.domain.wire import ItemOutcome
from tests.central.central import Central
from tests.central.line import Line
from tests.central.till import Till, pay, release, visit
from tests.peers.broker import Mosquitto
from tests.peers.until import until

pytestmark = pytest.mark.loopback

KILLED_BEFORE_ITS_ACK = """
import os, signal, sys
from central import cli
from central.sync import mqtt
from kiosk.domain import wire

send = mqtt.Link.send
def die(self, store, terminal, message):
    if isinstance(message, wire.Ack):
        os.kill(os.getpid(), signal.SIGKILL)
    send(self, store, terminal, message)
mqtt.Link.send = die
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.fixture
def password(shop_data: Central, tmp_path: Path) -> str:
    """The shop's terminal k1 and its credential."""
    file = tmp_path / "k1.password"
    shop_data.run("add-terminal", "s1", "k1", "--credentials", str(file))
    return file.read_text().strip()


@pytest.fixture
def broker(shop_data: Central, password: str) -> Iterator[Mosquitto]:
    """A broker that knows nobody but central and the shop's terminals."""
    files = shop_data.data / "broker"
    extra = [
        "allow_anonymous false",
        f"password_file {files / 'passwd'}",
        f"acl_file {files / 'acl'}",
    ]
    with Mosquitto(extra="\n".join(extra)) as running:
        yield running


def sync(broker: Mosquitto) -> list[str]:
    return ["sync", "--broker-port", str(broker.port)]


def posted(shop_data: Central, account: str) -> int:
    [(amount,)] = shop_data.query("SELECT posted FROM shop_account WHERE id = ?", account)
    return int(amount)


CREDIT = (
    "from central.books import actions;"
    "actions.move('s1', {'m-wang.principal': 79}, 'adjust', 'test')"
)


def test_one_visit_from_hello_to_ack(shop_data: Central, broker: Mosquitto, password: str) -> None:
    till = Till()
    with Line(broker.port, "s1", "k1", password) as line, shop_data.start(*sync(broker)) as process:
        line.central(online=True)
        line.say(till.hello())
        welcome = line.hear(wire.Welcome)
        assert line.hear(wire.PolicyUpdate).policy.shop_name == "宠物之家"
        assert line.hear(wire.CatalogueUpdate).catalogue.version == 1
        line.say(wire.DirectoryRequest(journal=till.journal, since=0))
        page = line.hear(wire.DirectoryPage)
        assert (page.full, page.last, page.version) == (True, True, welcome.directory_version)
        line.say(till.request())
        granted = {g.account: g.amount for g in line.hear(wire.AllowanceGrant).grants}
        assert granted["pass-wang-bath.bought"] == 8

        line.say(b'{"type":"hello"}')  # torn: dropped, and the next is answered
        till.row(visit())
        till.row(pay(7920, ("m-wang.principal", 7920)))
        line.say(till.batch())
        ack = line.hear(wire.Ack)
        assert ack.items == [wire.AckItem(1, 2, ItemOutcome.POSTED)]
        assert (ack.applied_through, ack.head) == (2, till.head)
        delta = line.hear(wire.DirectoryPage)
        assert (delta.full, delta.since, delta.applied) == (False, page.version, 2)
        shop_data.run("manage", "shell", "-v0", "-c", CREDIT)
        assert line.hear(wire.AllowanceOffer).accounts == ["m-wang.principal"]
        line.say(till.request("m-wang.principal"))
        assert line.hear(wire.AllowanceGrant).grants == [wire.Grant("m-wang.principal", 79)]

        process.terminate()
        line.central(online=False)
        assert process.wait(20) == 0
    assert posted(shop_data, "pass-wang-bath.bought") == 7


def test_killed_between_apply_and_ack(shop_data: Central, broker: Mosquitto, password: str) -> None:
    till = Till()
    till.row(visit())
    with Line(broker.port, "s1", "k1", password) as line:
        with shop_data.launch("-c", KILLED_BEFORE_ITS_ACK, *sync(broker)) as process:
            first = line.central(online=True)
            line.say(till.hello())
            line.hear(wire.Welcome)
            line.say(till.batch())
            assert process.wait(30) == -9
        line.central(online=False)  # its last will
        assert posted(shop_data, "pass-wang-bath.bought") == 7
        with shop_data.start(*sync(broker)):
            assert line.central(online=True).session != first.session
            line.say(till.hello())
            welcome = line.hear(wire.Welcome)
            assert (welcome.applied, welcome.head) == (1, till.head)
            till.row(visit())
            line.say(till.batch())
            assert line.hear(wire.Ack).items == [
                wire.AckItem(1, 1, ItemOutcome.DUPLICATE),
                wire.AckItem(2, 2, ItemOutcome.CASE),
            ], "the second was never granted; it is in the books with a case"
    assert posted(shop_data, "pass-wang-bath.bought") == 6


def test_the_broker_dies_and_comes_back(
    shop_data: Central, broker: Mosquitto, password: str
) -> None:
    till = Till()
    with shop_data.start(*sync(broker)):
        with Line(broker.port, "s1", "k1", password) as line:
            first = line.central(online=True)
            line.say(till.hello())
            line.hear(wire.Welcome)
        broker.kill()
        broker.start()
        with Line(broker.port, "s1", "k1", password) as line:
            assert line.central(online=True).session != first.session
            line.say(till.hello())
            line.hear(wire.Welcome)


def test_news_from_the_web_process(shop_data: Central, broker: Mosquitto, password: str) -> None:
    till = Till()
    change = (
        "from central.shop.models import Medium; m = Medium.objects.get(pk='c-wang');"
        "m.status = 'lost'; m.save()"
    )
    with Line(broker.port, "s1", "k1", password) as line, shop_data.start(*sync(broker)):
        line.central(online=True)
        line.say(till.hello())
        line.say(wire.DirectoryRequest(journal=till.journal, since=0))
        line.hear(wire.DirectoryPage)
        shop_data.run("manage", "shell", "-v0", "-c", change)
        page = line.hear(wire.DirectoryPage)
        (wang,) = page.members
        assert {m.medium: m.status.value for m in wang.media}["c-wang"] == "lost"


REDEEM = """
import datetime as dt
from central.books import actions
from central.shop.models import Member, Pass, Store
try:
    actions.redeem_at_counter(Store.objects.get(), Member.objects.get(pk="m-wang"), "bath",
        dt.date(2026, 3, 4), how=Pass.objects.get(pk="pass-wang-bath"))
except actions.HeldElsewhere as e:
    print("waiting for", *e.terminals)
"""


def test_the_counter_waits_for_what_a_terminal_holds(
    shop_data: Central, broker: Mosquitto, password: str
) -> None:
    till, purses = Till(), ["pass-wang-bath.bought", "pass-wang-bath.gift"]
    with Line(broker.port, "s1", "k1", password) as line, shop_data.start(*sync(broker)):
        line.central(online=True)
        line.say(till.hello())
        line.say(till.request(*purses))
        line.hear(wire.AllowanceGrant)
        asked = shop_data.run("manage", "shell", "-v0", "-c", REDEEM)
        assert asked.stdout.split() == ["waiting", "for", "s1/k1"]
        assert line.hear(wire.AllowanceRecall).accounts == purses
        till.row(release(purses[0], 8), release(purses[1], 2))
        line.say(till.batch())
        assert line.hear(wire.Ack).applied_through == 1
        line.say(till.request(*purses))
        assert line.hear(wire.AllowanceGrant).grants == []
        assert shop_data.run("manage", "shell", "-v0", "-c", REDEEM).stdout == ""
        assert line.hear(wire.AllowanceOffer).accounts == purses[:1]
    assert posted(shop_data, purses[0]) == 7


def test_a_terminal_can_speak_for_nobody_else(
    shop_data: Central, broker: Mosquitto, password: str
) -> None:
    with Line(broker.port, "s1", "k1", password) as line, shop_data.start(*sync(broker)):
        line.central(online=True)
        other = Till(terminal="k2")
        line.say(other.hello(), wire.topic("s1", "k2", "up"))
        line.say(wire.encode(wire.Presence(v=1, online=False)), wire.CENTRAL_STATE)
        mine = Till()
        line.say(mine.hello())
        assert line.hear(wire.Welcome).journal == mine.journal
    until(lambda: broker.log.count("Denied PUBLISH") == 2, "both are denied by the access list")
    assert shop_data.query("SELECT id FROM shop_journal") == [(mine.journal,)]
