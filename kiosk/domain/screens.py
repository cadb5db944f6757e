"""What the display says, without saying how: kiosk/render draws these in either language."""

import dataclasses as dc
import datetime as dt
import enum

from kiosk.domain.desk import DeskScreen
from kiosk.domain.devices import How, NamedPart, Part, PartState, SlipFate
from kiosk.domain.members import Pet, Tier
from kiosk.domain.names import Name
from kiosk.domain.pricing import PriceLine
from kiosk.domain.refusals import Reason
from kiosk.domain.using import Using


@dc.dataclass(frozen=True, slots=True)
class Idle:
    """At rest: the shop's name, the time, what is out of order, rows that wait to be sent.

    `faults` are kinds of part of which none works, in the order of Part, and `how` the first of
    them is; `limping` does not work, and another one of its kind does.
    """

    shop_name: str
    now: dt.datetime
    banner: str = ""
    online: bool = True
    waiting: int = 0
    faults: tuple[Part, ...] = ()
    limping: tuple[NamedPart, ...] = ()
    how: How = PartState.FAULT


@dc.dataclass(frozen=True, slots=True)
class Starting:
    """Before the journal has answered."""


@dc.dataclass(frozen=True, slots=True)
class Looking:
    """A card was read; the journal is being asked."""


@dc.dataclass(frozen=True, slots=True)
class Choice:
    """A row to choose: a pass with its visits left, a service with its price in 分, or a gift.

    At most one of `visits` (gift visits included), `price`, `coupons` and `points` (the cost) is
    set; `held` is what this terminal may take of it, in visits, 分 or coupons.  An `expired` pass
    is listed, so that nobody misses it.
    """

    name: Name
    visits: int | None = None
    gift_visits: int = 0
    price: int | None = None
    held: int = 0
    expired: bool = False
    coupons: int | None = None
    points: int | None = None


class NoteKind(enum.Enum):
    """What a line for the member is about."""

    CHECKIN = enum.auto()
    """签到: `amount` points are on their way."""
    BIRTHDAY = enum.auto()
    """`name` has its birthday today."""
    DUE = enum.auto()
    """`name`'s `text` (vaccine, worming …) is due on `day`."""
    BONUS = enum.auto()
    """`amount` 分 of bonus come on `day`."""
    PASS_ENDS = enum.auto()
    """The pass `text` ends on `day`."""
    NOTICE = enum.auto()
    """`text` from the shop."""


@dc.dataclass(frozen=True, slots=True)
class Note:
    """One line that the member should know."""

    kind: NoteKind
    name: str = ""
    text: str = ""
    day: dt.date | None = None
    amount: int = 0


@dc.dataclass(frozen=True, slots=True)
class Member:
    """A greeted member: value, points and coupons, and the choices with one selected.

    `note` is the most pressing line, if any.
    """

    masked_name: str
    tier: Tier
    value: int
    value_held: int
    points: int
    choices: tuple[Choice, ...]
    selected: int
    note: Note | None = None
    coupons: int = 0


@dc.dataclass(frozen=True, slots=True)
class Details:
    """All lines for the member, a page at a time; B turns the page."""

    masked_name: str
    tier: Tier
    notes: tuple[Note, ...]
    first: int = 0


@dc.dataclass(frozen=True, slots=True)
class ChoosePet:
    """Which pet is it for?  For staff the warning of the selected pet is shown."""

    service: Name
    pets: tuple[Pet, ...]
    selected: int
    staff: bool = False


@dc.dataclass(frozen=True, slots=True)
class Confirm:
    """The last look before a spend: one visit of a pass, a price with its lines, or goods.

    For staff `masked_name` and the pet's `warning` are shown too.  `using` lowers the price, or is
    what goods cost; `others` are more ways to pay; `elsewhere`: a coupon that another terminal
    holds would lower it.
    """

    service: Name
    pet_name: str
    pass_name: Name | None
    price: int | None
    price_lines: tuple[PriceLine, ...]
    left: int
    masked_name: str = ""
    warning: str = ""
    using: Using | None = None
    others: int = 0
    elsewhere: bool = False


@dc.dataclass(frozen=True, slots=True)
class Processing:
    """The journal is writing."""


@dc.dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """The journal has not answered a commit in time: no spend until it does."""


@dc.dataclass(frozen=True, slots=True)
class Done:
    """Committed: what was taken and what is left, in visits or in 分."""

    service: Name
    visits_left: int | None
    price: int | None
    value_left: int | None
    points: int
    slip: SlipFate = SlipFate.NONE
    using: Using | None = None


@dc.dataclass(frozen=True, slots=True)
class AlreadyTaken:
    """This member's last row was committed but its result perhaps never seen."""

    masked_name: str
    at: dt.datetime
    service: Name
    visits: int | None
    price: int | None
    using: Using | None = None


@dc.dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was taken, and why.  `missing` is in 分 where value is too little."""

    reason: Reason
    missing: int = 0


@dc.dataclass(frozen=True, slots=True)
class Unreadable:
    """A card or code that could not be read; `scanned` tells which."""

    scanned: bool = False


@dc.dataclass(frozen=True, slots=True)
class OneCardOnly:
    """Two cards at once on the reader: 请只放一张卡."""


Screen = (
    Starting
    | Idle
    | Looking
    | Member
    | ChoosePet
    | Confirm
    | Processing
    | OutcomeUnknown
    | Done
    | AlreadyTaken
    | Refused
    | Unreadable
    | OneCardOnly
    | Details
    | DeskScreen
)
