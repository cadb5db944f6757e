"""Which points may be leased to terminals (docs/protocol.md, "Points").

Points that a row has earned ripen for as long as the row may still be undone: until then they are
free and nobody's, so that the void finds them.  Later a void or a reversal takes them from what is
free first; what a terminal holds is recalled for a reversal, and is a case beside a void, which
cannot wait.  A check-in stands for ever: its points are ripe at once.
"""

import datetime as dt
from collections.abc import Collection

from django.db.models import Exists, F, Max, OuterRef, Q, Sum
from django.utils import timezone

from central.shop.choices import PurseKind
from central.shop.models import Account, CheckIn, Entry, Store, Transaction

SLACK = dt.timedelta(minutes=1)
"""A void may be this much later than the policy says: the press and the way take their time."""


def unripe(among: Collection[str] | None = None) -> dict[str, int]:
    """Sum, by points account, what rows have earned that may still be undone; of all by default."""
    minutes = Store.objects.aggregate(most=Max("undo_minutes"))["most"] or 0
    since = timezone.now() - dt.timedelta(minutes=minutes) - SLACK
    earned = Entry.objects.filter(
        ~Exists(Transaction.objects.filter(voided_by=OuterRef("transaction"))),
        ~Exists(CheckIn.objects.filter(transaction=OuterRef("transaction"))),
        account__kind=PurseKind.POINTS,
        amount__gt=0,
        transaction__received_at__gt=since,
    )
    if among is not None:
        earned = earned.filter(account__in=among)
    # summed and not filtered by it: that index would be walked from end to end
    standing = Sum("amount", filter=Q(transaction__voided_by=None), default=0)
    return {a: n for a, n in earned.values_list("account").annotate(standing).order_by() if n}


def green(held_back: dict[str, int]) -> list[str]:
    """List the accounts of which nothing beyond these points is free."""
    found = Account.objects.filter(pk__in=held_back, posted__gt=F("leased"))
    return [a.pk for a in found if a.posted - a.leased <= held_back[a.pk]]
