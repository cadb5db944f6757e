"""Moving what a member has: a purse, a pass, everything; the end of a pass; what is waited for."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from central.books import transfers
from central.desk import deciding, moveforms, moving, people, waiting
from central.desk.access import current_store, duty, staff
from central.desk.views import members, said
from central.desk.views.money import do
from central.shop.models import Member, Pass


@require_POST
@duty("move_members")
def give(request: HttpRequest, pk: str) -> HttpResponse:
    """Give an amount of a purse to another member."""
    member, store = get_object_or_404(Member, pk=pk), current_store(request)
    form = moveforms.Give(member, request.POST)
    if not form.is_valid():
        return members.page(request, member, {"give": form}, status=422)
    v = form.cleaned_data
    return do(
        request,
        member,
        lambda: moving.give(store, v["account"], v["to"], v["amount"], v["reason"], staff(request)),
        again={"give": form},
    )


@require_http_methods(["GET", "POST"])
@duty("move_members")
def one_pass(request: HttpRequest, pk: str, sold: str) -> HttpResponse:
    """Show a pass and what may be done with it: cancel it, give it away."""
    member, store = get_object_or_404(Member, pk=pk), current_store(request)
    found = get_object_or_404(Pass, pk=sold, member=member, voided=False)
    worth = transfers.worth(found)
    what = request.POST.get("what", "")
    cancel = moveforms.Cancel(
        request.POST if what == "cancel" else None, initial={"paid": f"{worth / 100:.2f}"}
    )
    give_to = moveforms.GivePass(request.POST if what == "give" else None)
    if what == "cancel" and cancel.is_valid():
        v = cancel.cleaned_data
        return do(
            request,
            member,
            lambda: moving.cancel(
                store,
                found,
                v["means"],
                v["reason"],
                staff(request),
                v["paid"],
                request.POST.get("worth", ""),
            ),
            request.path,
        )
    if what == "give" and give_to.is_valid():
        v = give_to.cleaned_data
        return do(
            request,
            member,
            lambda: moving.give_pass(store, found, v["to"], v["reason"], staff(request)),
            request.path,
        )
    context = {
        "store": store,
        "member": member,
        "one": next(one for one in people.passes(member) if one.sold.pk == found.pk),
        "worth": worth,
        "cancel": cancel,
        "give": give_to,
        "waiting": waiting.of(member),
        "once": secrets.token_hex(16),
    }
    status = 422 if cancel.is_bound or give_to.is_bound else 200
    return render(request, "desk/pass.html", context, status=status)


@require_http_methods(["GET", "POST"])
@duty("move_members")
def merge(request: HttpRequest, pk: str) -> HttpResponse:
    """Show what a merge would bring to whom; sent with `sure`, do it."""
    member, store = get_object_or_404(Member, pk=pk), current_store(request)
    form = moveforms.Merge(request.POST or None)
    target = form.cleaned_data["to"] if form.is_valid() else None
    if target is not None and request.POST.get("sure"):
        reason = form.cleaned_data["reason"]
        return do(
            request,
            member,
            lambda: moving.merge(store, member, target, reason, staff(request)),
            request.path,
        )
    context = {
        "store": store,
        "member": member,
        "form": form,
        "target": target,
        "purses": people.purses(member),
        "passes": [one for one in people.passes(member) if not one.sold.voided],
        "pets": member.pets.count(),
        "media": member.media.count(),
        "waiting": waiting.of(member),
        "once": secrets.token_hex(16),
    }
    return render(request, "desk/merge.html", context)


@require_GET
@never_cache
@duty("sell")
def wait(request: HttpRequest, pk: str) -> HttpResponse:
    """Show alone what is waited for, for the pages that ask again every second."""
    member = get_object_or_404(Member, pk=pk)
    context = {"store": current_store(request), "member": member, "waiting": waiting.of(member)}
    return render(request, "desk/_waiting.html", context)


@require_http_methods(["GET", "POST"])
@duty("write_off")
def write_off(request: HttpRequest, pk: str) -> HttpResponse:
    """Show what would be risked by not waiting; sent with a reason, take it home."""
    member = get_object_or_404(Member, pk=pk)
    wanted = waiting.of(member)
    if wanted is None or not wanted.held:
        said.refused(request, _("Nothing is waited for any more."))
        return redirect("desk:member", pk)
    form = moveforms.Decided(request.POST or None)
    if form.is_valid():
        deciding.write_off(wanted.accounts, form.cleaned_data["reason"], staff(request))
        said.done(request, _("It is free now; a case says what may still be lost."))
        return redirect("desk:member", pk)
    context = {
        "store": current_store(request), "member": member, "waiting": wanted, "form": form,
    }  # fmt: skip
    return render(request, "desk/write_off.html", context, status=422 if form.is_bound else 200)
