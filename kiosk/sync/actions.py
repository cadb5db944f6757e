"""What the session wants done.  Imperative, like effects; the courier does them in order."""

import dataclasses as dc
import datetime as dt

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.clock import ClockState
from kiosk.domain.policy import Policy
from kiosk.domain.wire import AllowanceGrant, DirectoryPage, JournalState, Up, encode


@dc.dataclass(frozen=True, slots=True)
class Publish:
    """Send this upwards.  `payload` is the message's bytes; a repeat carries the same bytes."""

    message: Up
    payload: bytes = dc.field(repr=False)

    @classmethod
    def of(cls, message: Up) -> "Publish":
        """Encode a message, once."""
        return cls(message, encode(message))


@dc.dataclass(frozen=True, slots=True)
class LinkIs:
    """Tell the loop whether central answers, and how many rows it has not answered for."""

    online: bool
    waiting: int


@dc.dataclass(frozen=True, slots=True)
class Stranger:
    """Tell the technician: another central answers here than the one this journal follows."""

    followed: str
    stranger: str


@dc.dataclass(frozen=True, slots=True)
class StorePolicy:
    """Central's rules have changed."""

    policy: Policy


@dc.dataclass(frozen=True, slots=True)
class ReadStanding:
    """Ask the journal where it stands."""


@dc.dataclass(frozen=True, slots=True)
class ReadBatch:
    """Ask the journal for the rows above `after`."""

    after: int
    rows: int
    bytes: int


@dc.dataclass(frozen=True, slots=True)
class Acknowledge:
    """Central has committed every row up to here."""

    applied_through: int
    head: str


@dc.dataclass(frozen=True, slots=True)
class TakeWelcome:
    """Set the journal's mark to central's, up or down, and take central's opinion of it.

    `who` is the id of the central that says so, and its epoch; ("", 0): the one that we follow.
    """

    applied: int
    head: str
    state: JournalState
    why: str
    who: tuple[str, int] = ("", 0)


@dc.dataclass(frozen=True, slots=True)
class BeginEpoch:
    """Central's books were put back to an earlier day: give back what is held, follow them."""

    epoch: int
    at: dt.datetime
    clock: ClockState


@dc.dataclass(frozen=True, slots=True)
class OpenRequest:
    """Put a nonce for these accounts (None: all) on disk."""

    accounts: tuple[str, ...] | None


@dc.dataclass(frozen=True, slots=True)
class ApplyGrant:
    """Add a grant to what is held."""

    grant: AllowanceGrant


@dc.dataclass(frozen=True, slots=True)
class Release:
    """Give back, as a row, what is held of these accounts: central recalls them."""

    accounts: tuple[str, ...]
    at: dt.datetime
    clock: ClockState


@dc.dataclass(frozen=True, slots=True)
class ApplyDirectory:
    """Store a page of members."""

    page: DirectoryPage


@dc.dataclass(frozen=True, slots=True)
class StoreCatalogue:
    """Keep a price list; `current` when it is the newest one known."""

    catalogue: Catalogue
    current: bool


JournalAction = (
    ReadStanding
    | ReadBatch
    | Acknowledge
    | TakeWelcome
    | BeginEpoch
    | OpenRequest
    | ApplyGrant
    | Release
    | ApplyDirectory
    | StoreCatalogue
)
"""Each is answered to the session by `done` or `failed`, in the order they were given."""

Action = Publish | LinkIs | Stranger | StorePolicy | JournalAction
