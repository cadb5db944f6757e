"""日结: the page, the CSV file, the slip."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from central.desk import dayclose, dayreport, forms
from central.desk.access import current_store, duty
from central.desk.counter import today


@require_GET
@duty("close_day")
def day(request: HttpRequest) -> HttpResponse:
    """Show a day; `format` may be csv, slip or txt."""
    store = current_store(request)
    now = today(store)
    chosen = forms.Day(request.GET).chosen(now)
    figures = dayclose.of(store, chosen)
    name = f"{store.pk}-{chosen}"
    match request.GET.get("format"):
        case "csv":
            answer = HttpResponse(dayreport.as_csv(figures), "text/csv; charset=utf-8")
            answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
            return answer
        case "txt":
            return HttpResponse(dayreport.as_slip(figures), "text/plain; charset=utf-8")
        case "slip":
            context = {"figures": figures, "lines": dayreport.slip(figures), "day": chosen}
            return render(request, "desk/slip.html", context)
    sections = dayreport.sections(figures)
    context = {
        "store": store,
        "day": chosen,
        "today": now,
        "before": chosen - dt.timedelta(days=1),
        "after": chosen + dt.timedelta(days=1) if chosen < now else None,
        "figures": figures,
        "sections": {section.key: section for section in sections},
    }
    return render(request, "desk/day.html", context)
