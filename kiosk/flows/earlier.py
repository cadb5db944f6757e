"""An earlier row: what it was about, its result recalled, its slip reprinted or voided."""

from kiosk.domain import screens
from kiosk.domain.catalogue import PassPlan
from kiosk.domain.clock import local_time
from kiosk.domain.desk import PlanRow
from kiosk.domain.members import PunchPass
from kiosk.domain.names import Name
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
from kiosk.domain.views import LastRow, MemberView
from kiosk.flows import receipts
from kiosk.flows.step import Context


def _plan_row(line: ValueLoad | PassLoad, context: Context) -> PlanRow:
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
            return receipts.service_name(code, context)
        case CouponRedeem() | PointsRedeem() as line:
            return receipts.used_name(line, context)
        case PassLoad() as line:
            return _plan_row(line, context).name or Name(line.plan, line.plan)
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
        receipts.using(row.lines, view, context),
    )


def slip(
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
    head = receipts.heading(receipts.number(row.journal, row.seq), at, row.clock, name, context)
    if isinstance(line, ValueLoad | PassLoad):
        return LoadSlip(
            **head,
            operator_name=operator,
            plan=_plan_row(line, context),
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
        using=receipts.using(row.lines, view, context),
    )


def _pass_of(line: AnyLine, view: MemberView) -> PunchPass | None:
    if not isinstance(line, VisitRedeem):
        return None
    accounts = {leg.account for leg in line.legs}
    ids = {purse.pass_id for purse in view.record.purses if purse.account in accounts}
    return next((p for p in view.record.passes if p.pass_id in ids), None)
