"""What the sync needs to be told: who this terminal is, how to reach the broker, how to wait."""

import dataclasses as dc
from pathlib import Path
from typing import Self

from kiosk.domain.wire import topic


@dc.dataclass(frozen=True, slots=True)
class Timing:
    """Pauses in seconds.  Each repeated one doubles up to its `most`."""

    presence_grace: float = 0.25
    """After a connect: how long the broker has to tell us about central before we greet blindly."""
    hello: float = 1.0
    hello_most: float = 60.0
    ack: float = 10.0
    ack_most: float = 60.0
    request: float = 10.0
    request_most: float = 120.0
    directory: float = 15.0
    directory_most: float = 120.0
    health: float = 30.0
    """Shortest pause between two reports of how the terminal is."""
    seen_most: float = 600.0
    """An unknown card that was shown longer ago is nobody's at the counter any more."""


@dc.dataclass(frozen=True, slots=True)
class Limits:
    """Sizes of a batch, and how often the same one is sent before greeting again."""

    rows: int = 500
    bytes: int = 256 * 1024
    sends: int = 3


@dc.dataclass(frozen=True, slots=True)
class Identity:
    """Who speaks: the shop, the terminal and the version of this software."""

    store: str
    terminal: str
    software: str


@dc.dataclass(frozen=True, slots=True)
class CourierConfig:
    """Who we are, how patient, how much at a time, and which version of the rules we have."""

    identity: Identity
    timing: Timing = dc.field(default_factory=Timing)
    limits: Limits = dc.field(default_factory=Limits)
    policy_version: int = 0


@dc.dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and how to log in.

    The password is read from its file at every connect, so that it can be rotated under a running
    daemon; it is never held longer, logged or shown.  With `ca_file` the connection is TLS and the
    broker's certificate must name `host`.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    username: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    keepalive: int = 20
    connect_seconds: float = 5.0


@dc.dataclass(frozen=True, slots=True)
class Topics:
    """Where a terminal speaks and listens, and the MQTT client id it does it under."""

    up: str
    down: str
    state: str
    client_id: str

    @classmethod
    def of(cls, store: str, terminal: str) -> Self:
        """Name them.  Raises ValueError for what is no topic level."""
        up, down, state = (topic(store, terminal, leaf) for leaf in ("up", "down", "state"))
        return cls(up, down, state, f"petshop-{store}-{terminal}")
