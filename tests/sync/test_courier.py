"""The courier end to end: journal thread, session, paho, mosquitto, a small central and back."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from kiosk.domain import wire
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.events import DirectoryChanged, LinkChanged, PartChanged, Stimulus
from kiosk.domain.policy import Policy
from kiosk.journal.journal import Journal
from kiosk.journal.thread import JournalThread
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.worker import Backoff
from kiosk.sync.courier import Courier
from kiosk.sync.mqtt import Link
from kiosk.sync.options import Broker, CourierConfig, Limits, Timing
from kiosk.sync.ports import LinkEvent
from tests.peers.books import Books
from tests.peers.broker import HOST, Mosquitto
from tests.peers.central import Central
from tests.peers.until import SECONDS, until
from tests.sync.kiosk_side import IDENTITY, draft

pytestmark = pytest.mark.loopback

T = TypeVar("T")
QUICK = Timing(
    presence_grace=5.0,
    hello=0.05,
    hello_most=0.4,
    ack=0.4,
    ack_most=1.0,
    request=0.5,
    directory=2.0,
)
SECRET = "correct horse"
ACL = "user central\ntopic readwrite petshop/#\nuser kiosk\ntopic read petshop/#\n"
MAY_WRITE = "topic write petshop/v1/s1/k1/#\n"


class Terminal:
    """A journal thread and a courier on a broker; `told` is what the loop would be posted."""

    def __init__(self, path: Path | None, broker: Broker, timing: Timing = QUICK) -> None:
        self.told: list[Stimulus] = []
        self.policies: list[Policy] = []
        self.catalogues: list[Catalogue] = []
        clock = SystemClock()
        self.journal = JournalThread(path, lambda _: None, clock)

        def connect(post: Callable[[LinkEvent], None]) -> Link:
            return Link(broker, "s1", "k1", post, Backoff(0.02, 0.1))

        self.courier = Courier(
            self.journal,
            connect,
            CourierConfig(IDENTITY, timing, Limits(rows=50)),
            self.told.append,
            self.policies.append,
            self.catalogues.append,
            clock,
        )
        self.journal.start()
        self.courier.start()

    def ask(self, work: Callable[[Journal], T]) -> T:
        """Have the journal thread do something, and wait for it."""
        answer: list[object] = []
        done = threading.Event()

        def take(found: object) -> None:
            answer.append(found)
            done.set()

        self.journal.submit(work, take)
        assert done.wait(SECONDS)
        assert not isinstance(answer[0], Exception), answer[0]
        return answer[0]  # type: ignore[return-value]

    def spend(self, member: str, amount: int = 1) -> None:
        self.ask(lambda journal: journal.commit(draft(member, amount)))
        self.courier.committed()

    @property
    def link(self) -> LinkChanged | None:
        return next((e for e in reversed(self.told) if isinstance(e, LinkChanged)), None)

    @property
    def part(self) -> PartReport | None:
        return next((e.report for e in reversed(self.told) if isinstance(e, PartChanged)), None)

    def drained(self) -> bool:
        return self.link == LinkChanged(online=True, waiting=0)

    def held_everything(self, books: Books) -> bool:
        standing = self.ask(lambda journal: journal.standing())
        return bool(books.grants) and not standing.pending_nonce and self.drained()

    def stop(self) -> None:
        self.courier.stop()
        assert self.courier.join()
        self.journal.stop()
        assert self.journal.join()


Start = Callable[..., Terminal]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running = []

    def begin(broker: Mosquitto, timing: Timing = QUICK, **login: object) -> Terminal:
        where = Broker(host=HOST, port=broker.port, **login)  # type: ignore[arg-type]
        terminal = Terminal(tmp_path / "journal.db", where, timing)
        running.append(terminal)
        return terminal

    yield begin
    for terminal in running:
        terminal.stop()


def test_one_spend_reaches_central(broker: Mosquitto, books: Books, start: Start) -> None:
    books.policy = Policy(version=4)
    books.catalogue = Catalogue(version=2, store="s1", services=())
    with Central(broker, books):
        terminal = start(broker)
        until(lambda: terminal.held_everything(books))
        terminal.spend("m1", 30)
        until(terminal.drained)
        until(lambda: books.posted["a-m1"] == 9_970)
        terminal.courier.report_unknown("pm1:who-is-this")
        until(lambda: books.seen == ["pm1:who-is-this"])
        assert terminal.policies == [books.policy]
        assert terminal.catalogues[0] == books.catalogue
        assert terminal.part == PartReport(Part.LINK, PartState.READY)
        assert books.applied == 1


def test_the_broker_dies_between_publish_and_ack(
    broker: Mosquitto, books: Books, start: Start
) -> None:
    with Central(broker, books) as central:
        terminal = start(broker)
        until(lambda: terminal.held_everything(books))
        central.mute = {"transactions", "hello"}
        for _ in range(5):
            terminal.ask(lambda journal: journal.commit(draft("m1")))
        terminal.courier.committed()
        until(lambda: books.applied == 5)
        broker.kill()
        until(lambda: terminal.link is not None and not terminal.link.online)
        assert terminal.link == LinkChanged(online=False, waiting=5)
    broker.start()
    with Central(broker, books, "c2") as central:
        until(terminal.drained)
        # central said in its welcome what it has; nothing of it was taken twice
        assert central.count(wire.Hello) >= 1
    assert books.applied == 5
    assert books.posted["a-m1"] == 9_995


def test_messages_the_broker_lost_after_its_puback_are_sent_again(
    broker: Mosquitto, books: Books, start: Start
) -> None:
    with Central(broker, books) as central:
        terminal = start(broker)
        until(lambda: terminal.held_everything(books))
        central.deaf = {"transactions"}
        terminal.spend("m1")
        # PUBACKed, and gone: a broker that answered and forgot
        until(lambda: terminal.courier.counters.repeats >= 1)
        assert terminal.link == LinkChanged(online=True, waiting=1)
        assert terminal.courier.counters.unsent == 0
        central.deaf = set()
        until(terminal.drained)
        batches = [p for p in central.payloads if b'"type":"transactions"' in p]
    assert len(set(batches)) == 1
    assert books.applied == 1


def test_a_denied_publish_is_not_taken_as_sent(books: Books, start: Start, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(SECRET)
    users = {"kiosk": SECRET, "central": "secret"}
    login = {"username": "kiosk", "password_file": password}
    with (
        Mosquitto(users=users, acl=ACL + MAY_WRITE) as broker,
        Central(broker, books).log_in("central", "secret"),
    ):
        terminal = start(broker, **login)
        until(lambda: terminal.held_everything(books))
        broker.reload(ACL)
        terminal.spend("m1")
        until(lambda: terminal.part is not None and terminal.part.state is PartState.DENIED)
        assert terminal.link == LinkChanged(online=False, waiting=1)
        assert books.applied == 0
        broker.reload(ACL + MAY_WRITE)
        until(terminal.drained)
        assert books.applied == 1


def test_a_refused_login_is_shown(books: Books, start: Start, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("wrong")
    with Mosquitto(users={"kiosk": SECRET}) as broker:
        terminal = start(broker, username="kiosk", password_file=password)
        until(lambda: terminal.part is not None)
        assert terminal.part is not None
        assert terminal.part.state is PartState.DENIED
        assert "0x87" in terminal.part.detail
        until(lambda: terminal.link == LinkChanged(online=False, waiting=0))


def test_central_comes_later_than_the_kiosk(broker: Mosquitto, books: Books, start: Start) -> None:
    terminal = start(broker, Timing(presence_grace=0.01, hello=0.05, hello_most=600.0))
    until(lambda: terminal.courier.counters.unsent >= 2)
    with Central(broker, books):
        until(lambda: terminal.held_everything(books))


def test_a_backlog_drains_in_batches(broker: Mosquitto, books: Books, start: Start) -> None:
    with Central(broker, books):
        terminal = start(broker)
        until(lambda: terminal.held_everything(books))
    until(lambda: terminal.link is not None and not terminal.link.online)
    for _ in range(230):
        terminal.ask(lambda journal: journal.commit(draft("m1")))
    terminal.courier.committed()
    until(lambda: terminal.link == LinkChanged(online=False, waiting=230))
    with Central(broker, books, "c2") as central:
        until(terminal.drained)
        assert central.count(wire.Transactions) == 5
    assert books.posted["a-m1"] == 9_770


def test_a_long_directory_arrives_whole(broker: Mosquitto, start: Start) -> None:
    books = Books({f"m{i}": 1 for i in range(300)}, page=5)
    with Central(broker, books):
        terminal = start(broker)
        until(
            lambda: (
                terminal.ask(lambda journal: journal.standing()).directory_version == books.version
            )
        )
        assert terminal.courier.counters.pages == 60
        assert terminal.courier.counters.gaps == 0


def test_garbage_on_the_wire_harms_nothing(broker: Mosquitto, books: Books, start: Start) -> None:
    with Central(broker, books) as central:
        terminal = start(broker)
        until(lambda: terminal.held_everything(books))
        for payload in (b"", b"\x00" * 50, b"{" * 20_000, b'{"v":1,"type":"ack"}'):
            central.say_raw(payload)
        terminal.spend("m1")
        until(lambda: books.applied == 1)
        until(terminal.drained)
        assert terminal.courier.counters.malformed == 4


def test_stopping_says_goodbye(broker: Mosquitto, books: Books, tmp_path: Path) -> None:
    with Central(broker, books) as central:
        terminal = Terminal(tmp_path / "journal.db", Broker(HOST, broker.port))
        until(terminal.drained)
        terminal.stop()
        until(lambda: [s.online for s in central.states] == [True, False])


def test_the_beat_goes_on_while_nothing_happens(broker: Mosquitto, start: Start) -> None:
    terminal = start(broker)
    first = terminal.courier.last_beat
    until(lambda: terminal.courier.last_beat > first + 1.0)


def test_time_of_a_report_is_the_clock_s(broker: Mosquitto, books: Books, start: Start) -> None:
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    with Central(broker, books) as central:
        terminal = start(broker)
        until(terminal.drained)
        terminal.courier.report_unknown("pm1:who-is-this")
        until(lambda: central.count(wire.MediumSeen))
        seen = next(m for m in central.heard if isinstance(m, wire.MediumSeen))
    assert before < seen.at < dt.datetime.now(dt.UTC)


def changes(terminal: Terminal) -> int:
    return sum(isinstance(event, DirectoryChanged) for event in terminal.told)


def test_news_of_members_and_balances_are_told(
    broker: Mosquitto, books: Books, start: Start
) -> None:
    with Central(broker, books) as central:
        terminal = start(broker)
        until(lambda: terminal.held_everything(books) and changes(terminal) >= 2)
        before = changes(terminal)
        for message in books.credit("m2", 30):
            central.say(message)
        until(lambda: changes(terminal) == before + 1)
        assert terminal.ask(lambda j: j.standing().pending_nonce) is None


def test_what_was_seen_and_felt_offline_is_told(
    broker: Mosquitto, books: Books, start: Start
) -> None:
    terminal = start(broker)
    terminal.courier.report_health(wire.Health(waiting=0, clock="rtc"))
    terminal.courier.report_unknown("pm1:who-is-this")
    with Central(broker, books) as central:
        until(lambda: central.count(wire.MediumSeen) == central.count(wire.Health) == 1)
        told = next(m for m in central.heard if isinstance(m, wire.Health))
        assert (told.clock, told.waiting) == ("rtc", 0)


def test_a_recall_reaches_the_journal(broker: Mosquitto, books: Books, start: Start) -> None:
    with Central(broker, books) as central:
        terminal = start(broker)
        until(lambda: terminal.held_everything(books))
        central.say(books.recall("m1"))
        until(lambda: books.leased["a-m1"] == 0)
        until(terminal.drained)
