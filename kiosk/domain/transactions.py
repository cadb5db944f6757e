"""One transaction is one row, one seq, one hash (design, §5).

Lines apply all or none.  The payload bytes of `encode` are what is stored, hashed and sent: the
same bytes, so a message is its own evidence.  Opaque ids and codes only: no name, phone, UID or
free text, so that erasing a member leaves the chain valid.

Effects on an account, stated once for the journal and for central (`deltas`):
a spend lowers held and posted, a load raises both, a release lowers held only.
"""

import datetime as dt
import enum
import hashlib
from collections import defaultdict
from typing import Annotated

import msgspec

from kiosk.domain.clock import ClockState
from kiosk.domain.errors import Malformed
from kiosk.domain.members import Code, Id
from kiosk.domain.units import MAX_AMOUNT

GENESIS = bytes(32)
"""The hash before a journal's first row."""

MAX_PAYLOAD = 16_384
NUL = rb"\u0000"
"""The one character that JSON can carry (in no other way) and PostgreSQL cannot store."""

Positive = Annotated[int, msgspec.Meta(ge=1, le=MAX_AMOUNT)]


class Means(enum.StrEnum):
    """Means of payment at a top-up."""

    CASH = "cash"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    CARD = "card"


class Line(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="do"
):
    """Base of the lines of a transaction."""


class Leg(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A part of a payment: this many units of this account."""

    account: Id
    amount: Positive


class VisitRedeem(Line, tag="visit.redeem", frozen=True):
    """One visit of a punch pass is used for a service.  Opens a service ticket (design, §4)."""

    service: Code
    legs: tuple[Leg, ...]
    pet: str = ""


class ValueRedeem(Line, tag="value.redeem", frozen=True):
    """A service is paid from stored value: `price` 分 is the sum of the legs.  Opens a ticket."""

    service: Code
    price: Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]
    legs: tuple[Leg, ...]
    pet: str = ""


class CouponRedeem(Line, tag="coupon.redeem", frozen=True):
    """One coupon of the kind `coupon` is used up.

    It lowers the price of the `value.redeem` that follows it in the row (bargains.py); before
    anything else, or at the end, it is a gift that is handed over.
    """

    coupon: Code
    legs: tuple[Leg, ...]


class PointsRedeem(Line, tag="points.redeem", frozen=True):
    """Points are used: as money off the `value.redeem` that follows, or for a `reward`.

    A reward that is a service is a `value.redeem` at the price of nothing; any other is goods.
    """

    legs: tuple[Leg, ...]
    reward: str = ""


class ValueLoad(Line, tag="value.load", frozen=True):
    """A top-up taken by a cashier: `paid` 分 into principal, the plan's bonus into bonus."""

    plan: Code
    paid: Positive
    means: Means
    legs: tuple[Leg, ...]


class Release(Line, tag="release", frozen=True):
    """Held allowance given back to central; in the chain, so all before it is already in."""

    legs: tuple[Leg, ...]


class PassLoad(Line, tag="pass.load", frozen=True):
    """A punch pass sold by a cashier: a new pass with new purses, `bought` and perhaps `gift`.

    `pass_id` is fresh and random; the purses are named after it by `pass_accounts`.
    """

    plan: Code
    paid: Positive
    means: Means
    pass_id: Id
    bought: Leg
    gift: Leg | None = None


class VisitLog(Line, tag="visit.log", frozen=True):
    """A service is done, by the operator of the header.

    Closes `ticket`; with an empty one, the ticket that this same transaction opens.  Takes
    nothing, so that a member who paid at drop-off is not charged again (design, §4).
    """

    service: Code
    pet: str = ""
    ticket: str = ""
    follow_up: dt.date | None = None


class CheckIn(Line, tag="checkin", frozen=True):
    """签到: the member's first tap on this local day here.  Central alone mints the points."""

    day: dt.date


class Void(Line, tag="void", frozen=True):
    """Row `ref` of the header, of this same journal, is undone as a whole, at most once.

    `back` returns what it spent, `out` takes back what it loaded; a ticket it opened is gone, one
    it closed is open again.
    """

    back: tuple[Leg, ...] = ()
    out: tuple[Leg, ...] = ()


Taking = VisitRedeem | ValueRedeem | CouponRedeem | PointsRedeem
"""The lines that take something of the member's."""

AnyLine = Taking | ValueLoad | PassLoad | VisitLog | CheckIn | Void | Release


class Transaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A row of the journal.  (journal, seq) is its identity; `ref` names a row it voids."""

    journal: Id
    seq: Positive
    at: Annotated[dt.datetime, msgspec.Meta(tz=True)]
    clock: ClockState
    lines: Annotated[tuple[AnyLine, ...], msgspec.Meta(min_length=1, max_length=32)]
    member: str = ""
    medium: str = ""
    operator: str = ""
    catalogue: int = 0
    ref: int = 0


_YEARS = range(1970, 9999)
"""A clock never set starts in 1970; at the ends of the calendar a local time would overflow."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Transaction)


def encode(transaction: Transaction) -> bytes:
    """Write the payload: deterministic for one transaction, in the order of the fields.

    Raises Malformed for what `decode` would refuse: such a row could never leave its journal, and
    every later row would wait behind it.
    """
    payload = _encoder.encode(transaction)
    decode(payload)
    return payload


def decode(payload: bytes) -> Transaction:
    """Read a payload.  Raises Malformed."""
    if len(payload) > MAX_PAYLOAD:
        raise Malformed(f"a transaction of {len(payload)} bytes; the most is {MAX_PAYLOAD}")
    if NUL in payload:
        raise Malformed("transaction: a NUL character")
    try:
        found = _decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        raise Malformed(f"transaction: {e}") from None
    if found.at.year not in _YEARS:
        raise Malformed(f"transaction: the year {found.at.year}")
    return found


def chain(prev: bytes, payload: bytes) -> bytes:
    """Return the row's hash: SHA-256(prev ‖ payload)."""
    return hashlib.sha256(prev + payload).digest()


class Delta(msgspec.Struct, frozen=True):
    """What a transaction does to one account: to its held allowance, and to its posted balance."""

    held: int = 0
    posted: int = 0


def legs_of(line: AnyLine) -> tuple[Leg, ...]:
    """List every account that a line names, with its amount."""
    match line:
        case VisitRedeem() | ValueRedeem() | CouponRedeem() | PointsRedeem():
            return line.legs
        case ValueLoad() | Release():
            return line.legs
        case PassLoad(bought=bought, gift=gift):
            return (bought,) if gift is None else (bought, gift)
        case Void(back=back, out=out):
            return back + out
        case VisitLog() | CheckIn():
            return ()


def deltas(lines: tuple[AnyLine, ...]) -> dict[str, Delta]:
    """Sum what the lines do, by account.  The one statement of design §6's rule.

    A spend takes from held and posted, a load adds to both, a void undoes either, a release
    gives back what is held and posts nothing.
    """
    held: defaultdict[str, int] = defaultdict(int)
    posted: defaultdict[str, int] = defaultdict(int)
    for line in lines:
        signed: list[tuple[Leg, int]] = []
        match line:
            case VisitRedeem() | ValueRedeem() | CouponRedeem() | PointsRedeem():
                signed = [(leg, -1) for leg in line.legs]
            case ValueLoad() | PassLoad():
                signed = [(leg, 1) for leg in legs_of(line)]
            case Void(back=back, out=out):
                signed = [(leg, 1) for leg in back] + [(leg, -1) for leg in out]
            case Release(legs=legs):
                for leg in legs:
                    held[leg.account] -= leg.amount
            case VisitLog() | CheckIn():
                pass
        for leg, sign in signed:
            held[leg.account] += sign * leg.amount
            posted[leg.account] += sign * leg.amount
    return {a: Delta(held[a], posted[a]) for a in held.keys() | posted.keys()}


def undo(lines: tuple[AnyLine, ...]) -> Void:
    """Make the line that undoes these: what they took comes back, what they loaded goes out."""
    back = [leg for x in lines if isinstance(x, Taking) for leg in x.legs]
    out = [leg for x in lines if isinstance(x, ValueLoad | PassLoad) for leg in legs_of(x)]
    return Void(tuple(back), tuple(out))


def ticket_id(journal: str, seq: int, line: int) -> str:
    """Name the service ticket that line number `line` (from 0) of row `seq` opens."""
    return f"{journal}.{seq}.{line}"


def pass_accounts(pass_id: str) -> tuple[str, str]:
    """Name the purses of a pass sold at a kiosk: bought visits, gift visits."""
    return f"{pass_id}.b", f"{pass_id}.g"
