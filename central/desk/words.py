"""Amounts and times as the desk writes them, and plain words for codes."""

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from central.shop.choices import PurseKind
from central.shop.models import Account, CouponKind, Pass, PointsReward
from kiosk.domain.clock import local_time
from kiosk.domain.units import Unit, yuan

MONEY = (PurseKind.PRINCIPAL, PurseKind.BONUS)

VISITS = (_("{n} visit"), _("{n} visits"))
UNITS = {
    PurseKind.POINTS.value: (_("{n} point"), _("{n} points")),
    PurseKind.COUPON.value: (_("{n} coupon"), _("{n} coupons")),
}
"""What is neither money nor a visit: one of it, and several."""

MOVEMENTS = {
    "opening": _("opening balance"),
    "import": _("import"),
    "top_up": _("top-up at the counter"),
    "sell_pass": _("pass sold at the counter"),
    "redeem": _("redeemed at the counter"),
    "counter": _("redeemed at the counter"),
    "refund": _("refund"),
    "adjust": _("adjustment"),
    "write_off": _("written off by the shop"),
    "reversal": _("reversal"),
    "transfer": _("transfer"),
    "merge": _("merge"),
    "cancel_pass": _("pass cancelled"),
    "bonus_release": _("bonus release"),
    "coupon": _("coupon given"),
    "points": _("points given"),
}
"""Kinds of movements; one that is not here is shown as it is."""


def money(fen: int) -> str:
    """Write 分 as ¥ with two digits, a minus before the sign of the currency.

    >>> [money(n) for n in (123456, 0, -5)]
    ['¥1,234.56', '¥0.00', '-¥0.05']
    """
    return f"-¥{yuan(-fen)}" if fen < 0 else f"¥{yuan(fen)}"


def amount(value: int, kind: str) -> str:
    """Write an amount of this kind of purse: money as ¥, anything else with its unit."""
    if kind in MONEY or kind == Unit.FEN:
        return money(value)
    one, many = UNITS.get(kind, VISITS)
    return str(one if abs(value) == 1 else many).format(n=f"{value:,}")


def signed(value: int, kind: str) -> str:
    """Write a change with its sign."""
    return ("+" if value > 0 else "") + amount(value, kind)


def clock(at: dt.datetime | None, offset_minutes: int) -> str:
    """Write a time as the shop's wall clock shows it; a dash where there is none."""
    return f"{local_time(at, offset_minutes):%Y-%m-%d %H:%M}" if at else "–"


def chinese() -> bool:
    """Tell whether the reader reads Chinese."""
    return (get_language() or "zh").startswith("zh")


def pass_name(sold: Pass) -> str:
    """Name a pass in the reader's language."""
    return sold.name_zh if chinese() else sold.name_en


def named(found: QuerySet[CouponKind] | QuerySet[PointsReward], code: str) -> str:
    """Name the first of these in the reader's language; by its code where there is none."""
    pair = found.values_list("name_zh", "name_en").first()
    return code if pair is None else str(pair[0] if chinese() else pair[1])


def purse_name(account: Account) -> str:
    """Name a purse, with its pass where it is one of a pass."""
    kind = str(account.get_kind_display())
    if account.kind == PurseKind.COUPON and (coupon := getattr(account, "coupon", None)):
        return f"{kind} {named(CouponKind.objects.filter(code=coupon.kind), coupon.kind)}"
    return f"{pass_name(account.punch_pass)} {kind}" if account.punch_pass else kind


def movement(kind: str) -> str:
    """Name a kind of movement."""
    return str(MOVEMENTS.get(kind, kind))
