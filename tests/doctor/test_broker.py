"""Broker and central under the doctor: a real mosquitto with passwords and TLS, and false ones."""

import dataclasses as dc
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.doctor import broker as trial
from kiosk.doctor import packets
from kiosk.domain import wire
from kiosk.domain.errors import Malformed
from kiosk.domain.findings import Finding, Subject, Symptom
from kiosk.settings import options
from kiosk.settings.secret import Secret
from kiosk.simulator.processes import free_port
from kiosk.sync.mqtt import Link
from kiosk.sync.options import Broker
from kiosk.sync.ports import Connected, Disconnected, LinkEvent
from tests.peers.books import Books
from tests.peers.broker import Mosquitto
from tests.peers.central import Central
from tests.peers.config import configured
from tests.peers.until import until

pytestmark = pytest.mark.loopback

USERS = {"s1.k1": "correct horse", "central": "secret"}
Find = Callable[..., tuple[Finding, Finding]]


@pytest.fixture
def find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Find:
    """Examine a broker; `options` as in [mqtt]."""
    # of what is there nothing is waited out, of what is not there all
    monkeypatch.setattr(trial, "SECONDS", 20.0)
    monkeypatch.setattr(trial, "RETAINED_SECONDS", 0.3)
    config = configured(tmp_path)

    def look(**mqtt: object) -> tuple[Finding, Finding]:
        changed = dc.replace(config, mqtt=dc.replace(config.mqtt, **mqtt))  # type: ignore[arg-type]
        broker, central = trial.probe(changed).run()
        assert (broker.subject, central.subject) == (Subject.BROKER, Subject.CENTRAL)
        return broker, central

    return look


def said(found: tuple[Finding, Finding]) -> tuple[Symptom, Symptom]:
    return found[0].symptom, found[1].symptom


def test_central_is_there_away_or_was_never_heard_of(find: Find) -> None:
    with Mosquitto() as broker:
        assert said(find(port=broker.port)) == (Symptom.WELL, Symptom.CENTRAL_SILENT)
        with Central(broker, Books({})).log_in("", ""):
            until(lambda: said(find(port=broker.port))[1] is Symptom.WELL)
        until(lambda: said(find(port=broker.port))[1] is Symptom.CENTRAL_AWAY)


def test_a_password_that_is_right_wrong_and_missing(find: Find, tmp_path: Path) -> None:
    with Mosquitto(users=USERS) as broker:
        mine = {"port": broker.port, "username": "s1.k1"}
        assert find(**mine, password=Secret("correct horse"))[0].symptom is Symptom.WELL
        refused = find(**mine, password=Secret("wrong"))
        assert said(refused) == (Symptom.LOGIN_REFUSED, Symptom.NOT_ASKED)
        assert find(port=broker.port)[0].symptom is Symptom.LOGIN_REFUSED
        assert find(**mine)[0].symptom is Symptom.NO_PASSWORD
        rotated = tmp_path / "mqtt-password"
        rotated.write_text("correct horse\n")
        rotated.chmod(0o600)
        old = Secret("of last month")
        assert find(**mine, password=old, password_file=rotated)[0].symptom is Symptom.WELL
        assert "horse" not in broker.log + repr(refused)


def test_a_running_daemon_keeps_its_connection_and_its_state(find: Find) -> None:
    with Mosquitto(users=USERS) as broker:
        password = broker.folder / "mine"
        password.write_text("correct horse")
        events: list[LinkEvent] = []
        where = Broker("127.0.0.1", broker.port, "s1.k1", password)
        link = Link(where, "s1", "k1", events.append)
        link.start()
        until(lambda: any(isinstance(event, Connected) for event in events))
        mine = {"port": broker.port, "username": "s1.k1", "password": Secret("correct horse")}
        for _ in range(3):
            assert find(**mine)[0].symptom is Symptom.WELL
        assert not any(isinstance(event, Disconnected) for event in events)
        assert broker.log.count("-doctor-") > 0
        assert "petshop-s1-k1-doctor" not in "".join(
            line for line in broker.log.splitlines() if "PUBLISH from" in line
        )
        link.stop()
        assert link.join()


def test_a_name_that_nobody_knows_a_port_that_refuses(find: Find) -> None:
    assert find(host="no-such-host.invalid")[0].symptom is Symptom.HOST_UNKNOWN
    assert find(port=free_port())[0].symptom is Symptom.BROKER_REFUSED


def test_tls_that_works_and_tls_that_does_not(find: Find, tmp_path: Path) -> None:
    with Mosquitto(tls=True) as broker, Mosquitto(tls=True) as other, Mosquitto() as plain:
        secure = {"port": broker.port, "tls": True}
        assert find(**secure, ca_file=broker.ca_file)[0].symptom is Symptom.WELL
        wrong = find(**secure, ca_file=other.ca_file)[0]
        assert wrong.symptom is Symptom.TLS_FAILED
        assert "certificate" in wrong.detail
        missing = tmp_path / "no-such-file"
        assert find(**secure, ca_file=missing)[0].symptom is Symptom.TLS_FAILED
        to_plain = find(port=plain.port, tls=True, ca_file=broker.ca_file)[0]
        assert to_plain.symptom is Symptom.TLS_FAILED
        assert find(port=broker.port)[0].symptom is Symptom.BROKER_FAILED


class Imposter:
    """Somebody who takes connections and answers each piece with the next of these."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with self._listener.accept()[0] as caller:
            for answer in self._answers:
                if caller.recv(4096):
                    caller.sendall(answer)
            if not self._answers:
                caller.recv(4096)
                caller.recv(4096)

    def close(self) -> None:
        self._listener.close()
        self._thread.join(5)


@pytest.fixture
def imposter(request: pytest.FixtureRequest) -> Iterator[Imposter]:
    imposter = Imposter(*request.param)
    yield imposter
    imposter.close()


CONNACK, SUBACK_DENIED = b"\x20\x03\x00\x00\x00", b"\x90\x04\x00\x01\x00\x87"


@pytest.mark.parametrize(
    ("imposter", "symptom"),
    [
        ((), Symptom.BROKER_SILENT),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), Symptom.BROKER_FAILED),
        ((b"\xff" * 8,), Symptom.BROKER_FAILED),
        ((b"\xe0\x01\x8b",), Symptom.BROKER_FAILED),
        ((CONNACK, SUBACK_DENIED), Symptom.NOT_AUTHORISED),
        ((CONNACK, b""), Symptom.BROKER_FAILED),
    ],
    indirect=["imposter"],
)
def test_what_is_no_broker_or_will_not_let_us_read(
    find: Find, imposter: Imposter, symptom: Symptom, monkeypatch: pytest.MonkeyPatch
) -> None:
    if symptom is Symptom.BROKER_SILENT:
        monkeypatch.setattr(trial, "SECONDS", 0.5)
    assert find(port=imposter.port)[0].symptom is symptom


def test_packets_are_taken_whole_byte_by_byte_and_with_what_follows() -> None:
    presence = wire.encode(wire.Presence(v=1, online=True, session="x" * 300))
    head = len(wire.CENTRAL_STATE).to_bytes(2, "big") + wire.CENTRAL_STATE.encode() + b"\x00"
    body = head + presence
    whole = b"\x31" + bytes((len(body) % 128 | 0x80, len(body) // 128)) + body
    for end in range(len(whole)):
        assert packets.take(whole[:end]) is None
    taken = packets.take(whole + b"\xe0")
    assert taken is not None
    packet, rest = taken
    assert (packets.payload(packet), rest) == (presence, b"\xe0")


@pytest.mark.parametrize("data", [b"\x20\xff\xff\xff\xff", b"\x20\xff\xff\xff\x7f"])
def test_what_cannot_be_a_packet_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        packets.take(data)


def test_a_config_names_the_broker_in_the_table(tmp_path: Path) -> None:
    config: options.Config = configured(tmp_path)
    assert trial.probe(config).where == "127.0.0.1:1"
