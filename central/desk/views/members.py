"""A member's page, and a new member."""

import secrets
from typing import Any

from django import forms as django_forms
from django.contrib.admin.models import ADDITION, LogEntry
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from central.desk import forms, giving, history, moveforms, people, seen, waiting
from central.desk.access import current_store, duty, staff
from central.desk.counter import today
from central.desk.views import said
from central.shop.models import FollowUp, Member, Pet


@require_GET
@duty("look_up")
def member(request: HttpRequest, pk: str) -> HttpResponse:
    """Show a member."""
    return page(request, get_object_or_404(Member, pk=pk))


def page(
    request: HttpRequest,
    found: Member,
    bound: dict[str, django_forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show a member; `bound` holds the form that was sent with faults, by its name."""
    store = current_store(request)
    names = history.Names(found)
    shown: dict[str, Any] = {
        "top_up": forms.TopUp(store),
        "sell_pass": forms.SellPass(store),
        "pay_out": forms.PayOut(found),
        "adjust": forms.Adjust(found),
        "redeem": forms.Redeem(store, found),
        "give": moveforms.Give(found),
        "give_coupon": giving.GiveCoupon(store),
        "give_points": giving.GivePoints(),
    }
    context = {
        "store": store,
        "member": found,
        "purses": people.purses(found),
        "passes": people.passes(found),
        "pets": found.pets.order_by("name"),
        "media": [(medium, seen.shown(medium.key)) for medium in found.media.order_by("pk")],
        "tickets": [
            (ticket, names.service(ticket.service), names.pet(ticket.pet))
            for ticket in people.tickets(found)
        ],
        "follow_ups": [
            (one, names.service(one.service))
            for one in FollowUp.objects.filter(member=found, done=False, cancelled=False)
        ],
        "events": history.of(found),
        "seen": seen.cards(),
        "today": today(store),
        "forms": shown | (bound or {}),
        "open": next(iter(bound or {}), ""),
        "once": secrets.token_hex(16),
        "waiting": waiting.of(found),
    }
    return render(request, "desk/member.html", context, status=status)


@require_http_methods(["GET", "POST"])
@duty("bind_cards")
def enrol(request: HttpRequest) -> HttpResponse:
    """Take in a new member."""
    form = forms.Enrol(request.POST or None, initial={"name": request.GET.get("name", "")})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        with transaction.atomic():
            made = Member.objects.create(
                name=values["name"], phone=values["phone"], tier=values["tier"]
            )
            if values["pet"]:
                Pet.objects.create(
                    member=made, name=values["pet"], size=values["size"], warning=values["warning"]
                )
            LogEntry.objects.log_actions(
                staff(request).pk,
                [made],
                ADDITION,
                change_message=_("enrolled at the desk"),
            )
        said.done(request, _("The member is enrolled. Lay a new card on a kiosk to bind it."))
        return redirect("desk:member", made.pk)
    return render(request, "desk/enrol.html", {"form": form, "store": current_store(request)})
