"""What the shop gives a member for nothing: coupons and points, each by one movement."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from central.books import coupons
from central.desk import words
from central.desk.counter import noted, today
from central.desk.forms import Pick, Reason, offer
from central.shop.models import CouponKind, Member, Movement, Store


def _kind(kind: Any) -> str:
    return str(kind.name_zh if words.chinese() else kind.name_en)


class GiveCoupon(forms.Form):
    """发券: a kind and how many."""

    kind = Pick(CouponKind, _kind, label=_("coupon"))
    count = forms.IntegerField(label=_("how many"), initial=1, min_value=1, max_value=coupons.MOST)

    def __init__(self, store: Store, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "kind", CouponKind.objects.filter(store=store))


class GivePoints(forms.Form):
    """赠积分: how many and why."""

    points = forms.IntegerField(label=_("points"), min_value=1, max_value=1_000_000)
    reason = Reason()


def give_coupon(member: Member, kind: CouponKind, count: int, user: User) -> Movement:
    """Give coupons.  Raises coupons.NotIssued."""

    def act() -> Movement:
        made = coupons.issue(kind, member, today(kind.store), count, user)
        return Movement.objects.filter(entries__account=made.account_id).get()

    return noted(act, kind.store_id, member.pk)


def give_points(store: Store, member: Member, points: int, reason: str, user: User) -> Movement:
    """Give points."""
    return noted(
        lambda: coupons.give_points(store.pk, member, points, reason, user), store.pk, member.pk
    )
