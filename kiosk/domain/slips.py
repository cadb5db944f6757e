"""What a slip says, without saying how: kiosk/render turns it into printer commands."""

import dataclasses as dc
import datetime as dt

from kiosk.domain.policy import Language
from kiosk.domain.pricing import PriceLine
from kiosk.domain.screens import Name


@dc.dataclass(frozen=True, slots=True)
class Slip:
    """A receipt for one transaction.  `at` is the shop's local time; `copy` 0 is the first print.

    Exactly one of `visits_left` (a pass paid) and `price` (stored value paid, 分) is set.
    """

    language: Language
    shop_name: str
    terminal: str
    number: str
    at: dt.datetime
    clock_certain: bool
    masked_name: str
    pet_name: str
    service: Name
    pass_name: Name | None = None
    visits_left: int | None = None
    price: int | None = None
    price_lines: tuple[PriceLine, ...] = ()
    value_left: int | None = None
    points: int = 0
    qr: str = ""
    copy: int = 0
