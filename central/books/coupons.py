"""Giving members coupons and points: by the same entries as any other credit, then offered.

A terminal leases a coupon like any purse, so that it is used once.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Sum

from central.books import actions, directory
from central.shop.choices import PurseKind
from central.shop.models import Account, Coupon, CouponKind, Member, Movement

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST = 100
"""Coupons that one member is given at once."""


class NotIssued(ValueError):
    """No coupon was given; the code says why: count, expired, stock."""


def issue(
    kind: CouponKind,
    member: Member,
    today: dt.date,
    count: int = 1,
    user: "User | None" = None,
    account_id: str = "",
) -> Coupon:
    """Give a member `count` coupons of a kind on the shop's local day `today`.

    They end with the kind's last day, or so many days from today, whichever is first.  Raises
    NotIssued.
    """
    if not 1 <= count <= MOST:
        raise NotIssued("count")
    until = _until(kind, today)
    if until is not None and until < today:
        raise NotIssued("expired")
    with directory.writing():
        if kind.stock is not None and issued(kind) + count > kind.stock:
            raise NotIssued("stock")
        named = {"id": account_id} if account_id else {}
        account = Account.objects.create(member=member, kind=PurseKind.COUPON, **named)
        coupon = Coupon.objects.create(
            account=account, store=kind.store, kind=kind.code, issued=count, valid_until=until
        )
        actions.move(kind.store_id, {account.pk: count}, "coupon", kind.code, user)
        return coupon


def issued(kind: CouponKind) -> int:
    """Count how many of a kind were issued (S31)."""
    found = Coupon.objects.filter(store=kind.store_id, kind=kind.code)
    return found.aggregate(total=Sum("issued"))["total"] or 0


def _until(kind: CouponKind, today: dt.date) -> dt.date | None:
    days = [kind.last_day] if kind.last_day else []
    if kind.valid_days is not None:
        days.append(today + dt.timedelta(days=kind.valid_days))
    return min(days) if days else None


def give_points(
    store: str, member: Member, points: int, reason: str, user: "User | None" = None
) -> Movement:
    """Give a member points.  Raises ValueError without a reason or a positive number."""
    if points <= 0 or not reason:
        raise ValueError("points are given in a positive number and for a reason")
    with directory.writing():
        account = actions.purse(member, PurseKind.POINTS)
        return actions.move(store, {account.pk: points}, "points", reason, user)
