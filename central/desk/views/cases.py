"""Exception cases in plain words, and what may be done about each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from central.books.actions import HeldElsewhere
from central.desk import casewords, counter, forms, settling
from central.desk.access import current_store, duty, post_only, staff
from central.desk.history import Names
from central.desk.models import Choice
from central.desk.views import said
from central.shop.models import Case

MOST = 50


@require_GET
@duty("settle_cases")
def cases(request: HttpRequest) -> HttpResponse:
    """List the open cases, oldest first, and the last closed ones."""
    store = current_store(request)
    found = Case.objects.filter(store=store).select_related(
        "transaction__journal__terminal__store", "journal__terminal"
    )
    found = found.prefetch_related("decisions__user")
    names = Names()
    context = {
        "store": store,
        "cases": [
            casewords.shown(case, names) for case in found.filter(open=True).order_by("pk")[:MOST]
        ],
        "closed": [
            casewords.shown(case, names) for case in found.filter(open=False).order_by("-pk")[:MOST]
        ],
    }
    return render(request, "desk/cases.html", context)


@post_only("desk:cases")
@duty("settle_cases")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what was decided."""
    case = get_object_or_404(Case, pk=pk, store=current_store(request))
    form = forms.Settle(request.POST)
    if not form.is_valid():
        said.refused(request, _("A decision takes a note: what was found, who was asked."))
        return redirect("desk:cases")
    values = form.cleaned_data
    try:
        settling.decide(case, Choice(values["choice"]), values["note"], staff(request))
    except HeldElsewhere as e:
        said.held(request, e)
    except counter.NotNow as e:
        said.not_now(request, e)
    else:
        said.done(request, _("Noted."))
    return redirect("desk:cases")
