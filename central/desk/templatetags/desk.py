"""How the desk writes amounts and times."""

import datetime as dt

from django import template

from central.desk import words
from central.shop.choices import Tier
from central.shop.models import Store

register = template.Library()


@register.filter
def money(fen: int | None) -> str:
    """Write 分 as ¥ with two digits; nothing for None."""
    return "" if fen is None else words.money(fen)


@register.filter
def amount(value: int, kind: str) -> str:
    """Write an amount of a purse of this kind in its unit."""
    return words.amount(value, kind)


@register.filter
def clock(at: dt.datetime | None, offset_minutes: int) -> str:
    """Write a time as the shop's wall clock shows it."""
    return words.clock(at, offset_minutes)


@register.simple_tag
def stores() -> list[Store]:
    """List the stores, for the switch between them."""
    return list(Store.objects.order_by("pk"))


@register.filter
def tier(value: str) -> str:
    """Name a tier."""
    return str(Tier(value).label)
