"""Coupons and points given on a member's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from central.books.coupons import NotIssued
from central.desk import giving
from central.desk.access import duty, post_only
from central.desk.views import said
from central.desk.views.money import Serving, Values, sent
from central.shop.models import Movement


@post_only("desk:member", "pk")
@duty("correct")
def coupon(request: HttpRequest, pk: str) -> HttpResponse:
    """Give coupons of a kind."""

    def act(at: Serving, v: Values) -> Movement:
        return giving.give_coupon(at.member, v["kind"], v["count"], at.user)

    try:
        return sent(
            request, pk, "give_coupon", lambda at: giving.GiveCoupon(at.store, request.POST), act
        )
    except NotIssued as e:
        why = {
            "expired": _("No coupon was given: its last day is over."),
            "stock": _("No coupon was given: all of this kind are issued."),
        }
        said.refused(request, why.get(str(e), _("No coupon was given.")))
        return redirect("desk:member", pk)


@post_only("desk:member", "pk")
@duty("correct")
def points(request: HttpRequest, pk: str) -> HttpResponse:
    """Give points."""

    def act(at: Serving, v: Values) -> Movement:
        return giving.give_points(at.store, at.member, v["points"], v["reason"], at.user)

    return sent(request, pk, "give_points", lambda _at: giving.GivePoints(request.POST), act)
