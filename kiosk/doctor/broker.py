"""The broker and, behind it, central: name, port, TLS, login, right to read, sign of life.

Everything is a step of its own, so that the finding names the step that failed.  It logs in under
an MQTT client id of its own, without a will, and publishes nothing: neither the broker nor central
takes it for the terminal, and a daemon that runs keeps its connection.
"""

import contextlib
import dataclasses as dc
import os
import socket
import ssl
import time
from pathlib import Path

from kiosk.doctor import packets
from kiosk.doctor.packets import Kind
from kiosk.doctor.probe import Found, Probe
from kiosk.domain import wire
from kiosk.domain.errors import Malformed
from kiosk.domain.findings import Subject, Symptom
from kiosk.settings.options import Config, Mqtt
from kiosk.settings.secret import SecretFault, read_secret

SECONDS = 5.0
"""For the connection, and for each answer."""
RETAINED_SECONDS = 1.0
"""A broker sends what it retains right behind its answer to the subscription."""


@dc.dataclass(frozen=True)
class _Failed(Exception):
    """The step that failed."""

    symptom: Symptom
    detail: str


def probe(config: Config) -> Probe:
    """Make the probe of broker and central; central is known only through the broker."""
    mqtt, terminal = config.mqtt, config.terminal

    def look() -> tuple[Found, Found]:
        try:
            central = _log_in(mqtt, f"petshop-{terminal.store}-{terminal.id}-doctor-{os.getpid()}")
        except _Failed as e:
            return Found(e.symptom, e.detail), Found(Symptom.NOT_ASKED, "the broker comes first")
        return Found(), central

    kind = "TLS" if mqtt.tls else "TCP"
    exercised = f"name, {kind}, login, central's sign"
    return Probe(
        (Subject.BROKER, Subject.CENTRAL),
        look,
        where=f"{mqtt.host}:{mqtt.port}",
        exercised=exercised,
        seconds=4 * SECONDS,
    )


def _log_in(mqtt: Mqtt, client_id: str) -> Found:
    """Log in and look for central.  Raises _Failed."""
    if mqtt.username and mqtt.password is None:
        raise _Failed(Symptom.NO_PASSWORD, f"no password for user {mqtt.username} was found")
    password = _password(mqtt)
    with contextlib.closing(_connect(mqtt)) as sock:
        talk = _Talk(sock)
        talk.send(packets.connect(client_id, mqtt.username, password))
        code = packets.reason(talk.receive(Kind.CONNACK))
        if packets.is_failure(code):
            raise _Failed(Symptom.LOGIN_REFUSED, f"the broker refused the login (0x{code:02x})")
        talk.send(packets.subscribe(wire.CENTRAL_STATE))
        code = packets.reason(talk.receive(Kind.SUBACK))
        if packets.is_failure(code):
            raise _Failed(
                Symptom.NOT_AUTHORISED, f"may not read {wire.CENTRAL_STATE} (0x{code:02x})"
            )
        found = _central(talk)
        talk.send(packets.DISCONNECT)
        return found


def _password(mqtt: Mqtt) -> str | None:
    """Take the password of this moment, as the daemon does: it may be rotated while that runs."""
    secret = mqtt.password
    if mqtt.password_file is not None:
        with contextlib.suppress(SecretFault):
            secret = read_secret(mqtt.password_file) or secret
    return secret.reveal() if secret else None


def _connect(mqtt: Mqtt) -> socket.socket:
    """Connect, step by step.  Raises _Failed."""
    where = f"{mqtt.host}:{mqtt.port}"
    try:
        socket.getaddrinfo(mqtt.host, mqtt.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as e:
        raise _Failed(Symptom.HOST_UNKNOWN, f"{mqtt.host}: {e}") from e
    try:
        sock = socket.create_connection((mqtt.host, mqtt.port), SECONDS)
    except ConnectionRefusedError as e:
        raise _Failed(Symptom.BROKER_REFUSED, f"{where}: {e.strerror}") from e
    except TimeoutError as e:
        raise _Failed(Symptom.BROKER_SILENT, f"{where}: no answer within {SECONDS:.0f} s") from e
    except OSError as e:
        raise _Failed(Symptom.BROKER_FAILED, f"{where}: {e.strerror or e}") from e
    return _secured(sock, mqtt.host, mqtt.ca_file) if mqtt.ca_file else sock


def _secured(sock: socket.socket, host: str, ca_file: Path) -> socket.socket:
    try:
        context = ssl.create_default_context(cafile=str(ca_file))
        return context.wrap_socket(sock, server_hostname=host)
    except ssl.SSLCertVerificationError as e:
        sock.close()
        raise _Failed(Symptom.TLS_FAILED, f"its certificate: {e.verify_message}") from e
    except OSError as e:
        # SSLError is one, and so is a CA file that cannot be read
        sock.close()
        said = getattr(e, "reason", None) or e.strerror or type(e).__name__
        raise _Failed(Symptom.TLS_FAILED, f"{ca_file}: {said}") from e


def _central(talk: "_Talk") -> Found:
    """Read central's retained state.  Raises _Failed."""
    try:
        packet = talk.receive(Kind.PUBLISH, RETAINED_SECONDS)
    except _Failed as e:
        if e.symptom is not Symptom.BROKER_SILENT:
            raise
        return Found(Symptom.CENTRAL_SILENT, f"{wire.CENTRAL_STATE} is empty or may not be read")
    try:
        presence = wire.decode_presence(packets.payload(packet))
    except Malformed as e:
        return Found(Symptom.CENTRAL_SILENT, f"{wire.CENTRAL_STATE}: {e}")
    return Found() if presence.online else Found(Symptom.CENTRAL_AWAY, "its last word was goodbye")


class _Talk:
    """Packets over a socket.  Raises _Failed for everything that goes wrong."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket, self._buffer = sock, b""

    def send(self, data: bytes) -> None:
        """Send a packet."""
        try:
            self._socket.settimeout(SECONDS)
            self._socket.sendall(data)
        except OSError as e:
            raise _Failed(Symptom.BROKER_FAILED, f"the connection was lost: {e}") from e

    def receive(self, kind: Kind, seconds: float | None = None) -> packets.Packet:
        """Wait for a packet of this kind."""
        end = time.monotonic() + (SECONDS if seconds is None else seconds)
        while True:
            try:
                taken = packets.take(self._buffer)
            except Malformed as e:
                raise _Failed(Symptom.BROKER_FAILED, f"what answers there is no broker: {e}") from e
            if taken is None:
                self._buffer += self._read(end)
                continue
            packet, self._buffer = taken
            if packet.kind == kind:
                return packet
            if packet.kind == Kind.DISCONNECT:
                code = packets.reason(packet)
                raise _Failed(Symptom.BROKER_FAILED, f"the broker hung up (0x{code:02x})")

    def _read(self, end: float) -> bytes:
        left = end - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            data = self._socket.recv(4096)
        except TimeoutError as e:
            raise _Failed(Symptom.BROKER_SILENT, "it took the connection and says nothing") from e
        except OSError as e:
            raise _Failed(Symptom.BROKER_FAILED, f"the connection was lost: {e}") from e
        if not data:
            raise _Failed(Symptom.BROKER_FAILED, "the broker closed the connection")
        return data
