"""The first page: one search box, the cards just tapped, today's open tickets, the terminals."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from central.desk import people, seen
from central.desk.access import STORE, current_store, duty, post_only
from central.desk.history import Names
from central.shop.models import Case, Member, Pet, ServiceTicket, Store, Terminal


@require_GET
@duty("look_up")
def home(request: HttpRequest) -> HttpResponse:
    """Show the first page, or what the search box finds."""
    text = request.GET.get("q", "")
    found = list(people.find(text)[: people.MOST]) if text.strip() else []
    if len(found) == 1 and "list" not in request.GET:
        return redirect("desk:member", found[0].pk)
    store = current_store(request)
    context = {
        "store": store,
        "query": text,
        "found": found,
        "most": len(found) == people.MOST,
        "tickets": _tickets(store),
        "terminals": Terminal.objects.filter(store=store).order_by("code"),
        "cases": Case.objects.filter(store=store, open=True).count(),
        "seen": seen.cards(),
    }
    return render(request, "desk/home.html", context)


def _tickets(store: Store) -> list[dict[str, object]]:
    names = Names()
    tickets = list(ServiceTicket.objects.filter(store=store, open=True).order_by("day", "pk")[:50])
    members = Member.objects.in_bulk({ticket.member for ticket in tickets})
    pets = Pet.objects.in_bulk({ticket.pet for ticket in tickets})
    return [
        {
            "day": ticket.day,
            "service": names.service(ticket.service),
            "member": members.get(ticket.member),
            "pet": pets.get(ticket.pet),
        }
        for ticket in tickets
    ]


@post_only("desk:home")
@duty("look_up")
def choose_store(request: HttpRequest) -> HttpResponse:
    """Work in another store."""
    store = Store.objects.filter(pk=request.POST.get("store", "")).first()
    if store is not None:
        request.session[STORE] = store.pk
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "desk:home"
    return redirect(back)
