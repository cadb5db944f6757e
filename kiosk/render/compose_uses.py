"""Coupons and points on the screens of a visit: what they take off, what goods cost.  Pure."""

from kiosk.domain.devices import Button
from kiosk.domain.document import columns
from kiosk.domain.pricing import PriceStep
from kiosk.domain.screens import AlreadyTaken, Confirm
from kiosk.domain.using import Using
from kiosk.render.layout import Big, Icon, Layout, Row
from kiosk.render.texts.model import Texts
from kiosk.render.wording import brief_money, money

_BESIDE = 15
"""Half-width columns that leave room for a name in the same row."""


def cost(using: Using, before: str, words: Texts) -> Big:
    """Write what goods cost: points, else one coupon."""
    if using.points:
        return Big(f"{using.points:,}", before, words.uses.points_unit)
    return Big("1", before, words.uses.coupon_unit)


def left(using: Using, words: Texts) -> Big:
    """Write what is left of the points, or of that coupon."""
    return Big(f"{using.left:,}", words.screen.visits_left, _unit(using, words))


def _unit(using: Using, words: Texts) -> str:
    """Name what is left."""
    if not using.coupon:
        return words.uses.points_unit
    return words.uses.coupon_unit if using.left == 1 else words.uses.coupons_unit


def goods(using: Using, title: Row, words: Texts) -> Layout:
    """Say what A will take for goods, and what is left then."""
    rest = words.screen.left.format(left=f"{using.left} {_unit(using, words)}")
    soft = ((Button.A, words.keys.exchange), (Button.C, words.keys.back))
    return Layout((cost(using, words.screen.take, words), Row("", rest)), title, soft)


def lowered(screen: Confirm, using: Using, words: Texts) -> str:
    """Say by how much a coupon, points or both lower the price."""
    steps = (PriceStep.COUPON, PriceStep.POINTS)
    off = sum(line.amount for line in screen.price_lines if line.step in steps)
    text = words.uses.coupon_off if using.coupon else words.uses.points_off
    if using.coupon and using.points:
        text = words.uses.both_off
    return text.format(amount=brief_money(off, words))


def below_price(screen: Confirm, rest: str, words: Texts) -> Row:
    """Say under the price what lowers it, or could, and what is left; amounts are whole.

    Staff read whose it is, and what lowers the price or else what is left.
    """
    say = words.uses
    less = lowered(screen, screen.using, words) if screen.using is not None else ""
    if screen.masked_name:
        return _whose(screen.masked_name, less, rest)
    if less:
        return Row(less, rest, brief=less, yields=True)
    if screen.elsewhere:
        return Row(say.elsewhere, rest, brief=say.elsewhere, yields=True)
    if screen.others:
        return Row(say.nothing, rest, brief="")
    if len(screen.price_lines) > 1:
        listed = words.screen.list_price.format(amount=money(screen.price_lines[0].amount, words))
        return Row(listed, rest, brief="")
    return Row("", rest, brief="")


def _whose(name: str, less: str, rest: str) -> Row:
    if columns(less) <= _BESIDE:
        return Row(name, less or rest)
    # whose card it is matters more than how much less it is
    return Row(name, icon=Icon.COUPON)


def already(screen: AlreadyTaken, using: Using, words: Texts) -> Big:
    """Say what goods cost at the tap before."""
    time = words.screen.already_visits.format(time=f"{screen.at:%H:%M}")
    return cost(using, time, words)
