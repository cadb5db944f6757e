"""Sales and corrections on a member's page: forms sent there end here, each done once."""

import secrets
from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from central.books.actions import HeldElsewhere, NotUsable
from central.books.transfers import NotMovable
from central.desk import counter, forms, redeeming, reversals
from central.desk.access import current_store, duty, staff
from central.desk.views import members, said
from central.shop.models import Member, Movement, Pass, Transaction

Act = Callable[[dict[str, Any]], Movement]


@require_POST
@duty("sell")
def top_up(request: HttpRequest, pk: str) -> HttpResponse:
    """Sell stored value."""
    member = get_object_or_404(Member, pk=pk)
    form = forms.TopUp(current_store(request), request.POST)
    return _move(
        request,
        member,
        "top_up",
        form,
        lambda v: counter.top_up(member, v["plan"], v["means"], staff(request)),
    )


@require_POST
@duty("sell")
def sell_pass(request: HttpRequest, pk: str) -> HttpResponse:
    """Sell a pass."""
    member = get_object_or_404(Member, pk=pk)
    form = forms.SellPass(current_store(request), request.POST)
    return _move(
        request,
        member,
        "sell_pass",
        form,
        lambda v: counter.sell_pass(member, v["plan"], v["means"], staff(request)),
    )


@require_POST
@duty("correct")
def pay_out(request: HttpRequest, pk: str) -> HttpResponse:
    """Take from a purse and pay back."""
    member, store = get_object_or_404(Member, pk=pk), current_store(request)

    def act(v: dict[str, Any]) -> Movement:
        return counter.pay_out(
            store, v["account"], v["amount"], v["paid"], v["means"], v["reason"], staff(request)
        )

    return _move(request, member, "pay_out", forms.PayOut(member, request.POST), act)


@require_POST
@duty("correct")
def adjust(request: HttpRequest, pk: str) -> HttpResponse:
    """Correct a purse."""
    member, store = get_object_or_404(Member, pk=pk), current_store(request)

    def act(v: dict[str, Any]) -> Movement:
        return counter.adjust(store, v["account"], v["amount"], v["reason"], staff(request))

    return _move(request, member, "adjust", forms.Adjust(member, request.POST), act)


@require_POST
@duty("correct")
def reverse(request: HttpRequest, pk: str, row: int) -> HttpResponse:
    """Post a row of this member back to the purses it came from."""
    member = get_object_or_404(Member, pk=pk)
    stored = get_object_or_404(Transaction, pk=row, member=member.pk)
    return _reverse(request, member, lambda why: reversals.reverse(stored, why, staff(request)))


@require_POST
@duty("correct")
def undo(request: HttpRequest, pk: str, movement: int) -> HttpResponse:
    """Post a sale or a redemption of the desk back to the purses it came from."""
    member = get_object_or_404(Member, pk=pk)
    done = get_object_or_404(Movement, pk=movement, receipt__member=member.pk)
    return _reverse(
        request, member, lambda why: reversals.reverse_movement(done, why, staff(request))
    )


def _reverse(request: HttpRequest, member: Member, act: Callable[[str], Movement]) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:120]
    if not reason:
        said.refused(request, _("A reversal takes a reason."))
        return redirect("desk:member", member.pk)
    return do(request, member, lambda: act(reason))


@require_http_methods(["GET", "POST"])
@duty("sell")
def redeem(request: HttpRequest, pk: str) -> HttpResponse:
    """Show what a service would cost and what could pay it; sent, pay it with that."""
    member, store = get_object_or_404(Member, pk=pk), current_store(request)
    form = forms.Redeem(store, member, request.POST or request.GET)
    if not form.is_valid():
        return members.page(request, member, {"redeem": form}, status=422)
    service, pet = form.cleaned_data["service"], form.cleaned_data["pet"]
    if request.method == "POST":
        chosen = request.POST.get("pass", "")
        sold = get_object_or_404(Pass, pk=chosen, member=member) if chosen else None
        return do(
            request,
            member,
            lambda: counter.redeem(store, member, service, pet, sold, staff(request)),
            request.get_full_path(),
        )
    context = {
        "store": store,
        "member": member,
        "service": forms.service_label(service),
        "form": form,
        "pet": pet,
        "ways": redeeming.ways(store, member, service, pet),
        "once": secrets.token_hex(16),
    }
    return render(request, "desk/redeem.html", context)


def _move(
    request: HttpRequest, member: Member, name: str, form: django_forms.Form, act: Act
) -> HttpResponse:
    if not form.is_valid():
        return members.page(request, member, {name: form}, status=422)
    return do(request, member, lambda: act(form.cleaned_data), again={name: form})


def do(
    request: HttpRequest,
    member: Member,
    act: Callable[[], Movement],
    retry: str = "",
    again: dict[str, django_forms.Form] | None = None,
) -> HttpResponse:
    """Do it once and say so; where a terminal holds the money, the form stays as it was sent."""
    try:
        counter.once(request.POST.get("once", "")[:40], act)
    except HeldElsewhere as e:
        said.held(request, e)
        if again:
            return members.page(request, member, again, status=409)
        if retry:
            return redirect(retry)
    except NotUsable as e:
        said.not_usable(request, e)
    except (counter.NotNow, NotMovable) as e:
        said.not_now(request, e)
    else:
        said.done(request, _("Done. The kiosks are being told."))
    return redirect("desk:member", member.pk)
