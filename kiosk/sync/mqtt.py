"""The MQTT link on paho-mqtt: the one module that knows the library.

Each connection is a new paho client with clean_start: paho keeps unacknowledged messages in memory
and sends them again by itself on a reconnect, behind the session's back; a client that is thrown
away cannot.  Nothing is ever queued in it either: a message is handed over only while connected,
up to OURS_IN_FLIGHT of them.  Received messages are acknowledged to the broker once the courier
has taken them, so that the broker holds back the rest (Receive Maximum, MQTT 5, 3.3.4).

Library facts this stands on (paho-mqtt 2.1): a PUBACK that denies is reported like any other, only
its reason code tells; publish() without a connection is queued and reported as success; with
no loop thread of paho's own, publish() writes to the socket on the caller's thread unless
on_socket_register_write is set, in which case loop() is woken and writes.
"""

import logging
import socket
import threading
import time
import uuid
from collections.abc import Callable

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from kiosk.domain import wire
from kiosk.domain.errors import LoginRefused, TransportError
from kiosk.runtime.worker import Backoff
from kiosk.sync.login import password, translated
from kiosk.sync.options import Broker, Topics
from kiosk.sync.ports import CameDown, CamePresence, Connected, Disconnected, LinkEvent, NotSent

log = logging.getLogger(__name__)

OURS_IN_FLIGHT = 16
"""Messages handed to the broker and not yet PUBACKed: the batch in flight, a few small ones."""

THEIRS_IN_FLIGHT = 4
"""Messages from central in memory here at once."""

PACKET_OVERHEAD = 1024
LONG_LIVED = 10.0
"""Seconds: a connection that ended sooner counts as a failure (two terminals with one name)."""

GOODBYE_SECONDS = 2.0
TURN_SECONDS = 0.5

_DENIED = (0x86, 0x87, 0x8A, 0x8C)
"""CONNACK: bad user name or password, not authorised, banned, bad authentication method."""

Post = Callable[[LinkEvent], None]


class Link:
    """Connects, and connects again with a growing pause, until stopped.  Implements MqttLink."""

    def __init__(
        self,
        broker: Broker,
        store: str,
        terminal: str,
        post: Post,
        backoff: Backoff | None = None,
    ) -> None:
        self._broker, self._post = broker, post
        self._topics = Topics.of(store, terminal)
        self._backoff = backoff or Backoff(0.2, 15.0)
        self._stop = threading.Event()
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def publish(self, payload: bytes) -> None:
        connection = self._connection
        if connection is None:
            raise TransportError("not connected")
        connection.publish(payload)

    def stop(self) -> None:
        # goodbye first: it wakes the loop, which says it itself if it finds none said
        if (connection := self._connection) is not None:
            connection.say_goodbye()
        self._stop.set()

    def join(self, seconds: float = 5.0) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            error = self._live()
            if not self._stop.is_set():
                self._post(Disconnected(error))
                self._stop.wait(self._backoff.pause())

    def _live(self) -> TransportError:
        began = time.monotonic()
        try:
            connection = Connection(self._broker, self._topics, self._post)
            self._connection = connection
            try:
                connection.run(self._stop)
            finally:
                self._connection = None
                connection.close()
        except TransportError as e:
            return e
        except (OSError, ValueError) as e:
            return translated(e, self._broker)
        except Exception as e:
            log.exception("mqtt: bug")
            return TransportError(f"{type(e).__name__} in the MQTT link")
        if time.monotonic() - began > LONG_LIVED:
            self._backoff.reset()
        elif connection.served:
            # a broker does not tell the one it threw out that another came under its name
            return TransportError(f"{connection.error}, soon: has another terminal this name?")
        return connection.error


class Connection:
    """One connection from connect to close, on one thread; publish and goodbye from any.

    `ready` while the broker has taken login and subscriptions, `served` if it ever was; `error`
    says how it ended.  Raises TransportError; OSError and ValueError come from paho and TLS.
    """

    def __init__(self, broker: Broker, topics: Topics, post: Post) -> None:
        self.ready = self.served = False
        self.error = TransportError("the connection was lost")
        self._topics, self._post = topics, post
        self._session = uuid.uuid4().hex
        self._free = threading.BoundedSemaphore(OURS_IN_FLIGHT)
        self._early: list[LinkEvent] = []
        self._birth = 0
        self._goodbye: paho.MQTTMessageInfo | None = None
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=topics.client_id,
            protocol=paho.MQTTv5,
            manual_ack=True,
        )
        client.connect_timeout = broker.connect_seconds
        client.max_inflight_messages_set(OURS_IN_FLIGHT * 2)
        client.max_queued_messages_set(OURS_IN_FLIGHT * 2)
        client.on_socket_open = _without_delay
        client.on_socket_register_write = _write_in_loop
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        self._log_in(broker)
        self._broker = broker

    def _log_in(self, broker: Broker) -> None:
        client = self._client
        if broker.username:
            client.username_pw_set(broker.username, password(broker))
        if broker.ca_file is not None:
            client.tls_set(ca_certs=str(broker.ca_file))
        client.will_set(self._topics.state, self._presence(online=False), qos=1, retain=True)

    def _presence(self, *, online: bool) -> bytes:
        state = wire.Presence(v=wire.VERSION, online=online, session=self._session)
        return wire.encode(state)

    def run(self, stop: threading.Event) -> None:
        """Connect and serve until the connection ends, or `stop` is set and goodbye is said."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.MaximumPacketSize = wire.MAX_MESSAGE + PACKET_OVERHEAD
        properties.ReceiveMaximum = THEIRS_IN_FLIGHT
        broker, client = self._broker, self._client
        client.connect(
            broker.host, broker.port, broker.keepalive, clean_start=True, properties=properties
        )
        while not stop.is_set():
            if client.loop(TURN_SECONDS) != paho.MQTT_ERR_SUCCESS:
                return
        self._leave()

    def _leave(self) -> None:
        """Wait for the broker to take the goodbye, then close in order: no last will is sent."""
        if self._goodbye is None:
            self.say_goodbye()
        end = time.monotonic() + GOODBYE_SECONDS
        while self._goodbye is not None and not self._goodbye.is_published():
            if time.monotonic() > end or self._client.loop(0.05) != paho.MQTT_ERR_SUCCESS:
                return
        self._client.disconnect()
        while time.monotonic() < end and self._client.loop(0.05) == paho.MQTT_ERR_SUCCESS:
            pass

    def close(self) -> None:
        """Give back the sockets now, not when the collector comes."""
        self.ready = False
        client = self._client
        client.on_connect = client.on_subscribe = client.on_publish = None
        client.on_message = client.on_disconnect = client.on_socket_register_write = None
        sock = client.socket()
        if sock is not None:
            sock.close()

    # --- from any thread

    def publish(self, payload: bytes) -> None:
        """Hand over a message for …/up.  Raises TransportError, and then nothing was kept."""
        if not self.ready:
            raise TransportError("not connected")
        if not self._free.acquire(blocking=False):
            raise TransportError("the broker does not answer for what it was given")
        if self._client.publish(self._topics.up, payload, qos=1).rc != paho.MQTT_ERR_SUCCESS:
            raise TransportError("the connection was lost")

    def say_goodbye(self) -> None:
        """Replace our retained state before leaving."""
        if self.ready and self._free.acquire(blocking=False):
            self._goodbye = self._tell_state(online=False)

    def _tell_state(self, *, online: bool) -> paho.MQTTMessageInfo:
        payload = self._presence(online=online)
        return self._client.publish(self._topics.state, payload, qos=1, retain=True)

    # --- paho's callbacks, on the thread of run(): they only post

    def _on_connect(
        self, client: paho.Client, _data: object, _flags: object, reason: ReasonCode, *_: object
    ) -> None:
        if reason.is_failure:
            refused = LoginRefused if reason.value in _DENIED else TransportError
            self.error = refused(f"the broker refused the login: {reason} (0x{reason.value:02x})")
        else:
            client.subscribe([(wire.CENTRAL_STATE, 1), (self._topics.down, 1)])

    def _on_subscribe(
        self, client: paho.Client, _data: object, _mid: int, reasons: list[ReasonCode], *_: object
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self.error = LoginRefused("the broker refused a subscription")
            client.disconnect()
            return
        self.ready = self.served = True
        self._birth = self._tell_state(online=True).mid
        self._post(Connected())
        for event in self._early:
            self._post(event)

    def _on_publish(
        self, _client: paho.Client, _data: object, mid: int, reason: ReasonCode, *_: object
    ) -> None:
        if mid == self._birth:
            # it is retained: nobody need be listening now
            self._birth = 0
            return
        self._free.release()
        if reason.value != 0:
            self._post(NotSent(reason.value))

    def _on_message(self, client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        mid, qos = message.mid, message.qos
        if message.topic == wire.CENTRAL_STATE:
            client.ack(mid, qos)
            event: LinkEvent = CamePresence(bytes(message.payload))
        else:
            event = CameDown(bytes(message.payload), lambda: _acknowledge(client, mid, qos))
        if self.ready:
            self._post(event)
        else:
            # the broker may send before its SUBACK (MQTT 5, 3.8.4); Connected comes first here
            self._early.append(event)

    def _on_disconnect(
        self,
        _client: paho.Client,
        _data: object,
        flags: paho.DisconnectFlags,
        reason: ReasonCode,
        *_: object,
    ) -> None:
        self.ready = False
        if flags.is_disconnect_packet_from_server:
            self.error = TransportError(f"the broker closed the connection: {reason}")


def _acknowledge(client: paho.Client, mid: int, qos: int) -> None:
    client.ack(mid, qos)


def _without_delay(_client: paho.Client, _userdata: object, sock: "paho.SocketLike") -> None:
    # Nagle's algorithm and delayed ACKs cost 40 ms and more per message (RFC 896, RFC 9293, 3.7.4)
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _write_in_loop(_client: paho.Client, _userdata: object, _sock: "paho.SocketLike") -> None:
    """Have publish() leave the writing to loop(), which it wakes."""
