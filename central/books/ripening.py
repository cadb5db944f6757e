"""Which points may be leased to terminals (docs/protocol.md, "Points").

Points that a row has earned ripen for as long as the row may still be undone: until then they are
free and nobody's, so that the void finds them.  Later a void or a reversal takes them from what is
free first; what a terminal holds is recalled for a reversal, and is a case beside a void, which
cannot wait.  A check-in stands for ever: its points are ripe at once.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection

from django.db.models import Exists, F, Max, OuterRef
from django.utils import timezone

from central.shop.choices import PurseKind
from central.shop.models import Account, CheckIn, Entry, Store, Transaction

SLACK = dt.timedelta(minutes=1)
"""A void may be this much later than the policy says: the press and the way take their time."""


def unripe(among: Collection[str] | None = None) -> dict[str, int]:
    """Sum, by points account, what rows have earned that may still be undone; of all by default."""
    minutes = Store.objects.aggregate(most=Max("undo_minutes"))["most"] or 0
    since = timezone.now() - dt.timedelta(minutes=minutes) - SLACK
    recent = Transaction.objects.filter(received_at__gt=since).order_by("received_at")
    first = recent.values_list("pk", flat=True).first()
    if first is None:
        return {}
    earned = Entry.objects.filter(
        ~Exists(Transaction.objects.filter(voided_by=OuterRef("transaction"))),
        account__kind=PurseKind.POINTS,
        amount__gt=0,
        transaction__gte=first,
    )
    if among is not None:
        earned = earned.filter(account__in=among)
    stamped: Counter[int] = Counter()
    for row, points in CheckIn.objects.filter(transaction__gte=first).values_list(
        "transaction", "points"
    ):
        stamped[row] += points
    # added up here: grouped, or filtered by voided_by, the wrong index would be walked to its end
    found: Counter[str] = Counter()
    for account, row, amount, undone in earned.values_list(
        "account", "transaction", "amount", "transaction__voided_by"
    ).order_by():
        # a row that checks in and pays has both in one entry
        found[account] += amount - stamped[row] if undone is None else 0
    return {account: points for account, points in found.items() if points}


def green(held_back: dict[str, int]) -> list[str]:
    """List the accounts of which nothing beyond these points is free."""
    found = Account.objects.filter(pk__in=held_back, posted__gt=F("leased"))
    return [a.pk for a in found if a.posted - a.leased <= held_back[a.pk]]
