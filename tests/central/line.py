"""A terminal's MQTT line to central: what it says and what it hears, in order."""

import queue
import socket
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from kiosk.domain import wire

M = TypeVar("M", bound=wire.Message)
SECONDS = 30.0


class Line:
    """Connects as a terminal; messages of central wait in a queue."""

    def __init__(self, port: int, store: str, terminal: str, password: str | None = None) -> None:
        self._heard: queue.SimpleQueue[wire.Down] = queue.SimpleQueue()
        self._presence: queue.SimpleQueue[wire.Presence] = queue.SimpleQueue()
        self._granted: queue.SimpleQueue[list[bool]] = queue.SimpleQueue()
        self._store, self._terminal = store, terminal
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        if password is not None:
            self._client.username_pw_set(f"{store}.{terminal}", password)
        self._client.on_socket_open = _no_delay
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda _c, _u, _m, codes, _p: self._granted.put(
            [not code.is_failure for code in codes]
        )
        self._client.connect("127.0.0.1", port, clean_start=True)
        self._client.loop_start()
        self.subscribe(wire.CENTRAL_STATE, wire.topic(store, terminal, "down"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def subscribe(self, *topics: str) -> list[bool]:
        self._client.subscribe([(topic, 1) for topic in topics])
        return self._granted.get(timeout=SECONDS)

    def say(self, message: wire.Message | bytes, topic: str = "") -> None:
        payload = message if isinstance(message, bytes) else wire.encode(message)
        self._client.publish(topic or wire.topic(self._store, self._terminal, "up"), payload, qos=1)

    def hear(
        self, kind: type[M], where: Callable[[M], bool] = lambda _: True, seconds: float = SECONDS
    ) -> M:
        """Return the next message of a kind; others before it are passed over."""
        end = time.monotonic() + seconds
        while True:
            message = self._heard.get(timeout=max(0.001, end - time.monotonic()))
            if isinstance(message, kind) and where(message):
                return message

    def central(self, *, online: bool) -> wire.Presence:
        """Wait until central says that it is, or is not, there."""
        end = time.monotonic() + SECONDS
        while True:
            presence = self._presence.get(timeout=max(0.001, end - time.monotonic()))
            if presence.online is online:
                return presence

    def _on_message(self, _c: Client, _u: Any, message: MQTTMessage) -> None:
        payload = bytes(message.payload)
        if message.topic == wire.CENTRAL_STATE:
            self._presence.put(wire.decode_presence(payload))
        else:
            self._heard.put(wire.decode_down(payload))


def _no_delay(_client: Client, _userdata: Any, sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
