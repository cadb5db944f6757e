"""Which points may be leased to terminals (docs/protocol.md, "Points").

Points that a row has earned ripen for as long as the row may still be undone: until then they are
free and nobody's, so that the void finds them.  Later a void or a reversal takes them from what is
free first; what a terminal holds is recalled for a reversal, and is a case beside a void, which
cannot wait.  A check-in stands for ever: its points are ripe at once.
"""

import datetime as dt

from django.db.models import F, Max, Sum
from django.utils import timezone

from central.shop.choices import PurseKind
from central.shop.models import Account, Entry, Store

SLACK = dt.timedelta(minutes=1)
"""A void may be this much later than the policy says: the press and the way take their time."""


def unripe() -> dict[str, int]:
    """Sum, by points account, what rows have earned that may still be undone."""
    minutes = Store.objects.aggregate(most=Max("undo_minutes"))["most"] or 0
    since = timezone.now() - dt.timedelta(minutes=minutes) - SLACK
    earned = Entry.objects.filter(
        account__kind=PurseKind.POINTS,
        amount__gt=0,
        transaction__received_at__gt=since,
        transaction__voided_by=None,
        transaction__voids=None,
        transaction__check_ins=None,
    )
    return dict(earned.values_list("account").annotate(total=Sum("amount")).order_by())


def green(held_back: dict[str, int]) -> list[str]:
    """List the accounts of which nothing beyond these points is free."""
    found = Account.objects.filter(pk__in=held_back, posted__gt=F("leased"))
    return [a.pk for a in found if a.posted - a.leased <= held_back[a.pk]]
