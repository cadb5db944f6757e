"""A member card at the groomer's: coupons and points as at the member's own tap, in one row."""

import dataclasses as dc
import datetime as dt
from typing import Any

import pytest

from kiosk.domain import desk, screens
from kiosk.domain.desk import DeskEntry
from kiosk.domain.effects import AskAllowance, Commit, Identify, Print
from kiosk.domain.events import (
    Committed,
    DeadlinePassed,
    DirectoryChanged,
    Identified,
    Refused,
)
from kiosk.domain.members import Role, Ticket
from kiosk.domain.names import Name
from kiosk.domain.refusals import Reason
from kiosk.domain.slips import Slip
from kiosk.domain.transactions import (
    AnyLine,
    CouponRedeem,
    Leg,
    PointsRedeem,
    ValueRedeem,
    VisitLog,
    VisitRedeem,
)
from kiosk.domain.using import Using
from kiosk.domain.views import MemberView
from kiosk.flows import walk_in
from kiosk.flows.desk_states import (
    Deciding,
    Gathering,
    LogErrand,
    PickingPetFor,
    RefusingStaff,
    Surveying,
    Tapped,
)
from kiosk.flows.jobs import Shift
from kiosk.flows.step import Context, Step
from tests.flows.counter import ANSWER, at_desk, drafted, select, tapped
from tests.flows.samples import (
    BIG_DOG,
    CARD,
    OPEN_TICKET,
    OWN_ROW,
    SMALL_DOG,
    TICKET,
    TODAY,
    context,
    member,
    operator,
    workday,
)
from tests.flows.steps import A, B, C, found, screen, walk
from tests.flows.uses import SHOP, couponed

CONTEXT = context(catalogue=SHOP)
FOLLOW_UP = TODAY + dt.timedelta(days=21)
NO_PASS: dict[str, Any] = {"visits": (0, 0), "value": (30_000, 0)}


def walked(step: Step, *events: Any, ctx: Context = CONTEXT) -> Step:
    return walk(step.state, *events, ctx=ctx)


def shown(view: MemberView, ctx: Context = CONTEXT) -> Step:
    return tapped(at_desk(operator(Role.GROOMER), ctx=ctx), view, ctx=ctx)


def confirm(step: Step) -> screens.Confirm:
    found = screen(step)
    assert isinstance(found, screens.Confirm)
    return found


def taken(step: Step) -> tuple[object, ...]:
    """Return what the row takes; its last line is the log."""
    assert isinstance(step.state, Deciding)
    *lines, log = step.state.draft.lines
    assert isinstance(log, VisitLog)
    return tuple(lines)


def test_the_best_coupon_is_chosen_without_a_press_and_one_confirms_it() -> None:
    step = shown(couponed(**NO_PASS))
    assert (confirm(step).price, confirm(step).others, confirm(step).masked_name) == (
        4_176,
        3,
        "王*明",
    )
    assert confirm(step).using == Using(Name("八折", "20 % off"), 0, 0)
    assert taken(step) == (
        CouponRedeem("more", (Leg("c-more", 1),)),
        ValueRedeem("bath", 4_176, (Leg("a-principal", 4_176),), "p1"),
    )
    writing = walked(step, A)
    draft = drafted(writing).draft
    assert draft.lines == (*taken(step), VisitLog("bath", "p1", "", FOLLOW_UP))
    assert (draft.operator, draft.medium, draft.catalogue) == ("o1", "c1", SHOP.version)
    proof = walked(writing, Committed(ANSWER, 42, "0" * 36, couponed("off", **NO_PASS)))
    (printed,) = found(Print, proof.effects)
    assert isinstance(printed.slip, Slip)
    assert (printed.slip.price, printed.slip.operator_name) == (4_176, "何美容")
    assert printed.slip.using is not None
    assert isinstance(screen(proof), desk.Logged)


def test_b_goes_round_coupon_nothing_points_and_every_one_is_logged() -> None:
    step = shown(couponed("off", **NO_PASS))
    prices, kinds = [], []
    for _ in range(5):
        prices.append(confirm(step).price)
        kinds.append([type(line) for line in taken(step)])
        step = walked(step, B)
    # the reward, a bath for 1,000 points, is the last and never the first
    assert prices == [4_220, 5_220, 4_020, 0, 4_220]
    assert kinds == [
        [CouponRedeem, ValueRedeem],
        [ValueRedeem],
        [PointsRedeem, ValueRedeem],
        [PointsRedeem, ValueRedeem],
        [CouponRedeem, ValueRedeem],
    ]


def test_a_pass_pays_first_and_b_shows_what_else_would() -> None:
    step = shown(couponed("free", visits=(7, 2), value=(30_000, 0)))
    seen = []
    for _ in range(5):
        seen.append([type(line) for line in taken(step)])
        step = walked(step, B)
    assert seen == [
        [VisitRedeem],
        [CouponRedeem, ValueRedeem],
        [ValueRedeem],
        [PointsRedeem, ValueRedeem],
        [PointsRedeem, ValueRedeem],
    ]
    assert taken(step) == (VisitRedeem("bath", (Leg("a-bought", 1),), "p1"),)


def test_a_free_bath_is_taken_before_money() -> None:
    step = shown(couponed("free", **NO_PASS))
    assert (confirm(step).price, confirm(step).left) == (0, 30_000)
    assert taken(step) == (
        CouponRedeem("free", (Leg("c-free", 1),)),
        ValueRedeem("bath", 0, (), "p1"),
    )


def test_a_gift_that_is_for_another_pet_is_neither_waited_for_nor_said() -> None:
    """One pet only could have it: for the other one, what else is lacking is what counts."""
    poor: dict[str, Any] = {"visits": (0, 0), "value": (100, 0), "points": (0, 0)}
    picking = shown(couponed("large", pets=(SMALL_DOG, BIG_DOG), held=0, **poor))
    assert isinstance(picking.state, PickingPetFor), "nothing that would pay is elsewhere"
    refused = screen(walked(picking, A))
    assert refused == screens.Refused(Reason.INSUFFICIENT_VALUE, 5_120)


def test_goods_are_no_way_to_have_a_service() -> None:
    step = shown(couponed("toy", **NO_PASS))
    for _ in range(4):
        assert not any(line == CouponRedeem("toy", (Leg("c-toy", 1),)) for line in taken(step))
        step = walked(step, B)


def test_the_price_list_of_the_first_look_stays_the_rows_own() -> None:
    step = shown(couponed("off", **NO_PASS))
    step = walked(step, B, ctx=context(catalogue=None))
    assert drafted(walked(step, A)).draft.catalogue == SHOP.version


def test_c_leads_back_to_the_pets_and_there_to_the_list() -> None:
    view = member(pets=(SMALL_DOG, BIG_DOG))
    step = walked(shown(view), B, A)
    assert confirm(step).pet_name == "大黄"
    back = walked(step, C)
    assert isinstance(back.state, PickingPetFor)
    assert back.state.selected == 1
    assert confirm(walked(back, B, A)).pet_name == "旺财"


@pytest.mark.parametrize(
    "lacking",
    [
        member(held=False),
        couponed(held=0, **NO_PASS),
    ],
)
def test_what_is_held_elsewhere_is_waited_for_and_then_used(lacking: MemberView) -> None:
    step = shown(lacking)
    assert isinstance(step.state, Gathering)
    (ask,) = found(AskAllowance, step.effects)
    assert ask.accounts
    asking = walked(step, DirectoryChanged())
    assert found(Identify, asking.effects)
    # a page of somebody else: the wait goes on
    assert isinstance(walked(asking, Identified(ANSWER, lacking)).state, Gathering)
    here = couponed(**NO_PASS)
    come = walked(asking, Identified(ANSWER, here))
    assert confirm(come).price == 4_176
    assert not found(Commit, come.effects)


def test_a_card_alone_closes_what_is_paid_before_it_takes_the_usual() -> None:
    trained = Ticket("j.41.0", "training", TODAY)
    listed = at_desk(operator(Role.GROOMER), workday(OPEN_TICKET))
    step = tapped(listed, member(tickets=(trained,)))
    assert isinstance(screen(step), desk.ConfirmLog)
    (log,) = drafted(walked(step, A)).draft.lines
    assert isinstance(log, VisitLog)
    assert (log.service, log.ticket) == ("training", "j.41.0")


def test_a_chosen_service_that_left_the_price_list_is_not_another_one() -> None:
    tap = Tapped(CARD, LogErrand("combing"))
    step = walk_in.begin(Shift(operator(Role.GROOMER), 0.0, 600.0), tap, member(), CONTEXT)
    assert screen(step) == screens.Refused(Reason.CATALOGUE_MISSING)


def test_what_does_not_come_is_done_without() -> None:
    refused = walked(shown(member(held=False)), DeadlinePassed())
    assert isinstance(refused.state, RefusingStaff)
    assert screen(refused) == screens.Refused(Reason.HELD_ELSEWHERE)
    plain = walked(shown(couponed(held=0, **NO_PASS)), DeadlinePassed())
    assert (confirm(plain).price, confirm(plain).elsewhere) == (5_220, True)


def test_nobody_waits_offline_or_for_what_is_not_needed() -> None:
    offline = context(catalogue=SHOP, online=False)
    refused = shown(member(held=False), offline)
    assert screen(refused) == screens.Refused(Reason.HELD_ELSEWHERE)
    assert not found(AskAllowance, refused.effects)
    paid = shown(member(held=False, tickets=(TICKET,)))
    assert isinstance(screen(paid), desk.ConfirmLog)
    assert not found(AskAllowance, paid.effects)
    # only points are elsewhere, and they are never the first choice
    step = shown(couponed("off", points=(1_280, 0), **NO_PASS))
    assert confirm(step).price == 4_220
    assert found(AskAllowance, step.effects) == [AskAllowance(("a-points",))]


def test_a_card_that_is_blocked_while_it_is_waited_for_is_refused() -> None:
    step = walked(shown(member(held=False)), DirectoryChanged(), Refused(ANSWER, Reason.BLOCKED))
    assert screen(step) == screens.Refused(Reason.BLOCKED)
    left = walked(shown(member(held=False)), C)
    assert isinstance(left.state, Surveying)


@pytest.mark.parametrize(
    ("lines", "back"),
    [
        ((CouponRedeem("toy", (Leg("c-toy", 1),)),), (0, 0, 0, 1)),
        (
            (
                CouponRedeem("stack", (Leg("c-stack", 1),)),
                PointsRedeem((Leg("a-points", 1_200),)),
                ValueRedeem("bath", 3_820, (Leg("a-principal", 3_820),), "p1"),
                VisitLog("bath", "p1"),
            ),
            (3_820, 0, 1_200, 1),
        ),
        (
            (
                PointsRedeem((Leg("a-points", 1_000),), "bath"),
                ValueRedeem("bath", 0, (), "p1"),
                VisitLog("bath", "p1"),
            ),
            (0, 0, 1_000, 0),
        ),
    ],
)
def test_undoing_says_all_that_comes_back(
    lines: tuple[AnyLine, ...], back: tuple[int, int, int, int]
) -> None:
    own = dc.replace(OWN_ROW, row=dc.replace(OWN_ROW.row, lines=lines))
    step = select(at_desk(operator(Role.GROOMER), workday(undoable=own)), DeskEntry.UNDO)
    asked = screen(walked(step, A))
    assert isinstance(asked, desk.ConfirmVoid)
    assert (asked.value, asked.visits, asked.points, asked.coupons) == back
