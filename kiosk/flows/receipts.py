"""The words of proof: the head of every receipt, the slip of a row just committed."""

import datetime as dt
from typing import TypedDict

from kiosk.domain.catalogue import Service
from kiosk.domain.clock import ClockState
from kiosk.domain.events import Committed
from kiosk.domain.members import PurseKind
from kiosk.domain.names import Name
from kiosk.domain.policy import Language
from kiosk.domain.slips import Slip
from kiosk.domain.transactions import (
    AnyLine,
    CouponRedeem,
    PointsRedeem,
    ValueRedeem,
)
from kiosk.domain.using import Using
from kiosk.domain.views import NOTHING, MemberView
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
