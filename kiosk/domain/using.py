"""What a member uses beside money and visits, as screens and slips say it."""

import dataclasses as dc

from kiosk.domain.names import Name


@dc.dataclass(frozen=True, slots=True)
class Using:
    """A coupon, points or both.

    `left` is how many coupons of that purse, or points where no coupon is named, remain after it.
    `goods`: it is handed over for them, and nothing is paid.
    """

    coupon: Name | None = None
    points: int = 0
    left: int = 0
    goods: bool = False
