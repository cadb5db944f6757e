"""What the display says to staff: groomer, cashier, technician.  As screens.py, semantic only."""

import dataclasses as dc
import datetime as dt
import enum

from kiosk.domain.devices import Part, SlipFate
from kiosk.domain.findings import Finding
from kiosk.domain.members import Role
from kiosk.domain.names import Name
from kiosk.domain.transactions import Means


class DeskEntry(enum.Enum):
    """What an operator can choose beside the open tickets."""

    SERVICE = enum.auto()
    """Log this service; a member card is asked for."""
    UNDO = enum.auto()
    """Undo the last row, described by the item."""
    TODAY = enum.auto()
    """What I did today."""
    TOP_UP = enum.auto()
    SELL_PASS = enum.auto()
    REPRINT = enum.auto()
    TERMINAL = enum.auto()
    """The technician's pages."""
    TEST = enum.auto()
    """Screen and lamp test."""
    EXAMINE = enum.auto()
    """Check the devices, and print a status slip if wanted."""
    TRAINING_ON = enum.auto()
    TRAINING_OFF = enum.auto()


@dc.dataclass(frozen=True, slots=True)
class TicketItem:
    """An open ticket: whose, which pet, what for."""

    service: Name
    pet_name: str
    masked_name: str


@dc.dataclass(frozen=True, slots=True)
class EntryItem:
    """A menu entry; `name` is the service, or what would be undone."""

    entry: DeskEntry
    name: Name | None = None


@dc.dataclass(frozen=True, slots=True)
class Desk:
    """A signed-in operator: open tickets first, then what else can be done."""

    operator_name: str
    role: Role
    items: tuple[TicketItem | EntryItem, ...]
    selected: int
    tickets: int


@dc.dataclass(frozen=True, slots=True)
class TapMember:
    """Staff chose something for a member: 请刷会员卡.  `what` is a service or a plan."""

    what: Name | None


@dc.dataclass(frozen=True, slots=True)
class ConfirmLog:
    """The last look before a service is logged that takes nothing: its ticket is open."""

    service: Name
    pet_name: str
    masked_name: str
    warning: str = ""


@dc.dataclass(frozen=True, slots=True)
class Logged:
    """A service is logged; `visits_left` or `value_left` (分) where it also took something."""

    service: Name
    pet_name: str
    masked_name: str
    visits_left: int | None = None
    value_left: int | None = None
    follow_up: dt.date | None = None
    slip: SlipFate = SlipFate.NONE


@dc.dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan for sale: pay 分; get `bonus` 分 on top, or `visits` of the pass `name`."""

    pay: int
    bonus: int = 0
    name: Name | None = None
    visits: int = 0
    gift_visits: int = 0


@dc.dataclass(frozen=True, slots=True)
class ChoosePlan:
    """Which top-up, or which pass?"""

    plans: tuple[PlanRow, ...]
    selected: int


@dc.dataclass(frozen=True, slots=True)
class ChooseMeans:
    """How is it paid?"""

    plan: PlanRow
    means: tuple[Means, ...]
    selected: int


@dc.dataclass(frozen=True, slots=True)
class ConfirmLoad:
    """The last look: the money is in the till, this goes on the member's card."""

    masked_name: str
    plan: PlanRow
    means: Means


@dc.dataclass(frozen=True, slots=True)
class Loaded:
    """Topped up or sold: what the member has now, in 分 or in visits of the new pass."""

    masked_name: str
    plan: PlanRow
    value_left: int | None
    visits_left: int | None
    slip: SlipFate = SlipFate.NONE


@dc.dataclass(frozen=True, slots=True)
class Reprinted:
    """The slip of `what` is printed once more (补打), or it is not: FAILED."""

    what: Name
    slip: SlipFate = SlipFate.PRINTING


@dc.dataclass(frozen=True, slots=True)
class ConfirmVoid:
    """Undo this row?  What comes back to the member (分, visits, points, coupons), or goes."""

    what: Name
    masked_name: str
    value: int
    visits: int
    is_load: bool
    points: int = 0
    coupons: int = 0


@dc.dataclass(frozen=True, slots=True)
class Voided:
    """Undone."""

    what: Name
    masked_name: str
    slip: SlipFate = SlipFate.NONE


Proof = Logged | Loaded | Reprinted | Voided
"""What staff did, and what became of its slip."""


@dc.dataclass(frozen=True, slots=True)
class Today:
    """What this operator logged here today, by service."""

    operator_name: str
    done: tuple[tuple[Name, int], ...]


class Fact(enum.Enum):
    """A line of the technician's pages and of the status slip."""

    TERMINAL = enum.auto()
    STOPPED = enum.auto()
    """Only while the journal takes no payments; `value` says why."""
    SET_ASIDE = enum.auto()
    """Only where damaged journals were set aside; `value` counts them."""
    VERSION = enum.auto()
    JOURNAL = enum.auto()
    ROWS = enum.auto()
    WAITING = enum.auto()
    LINK = enum.auto()
    CATALOGUE = enum.auto()
    DIRECTORY = enum.auto()
    CLOCK = enum.auto()
    DISK = enum.auto()
    PART = enum.auto()
    """`value` is how it is (devices.How), `part` which."""


@dc.dataclass(frozen=True, slots=True)
class FactRow:
    """One fact and its value as text; `part`, and its `name` where there are two, for Fact.PART."""

    fact: Fact
    value: str
    part: Part | None = None
    name: str = ""


@dc.dataclass(frozen=True, slots=True)
class Technical:
    """The technician's pages: the facts from `first` on."""

    facts: tuple[FactRow, ...]
    first: int = 0


@dc.dataclass(frozen=True, slots=True)
class Examining:
    """The devices are being checked."""


@dc.dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found: how many are how, then at each `page` above 0 one finding, worst first."""

    findings: tuple[Finding, ...]
    page: int
    has_printer: bool


@dc.dataclass(frozen=True, slots=True)
class TestPattern:
    """Every pixel lit; then a checkerboard, so that a dead line is seen; `step` 0 or 1."""

    step: int


DeskScreen = (
    Desk
    | TapMember
    | ConfirmLog
    | Logged
    | ChoosePlan
    | ChooseMeans
    | ConfirmLoad
    | Loaded
    | Reprinted
    | ConfirmVoid
    | Voided
    | Today
    | Technical
    | Examining
    | Diagnosis
    | TestPattern
)
