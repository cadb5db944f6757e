"""Import of members: a file, its preview, the confirmation."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from central.desk import forms, models
from central.desk.access import current_store, duty, post_only, staff
from central.desk.counter import today
from central.desk.importing import files, plan, template
from central.desk.views import said

KEPT = dt.timedelta(days=1)


@require_http_methods(["GET", "POST"])
@duty("bring_in")
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and show what it would bring, or all that is wrong with it."""
    store = current_store(request)
    models.Upload.objects.filter(at__lt=timezone.now() - KEPT).delete()
    form = forms.Upload(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"store": store, "form": form}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read(files.MOST_BYTES + 1)
        found = plan.check(store, file.name, content)
        context |= {"plan": found, "counts": found.counts(), "name": file.name}
        if not found.faults and found.coming:
            context["upload"] = models.Upload.objects.create(
                name=file.name[:200], content=content, store=store, user=staff(request)
            )
    return render(request, "desk/import.html", context)


@post_only("desk:import")
@duty("bring_in")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring in what the preview showed; faults that have come up since refuse all of it."""
    kept = get_object_or_404(models.Upload, pk=pk, user=staff(request))
    try:
        done = plan.bring_in(
            kept.store, kept.name, bytes(kept.content), today(kept.store), staff(request)
        )
    except plan.Refused as e:
        said.refused(request, _("Nothing was imported; faults:") + f" {len(e.faults)}")
    else:
        counts = done.counts()
        said.done(request, _("Imported members:") + f" {counts['members']}")
    kept.delete()
    return redirect("desk:import")


@require_GET
@duty("bring_in")
def download(_request: HttpRequest) -> HttpResponse:
    """Give the file to fill in."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = HttpResponse(template.write(), kind)
    answer["Content-Disposition"] = f'attachment; filename="{template.FILE.name}"'
    return answer
