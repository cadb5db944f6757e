"""What a cell says.  Values come as spreadsheets give them: text, numbers, dates.

A number in a spreadsheet is a binary float; it becomes an integer by its 15 decimal digits, the
most that Excel itself keeps and shows, and never takes part in arithmetic.  Full-width digits and
letters count as plain ones; spaces around a value as nothing.
"""

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from kiosk.domain.members import Size, Tier
from kiosk.domain.units import MAX_AMOUNT

Value = str | int | float | bool | dt.datetime | dt.date | dt.time | None

_SPACES = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u2060"), None)

_TIERS = {
    "普通": Tier.BASIC, "普通会员": Tier.BASIC, "basic": Tier.BASIC,
    "银": Tier.SILVER, "银卡": Tier.SILVER, "silver": Tier.SILVER,
    "金": Tier.GOLD, "金卡": Tier.GOLD, "gold": Tier.GOLD,
    "钻": Tier.DIAMOND, "钻石": Tier.DIAMOND, "钻石卡": Tier.DIAMOND, "diamond": Tier.DIAMOND,
}  # fmt: skip
_SIZES = {
    "小": Size.SMALL, "小型": Size.SMALL, "小型犬": Size.SMALL, "small": Size.SMALL,
    "s": Size.SMALL,
    "中": Size.MEDIUM, "中型": Size.MEDIUM, "中型犬": Size.MEDIUM, "medium": Size.MEDIUM,
    "m": Size.MEDIUM,
    "大": Size.LARGE, "大型": Size.LARGE, "大型犬": Size.LARGE, "large": Size.LARGE,
    "l": Size.LARGE,
}  # fmt: skip
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0?0:00(?::00)?)?")
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


class Wrong(Exception):
    """A cell that cannot be taken; the message says why, in the reader's language."""


def empty(value: Value) -> bool:
    """Tell whether there is nothing in a cell."""
    return value is None or (isinstance(value, str) and not plain(value))


def plain(text: str) -> str:
    """Drop the spaces around and double ones inside, wide and invisible ones too."""
    return " ".join(text.translate(_SPACES).split())


def folded(value: Value) -> str:
    """Write a value with plain digits and letters instead of full-width ones."""
    if isinstance(value, float) and not isinstance(value, bool):
        return format(Decimal(f"{value:.15g}"), "f")
    return unicodedata.normalize("NFKC", plain(str(value)))


def text(value: Value, most: int) -> str:
    """Read a text of at most `most` characters."""
    if isinstance(value, bool | dt.datetime | dt.date | dt.time):
        raise Wrong(_("is not a text"))
    found = folded(value) if isinstance(value, int | float) else plain(str(value))
    if len(found) > most:
        raise Wrong(_("is too long; the most characters are") + f" {most}")
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in found):
        raise Wrong(_("holds characters that cannot be shown"))
    return found


def phone(value: Value) -> str:
    """Read a phone number as its digits, without +86, spaces and hyphens."""
    found = folded(value)
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", found):
        raise Wrong(_("was shortened by the spreadsheet; format the column as text"))
    if isinstance(value, float):
        found = found.removesuffix(".0")
    found = re.sub(r"[ ()-]", "", found)
    found = re.sub(r"^(\+86|0086)(?=\d{5})", "", found)
    if not re.fullmatch(r"\+?[0-9]{5,15}", found):
        raise Wrong(_("is not a phone number"))
    if re.fullmatch(r"1[0-9]*", found) and len(found) != 11:
        raise Wrong(_("is not a mobile number of 11 digits"))
    return found


def _decimal(value: Value) -> Decimal:
    if isinstance(value, bool | dt.datetime | dt.date | dt.time):
        raise Wrong(_("is not a number"))
    found = re.sub(r"^[¥￥]\s*|\s*元$", "", folded(value))
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", found):
        found = found.replace(",", "")
    if not re.fullmatch(r"-?\d{1,15}(\.\d{0,15})?", found):
        raise Wrong(_("is not a number"))
    try:
        number = Decimal(found)
    except InvalidOperation:
        raise Wrong(_("is not a number")) from None
    if number < 0:
        raise Wrong(_("is below zero"))
    return number


def yuan(value: Value) -> int:
    """Read yuan as 分."""
    return _whole(_decimal(value) * 100, _("has more than two digits after the point"))


def count(value: Value) -> int:
    """Read a whole number."""
    return _whole(_decimal(value), _("is not a whole number"))


def _whole(number: Decimal, otherwise: str) -> int:
    if number != number.to_integral_value():
        raise Wrong(otherwise)
    if number > MAX_AMOUNT:
        raise Wrong(_("is too large"))
    return int(number)


def date(value: Value) -> dt.date:
    """Read a day: a date of the spreadsheet, 2026-03-04, 2026/3/4, 2026年3月4日 or 20260304."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    found = folded(value) if isinstance(value, str) else ""
    match = _DATE.fullmatch(found) or _DAY.fullmatch(found)
    if match is None:
        raise Wrong(_("is not a day like 2026-03-04"))
    try:
        return dt.date(*(int(part) for part in match.groups()))
    except ValueError:
        raise Wrong(_("is not a day of the calendar")) from None


def tier(value: Value) -> Tier:
    """Read a tier, in either language."""
    try:
        return _TIERS[folded(value).casefold()]
    except KeyError:
        raise Wrong(
            _("is not one of") + " 普通/银卡/金卡/钻石 (basic/silver/gold/diamond)"
        ) from None


def size(value: Value) -> Size:
    """Read a pet's size, in either language."""
    try:
        return _SIZES[folded(value).casefold()]
    except KeyError:
        raise Wrong(_("is not one of") + " 小/中/大 (small/medium/large)") from None
