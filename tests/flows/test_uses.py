"""Coupons and points at a member's visit: what is chosen, shown, written and proved."""

from typing import Any

import pytest

from kiosk.domain import screens
from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Button
from kiosk.domain.effects import AskAllowance, Commit, Print
from kiosk.domain.events import ButtonPressed, Committed, Correlation, Event, Identified
from kiosk.domain.members import Pet
from kiosk.domain.names import Name
from kiosk.domain.pricing import PriceStep
from kiosk.domain.refusals import Reason
from kiosk.domain.slips import Slip
from kiosk.domain.transactions import CouponRedeem, Leg, PointsRedeem, ValueRedeem
from kiosk.domain.using import Using
from kiosk.domain.views import MemberView
from kiosk.flows.kiosk import TABLE
from kiosk.flows.states import Confirming, Finished, Identifying, PickingPet
from kiosk.flows.step import Context, Step
from tests.flows.samples import BIG_DOG, CARD, SMALL_DOG, context
from tests.flows.steps import found, screen
from tests.flows.uses import SHOP, couponed

A, B, C = (ButtonPressed(button) for button in Button)
CONTEXT = context(catalogue=SHOP)
NO_PASS: dict[str, Any] = {"visits": (0, 0), "value": (30_000, 0)}


def greeted(view: MemberView, ctx: Context = CONTEXT) -> Step:
    asked = Identifying(Correlation(8), CARD)
    step = TABLE.step(asked, Identified(Correlation(8), view), ctx)
    assert step is not None
    return step


def press(step: Step, *events: Event, ctx: Context = CONTEXT) -> Step:
    for event in events:
        following = TABLE.step(step.state, event, ctx)
        assert following is not None
        step = following
    return step


def confirm(step: Step) -> screens.Confirm:
    shown = screen(step)
    assert isinstance(shown, screens.Confirm)
    return shown


def job(step: Step) -> tuple[object, ...]:
    assert isinstance(step.state, Confirming)
    return step.state.job.way.lines


def test_the_greeting_counts_good_coupons_and_lists_gifts_and_rewards() -> None:
    shown = screen(greeted(couponed("off", "old", "free", "toy", **NO_PASS)))
    assert isinstance(shown, screens.Member)
    assert (shown.coupons, shown.points) == (3, 1_280)
    assert [choice.name.en for choice in shown.choices] == [
        "Free bath",
        "Bath",
        "Training",
        "Toy coupon",
        "Toy for points",
        "Bath for points",
        "Bath pass",
    ]
    assert [c.points for c in shown.choices if c.points] == [200, 1_000]


def test_the_best_coupon_is_chosen_without_a_press_and_two_confirm_it() -> None:
    step = press(greeted(couponed(**NO_PASS)), A)
    # 5,220 for a gold member: 20 % off is 1,044, more than 1,000; the dear one needs 10,000
    assert (confirm(step).price, confirm(step).others) == (4_176, 2)
    assert confirm(step).using == Using(Name("八折", "20 % off"), 0, 0)
    assert confirm(step).price_lines[-1].step is PriceStep.COUPON
    assert job(step) == (
        CouponRedeem("more", (Leg("c-more", 1),)),
        ValueRedeem("bath", 4_176, (Leg("a-principal", 4_176),), "p1"),
    )
    (written,) = found(Commit, press(step, A).effects)
    assert written.draft.lines == job(step)
    assert written.draft.catalogue == SHOP.version


def test_b_goes_round_coupon_nothing_points_and_the_third_press_still_pays() -> None:
    step = press(greeted(couponed("off", **NO_PASS)), A)
    seen = []
    for _ in range(4):
        shown = confirm(step)
        seen.append((shown.price, shown.using is not None and shown.using.points))
        step = press(step, B)
    assert seen == [(4_220, 0), (5_220, False), (4_020, 1_200), (4_220, 0)]
    committing = press(greeted(couponed("off", **NO_PASS)), A, B, A)
    (written,) = found(Commit, committing.effects)
    assert [type(line) for line in written.draft.lines] == [ValueRedeem]


def test_a_stackable_coupon_also_goes_with_points() -> None:
    step = press(greeted(couponed("stack", **NO_PASS)), A, B, B, B)
    assert (confirm(step).price, confirm(step).using) == (
        3_820,
        Using(Name("叠加", "Stack"), 1_200, 0),
    )
    assert [type(line) for line in job(step)] == [CouponRedeem, PointsRedeem, ValueRedeem]


def test_without_coupon_or_points_b_changes_nothing() -> None:
    view = couponed("old", points=(0, 0), **NO_PASS)
    step = press(greeted(view), A)
    assert confirm(step).others == 0
    assert press(step, B).state == step.state


def test_a_way_that_value_does_not_reach_is_left_out() -> None:
    view = couponed("off", points=(0, 0), visits=(0, 0), value=(4_300, 0))
    step = press(greeted(view), A)
    assert (confirm(step).price, confirm(step).others) == (4_220, 0)
    poor = press(greeted(couponed("off", points=(0, 0), visits=(0, 0), value=(100, 0))), A)
    refused = screen(poor)
    assert refused == screens.Refused(Reason.INSUFFICIENT_VALUE, 4_120)


def test_a_coupon_held_elsewhere_is_said_asked_for_and_not_taken() -> None:
    first = greeted(couponed("off", held=0, points=(0, 0), **NO_PASS))
    assert found(AskAllowance, first.effects) == [AskAllowance(("c-off",))]
    step = press(first, A)
    assert (confirm(step).elsewhere, confirm(step).using, confirm(step).price) == (
        True,
        None,
        5_220,
    )


def test_a_gift_held_elsewhere_is_refused_with_what_to_do() -> None:
    step = press(greeted(couponed("free", held=0, points=(0, 0), **NO_PASS)), A)
    assert screen(step) == screens.Refused(Reason.HELD_ELSEWHERE)
    assert "c-free" in found(AskAllowance, step.effects)[0].accounts


def test_a_free_service_costs_its_coupon_and_opens_a_ticket() -> None:
    step = press(greeted(couponed("free", **NO_PASS)), A)
    assert (confirm(step).price, confirm(step).left) == (0, 30_000)
    assert job(step) == (
        CouponRedeem("free", (Leg("c-free", 1),)),
        ValueRedeem("bath", 0, (), "p1"),
    )


def names(step: Step) -> list[str]:
    shown = screen(step)
    assert isinstance(shown, screens.Member)
    return [choice.name.en for choice in shown.choices]


def test_a_gift_below_its_threshold_is_not_offered() -> None:
    # a bath is 5,220 for the small dog of a gold member and 11,520 for the large one; from 10,000
    assert "Large bath" not in names(greeted(couponed("large", **NO_PASS)))
    assert "Large bath" in names(greeted(couponed("large", pets=(BIG_DOG,), **NO_PASS)))


@pytest.mark.parametrize("pets", [(SMALL_DOG, BIG_DOG), (BIG_DOG, SMALL_DOG)])
def test_a_gift_that_one_pet_can_have_is_offered_and_refused_for_the_other(
    pets: tuple[Pet, ...],
) -> None:
    picking = press(greeted(couponed("large", pets=pets, points=(0, 0), **NO_PASS)), A)
    assert isinstance(picking.state, PickingPet)
    large, small = pets.index(BIG_DOG), pets.index(SMALL_DOG)
    assert job(press(picking, *[B] * large, A)) == (
        CouponRedeem("large", (Leg("c-large", 1),)),
        ValueRedeem("bath", 0, (), "p2"),
    )
    refused = screen(press(picking, *[B] * small, A))
    assert refused == screens.Refused(Reason.BELOW_THRESHOLD)


@pytest.mark.parametrize(
    ("presses", "lines", "using"),
    [
        (
            2,
            (CouponRedeem("toy", (Leg("c-toy", 1),)),),
            Using(Name("玩具券", "Toy coupon"), 0, 0, True),
        ),
        (3, (PointsRedeem((Leg("a-points", 200),), "toy"),), Using(None, 200, 1_080, True)),
    ],
)
def test_goods_are_confirmed_written_and_proved(
    presses: int, lines: tuple[object, ...], using: Using
) -> None:
    step = press(greeted(couponed("toy", **NO_PASS)), *[B] * presses, A)
    assert (confirm(step).price, confirm(step).using) == (None, using)
    assert job(step) == lines
    done = press(step, A, Committed(Correlation(8), 42, "0" * 36, couponed("toy", **NO_PASS)))
    assert isinstance(done.state, Finished)
    shown = screen(done)
    assert isinstance(shown, screens.Done)
    assert shown.using is not None
    assert shown.using.goods
    (printed,) = found(Print, done.effects)
    assert isinstance(printed.slip, Slip)
    assert printed.slip.using == shown.using


def test_the_slip_says_coupon_points_and_what_was_earned() -> None:
    step = press(greeted(couponed("stack", **NO_PASS)), A, B, B, B, A)
    after = couponed("stack", held=0, points=(80, 80), **NO_PASS)
    done = press(step, Committed(Correlation(8), 42, "0" * 36, after))
    (printed,) = found(Print, done.effects)
    assert isinstance(printed.slip, Slip)
    steps = [line.step for line in printed.slip.price_lines]
    assert steps == [PriceStep.LIST, PriceStep.TIER, PriceStep.COUPON, PriceStep.POINTS]
    assert printed.slip.using == Using(Name("叠加", "Stack"), 1_200, 1)
    assert (printed.slip.price, printed.slip.points) == (3_820, 38)


def test_dates_gate_coupons_and_rewards_unless_the_clock_is_unsure() -> None:
    unsure = context(catalogue=SHOP, clock=ClockState.UNSYNCED)
    shown = screen(greeted(couponed("old", **NO_PASS), unsure))
    assert isinstance(shown, screens.Member)
    assert shown.coupons == 1
    assert "Later" in [choice.name.en for choice in shown.choices]
    known = screen(greeted(couponed("old", **NO_PASS)))
    assert isinstance(known, screens.Member)
    assert known.coupons == 0
    assert "Later" not in [choice.name.en for choice in known.choices]


def test_points_are_asked_for_only_where_they_are_good_for_something() -> None:
    view = couponed("off", points=(1_280, 0), **NO_PASS)
    asked = found(AskAllowance, greeted(view).effects)
    assert asked == [AskAllowance(("a-points",))]
    plain = context()
    assert not found(AskAllowance, greeted(view, plain).effects)
