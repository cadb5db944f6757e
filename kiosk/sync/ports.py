"""What the courier asks of its neighbours: the journal, the link, the shop's clock.

Everything here is data or a Protocol; the journal and the MQTT adapter fit these shapes without
knowing of them.
"""

import dataclasses as dc
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.clock import ClockState
from kiosk.domain.errors import JournalError, TransportError
from kiosk.domain.refusals import Refusal
from kiosk.domain.wire import AllowanceGrant, DirectoryPage, JournalState, Transactions

T = TypeVar("T")


class Standing(Protocol):
    """Where the journal stands: one consistent reading.

    `acknowledged` is the mark through which central has answered for the rows; `waiting` counts
    the rows above it.  `pending_nonce` is the allowance request on disk that no grant has used
    up ("" or None: there is none), `pending_accounts` what it asks for (None: all).  `central` and
    `epoch` name the books that are followed ("" and 0: none yet).
    """

    @property
    def journal(self) -> str: ...
    @property
    def last_seq(self) -> int: ...
    @property
    def head(self) -> str: ...
    @property
    def acknowledged(self) -> int: ...
    @property
    def directory_version(self) -> int: ...
    @property
    def catalogue_version(self) -> int: ...
    @property
    def state(self) -> JournalState: ...
    @property
    def waiting(self) -> int: ...
    @property
    def pending_nonce(self) -> str | None: ...
    @property
    def pending_accounts(self) -> Sequence[str] | None: ...
    @property
    def central(self) -> str: ...
    @property
    def epoch(self) -> int: ...


class Journal(Protocol):
    """The journal as the courier uses it, on the journal's own thread only.

    Each method is one SQL transaction and may be repeated with the same argument: the second
    time changes nothing.  Every method may raise JournalError; then nothing has changed.
    ProtocolError: central contradicts itself.  Refusal: not in this state of the journal.
    """

    def standing(self) -> Standing:
        """Read where the journal stands."""

    def batch(self, after: int, most_rows: int, most_bytes: int, /) -> Transactions | None:
        """Read rows after+1… as stored; at least one if there is one, None if there is none."""

    def acknowledge(self, applied_through: int, head: str, /) -> object:
        """Move the acknowledged mark up; `head` must be the hash of that row."""

    def welcomed(
        self, applied: int, head: str, state: JournalState, why: str, who: tuple[str, int], /
    ) -> Transactions | None:
        """Set the acknowledged mark to central's, up or down, and take central's opinion.

        Return the row that shows central that this journal contradicts it, where it does so.
        """

    def begin_epoch(self, epoch: int, at: dt.datetime, clock: ClockState, /) -> object:
        """Give back all that is held, as rows, and take central's books as of this epoch."""

    def open_request(self, accounts: tuple[str, ...] | None, /) -> str:
        """Put a new nonce on disk and return it; the pending one if there is one."""

    def apply_grant(self, grant: AllowanceGrant, /) -> bool:
        """Add to what is held and use up the nonce; False for a nonce that is not pending."""

    def release(self, accounts: Sequence[str], at: dt.datetime, clock: ClockState, /) -> int | None:
        """Give back, as a row, what is held of some of these accounts; None: nothing is held."""

    def apply_directory(self, page: DirectoryPage, /) -> object:
        """Store a page of members; the last one makes its version current."""

    def store_catalogue(self, catalogue: Catalogue, /) -> object:
        """Keep a version of the price list."""


class JournalPort(Protocol):
    """The door to the journal's thread."""

    def submit(
        self, work: Callable[[Journal], T], done: Callable[[T | Refusal | JournalError], None]
    ) -> None:
        """Run `work` on the journal thread, then call `done` there with what came of it."""


@dc.dataclass(frozen=True, slots=True)
class Connected:
    """The broker has taken the login and the subscriptions."""


@dc.dataclass(frozen=True, slots=True)
class Disconnected:
    """There is no connection; `error` says why, for a technician.  The link tries again."""

    error: TransportError


@dc.dataclass(frozen=True, slots=True)
class CameDown:
    """A message on …/down.  `done` lets the broker send the next ones; call it once."""

    payload: bytes
    done: Callable[[], None]


@dc.dataclass(frozen=True, slots=True)
class CamePresence:
    """A message on central's state topic."""

    payload: bytes


@dc.dataclass(frozen=True, slots=True)
class NotSent:
    """The broker refused a message, or had nobody to give it to (MQTT 5, 3.4.2.1)."""

    reason: int


LinkEvent = Connected | Disconnected | CameDown | CamePresence | NotSent


class MqttLink(Protocol):
    """A connection to the broker that mends itself and posts LinkEvents."""

    def start(self) -> None:
        """Begin to connect, on a thread of its own."""

    def publish(self, payload: bytes) -> None:
        """Hand a message for …/up to the broker.  Raises TransportError when it cannot now.

        No error means only that it is on its way: central's own answer is what counts.
        """

    def stop(self) -> None:
        """Say goodbye on …/state and disconnect; returns at once."""

    def join(self, seconds: float = 5.0) -> bool:
        """Wait for the end; False when the thread still hangs."""


Connect = Callable[[Callable[[LinkEvent], None]], MqttLink]
"""Makes a link that posts its events to the given mailbox."""
