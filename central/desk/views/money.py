"""Sales and corrections on a member's page: forms sent there end here, each done once."""

import dataclasses as dc
import secrets
from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from central.books.actions import HeldElsewhere, NotUsable
from central.books.transfers import NotMovable
from central.desk import counter, forms, redeeming, reversals, waiting
from central.desk.access import current_store, duty, post_only, staff
from central.desk.views import members, said
from central.shop.models import Member, Movement, Pass, Store, Transaction

Values = dict[str, Any]
"""What a valid form holds, by field."""


AGAIN = ("same_member", "worth_changed")
"""Why something cannot move, where what was typed is of use for the next try."""


@dc.dataclass(frozen=True, slots=True)
class Serving:
    """A member at the desk of a store, and who serves them."""

    member: Member
    store: Store
    user: User


@post_only("desk:member", "pk")
@duty("sell")
def top_up(request: HttpRequest, pk: str) -> HttpResponse:
    """Sell stored value."""

    def act(at: Serving, v: Values) -> Movement:
        return counter.top_up(at.member, v["plan"], v["means"], at.user)

    return sent(request, pk, "top_up", lambda at: forms.TopUp(at.store, request.POST), act)


@post_only("desk:member", "pk")
@duty("sell")
def sell_pass(request: HttpRequest, pk: str) -> HttpResponse:
    """Sell a pass."""

    def act(at: Serving, v: Values) -> Movement:
        return counter.sell_pass(at.member, v["plan"], v["means"], at.user)

    return sent(request, pk, "sell_pass", lambda at: forms.SellPass(at.store, request.POST), act)


@post_only("desk:member", "pk")
@duty("correct")
def pay_out(request: HttpRequest, pk: str) -> HttpResponse:
    """Take from a purse and pay back."""

    def act(at: Serving, v: Values) -> Movement:
        return counter.pay_out(
            at.store, v["account"], v["amount"], v["paid"], v["means"], v["reason"], at.user
        )

    return sent(request, pk, "pay_out", lambda at: forms.PayOut(at.member, request.POST), act)


@post_only("desk:member", "pk")
@duty("correct")
def adjust(request: HttpRequest, pk: str) -> HttpResponse:
    """Correct a purse."""

    def act(at: Serving, v: Values) -> Movement:
        return counter.adjust(at.store, v["account"], v["amount"], v["reason"], at.user)

    return sent(request, pk, "adjust", lambda at: forms.Adjust(at.member, request.POST), act)


@post_only("desk:member", "pk")
@duty("correct")
def reverse(request: HttpRequest, pk: str, row: int) -> HttpResponse:
    """Post a row of this member back to the purses it came from."""
    member = get_object_or_404(Member, pk=pk)
    stored = get_object_or_404(Transaction, pk=row, member=member.pk)
    return _reverse(request, member, lambda why: reversals.reverse(stored, why, staff(request)))


@post_only("desk:member", "pk")
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
    paying = forms.Paying(request.POST)
    if request.method == "POST" and paying.is_valid():
        chosen = request.POST.get("pass", "")
        sold = get_object_or_404(Pass, pk=chosen, member=member) if chosen else None
        how, price = sold or paying.less(), paying.cleaned_data["price"]
        return do(
            request,
            member,
            lambda: counter.redeem(store, member, service, pet, how, staff(request), price),
            f"{request.path}?{urlencode({'service': service.pk, 'pet': pet.pk if pet else ''})}",
        )
    context = {
        "store": store,
        "member": member,
        "service": forms.service_label(service),
        "form": form,
        "pet": pet,
        "ways": redeeming.ways(store, member, service, pet),
        "waiting": waiting.of(member),
        "once": secrets.token_hex(16),
    }
    return render(request, "desk/redeem.html", context)


def sent(
    request: HttpRequest,
    pk: str,
    name: str,
    form: Callable[[Serving], django_forms.Form],
    act: Callable[[Serving, Values], Movement],
) -> HttpResponse:
    """Do what a form of a member's page asks; one with faults is shown again."""
    at = Serving(get_object_or_404(Member, pk=pk), current_store(request), staff(request))
    bound = form(at)
    if not bound.is_valid():
        return members.page(request, at.member, {name: bound}, status=422)
    return do(
        request,
        at.member,
        lambda: act(at, bound.cleaned_data),
        again=lambda: members.page(request, at.member, {name: bound}, status=409),
    )


def do(
    request: HttpRequest,
    member: Member,
    act: Callable[[], Movement],
    retry: str = "",
    again: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:
    """Do it once and say so; where another try may do it, the page comes as it was sent: `again`.

    That is where a terminal holds the money, or what was decided on is not so any more.  `retry`
    is the address of a page on which nothing was typed.
    """
    try:
        counter.once(request.POST.get("once", "")[:40], act)
    except HeldElsewhere as e:
        said.held(request, e)
        if again:
            return again()
        if retry:
            return redirect(retry)
    except NotUsable as e:
        said.not_usable(request, e)
    except (counter.NotNow, NotMovable) as e:
        said.not_now(request, e)
        if again and str(e) in AGAIN:
            return again()
        if retry and isinstance(e, counter.Outdated):
            return redirect(retry)
    else:
        said.done(request, _("Done. The kiosks are being told."))
    return redirect("desk:member", member.pk)
