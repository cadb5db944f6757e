"""Coupons and points on the screens of a visit: what they take off, what goods cost.  Pure."""

from kiosk.domain.devices import Button
from kiosk.domain.pricing import PriceStep
from kiosk.domain.screens import AlreadyTaken, Confirm
from kiosk.domain.using import Using
from kiosk.render.layout import Big, Layout, Row
from kiosk.render.texts.model import Texts
from kiosk.render.wording import brief_money, money


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


def below_price(screen: Confirm, rest: str, words: Texts) -> Row:
    """Say under the price what lowers it, or could, and what is left; amounts are whole."""
    say = words.uses
    if screen.using is not None:
        steps = (PriceStep.COUPON, PriceStep.POINTS)
        off = sum(line.amount for line in screen.price_lines if line.step in steps)
        amount = brief_money(off, words)
        text = say.coupon_off if screen.using.coupon else say.points_off
        if screen.using.coupon and screen.using.points:
            text = say.both_off
        lowered = text.format(amount=amount)
        return Row(lowered, rest, brief=lowered, yields=True)
    if screen.elsewhere:
        return Row(say.elsewhere, rest, brief=say.elsewhere, yields=True)
    if screen.others:
        return Row(say.nothing, rest, brief="")
    if len(screen.price_lines) > 1:
        listed = words.screen.list_price.format(amount=money(screen.price_lines[0].amount, words))
        return Row(listed, rest, brief="")
    return Row("", rest, brief="")


def already(screen: AlreadyTaken, using: Using, words: Texts) -> Big:
    """Say what goods cost at the tap before."""
    time = words.screen.already_visits.format(time=f"{screen.at:%H:%M}")
    return cost(using, time, words)
