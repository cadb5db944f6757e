"""刚刚刷的未知卡: cards that were tapped of late and belong to nobody."""

import dataclasses as dc
import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from central.shop.models import Medium, SeenMedium

LATELY = dt.timedelta(hours=12)
MOST = 12


@dc.dataclass(frozen=True, slots=True)
class Card:
    """A card as the page shows it: no more of its number than tells it from the next."""

    pk: int
    terminal: str
    shown: str
    times: int
    at: dt.datetime
    minutes: int


def cards() -> list[Card]:
    """List them, the newest first; a card at two terminals once."""
    now = timezone.now()
    found: dict[str, Card] = {}
    rows = SeenMedium.objects.filter(heard_at__gte=now - LATELY).select_related("terminal")
    for row in rows.order_by("-heard_at")[: 4 * MOST]:
        minutes = max(0, int((now - row.heard_at).total_seconds()) // 60)
        card = Card(row.pk, str(row.terminal), shown(row.key), row.times, row.heard_at, minutes)
        found.setdefault(row.key, card)
    owned = Medium.objects.filter(key__in=list(found)).values_list("key", flat=True)
    for key in owned:
        del found[key]
    return list(found.values())[:MOST]


def shown(key: str) -> str:
    """Write a medium key short: what kind it is and its last four characters.

    A code may be on a screen, on paper or in a card's memory; a card without one has its number.
    """
    scheme, _colon, value = key.partition(":")
    return f"{_('Code') if scheme == 'pm1' else 'NFC'} …{value[-4:]}"
