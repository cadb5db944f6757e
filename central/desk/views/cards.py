"""Cards: those just tapped that nobody owns, binding, loss, replacement."""

import secrets

from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from central.books import media
from central.desk import people, seen
from central.desk.access import current_store, duty, post_only, staff
from central.desk.views import said
from central.shop.models import Medium, Member, SeenMedium
from kiosk.domain.media import PREFIX, from_text


@require_GET
@never_cache
@duty("look_up")
def unknown(request: HttpRequest) -> HttpResponse:
    """Show the list alone, for the pages that ask again every second."""
    member = Member.objects.filter(pk=request.GET.get("member", "")).first()
    return render(request, "desk/_seen.html", {"seen": seen.cards(), "member": member})


@require_GET
@duty("bind_cards")
def card(request: HttpRequest, card: int) -> HttpResponse:
    """Find the member that a card shall belong to."""
    found = get_object_or_404(SeenMedium, pk=card)
    text = request.GET.get("q", "")
    context = {
        "store": current_store(request),
        "card": found,
        "shown": seen.shown(found.key),
        "query": text,
        "found": people.find(text)[: people.MOST] if text.strip() else (),
    }
    return render(request, "desk/card.html", context)


@post_only("desk:member", "pk")
@duty("bind_cards")
def bind(request: HttpRequest, card: int, pk: str) -> HttpResponse:
    """Give a card to a member; with `instead`, in place of one that is then reported lost."""
    member = get_object_or_404(Member, pk=pk)
    found = SeenMedium.objects.filter(pk=card).first()
    if found is None:
        said.refused(request, _("Somebody has bound this card meanwhile."))
        return redirect("desk:member", pk)
    try:
        with transaction.atomic():
            if instead := request.POST.get("instead", ""):
                old = get_object_or_404(Medium, pk=instead, member=member)
                media.report_lost(old)
                _log(request, old, _("card reported lost"))
            medium = media.bind(found, member=member)
            _log(request, medium, _("card bound") + f" {seen.shown(medium.key)}")
    except media.Taken:
        said.refused(request, _("This card belongs to somebody else already."))
    except ValidationError:
        said.refused(request, _("This is no card that can be bound."))
    else:
        said.done(request, _("The card is bound; the kiosk greets the member from now on."))
    return redirect("desk:member", pk)


@post_only("desk:member", "pk")
@duty("bind_cards")
def mark(request: HttpRequest, pk: str, medium: str, what: str) -> HttpResponse:
    """Report a card lost, or found again."""
    found = get_object_or_404(Medium, pk=medium, member=pk)
    with transaction.atomic():
        if what == "lost":
            media.report_lost(found)
            text = _("card reported lost")
        else:
            media.report_found(found)
            text = _("card found again")
        _log(request, found, f"{text} {seen.shown(found.key)}")
    said.done(request, _("The kiosks are being told."))
    return redirect("desk:member", pk)


@post_only("desk:member", "pk")
@duty("bind_cards")
def reissue(request: HttpRequest, pk: str) -> HttpResponse:
    """Give a member a new code, which any QR code or NDEF card may carry."""
    member = get_object_or_404(Member, pk=pk)
    text = PREFIX + secrets.token_urlsafe(12)
    with transaction.atomic():
        medium = media.bind(from_text(text), member=member)
        _log(request, medium, _("code issued") + f" {seen.shown(medium.key)}")
    context = {"store": current_store(request), "member": member, "text": text}
    return render(request, "desk/code.html", context)


def _log(request: HttpRequest, medium: Medium, text: str) -> None:
    """Note who did it, in the admin's own log; the key itself is not in it."""
    LogEntry.objects.log_actions(staff(request).pk, [medium], CHANGE, change_message=text)
    LogEntry.objects.filter(object_id=medium.pk).update(object_repr=medium.pk)
