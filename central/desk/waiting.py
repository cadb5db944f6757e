"""等待终端: what the counter has called back of a member, and who still holds it."""

import dataclasses as dc
import datetime as dt

from django.db.models import Sum
from django.utils import timezone

from central.desk import words
from central.shop.choices import PurseKind
from central.shop.models import Account, Allowance, Member, Terminal


@dc.dataclass(frozen=True, slots=True)
class Held:
    """What one terminal holds of what was called back."""

    terminal: Terminal
    amounts: tuple[str, ...]
    heard_at: dt.datetime | None


@dc.dataclass(frozen=True, slots=True)
class Waiting:
    """`accounts` were called back, `purses` by name; with nobody in `held` all of it is home."""

    accounts: tuple[str, ...]
    purses: tuple[str, ...]
    held: tuple[Held, ...]

    @property
    def home(self) -> str:
        """What was called back, in words."""
        return ("、" if words.chinese() else ", ").join(self.purses)

    @property
    def risk(self) -> str:
        """The most that can be lost by not waiting, in words."""
        return ", ".join(amount for one in self.held for amount in one.amounts)


def of(member: Member) -> Waiting | None:
    """Say what is waited for; None when nothing was called back, or the time for it is over."""
    called = Account.objects.filter(member=member, recall__until__gt=timezone.now())
    accounts = list(called.select_related("punch_pass", "coupon").order_by("pk"))
    if not accounts:
        return None
    ids = tuple(account.pk for account in accounts)
    held = Allowance.objects.filter(account__in=ids, amount__gt=0)
    sums = (
        held.values_list("journal__terminal", "account__kind")
        .annotate(total=Sum("amount"))
        .order_by("journal__terminal", "account__kind")
    )
    by_terminal: dict[int, list[str]] = {}
    for terminal, kind, total in sums:
        amount = f"{PurseKind(kind).label} {words.amount(total, kind)}"
        by_terminal.setdefault(terminal, []).append(amount)
    terminals = Terminal.objects.in_bulk(list(by_terminal))
    return Waiting(
        ids,
        tuple(dict.fromkeys(map(words.purse_name, accounts))),
        tuple(
            Held(terminals[pk], tuple(amounts), terminals[pk].last_heard)
            for pk, amounts in by_terminal.items()
        ),
    )
