"""Moving what a member has: a purse, a pass, everything; the end of a pass; what is waited for."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from central.books import recalls, transfers
from central.desk import deciding, moveforms, moving, people, waiting
from central.desk.access import current_store, duty, post_only, staff
from central.desk.views import said
from central.desk.views.money import Serving, Values, do, sent
from central.shop.models import Member, Movement, Pass


@post_only("desk:member", "pk")
@duty("move_members")
def give(request: HttpRequest, pk: str) -> HttpResponse:
    """Give an amount of a purse to another member."""

    def act(at: Serving, v: Values) -> Movement:
        return moving.give(at.store, v["account"], v["to"], v["amount"], v["reason"], at.user)

    return sent(request, pk, "give", lambda at: moveforms.Give(at.member, request.POST), act)


@require_http_methods(["GET", "POST"])
@duty("move_members")
def one_pass(request: HttpRequest, pk: str, sold: str) -> HttpResponse:
    """Show a pass and what may be done with it: cancel it, give it away."""
    member, store = get_object_or_404(Member, pk=pk), current_store(request)
    found = get_object_or_404(Pass, pk=sold, member=member, voided=False)
    what = request.POST.get("what", "")
    cancel = moveforms.Cancel(request.POST) if what == "cancel" else None
    give_to = moveforms.GivePass(request.POST) if what == "give" else None

    def again() -> HttpResponse:
        return _pass_page(request, found, cancel, give_to, status=409)

    if cancel is not None and cancel.is_valid():
        v = cancel.cleaned_data
        seen = request.POST.get("worth", "")
        return do(
            request,
            member,
            lambda: moving.cancel(
                store, found, v["means"], v["reason"], staff(request), v["paid"], seen
            ),
            again=again,
        )
    if give_to is not None and give_to.is_valid():
        v = give_to.cleaned_data
        return do(
            request,
            member,
            lambda: moving.give_pass(store, found, v["to"], v["reason"], staff(request)),
            again=again,
        )
    return _pass_page(request, found, cancel, give_to, status=422 if cancel or give_to else 200)


def _pass_page(
    request: HttpRequest,
    found: Pass,
    cancel: moveforms.Cancel | None,
    give_to: moveforms.GivePass | None,
    status: int,
) -> HttpResponse:
    """Show a pass, with the form that was sent as it was sent.

    But an amount that was decided on another worth is not offered again.
    """
    member, worth = found.member, transfers.worth(found)
    paid = {"paid": f"{worth / 100:.2f}"}
    if cancel is not None and request.POST.get("worth", "") != str(worth):
        cancel = moveforms.Cancel({**request.POST.dict(), **paid})
    context = {
        "store": current_store(request),
        "member": member,
        "one": next(one for one in people.passes(member) if one.sold.pk == found.pk),
        "worth": worth,
        "cancel": cancel or moveforms.Cancel(initial=paid),
        "give": give_to or moveforms.GivePass(),
        "waiting": waiting.of(member),
        "once": secrets.token_hex(16),
    }
    return render(request, "desk/pass.html", context, status=status)


@require_http_methods(["GET", "POST"])
@duty("move_members")
def merge(request: HttpRequest, pk: str) -> HttpResponse:
    """Show what a merge would bring to whom; sent with `sure`, do it."""
    member = get_object_or_404(Member, pk=pk)
    form = moveforms.Merge(request.POST or None)
    if not form.is_valid():
        return _merge_page(request, member, form, status=422 if form.is_bound else 200)
    if not request.POST.get("sure"):
        return _merge_page(request, member, form, form.cleaned_data["to"])
    target, reason = form.cleaned_data["to"], form.cleaned_data["reason"]
    return do(
        request,
        member,
        lambda: moving.merge(current_store(request), member, target, reason, staff(request)),
        again=lambda: _merge_page(request, member, form, target, status=409),
    )


def _merge_page(
    request: HttpRequest,
    member: Member,
    form: moveforms.Merge,
    target: Member | None = None,
    status: int = 200,
) -> HttpResponse:
    """Ask whom a member is the same as; with `target`, whether to merge the two."""
    context = {
        "store": current_store(request),
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
    return render(request, "desk/merge.html", context, status=status)


@require_GET
@never_cache
@duty("sell")
def wait(request: HttpRequest, pk: str) -> HttpResponse:
    """Show alone what is waited for, for the pages that ask again every second."""
    member = get_object_or_404(Member, pk=pk)
    context = {"store": current_store(request), "member": member, "waiting": waiting.of(member)}
    return render(request, "desk/_waiting.html", context)


@post_only("desk:member", "pk")
@duty("sell")
def waited(request: HttpRequest, pk: str) -> HttpResponse:
    """Wait no longer: the form was given up, and the kiosks may hold what was asked of them."""
    found = waiting.of(get_object_or_404(Member, pk=pk))
    if found is not None:
        recalls.end(found.accounts)
    said.done(request, _("Nothing is waited for any more."))
    return redirect("desk:member", pk)


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
