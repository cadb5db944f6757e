"""The kiosks and their journals, and what staff decide about one."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from central.books.journals import NotSo
from central.desk import deciding, kiosks, moveforms
from central.desk.access import current_store, duty, staff
from central.desk.models import Verdict
from central.desk.views import said
from central.shop.models import Journal


@require_GET
@duty("look_up")
def overview(request: HttpRequest) -> HttpResponse:
    """Show every kiosk of the store with its journals."""
    store = current_store(request)
    return render(request, "desk/kiosks.html", {"store": store, "kiosks": kiosks.of(store)})


@require_http_methods(["GET", "POST"])
@duty("decide_journals", "write_off")
def decide(request: HttpRequest, pk: str, what: str) -> HttpResponse:
    """Show what a decision would do; sent with its reason, do it."""
    if what not in Verdict.values:
        raise Http404
    verdict, store = Verdict(what), current_store(request)
    if not request.user.has_perm(f"desk.{deciding.DUTY[verdict]}"):
        raise PermissionDenied
    journal = get_object_or_404(
        Journal.objects.select_related("terminal"), pk=pk, terminal__store=store
    )
    if verdict not in deciding.verdicts(journal):
        said.refused(request, _("This has been decided already, or the kiosk works with it."))
        return redirect("desk:kiosks")
    form = moveforms.Decided(request.POST or None)
    if form.is_valid():
        try:
            deciding.decide(journal, verdict, form.cleaned_data["reason"], staff(request))
        except NotSo:
            said.refused(request, _("This has been decided already, or the kiosk works with it."))
        else:
            said.done(request, _("Noted. The kiosk is being told."))
        return redirect("desk:kiosks")
    label, effect = kiosks.verdict(verdict)
    context = {
        "store": store,
        "one": kiosks.shown(journal, current=False),
        "verdict": verdict,
        "label": label,
        "effect": effect,
        "form": form,
    }
    return render(request, "desk/decide.html", context, status=422 if form.is_bound else 200)
