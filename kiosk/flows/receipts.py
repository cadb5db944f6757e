"""The words of proof: the slip of a committed row, and of an earlier one, reprinted or undone."""

import datetime as dt
from typing import TypedDict

from kiosk.domain import screens
from kiosk.domain.catalogue import PassPlan, Service
from kiosk.domain.clock import ClockState, local_time
from kiosk.domain.desk import PlanRow
from kiosk.domain.events import Committed
from kiosk.domain.members import PunchPass, PurseKind
from kiosk.domain.names import Name
from kiosk.domain.policy import Language
from kiosk.domain.pricing import PriceLine, PriceStep
from kiosk.domain.slips import AnySlip, LoadSlip, Slip
from kiosk.domain.transactions import (
    AnyLine,
    CouponRedeem,
    PassLoad,
    PointsRedeem,
    Taking,
    ValueLoad,
    ValueRedeem,
    VisitLog,
    VisitRedeem,
)
from kiosk.domain.units import Fen
from kiosk.domain.using import Using
from kiosk.domain.views import NOTHING, LastRow, MemberView
from kiosk.flows.jobs import Spend
from kiosk.flows.step import Context


def number(journal: str, seq: int) -> str:
    """Write a row's number for people: the journal's first eight characters and the seq."""
    return f"{journal[:8]}-{seq:06d}"


def qr(journal: str, seq: int, context: Context) -> str:
    """Write the text of the slip's QR code; empty where the shop wants none."""
    return context.policy.slip_qr.replace("{number}", number(journal, seq))


class Heading(TypedDict):
    """What stands at the head of every receipt, and whether it is one of training mode."""

    language: Language
    shop_name: str
    terminal: str
    number: str
    at: dt.datetime
    clock_certain: bool
    masked_name: str
    training: bool


def heading(row: str, at: dt.datetime, clock: ClockState, name: str, context: Context) -> Heading:
    """Write the head of a receipt for the row numbered `row`, of local time `at`."""
    return Heading(
        language=context.policy.language,
        shop_name=context.policy.shop_name,
        terminal=context.terminal,
        number=row,
        at=at,
        clock_certain=clock is not ClockState.UNSYNCED,
        masked_name=name,
        training=context.training,
    )


def new_heading(event: Committed, name: str, context: Context) -> Heading:
    """Write the head of the receipt of a row just committed."""
    row = number(event.journal, event.seq)
    return heading(row, context.local, context.clock, name, context)


def slip(job: Spend, event: Committed, context: Context) -> Slip:
    """Write the slip of a row just committed: the price that was shown, the balances after it."""
    offer, pet, quote, view = job.offer, job.pet, job.way.quote, event.view
    visits_left = view.visits(offer.punch_pass).shown if offer.punch_pass else None
    return Slip(
        **new_heading(event, view.record.masked_name, context),
        pet_name=pet.name if pet and offer.service.for_pet else "",
        service=offer.service_name,
        pass_name=offer.pass_name,
        visits_left=visits_left,
        price=quote.price if quote else None,
        price_lines=quote.lines if quote else (),
        value_left=view.value().shown if quote else None,
        points=quote.points if quote else 0,
        qr=qr(event.journal, event.seq, context),
        using=using(job.way.lines, view, context),
    )


def using(
    lines: tuple[AnyLine, ...], view: MemberView, context: Context, *, ahead: bool = False
) -> Using | None:
    """Say which coupon and points the lines use, and what is left of them in this view.

    `ahead`: the lines are not written yet, and the view is the one before them.
    """
    coupon = next((line for line in lines if isinstance(line, CouponRedeem)), None)
    points = sum(
        leg.amount for line in lines if isinstance(line, PointsRedeem) for leg in line.legs
    )
    if coupon is None and not points:
        return None
    goods = not any(isinstance(line, ValueRedeem) for line in lines)
    if coupon is None:
        left = view.total(PurseKind.POINTS).shown - (points if ahead else 0)
        return Using(None, points, left, goods)
    found = [view.balances.get(leg.account, NOTHING).shown for leg in coupon.legs]
    name = used_name(coupon, context)
    return Using(name, points, sum(found) - (len(found) if ahead else 0), goods)


def used_name(line: CouponRedeem | PointsRedeem, context: Context) -> Name:
    """Name a coupon or a reward; by its code where this price list has it no more."""
    catalogue = context.catalogue
    if isinstance(line, CouponRedeem):
        kind = catalogue.coupon_kind(line.coupon) if catalogue else None
        return Name(kind.name_zh, kind.name_en) if kind else Name(line.coupon, line.coupon)
    reward = catalogue.points_reward(line.reward) if catalogue else None
    return Name(reward.name_zh, reward.name_en) if reward else Name(line.reward, line.reward)


def service_name(code: str, context: Context) -> Name:
    """Name a service; by its code where this price list has it no more."""
    found = context.catalogue.service(code) if context.catalogue else None
    service = found or Service(code, code, code, {})
    return Name(service.name_zh, service.name_en)


def plan_row(line: ValueLoad | PassLoad, context: Context) -> PlanRow:
    """Say what a load was, in the words of its plan."""
    if isinstance(line, ValueLoad):
        loaded = sum(leg.amount for leg in line.legs)
        return PlanRow(line.paid, bonus=loaded - line.paid)
    plans: tuple[PassPlan, ...] = context.catalogue.pass_plans if context.catalogue else ()
    plan = next((p for p in plans if p.code == line.plan), None)
    name = Name(plan.name_zh, plan.name_en) if plan else Name(line.plan, line.plan)
    gift = line.gift.amount if line.gift else 0
    return PlanRow(line.paid, name=name, visits=line.bought.amount, gift_visits=gift)


Told = VisitRedeem | ValueRedeem | CouponRedeem | PointsRedeem | ValueLoad | PassLoad | VisitLog


def told(row: LastRow) -> Told | None:
    """Find the line that a row is about: what it took or loaded, else what it logged."""
    by_weight: tuple[type[AnyLine], ...] = (
        VisitRedeem,
        ValueRedeem,
        ValueLoad,
        PassLoad,
        CouponRedeem,
        PointsRedeem,
        VisitLog,
    )
    for kind in by_weight:
        for line in row.lines:
            if isinstance(line, kind) and isinstance(line, Told):
                return line
    return None


def row_name(row: LastRow, context: Context) -> Name:
    """Name what a row was about: the service, or what was sold."""
    match told(row):
        case VisitRedeem(service=code) | ValueRedeem(service=code) | VisitLog(service=code):
            return service_name(code, context)
        case CouponRedeem() | PointsRedeem() as line:
            return used_name(line, context)
        case PassLoad() as line:
            return plan_row(line, context).name or Name(line.plan, line.plan)
        case ValueLoad():
            return Name("充值", "Top-up")
        case None:
            return Name("", "")


def already_taken(view: MemberView, context: Context) -> screens.AlreadyTaken | None:
    """Say what the unseen row took; None when it took nothing."""
    row = view.unshown
    line = told(row) if row else None
    if row is None or not isinstance(line, Taking):
        return None
    return screens.AlreadyTaken(
        view.record.masked_name,
        local_time(row.at, context.policy.utc_offset_minutes),
        row_name(row, context),
        1 if isinstance(line, VisitRedeem) else None,
        line.price if isinstance(line, ValueRedeem) else None,
        using(row.lines, view, context),
    )


def earlier_slip(
    view: MemberView,
    row: LastRow,
    context: Context,
    *,
    copy: int = 0,
    voided: bool = False,
    operator: str = "",
) -> AnySlip | None:
    """Write the slip of an earlier row with what is left now; None when it had none."""
    line = told(row)
    if line is None:
        return None
    at = local_time(row.at, context.policy.utc_offset_minutes)
    name = view.record.masked_name
    head = heading(number(row.journal, row.seq), at, row.clock, name, context)
    if isinstance(line, ValueLoad | PassLoad):
        return LoadSlip(
            **head,
            operator_name=operator,
            plan=plan_row(line, context),
            means=line.means,
            value_left=view.value().shown if isinstance(line, ValueLoad) else None,
            copy=copy,
            voided=voided,
        )
    served = "" if isinstance(line, CouponRedeem | PointsRedeem) else line.pet
    pet = next((pet for pet in view.record.pets if pet.pet == served), None)
    paid = line.price if isinstance(line, ValueRedeem) else None
    used = _pass_of(line, view)
    # a pass that is gone from the record paid all the same: the slip must not say "paid before"
    gone = Name("次卡", "Punch pass") if isinstance(line, VisitRedeem) else None
    return Slip(
        **head,
        pet_name=pet.name if pet else "",
        service=row_name(row, context),
        pass_name=Name(used.name_zh, used.name_en) if used else gone,
        visits_left=view.visits(used).shown if used else None,
        price=paid,
        price_lines=(PriceLine(PriceStep.LIST, Fen(paid)),) if paid is not None else (),
        value_left=view.value().shown if paid is not None else None,
        copy=copy,
        operator_name=operator,
        voided=voided,
        using=using(row.lines, view, context),
    )


def _pass_of(line: AnyLine, view: MemberView) -> PunchPass | None:
    if not isinstance(line, VisitRedeem):
        return None
    accounts = {leg.account for leg in line.legs}
    ids = {purse.pass_id for purse in view.record.purses if purse.account in accounts}
    return next((p for p in view.record.passes if p.pass_id in ids), None)
