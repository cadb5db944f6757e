"""One of every screen for staff, realistic and extreme: for the tests and for docs/screens."""

import dataclasses as dc

from kiosk.domain.desk import (
    ChooseMeans,
    ChoosePlan,
    ConfirmLoad,
    ConfirmLog,
    ConfirmVoid,
    Desk,
    DeskEntry,
    Diagnosis,
    EntryItem,
    Examining,
    Fact,
    FactRow,
    Loaded,
    Logged,
    PlanRow,
    Reprinted,
    TapMember,
    Technical,
    TestPattern,
    TicketItem,
    Today,
    Voided,
)
from kiosk.domain.devices import Ailment, Part, PartState, SlipFate
from kiosk.domain.findings import Finding, Subject, Symptom, worst_first
from kiosk.domain.members import Role
from kiosk.domain.names import Name
from kiosk.domain.screens import Screen
from kiosk.domain.transactions import Means
from tests.render.samples import ALLERGIC, BATH, DAY, GROOMING, LONG_PASS, MOST, PETS, SHY, TOY

TRAINING = Name("训练", "Training")
BOARDING = Name("代管", "Boarding")
TOP_UP_NAME = Name("充值", "Top-up")
TOP_UP = PlanRow(50_000, 5_000)
PASS_PLAN = PlanRow(60_000, name=Name("洗澡十次卡", "10 baths"), visits=10, gift_visits=2)
LONG_PLAN = PlanRow(MOST, name=LONG_PASS, visits=12)
MOST_TOP_UP = PlanRow(MOST, MOST)
PLAN_LIST = (PlanRow(20_000, 1_000), TOP_UP, PlanRow(100_000, 15_000), PlanRow(500_000, 100_000))
MEANS = (Means.WECHAT, Means.ALIPAY, Means.CASH, Means.CARD)
LONG_NAME = "Alexandra B*"
LONG_STAFF = "Bartholomew Featherstonehaugh-Jones"

TICKETS = (
    TicketItem(BATH, "豆豆", "王*明"),
    TicketItem(GROOMING, "Coco", "欧阳*修"),
    TicketItem(GROOMING, PETS[2].name, LONG_NAME),
    TicketItem(TRAINING, "", "李*"),
)
ENTRIES = (
    *(EntryItem(DeskEntry.SERVICE, name) for name in (BATH, GROOMING, TRAINING, BOARDING)),
    EntryItem(DeskEntry.UNDO, BATH),
    *(EntryItem(entry) for entry in DeskEntry if entry not in (DeskEntry.SERVICE, DeskEntry.UNDO)),
)
FACTS = (
    FactRow(Fact.TERMINAL, "till-1"),
    FactRow(Fact.VERSION, "0.1.0"),
    FactRow(Fact.JOURNAL, "3f2a91c0"),
    FactRow(Fact.ROWS, "123456"),
    FactRow(Fact.WAITING, "128"),
    FactRow(Fact.LINK, "offline"),
    FactRow(Fact.CATALOGUE, "42"),
    FactRow(Fact.DIRECTORY, "98765"),
    FactRow(Fact.CLOCK, "unsynced"),
    FactRow(Fact.DISK, "83%"),
    *(FactRow(Fact.PART, state, part) for state, part in zip(PartState, Part, strict=False)),
    FactRow(Fact.PART, Ailment.NO_PAPER, Part.PRINTER),
)
FINDINGS = worst_first(
    Finding(subject, symptom, *name)
    for subject, symptom, *name in (
        (Subject.READER, Symptom.NO_MATCH, "counter"),
        (Subject.READER, Symptom.FIELD_OFF, "grooming-room"),
        (Subject.SCANNER, Symptom.PORT_DENIED),
        (Subject.BUTTONS, Symptom.GPIO_DENIED),
        (Subject.DISPLAY, Symptom.DISPLAY_ELSEWHERE),
        (Subject.PRINTER, Symptom.COVER_OPEN),
        (Subject.BROKER, Symptom.LOGIN_REFUSED),
        (Subject.CENTRAL, Symptom.NOT_ASKED),
        (Subject.CLOCK, Symptom.CLOCK_WRONG),
        (Subject.BATTERY_CLOCK, Symptom.NO_BATTERY_CLOCK),
        (Subject.DISK, Symptom.DISK_FULL),
        (Subject.JOURNAL, Symptom.WELL),
    )
)
LONG_FACTS = (
    FactRow(Fact.TERMINAL, "a-terminal-with-a-very-long-name-in-the-back-room"),
    FactRow(Fact.VERSION, "0.1.0.dev123+gdeadbeef.d20251121"),
    FactRow(Fact.LINK, "online"),
    FactRow(Fact.PART, PartState.NOT_CONFIGURED, Part.SCANNER),
)


def _desk(name: str, items: tuple[TicketItem | EntryItem, ...], selected: int) -> Desk:
    tickets = sum(isinstance(item, TicketItem) for item in items)
    return Desk(name, Role.GROOMER, items, selected, tickets)


UNSERVED = (SlipFate.FAILED, SlipFate.UNSURE)
LOGGED = {
    "log": Logged(BATH, "豆豆", "王*明", follow_up=DAY),
    "most": Logged(GROOMING, PETS[2].name, LONG_NAME, value_left=MOST, follow_up=DAY),
}
LOADED = {
    "loaded-most": Loaded(LONG_NAME, MOST_TOP_UP, 99_999_999, None),
    "loaded-pass-most": Loaded(LONG_NAME, LONG_PLAN, None, 120),
}
"""The proofs that are full already."""

DESK_SCREENS: dict[str, Screen] = {
    "desk": _desk("何美容", (*TICKETS[:2], *ENTRIES[:4]), 0),
    "desk-entry": _desk("何美容", (*TICKETS[:2], *ENTRIES[:4]), 2),
    "desk-undo": _desk("何美容", ENTRIES[:6], 4),
    "desk-short": _desk("何收银", (ENTRIES[6], ENTRIES[7]), 1),
    "desk-twelve": _desk(LONG_STAFF, (*TICKETS * 3, *ENTRIES), 6),
    "desk-long-selected": _desk(LONG_STAFF, (*TICKETS * 3, *ENTRIES), 7),
    "desk-nothing": _desk("何美容", (), 0),
    **{
        f"desk-{item.entry.name.lower()}": _desk("孙店长", (*TICKETS, *ENTRIES), 4 + at)
        for at, item in list(enumerate(ENTRIES))[5::3]
    },
    "tap-member": TapMember(BATH),
    "tap-member-long": TapMember(LONG_PASS),
    "tap-member-any": TapMember(None),
    "confirm-log": ConfirmLog(BATH, "豆豆", "王*明"),
    "confirm-log-warning": ConfirmLog(BATH, "雪球", "王*明", SHY.warning),
    "confirm-log-most": ConfirmLog(GROOMING, PETS[2].name, LONG_NAME, ALLERGIC.warning),
    "confirm-log-no-pet": ConfirmLog(TRAINING, "", LONG_NAME),
    "logged": Logged(BATH, "豆豆", "王*明"),
    "logged-pass": Logged(BATH, "豆豆", "王*明", visits_left=6, follow_up=DAY),
    "logged-value": Logged(BATH, "豆豆", "王*明", value_left=6050, follow_up=DAY),
    "logged-most": LOGGED["most"],
    "logged-no-pet": Logged(TRAINING, "", "王*明", follow_up=DAY),
    **{
        f"logged-{fate.name.lower()}": Logged(BATH, "豆豆", "王*明", 6, slip=fate)
        for fate in (SlipFate.PRINTING, SlipFate.PRINTED)
    },
    **{
        f"logged-{kind}-{fate.name.lower()}": dc.replace(logged, slip=fate)
        for kind, logged in LOGGED.items()
        for fate in UNSERVED
    },
    "choose-plan": ChoosePlan(PLAN_LIST, 1),
    "choose-plan-one": ChoosePlan((PlanRow(10_000),), 0),
    "choose-plan-most": ChoosePlan((TOP_UP, MOST_TOP_UP), 1),
    "choose-plan-pass": ChoosePlan((PASS_PLAN, LONG_PLAN), 0),
    "choose-plan-pass-long": ChoosePlan((PASS_PLAN, LONG_PLAN), 1),
    "choose-means": ChooseMeans(TOP_UP, MEANS, 0),
    "choose-means-long": ChooseMeans(LONG_PLAN, MEANS, 3),
    "confirm-load": ConfirmLoad("王*明", TOP_UP, Means.WECHAT),
    "confirm-load-pass": ConfirmLoad("王*明", PASS_PLAN, Means.ALIPAY),
    "confirm-load-most": ConfirmLoad(LONG_NAME, MOST_TOP_UP, Means.CARD),
    "confirm-load-pass-most": ConfirmLoad(LONG_NAME, LONG_PLAN, Means.CARD),
    "loaded": Loaded("王*明", TOP_UP, 62_850, None),
    "loaded-pass": Loaded("王*明", PASS_PLAN, None, 12),
    **LOADED,
    "reprinted": Reprinted(BATH),
    "reprinted-long": Reprinted(LONG_PASS),
    **{
        f"{kind}-{fate.name.lower()}": dc.replace(loaded, slip=fate)
        for kind, loaded in LOADED.items()
        for fate in UNSERVED
    },
    **{
        f"reprinted-{fate.name.lower()}": Reprinted(LONG_PASS, fate)
        for fate in (SlipFate.PRINTED, *UNSERVED)
    },
    "confirm-void": ConfirmVoid(BATH, "王*明", 0, 1, is_load=False),
    "confirm-void-value": ConfirmVoid(BATH, "王*明", 6800, 0, is_load=False),
    "confirm-void-load": ConfirmVoid(TOP_UP_NAME, "王*明", 55_000, 0, is_load=True),
    "confirm-void-pass": ConfirmVoid(LONG_PASS, LONG_NAME, 0, 12, is_load=True),
    "confirm-void-most": ConfirmVoid(GROOMING, LONG_NAME, MOST, 0, is_load=True),
    "confirm-void-log": ConfirmVoid(BATH, "王*明", 0, 0, is_load=False),
    "confirm-void-points": ConfirmVoid(TOY, "王*明", 0, 0, is_load=False, points=200),
    "confirm-void-coupon": ConfirmVoid(TOY, "王*明", 0, 0, is_load=False, coupons=1),
    "confirm-void-used": ConfirmVoid(BATH, "王*明", 5500, 0, is_load=False, points=300, coupons=1),
    "confirm-void-both": ConfirmVoid(
        BATH, "王*明", 5500, 0, is_load=False, points=12_300, coupons=1
    ),
    "voided": Voided(BATH, "王*明"),
    "voided-long": Voided(LONG_PASS, LONG_NAME),
    **{
        f"voided-{fate.name.lower()}": Voided(BATH, "王*明", fate)
        for fate in (SlipFate.PRINTING, SlipFate.PRINTED, *UNSERVED)
    },
    "today": Today("何美容", ((BATH, 5), (GROOMING, 2), (TRAINING, 1))),
    "today-many": Today(
        LONG_STAFF,
        ((BATH, 128), (GROOMING, 12), (TRAINING, 1), (BOARDING, 3), (Name("刷牙", "Teeth"), 4)),
    ),
    "today-nothing": Today("何美容", ()),
    **{f"technical-{first // 4 + 1}": Technical(FACTS, first) for first in range(0, 17, 4)},
    "technical-long": Technical(LONG_FACTS),
    "examining": Examining(),
    "diagnosis": Diagnosis(FINDINGS, 0, has_printer=True),
    **{
        f"diagnosis-{finding.symptom.value}": Diagnosis(FINDINGS, page, has_printer=page % 2 > 0)
        for page, finding in enumerate(FINDINGS, 1)
    },
    "test-pattern-lit": TestPattern(0),
    "test-pattern-board": TestPattern(1),
}
