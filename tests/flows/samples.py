"""A small shop to step through: one member of each kind that the flows tell apart."""

import dataclasses as dc
import datetime as dt

from kiosk.domain.catalogue import Catalogue, MemberDay, PassPlan, Service, TopUpPlan
from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Part
from kiosk.domain.events import Correlation
from kiosk.domain.media import MediumKey
from kiosk.domain.members import (
    Medium,
    MemberRecord,
    OperatorRecord,
    Pet,
    PunchPass,
    Purse,
    PurseKind,
    Role,
    Size,
    Ticket,
    Tier,
)
from kiosk.domain.names import Name
from kiosk.domain.policy import Policy
from kiosk.domain.screens import Done
from kiosk.domain.transactions import CheckIn, Leg, VisitRedeem
from kiosk.domain.views import (
    Balance,
    LastRow,
    MemberView,
    OpenTicket,
    OperatorView,
    OwnRow,
    Workday,
)
from kiosk.flows.step import Context

TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 2, 30, 15, tzinfo=dt.UTC)
CARD = MediumKey("uid:04A1B2C3D4E5F6")
OTHER_CARD = MediumKey("uid:04FFFFFFFFFFFF")

BATH = Service(
    "bath",
    "洗澡",
    "Bath",
    {Size.SMALL: 5_800, Size.MEDIUM: 8_800, Size.LARGE: 12_800},
    follow_up_days=21,
)
TRAINING = Service("training", "训练", "Training", {Size.SMALL: 20_000}, for_pet=False)
TOP_UP = TopUpPlan("topup-500", 50_000, 5_000)
TEN_BATHS = PassPlan("bath-10", "洗澡十次卡", "10 baths", ("bath",), 60_000, 10, 2)
CATALOGUE = Catalogue(
    3,
    "s1",
    (BATH, TRAINING),
    {Tier.GOLD: 9_000},
    MemberDay(1, 8_800),
    points_per_yuan=1,
    top_up_plans=(TOP_UP,),
    pass_plans=(TEN_BATHS,),
)

SMALL_DOG = Pet("p1", "旺财", Size.SMALL)
BIG_DOG = Pet("p2", "大黄", Size.LARGE)
BATH_PASS = PunchPass("pass1", "洗澡次卡", "Bath pass", ("bath",), dt.date(2027, 1, 1))


def member(
    *,
    pets: tuple[Pet, ...] = (SMALL_DOG,),
    visits: tuple[int, int] = (7, 2),
    value: tuple[int, int] = (30_000, 5_000),
    held: bool = True,
    valid_until: dt.date = dt.date(2027, 1, 1),
    unshown: LastRow | None = None,
    last: LastRow | None = None,
    tickets: tuple[Ticket, ...] = (),
    checked_in: dt.date | None = TODAY,
    notice: str = "",
) -> MemberView:
    """Make a member with a bath pass (bought, gift) and stored value (principal, bonus)."""
    purses = (
        Purse("a-principal", PurseKind.PRINCIPAL, value[0]),
        Purse("a-bonus", PurseKind.BONUS, value[1]),
        Purse("a-bought", PurseKind.PASS_BOUGHT, visits[0], "pass1"),
        Purse("a-gift", PurseKind.PASS_GIFT, visits[1], "pass1"),
        Purse("a-points", PurseKind.POINTS, 1_280),
    )
    record = MemberRecord(
        "m1",
        "王*明",
        tier=Tier.GOLD,
        pets=pets,
        passes=(dc_replace_pass(valid_until),),
        purses=purses,
        media=(Medium("c1", CARD),),
        notice=notice,
    )
    balances = {p.account: Balance(p.posted, p.posted if held else 0) for p in purses}
    return MemberView(record, "c1", balances, unshown, last, tickets, checked_in)


def dc_replace_pass(valid_until: dt.date) -> PunchPass:
    return PunchPass("pass1", "洗澡次卡", "Bath pass", ("bath",), valid_until)


ROW = LastRow(41, NOW, (VisitRedeem("bath", (Leg("a-bought", 1),), "p1"),))

DONE = Done(Name("洗澡", "Bath"), 8, None, None, 0)


def context(**changes: object) -> Context:
    """Make a context of an ordinary moment in the shop."""
    usual = Context(
        NOW,
        100.0,
        ClockState.SYNCED,
        "k1",
        Policy(),
        CATALOGUE,
        Correlation(8),
        online=True,
        has_printer=True,
    )
    return dc.replace(usual, **changes)  # type: ignore[arg-type]


NO_DISPLAY = (Part.DISPLAY,)

TICKET = Ticket("j.40.0", "bath", TODAY, "p1")
OPEN_TICKET = OpenTicket(TICKET, "m1", "王*明", SMALL_DOG)
OWN_ROW = OwnRow(ROW, "m1", "c1", "王*明")
NOTHING_TO_UNDO = OwnRow(LastRow(7, NOW, (CheckIn(TODAY),)), "m1", "c1", "王*明")


def operator(role: Role = Role.OWNER, name: str = "o1") -> OperatorView:
    """Make an operator who has signed in."""
    return OperatorView(OperatorRecord(name, "何美容", role), f"c-{name}")


def workday(*tickets: OpenTicket, undoable: OwnRow | None = OWN_ROW) -> Workday:
    """Make a day with these open tickets, two baths done and a row to undo."""
    return Workday(tickets, {"bath": 2}, undoable)
