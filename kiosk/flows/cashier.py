"""The cashier: top-ups by plan, passes for sale, the last slip once more.

The money is in the till before A is pressed: the row says so, with the means of payment.
"""

import dataclasses as dc

from kiosk.domain import desk
from kiosk.domain.catalogue import PassPlan, TopUpPlan
from kiosk.domain.desk import DeskEntry, PlanRow
from kiosk.domain.devices import Lamp, Part, SlipFate, Sound
from kiosk.domain.effects import Effect, Light, Play, Print, Show
from kiosk.domain.events import ButtonPressed
from kiosk.domain.members import PurseKind
from kiosk.domain.names import Name
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import (
    AnyLine,
    Leg,
    Means,
    PassLoad,
    ValueLoad,
    pass_accounts,
)
from kiosk.domain.views import MemberView
from kiosk.flows import earlier
from kiosk.flows.committing import staff_draft
from kiosk.flows.desk_states import (
    AwaitingMember,
    Deciding,
    LoadErrand,
    PickingMeans,
    PickingPlan,
    Plan,
    Proving,
    Tapped,
)
from kiosk.flows.jobs import Load, Shift
from kiosk.flows.rest import refuse_staff
from kiosk.flows.step import Context, Refusal, Step

MEANS = (Means.WECHAT, Means.ALIPAY, Means.CASH, Means.CARD)
"""In the order of how often they come."""


def plan_row(plan: Plan) -> PlanRow:
    """Write a plan as a row of the list."""
    if isinstance(plan, TopUpPlan):
        return PlanRow(plan.pay, plan.bonus)
    name = Name(plan.name_zh, plan.name_en)
    return PlanRow(plan.price, name=name, visits=plan.bought, gift_visits=plan.gift)


def list_plans(shift: Shift, entry: DeskEntry, context: Context) -> Step:
    """Show what is for sale."""
    catalogue = context.catalogue
    plans: tuple[Plan, ...] = ()
    if catalogue is not None:
        plans = catalogue.top_up_plans if entry is DeskEntry.TOP_UP else catalogue.pass_plans
    if not plans:
        return refuse_staff(shift, Reason.CATALOGUE_MISSING, context)
    return show_plans(PickingPlan(shift, entry, plans), context)


def show_plans(state: PickingPlan, context: Context) -> Step:
    """Draw the plans."""
    rows = tuple(plan_row(plan) for plan in state.plans)
    screen = desk.ChoosePlan(rows, state.selected)
    return Step(state, (Show(screen),), context.staff_seconds)


def next_plan(state: PickingPlan, _event: ButtonPressed, context: Context) -> Step:
    """B: the next plan."""
    selected = (state.selected + 1) % len(state.plans)
    return show_plans(dc.replace(state, selected=selected), context)


def choose_plan(state: PickingPlan, _event: ButtonPressed, context: Context) -> Step:
    """A: this plan; how is it paid?"""
    return show_means(PickingMeans(state.shift, state.plans[state.selected]), context)


def show_means(state: PickingMeans, context: Context) -> Step:
    """Draw the means of payment."""
    screen = desk.ChooseMeans(plan_row(state.plan), MEANS, state.selected)
    return Step(state, (Show(screen),), context.staff_seconds)


def next_means(state: PickingMeans, _event: ButtonPressed, context: Context) -> Step:
    """B: the next means."""
    return show_means(dc.replace(state, selected=(state.selected + 1) % len(MEANS)), context)


def choose_means(state: PickingMeans, _event: ButtonPressed, context: Context) -> Step:
    """A: paid so; whose card?"""
    row = plan_row(state.plan)
    errand = LoadErrand(state.plan, MEANS[state.selected])
    what = row.name or Name("充值", "Top-up")
    effects = (Light(Lamp.READY), Show(desk.TapMember(what)))
    return Step(AwaitingMember(state.shift, errand), effects, context.staff_seconds)


def confirm(
    shift: Shift, tapped: Tapped, errand: LoadErrand, view: MemberView, context: Context
) -> Step:
    """Show whose card gets what."""
    line = _line(errand, view, context)
    if isinstance(line, Refusal):
        return refuse_staff(shift, line.reason, context)
    row = plan_row(errand.plan)
    pass_id = line.pass_id if isinstance(line, PassLoad) else ""
    draft = staff_draft(shift, (line,), view.record.member, view.medium, context)
    screen = desk.ConfirmLoad(view.record.masked_name, row, errand.means)
    state = Deciding(shift, draft, Load(shift, row, errand.means, pass_id), tapped)
    return Step(state, (Show(screen),), context.staff_seconds)


def _line(errand: LoadErrand, view: MemberView, context: Context) -> AnyLine | Refusal:
    plan = errand.plan
    if isinstance(plan, PassPlan):
        bought, gift = pass_accounts(context.fresh)
        return PassLoad(
            plan.code,
            plan.price,
            errand.means,
            context.fresh,
            Leg(bought, plan.bought),
            Leg(gift, plan.gift) if plan.gift else None,
        )
    legs = []
    for kind, amount in ((PurseKind.PRINCIPAL, plan.pay), (PurseKind.BONUS, plan.bonus)):
        if not amount:
            continue
        purses = view.purses(kind)
        if not purses:
            return Refusal(Reason.NOT_ALLOWED)
        legs.append(Leg(purses[0][0].account, amount))
    return ValueLoad(plan.code, plan.pay, errand.means, tuple(legs))


def reprint(shift: Shift, view: MemberView, context: Context) -> Step:
    """补打: the member's newest slip of this terminal, marked as a copy."""
    slip = None
    if view.last is not None and context.has_printer:
        slip = earlier.slip(view, view.last, context, copy=1)
    if view.last is None or slip is None:
        return refuse_staff(shift, Reason.NOT_ALLOWED, context)
    row, screen = view.last, desk.Reprinted(earlier.row_name(view.last, context))
    effects: tuple[Effect, ...] = (
        Light(Lamp.BUSY),
        Play(Sound.TAP),
        Show(screen),
        Print(row.seq, slip),
    )
    if Part.PRINTER in context.faults:
        screen = dc.replace(screen, slip=SlipFate.FAILED)
        effects = (Light(Lamp.REFUSED), Play(Sound.REFUSED), Show(screen))
    proving = Proving(shift, context.mono, row.seq, screen)
    return Step(proving, effects, context.policy.done_seconds)
