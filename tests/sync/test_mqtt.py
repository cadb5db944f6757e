"""The link on paho against a real mosquitto."""

import queue
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from kiosk.domain import wire
from kiosk.domain.errors import Fault, LoginRefused, TransportError
from kiosk.runtime.worker import Backoff
from kiosk.sync.mqtt import OURS_IN_FLIGHT, THEIRS_IN_FLIGHT, Link
from kiosk.sync.options import Broker
from kiosk.sync.ports import (
    CameDown,
    CamePresence,
    Connected,
    Disconnected,
    LinkEvent,
    NotSent,
)
from kiosk.sync.session import NO_SUBSCRIBERS, NOT_AUTHORISED
from tests.peers.books import NOW, Books
from tests.peers.broker import HOST, Mosquitto
from tests.peers.central import Central
from tests.peers.until import SECONDS, until

pytestmark = pytest.mark.loopback

E = TypeVar("E", bound=LinkEvent)
SEEN = wire.encode(wire.MediumSeen(key="pm1:token-x", at=NOW))
ACL = "user central\ntopic readwrite petshop/#\nuser kiosk\ntopic read petshop/#\n"
MAY_WRITE = "topic write petshop/v1/s1/k1/#\n"


class Posted:
    """The events of a link, in order."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()

    def next(self, kind: type[E]) -> E:
        """Return the next event of this kind; others before it are passed over."""
        while True:
            event = self.queue.get(timeout=SECONDS)
            if isinstance(event, kind):
                return event


MakeLink = Callable[[Broker], tuple[Link, Posted]]


@pytest.fixture
def make_link() -> Iterator[MakeLink]:
    links = []

    def make(broker: Broker) -> tuple[Link, Posted]:
        posted = Posted()
        link = Link(broker, "s1", "k1", posted.queue.put, Backoff(0.02, 0.1))
        links.append(link)
        link.start()
        return link, posted

    yield make
    for link in links:
        link.stop()
    assert all(link.join() for link in links)


def at(broker: Mosquitto, **more: object) -> Broker:
    return Broker(host=HOST, port=broker.port, **more)  # type: ignore[arg-type]


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    return file


def test_messages_go_up_and_down(broker: Mosquitto, make_link: MakeLink) -> None:
    with Central(broker, Books({})) as central:
        link, posted = make_link(at(broker))
        posted.next(Connected)
        assert wire.decode_presence(posted.next(CamePresence).payload).session == "c1"
        link.publish(SEEN)
        until(lambda: central.count(wire.MediumSeen))
        central.say(wire.Notice(text="你好"))
        came = posted.next(CameDown)
        assert wire.decode_down(came.payload) == wire.Notice(text="你好")
        came.done()


def test_birth_farewell_and_last_will_are_retained(broker: Mosquitto, make_link: MakeLink) -> None:
    link, posted = make_link(at(broker))
    posted.next(Connected)
    with Central(broker, Books({})) as central:
        until(lambda: central.states)
        link.stop()
        assert link.join()
        until(lambda: len(central.states) == 2)
    born, gone = central.states
    assert (born.online, gone.online) == (True, False)
    assert born.session == gone.session != ""
    assert "disconnected." in broker.log


def test_an_abrupt_end_sends_the_last_will(broker: Mosquitto, make_link: MakeLink) -> None:
    _, posted = make_link(at(broker))
    posted.next(Connected)
    with Central(broker, Books({})) as central:
        until(lambda: central.states)
        # another with the same name: the broker drops the first, as it would a dead one
        _, second = make_link(at(broker))
        second.next(Connected)
        until(lambda: len(central.states) >= 3)
    assert [state.online for state in central.states[:3]] == [True, False, True]
    assert central.states[0].session != central.states[2].session
    assert "another terminal" in str(posted.next(Disconnected).error)


def test_nobody_listening_counts_as_not_sent(broker: Mosquitto, make_link: MakeLink) -> None:
    link, posted = make_link(at(broker))
    posted.next(Connected)
    link.publish(SEEN)
    assert posted.next(NotSent).reason == NO_SUBSCRIBERS


def test_a_denied_publish_counts_as_not_sent(make_link: MakeLink, password_file: Path) -> None:
    users = {"kiosk": "correct horse", "central": "secret"}
    with Mosquitto(users=users, acl=ACL) as broker:
        link, posted = make_link(at(broker, username="kiosk", password_file=password_file))
        posted.next(Connected)
        with Central(broker, Books({})).log_in("central", "secret") as central:
            link.publish(SEEN)
            assert posted.next(NotSent).reason == NOT_AUTHORISED
            assert central.heard == []
            broker.reload(ACL + MAY_WRITE)
            link.publish(SEEN)
            until(lambda: central.count(wire.MediumSeen))


def test_a_refused_login_says_so_to_a_technician(
    make_link: MakeLink, password_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with Mosquitto(users={"kiosk": "another"}) as broker:
        link, posted = make_link(at(broker, username="kiosk", password_file=password_file))
        error = posted.next(Disconnected).error
        assert isinstance(error, LoginRefused)
        assert error.fault is Fault.TECHNICIAN
        assert "0x87" in str(error)
        with pytest.raises(TransportError):
            link.publish(SEEN)
        # the file is read at every attempt
        password_file.write_text("another")
        posted.next(Connected)
    assert "horse" not in caplog.text
    assert "horse" not in str(error)


def test_a_missing_password_file_is_named(
    broker: Mosquitto, make_link: MakeLink, tmp_path: Path
) -> None:
    missing = tmp_path / "no-such-file"
    _, posted = make_link(at(broker, username="kiosk", password_file=missing))
    error = posted.next(Disconnected).error
    assert isinstance(error, LoginRefused)
    assert str(missing) in str(error)


def test_tls_with_a_private_authority(make_link: MakeLink) -> None:
    with Mosquitto(tls=True) as broker:
        link, posted = make_link(at(broker, ca_file=broker.ca_file))
        posted.next(Connected)
        link.publish(SEEN)
        posted.next(NotSent)


# paho leaves a socket whose handshake failed to the collector
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket")
def test_a_certificate_of_another_authority_is_refused(make_link: MakeLink) -> None:
    with Mosquitto(tls=True) as broker, Mosquitto(tls=True) as other:
        _, posted = make_link(at(broker, ca_file=other.ca_file))
        error = posted.next(Disconnected).error
        assert isinstance(error, LoginRefused)
        assert "certificate is not trusted" in str(error)


def test_a_bad_ca_file_is_named(broker: Mosquitto, make_link: MakeLink, tmp_path: Path) -> None:
    (empty := tmp_path / "empty").touch()
    for file in (tmp_path / "no-such-file", empty):
        _, posted = make_link(at(broker, ca_file=file))
        error = posted.next(Disconnected).error
        assert isinstance(error, LoginRefused)
        assert str(error).startswith(f"CA file {file}: ")


def test_no_broker_is_reported_and_awaited(broker: Mosquitto, make_link: MakeLink) -> None:
    broker.stop()
    _, posted = make_link(at(broker))
    assert "refused" in str(posted.next(Disconnected).error)
    broker.start()
    posted.next(Connected)
    broker.kill()
    posted.next(Disconnected)
    broker.start()
    posted.next(Connected)


def test_without_a_connection_nothing_is_kept(broker: Mosquitto, make_link: MakeLink) -> None:
    link, posted = make_link(at(broker))
    posted.next(Connected)
    broker.kill()
    posted.next(Disconnected)
    for _ in range(100):
        with pytest.raises(TransportError):
            link.publish(SEEN)
    broker.start()
    with Central(broker, Books({})) as central:
        posted.next(Connected)
        until(lambda: central.states)
        link.publish(SEEN)
        until(lambda: central.heard)
        assert central.count(wire.MediumSeen) == 1


def test_a_mute_broker_is_not_given_more_than_a_few(broker: Mosquitto, make_link: MakeLink) -> None:
    link, posted = make_link(at(broker))
    posted.next(Connected)
    until(lambda: "Sending PUBACK" in broker.log)
    broker.pause()
    for _ in range(OURS_IN_FLIGHT):
        link.publish(SEEN)
    for _ in range(100_000):
        with pytest.raises(TransportError, match="does not answer"):
            link.publish(SEEN)
    broker.resume()
    for _ in range(OURS_IN_FLIGHT):
        posted.next(NotSent)
    link.publish(SEEN)
    posted.next(NotSent)


def test_the_broker_holds_back_while_messages_are_not_done(
    broker: Mosquitto, make_link: MakeLink
) -> None:
    with Central(broker, Books({})) as central:
        _, posted = make_link(at(broker))
        posted.next(CamePresence)
        # mosquitto's quota may be one too many until the retained message is answered for
        until(lambda: "Received PUBACK from petshop-s1-k1" in broker.log)
        total = 3 * THEIRS_IN_FLIGHT
        for number in range(total):
            central.say(wire.Notice(text=str(number)))
        came = [posted.next(CameDown) for _ in range(THEIRS_IN_FLIGHT)]
        until(lambda: broker.log.count("Received PUBLISH from central") >= total)
        assert not any(isinstance(e, CameDown) for e in drained(posted))
        for _ in range(total - THEIRS_IN_FLIGHT):
            came.pop(0).done()
            came.append(posted.next(CameDown))
        texts = [wire.decode_down(c.payload) for c in came]
        assert texts == [wire.Notice(text=str(n)) for n in range(total)][-THEIRS_IN_FLIGHT:]


def drained(posted: Posted) -> list[LinkEvent]:
    events = []
    while not posted.queue.empty():
        events.append(posted.queue.get())
    return events


def test_a_message_above_the_limit_never_arrives(broker: Mosquitto, make_link: MakeLink) -> None:
    with Central(broker, Books({})) as central:
        _, posted = make_link(at(broker))
        posted.next(Connected)
        central.say_raw(b" " * (wire.MAX_MESSAGE + 2000))
        central.say(wire.Notice(text="after"))
        assert wire.decode_down(posted.next(CameDown).payload) == wire.Notice(text="after")


def test_small_messages_leave_at_once(
    broker: Mosquitto, make_link: MakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_options = []
    original = socket.socket.setsockopt

    def spy(self: socket.socket, *args: int) -> None:
        set_options.append((threading.current_thread().name, args))
        original(self, *args)

    monkeypatch.setattr(socket.socket, "setsockopt", spy)
    _, posted = make_link(at(broker))
    posted.next(Connected)
    assert ("mqtt", (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)) in set_options
