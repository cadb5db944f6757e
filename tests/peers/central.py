"""A scripted central on the wire: the books of tests/peers/books.py behind a real MQTT client.

with Central(broker, books) as central:
    central.mute = {"transactions"}     # heard, applied, and not answered
    central.deaf = {"transactions"}     # lost on the way
"""

import threading
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from kiosk.domain import wire
from tests.peers.books import Books
from tests.peers.broker import HOST, Mosquitto
from tests.peers.until import until


class Central:
    """Central for terminal s1/k1.  `heard` are the messages it took, `states` its states."""

    def __init__(self, broker: Mosquitto, books: Books, session: str = "c1") -> None:
        self.books, self.broker = books, broker
        self.heard: list[wire.Up] = []
        self.payloads: list[bytes] = []
        self.states: list[wire.Presence] = []
        self.mute: set[str] = set()
        self.deaf: set[str] = set()
        self._session = session
        self._ready = threading.Event()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id="central",
            protocol=paho.MQTTv5,
            reconnect_on_failure=False,
        )
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        will = wire.Presence(v=1, online=False, session=session)
        self._client.will_set(wire.CENTRAL_STATE, wire.encode(will), qos=1, retain=True)

    def log_in(self, user: str, password: str) -> Self:
        """Connect with a password."""
        self._client.username_pw_set(user, password)
        return self

    def __enter__(self) -> Self:
        self._client.connect(HOST, self.broker.port, clean_start=True)
        self._client.loop_start()
        assert self._ready.wait(20.0)
        self.announce(online=True)
        return self

    def __exit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        if self.broker.running and self._client.is_connected():
            self.announce(online=False)
            self._client.disconnect()
        self._client.loop_stop()

    def announce(self, *, online: bool) -> None:
        """Tell everybody that central is here, or goes."""
        state = wire.Presence(v=1, online=online, session=self._session, central=self.books.central)
        sent = self._client.publish(wire.CENTRAL_STATE, wire.encode(state), qos=1, retain=True)
        until(sent.is_published, "central's presence")

    def say(self, message: wire.Down) -> None:
        """Speak without having been asked."""
        self.say_raw(wire.encode(message))

    def say_raw(self, payload: bytes) -> None:
        """Send any bytes."""
        self._client.publish(wire.topic("s1", "k1", "down"), payload, qos=1)

    def count(self, kind: type[wire.Up]) -> int:
        """How many messages of a kind were taken."""
        return sum(isinstance(message, kind) for message in self.heard)

    def _on_connect(self, client: paho.Client, *_: Any) -> None:
        topics = [wire.topic("s1", "k1", leaf) for leaf in ("up", "state")]
        client.subscribe([(topic, 1) for topic in topics])

    def _on_subscribe(self, *_: Any) -> None:
        self._ready.set()

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        payload = bytes(message.payload)
        if message.topic.endswith("/state"):
            self.states.append(wire.decode_presence(payload))
            return
        heard = wire.decode_up(payload)
        kind = type(heard).__struct_config__.tag
        if kind in self.deaf:
            return
        self.heard.append(heard)
        self.payloads.append(payload)
        for answer in self.books.answer(heard):
            if kind not in self.mute:
                self.say(answer)
