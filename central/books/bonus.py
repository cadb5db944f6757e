"""按月返还: bonus that a member has been promised, posted part by part when its day comes."""

import calendar
import datetime as dt
from typing import TYPE_CHECKING

from central.books import actions, directory
from central.shop.choices import PurseKind
from central.shop.models import BonusRelease, Member, Store

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def promise(
    store: Store, member: Member, amount: int, parts: int, first: dt.date
) -> list[BonusRelease]:
    """Promise `amount` 分 in monthly parts from `first` on; the last part has the odd 分.

    Raises ValueError unless each part is positive.
    """
    if parts < 1 or amount < parts:
        raise ValueError("each part of a bonus is at least 1 fen")
    with directory.writing():
        account = actions.purse(member, PurseKind.BONUS)
        share = amount // parts
        made = BonusRelease.objects.bulk_create(
            BonusRelease(
                store=store,
                account=account,
                amount=share if part < parts - 1 else amount - share * (parts - 1),
                due_on=_months_after(first, part),
            )
            for part in range(parts)
        )
        directory.touch({member.pk})
        return made


def _months_after(day: dt.date, months: int) -> dt.date:
    """Move a day by calendar months; the 31st becomes the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def release_bonus(store: str, today: dt.date, user: "User | None" = None) -> int:
    """Post what is due at a store on its local day `today`, each part once; return how many."""
    due = BonusRelease.objects.filter(store=store, movement=None, due_on__lte=today)
    if not due.exists():
        return 0
    with directory.writing():
        found = list(due.select_for_update())
        for part in found:
            reason = f"{part.due_on}"
            part.movement = actions.move(
                store, {part.account_id: part.amount}, "bonus_release", reason, user
            )
            part.save(update_fields=["movement"])
        return len(found)
