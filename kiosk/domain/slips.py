"""What a slip says, without saying how: kiosk/render turns it into printer commands."""

import dataclasses as dc
import datetime as dt

from kiosk.domain.desk import FactRow, PlanRow
from kiosk.domain.findings import Finding
from kiosk.domain.names import Name
from kiosk.domain.policy import Language
from kiosk.domain.pricing import PriceLine
from kiosk.domain.transactions import Means
from kiosk.domain.using import Using


@dc.dataclass(frozen=True, slots=True)
class Slip:
    """A receipt for one transaction.  `at` is the shop's local time; `copy` 0 is the first print.

    At most one of `visits_left` (a pass paid) and `price` (stored value paid, 分) is set; neither
    on a slip for a service that was paid before, or for goods that `using` paid.  `voided`: this is
    the proof that the row was undone, and what is left is after that.
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
    operator_name: str = ""
    follow_up: dt.date | None = None
    voided: bool = False
    training: bool = False
    using: Using | None = None


@dc.dataclass(frozen=True, slots=True)
class LoadSlip:
    """A receipt for a top-up or a pass sold: paid to a cashier, by `means`."""

    language: Language
    shop_name: str
    terminal: str
    number: str
    at: dt.datetime
    clock_certain: bool
    masked_name: str
    operator_name: str
    plan: PlanRow
    means: Means
    value_left: int | None = None
    visits_left: int | None = None
    copy: int = 0
    voided: bool = False
    training: bool = False


@dc.dataclass(frozen=True, slots=True)
class StatusSlip:
    """The technician's facts on paper, and what a check of the devices found."""

    language: Language
    shop_name: str
    terminal: str
    at: dt.datetime
    facts: tuple[FactRow, ...]
    training: bool = False
    copy: int = 0
    findings: tuple[Finding, ...] = ()


AnySlip = Slip | LoadSlip | StatusSlip
