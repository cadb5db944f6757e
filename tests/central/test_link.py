"""The connection itself: refused, mute, encrypted."""

import gc
import queue
import socket
import threading
from pathlib import Path

import pytest

from central.places import Broker
from central.sync import mqtt
from central.sync.mqtt import Arrived, Closed, Link
from kiosk.domain.errors import TransportError
from kiosk.simulator.processes import free_port
from tests.central.line import Line
from tests.peers.broker import Mosquitto

pytestmark = pytest.mark.loopback

Inbox = queue.SimpleQueue[Arrived | Closed]


def test_no_broker_there() -> None:
    with pytest.raises(TransportError, match="refused"):
        Link(Broker(port=free_port()), Inbox().put)


def test_a_wrong_password_is_named_and_leaves_no_thread(tmp_path: Path) -> None:
    word = tmp_path / "word"
    word.write_text("wrong\n")
    with Mosquitto(users={"central": "right"}) as broker:
        before = threading.enumerate()
        with pytest.raises(TransportError, match="Not authorized"):
            Link(Broker(port=broker.port, password_file=word), Inbox().put)
        assert set(threading.enumerate()) <= set(before)


def test_a_broker_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "SECONDS_TO_CONNECT", 0.3)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(TransportError, match="no answer"),
    ):
        Link(Broker(port=server.getsockname()[1]), Inbox().put)


def test_a_second_central_takes_over_and_its_state_stands(tmp_path: Path) -> None:
    """The will of the connection that it ends goes out before its own birth, not after."""
    with Mosquitto() as broker:
        inbox: Inbox = queue.SimpleQueue()
        first = Link(Broker(port=broker.port), inbox.put)
        second = Link(Broker(port=broker.port), Inbox().put)
        assert isinstance(inbox.get(timeout=20), Closed)
        with Line(broker.port, "s1", "k1") as line:
            assert line.central(online=True).session == second._session
        second.close()
        first._client.loop_stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_and_an_authority_that_did_not_sign(tmp_path: Path) -> None:
    with Mosquitto(tls=True) as broker, Mosquitto(tls=True) as other:
        link = Link(Broker(port=broker.port, ca_file=broker.ca_file), Inbox().put)
        link.close()
        with pytest.raises(TransportError, match="certificate"):
            Link(Broker(port=broker.port, ca_file=other.ca_file), Inbox().put)
    gc.collect()  # paho leaves the socket of a failed handshake to the collector
