"""Messages between kiosk and central (docs/protocol.md).  JSON over MQTT 5, "v" and "type".

Up: kiosk to central.  Down: central to kiosk.  Strict: an unknown field is malformed, so that a
newer side must raise `v` first.  Rows of `Transactions` stay raw bytes: they are hashed as sent.
"""

import datetime as dt
import enum
from typing import Annotated, TypeVar

import msgspec

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.errors import Malformed
from kiosk.domain.members import Amount, Id, MemberRecord, OperatorRecord
from kiosk.domain.policy import Policy
from kiosk.domain.transactions import NUL

T = TypeVar("T")
VERSION = 1
MAX_MESSAGE = 8 * 1024 * 1024
MAX_ROWS = 1000

Seq = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f-]{36}$(?!\n)")]
Central = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f-]{36})?$(?!\n)")]
"""The id of a central's database, made with it; empty: not known, or not said."""


class Message(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", kw_only=True
):
    """Base of every message."""

    v: Annotated[int, msgspec.Meta(ge=VERSION, le=VERSION)] = VERSION


class Hello(Message, tag="hello", frozen=True):
    """First word after a connect and a birth of central: who I am, where I stand, whom I follow."""

    store: Id
    terminal: Id
    journal: Uuid
    software: str
    last_seq: Seq
    head: Hash
    acknowledged: Seq
    directory_version: Seq
    catalogue_version: Seq
    policy_version: Seq
    now: Annotated[dt.datetime, msgspec.Meta(tz=True)]
    central: Central = ""
    epoch: Seq = 0


class Transactions(Message, tag="transactions", frozen=True):
    """Rows first…first+n-1 of one journal; `prev` is the hash before the first."""

    journal: Uuid
    first: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    prev: Hash
    rows: Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1, max_length=MAX_ROWS)]


class AllowanceRequest(Message, tag="allowance.request", frozen=True):
    """Give me what you can of these accounts (None: of all).  One nonce has one answer for ever."""

    journal: Uuid
    nonce: Uuid
    accounts: list[Id] | None = None


class DirectoryRequest(Message, tag="directory.request", frozen=True):
    """Send the directory since this version; 0 asks for all of it."""

    journal: Uuid
    since: Seq


class MediumSeen(Message, tag="medium.seen", frozen=True):
    """An unknown medium was presented here."""

    key: Annotated[str, msgspec.Meta(max_length=160)]
    at: Annotated[dt.datetime, msgspec.Meta(tz=True)]


class PartHealth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """State of one part; where there are several of a kind, as `reader counter`, its name too."""

    part: str
    state: str


class Health(Message, tag="health", frozen=True):
    """How the terminal is."""

    waiting: Seq
    clock: str
    parts: list[PartHealth] = []


Up = Hello | Transactions | AllowanceRequest | DirectoryRequest | MediumSeen | Health


class JournalState(enum.StrEnum):
    """Central's opinion of a journal."""

    OPEN = "open"
    QUARANTINED = "quarantined"
    FROZEN = "frozen"


class Welcome(Message, tag="welcome", frozen=True):
    """Answer to hello: how far this journal is applied.  Carries no allowance (design, §6).

    `epoch` rises when the books of `central` were put back to an earlier day.
    """

    journal: Uuid
    state: JournalState
    applied: Seq
    head: Hash
    directory_version: Seq
    now: Annotated[dt.datetime, msgspec.Meta(tz=True)]
    why: str = ""
    central: Central = ""
    epoch: Seq = 0


class ItemOutcome(enum.StrEnum):
    """What became of a row.  Each is final: the row is in, and counts."""

    POSTED = "posted"
    DUPLICATE = "duplicate"
    CASE = "case"


class AckItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run of rows with one outcome."""

    first: Seq
    last: Seq
    outcome: ItemOutcome


class Ack(Message, tag="ack", frozen=True):
    """Rows up to `applied_through` are committed in central's books; a gap shows as a lower one."""

    journal: Uuid
    applied_through: Seq
    head: Hash
    state: JournalState = JournalState.OPEN
    items: list[AckItem] = []


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """This much more of this account may be spent at this journal."""

    account: Id
    amount: Amount


class AllowanceGrant(Message, tag="allowance.grant", frozen=True):
    """The one answer to a nonce.  `more`: ask again with a new nonce for the rest."""

    journal: Uuid
    nonce: Uuid
    grants: list[Grant]
    more: bool = False


class AllowanceOffer(Message, tag="allowance.offer", frozen=True):
    """Central has something to give for these accounts; the kiosk asks if it wants it."""

    accounts: list[Id]


class AllowanceRecall(Message, tag="allowance.recall", frozen=True):
    """Central asks for these accounts back; the kiosk answers with a release row, or not."""

    accounts: list[Id]


class DirectoryPage(Message, tag="directory.page", frozen=True):
    """A page of members.  `full` starts anew at page 0; `last` makes `version` current.

    A delta holds what changed after `since` and fits a directory at `since` or newer; on an older
    one the kiosk asks again.  It may come unasked.  All pages of a set carry the same `version`.

    `applied` is how far the asking journal was applied: balances and open tickets include its rows
    up to there and none above.  `operators`, where given, is the store's whole list.
    """

    journal: Uuid
    full: bool
    page: Seq
    last: bool
    version: Seq
    applied: Seq
    members: list[MemberRecord]
    removed: list[Id] = []
    operators: list[OperatorRecord] | None = None
    since: Seq = 0


class PolicyUpdate(Message, tag="policy", frozen=True):
    """The rules that hold from now on."""

    policy: Policy


class CatalogueUpdate(Message, tag="catalogue", frozen=True):
    """A version of the price list; the newest one is current."""

    catalogue: Catalogue


class Notice(Message, tag="notice", frozen=True):
    """A line for the idle screen."""

    text: Annotated[str, msgspec.Meta(max_length=60)]


Down = (
    Welcome
    | Ack
    | AllowanceGrant
    | AllowanceOffer
    | AllowanceRecall
    | DirectoryPage
    | PolicyUpdate
    | CatalogueUpdate
    | Notice
)


class Presence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Retained on …/state: birth and, as last will, death.  `session` changes at each start.

    Of central it also says which: `central` is the id of its database.
    """

    v: Annotated[int, msgspec.Meta(ge=VERSION, le=VERSION)]
    online: bool
    session: str = ""
    central: Central = ""


_encoder = msgspec.json.Encoder()
_up: msgspec.json.Decoder[Up] = msgspec.json.Decoder(Up)
_down: msgspec.json.Decoder[Down] = msgspec.json.Decoder(Down)
_presence = msgspec.json.Decoder(Presence)


def encode(message: Message | Presence) -> bytes:
    """Write a message."""
    return _encoder.encode(message)


def _read(decoder: msgspec.json.Decoder[T], payload: bytes) -> T:
    if len(payload) > MAX_MESSAGE:
        raise Malformed(f"a message of {len(payload)} bytes; the most is {MAX_MESSAGE}")
    try:
        return decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        raise Malformed(f"message: {e}") from None


def decode_up(payload: bytes) -> Up:
    """Read what a kiosk sent.  Raises Malformed, also for a NUL character outside of rows."""
    message = _read(_up, payload)
    if NUL in payload and not isinstance(message, Transactions):
        raise Malformed("message: a NUL character")
    return message


def decode_down(payload: bytes) -> Down:
    """Read what central sent.  Raises Malformed."""
    return _read(_down, payload)


def decode_presence(payload: bytes) -> Presence:
    """Read a retained state message.  Raises Malformed."""
    return _read(_presence, payload)


CENTRAL_STATE = "petshop/v1/central/state"


def topic(store: str, terminal: str, leaf: str) -> str:
    """Name a terminal's topic; `leaf` is up, down or state.

    >>> topic("s1", "k1", "up")
    'petshop/v1/s1/k1/up'
    """
    for part in (store, terminal):
        if not part or any(c in "+#/\0" for c in part):
            raise ValueError(f"not a topic level: {part!r}")
    return f"petshop/v1/{store}/{terminal}/{leaf}"
