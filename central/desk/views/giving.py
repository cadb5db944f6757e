"""Coupons and points given on a member's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from central.books.coupons import NotIssued
from central.desk import giving
from central.desk.access import current_store, duty, staff
from central.desk.views import members, said
from central.desk.views.money import do
from central.shop.models import Member


@require_POST
@duty("correct")
def coupon(request: HttpRequest, pk: str) -> HttpResponse:
    """Give coupons of a kind."""
    member = get_object_or_404(Member, pk=pk)
    form = giving.GiveCoupon(current_store(request), request.POST)
    if not form.is_valid():
        return members.page(request, member, {"give_coupon": form}, status=422)
    v = form.cleaned_data
    try:
        return do(
            request,
            member,
            lambda: giving.give_coupon(member, v["kind"], v["count"], staff(request)),
        )
    except NotIssued as e:
        why = {
            "expired": _("No coupon was given: its last day is over."),
            "stock": _("No coupon was given: all of this kind are issued."),
        }
        said.refused(request, why.get(str(e), _("No coupon was given.")))
        return redirect("desk:member", member.pk)


@require_POST
@duty("correct")
def points(request: HttpRequest, pk: str) -> HttpResponse:
    """Give points."""
    member, store = get_object_or_404(Member, pk=pk), current_store(request)
    form = giving.GivePoints(request.POST)
    if not form.is_valid():
        return members.page(request, member, {"give_points": form}, status=422)
    v = form.cleaned_data
    return do(
        request,
        member,
        lambda: giving.give_points(store, member, v["points"], v["reason"], staff(request)),
    )
