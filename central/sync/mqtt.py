"""Central's end of the broker: the one module of central that knows paho.

A Link lives as long as its connection.  It never reconnects: the next connection is a new Link with
a new session id, so nothing that an old connection had queued is sent late (design, §7).
"""

import contextlib
import dataclasses as dc
import logging
import re
import secrets
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from central.places import Broker
from kiosk.domain import wire
from kiosk.domain.errors import TransportError

log = logging.getLogger(__name__)

CLIENT_ID = "petshop-central"
"""Fixed, so that a new connection ends an old half-open one before its will can go out late."""

KEEP_ALIVE = 20
SECONDS_TO_CONNECT = 10.0
_TAKEN_OVER = 0x8E
_TOPIC = re.compile(r"petshop/v1/([^/]+)/([^/]+)/(up|state)")


@dc.dataclass(frozen=True, slots=True)
class Arrived:
    """A message on a terminal's topic; `leaf` is up or state."""

    store: str
    terminal: str
    leaf: str
    payload: bytes


@dc.dataclass(frozen=True, slots=True)
class Closed:
    """The connection is gone; another central has it where `taken_over` (MQTT 5, 3.14.2.1)."""

    why: str
    taken_over: bool = False


class Link:
    """A connection with central's birth announced and its last will in place.

    `post` is called on paho's thread with what arrives, and once with Closed.
    """

    def __init__(
        self, broker: Broker, post: Callable[[Arrived | Closed], None], central: str = ""
    ) -> None:
        """Connect, subscribe, announce `central`, the id of the books.  Raises TransportError."""
        self._post, self._central = post, central
        self._session = secrets.token_hex(8)
        self._subscribed = threading.Event()
        self._failed = ""
        self._client = self._make(broker)
        try:
            self._client.connect(broker.host, broker.port, KEEP_ALIVE, clean_start=True)
        except (OSError, ValueError) as e:
            raise TransportError(f"broker {broker.host}:{broker.port}: {e}") from None
        self._client.loop_start()
        self._subscribed.wait(SECONDS_TO_CONNECT)
        why = self._failed or ("" if self._subscribed.is_set() else "no answer")
        if why:
            self._client.disconnect()
            self._client.loop_stop()
            raise TransportError(f"broker {broker.host}:{broker.port}: {why}")
        self._announce(online=True)

    def _make(self, broker: Broker) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=CLIENT_ID,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        client.username_pw_set(broker.username, broker.password())
        if broker.ca_file is not None:
            client.tls_set_context(ssl.create_default_context(cafile=str(broker.ca_file)))
        client.connect_timeout = SECONDS_TO_CONNECT
        client.will_set(wire.CENTRAL_STATE, self._presence(online=False), qos=1, retain=True)
        client.on_socket_open = _no_delay
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        return client

    def send(self, store: str, terminal: str, message: wire.Down) -> None:
        """Hand a message to the broker.  Raises TransportError; delivery is never known here."""
        self._publish(wire.topic(store, terminal, "down"), wire.encode(message))

    def close(self) -> None:
        """Say goodbye and disconnect."""
        with contextlib.suppress(TransportError):
            self._announce(online=False)
        self._client.disconnect()
        self._client.loop_stop()

    def _presence(self, *, online: bool) -> bytes:
        return wire.encode(
            wire.Presence(
                v=wire.VERSION, online=online, session=self._session, central=self._central
            )
        )

    def _announce(self, *, online: bool) -> None:
        self._publish(wire.CENTRAL_STATE, self._presence(online=online), retain=True)

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        sent = self._client.publish(topic, payload, qos=1, retain=retain)
        if sent.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise TransportError(f"not sent: {sent.rc.name}")

    def _fail(self, why: str) -> None:
        self._failed = self._failed or why
        self._subscribed.set()

    def _on_connect(
        self, client: Client, _u: Any, _f: Any, code: ReasonCode, _p: Properties | None
    ) -> None:
        if code.is_failure:
            self._fail(str(code))
        else:
            client.subscribe([("petshop/v1/+/+/up", 1), ("petshop/v1/+/+/state", 1)])

    def _on_subscribe(
        self, _c: Client, _u: Any, _m: int, codes: list[ReasonCode], _p: Properties | None
    ) -> None:
        if refused := [str(code) for code in codes if code.is_failure]:
            self._fail(f"subscription refused: {', '.join(refused)}")
        else:
            self._subscribed.set()

    def _on_message(self, _c: Client, _u: Any, message: MQTTMessage) -> None:
        if found := _TOPIC.fullmatch(message.topic):
            self._post(Arrived(found[1], found[2], found[3], bytes(message.payload)))

    def _on_publish(
        self, _c: Client, _u: Any, _m: int, code: ReasonCode, _p: Properties | None
    ) -> None:
        if code.is_failure:
            log.warning("broker refused a message: %s", code)

    def _on_disconnect(
        self, _c: Client, _u: Any, _f: Any, code: ReasonCode, _p: Properties | None
    ) -> None:
        self._fail(str(code))
        self._post(Closed(str(code), code.value == _TAKEN_OVER))


def _no_delay(_client: Client, _userdata: Any, sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
