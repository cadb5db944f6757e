"""What the kiosk knows of a member: the directory's records, and no more than it shows.

Central sends these (wire.DirectoryPage), the journal keeps them, flows read them in a MemberView.
Names arrive masked (王*明); the full name and number never leave central.
"""

import datetime as dt
import enum
from typing import Annotated

import msgspec

from kiosk.domain.units import MAX_AMOUNT, Unit

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
# "$" alone also matches before a last line feed; the look-ahead means the same to JSON Schema
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$(?!\n)")]
Amount = Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]


class Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of records that travel: immutable, strict, compact."""


class Size(enum.StrEnum):
    """Pet size; it sets the price."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Tier(enum.StrEnum):
    """Member tier: 普通, 银卡, 金卡, 钻石."""

    BASIC = "basic"
    SILVER = "silver"
    GOLD = "gold"
    DIAMOND = "diamond"


class PurseKind(enum.StrEnum):
    """What an account holds.  Principal and bonus are stored value; a pass has two purses."""

    PRINCIPAL = "principal"
    BONUS = "bonus"
    PASS_BOUGHT = "pass_bought"
    PASS_GIFT = "pass_gift"
    POINTS = "points"
    COUPON = "coupon"

    @property
    def unit(self) -> Unit:
        """What this kind of purse counts in; a coupon is a stock of whole coupons."""
        match self:
            case PurseKind.PRINCIPAL | PurseKind.BONUS:
                return Unit.FEN
            case PurseKind.POINTS:
                return Unit.POINTS
            case _:
                return Unit.VISITS


class MediumStatus(enum.StrEnum):
    """Whether a card may be used; a lost one is on the deny list (挂失名单)."""

    ACTIVE = "active"
    LOST = "lost"


class Pet(Frozen, frozen=True):
    """One pet as the kiosk shows it.  `warning` is for the groomer (allergy, temper)."""

    pet: Id
    name: str
    size: Size
    warning: str = ""
    due: str = ""
    due_on: dt.date | None = None
    birthday: dt.date | None = None


class PunchPass(Frozen, frozen=True):
    """A punch pass 次卡: prepaid visits for some services, until a day.

    Its visits are the purses that carry its id, bought and gift.  No services means every service.
    """

    pass_id: Id
    name_zh: str
    name_en: str
    services: tuple[Code, ...] = ()
    valid_until: dt.date | None = None


class Purse(Frozen, frozen=True):
    """One account as central posted it: the unit of the allowance rule (design, §6)."""

    account: Id
    kind: PurseKind
    posted: Amount
    pass_id: str = ""


class Coupon(Frozen, frozen=True):
    """A coupon 优惠券 that the member was given: of a kind of the catalogue, until a day.

    How many of it are left is the balance of its purse, which is the account of the same id.
    """

    account: Id
    kind: Code
    valid_until: dt.date | None = None


class Medium(Frozen, frozen=True):
    """One card or code of a member.  `medium` is the opaque id that transactions carry."""

    medium: Id
    key: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+:.{1,128}$(?!\n)")]
    status: MediumStatus = MediumStatus.ACTIVE


class Ticket(Frozen, frozen=True):
    """An open service ticket (服务单): paid for on `day`, and not yet logged as done."""

    ticket: Id
    service: Code
    day: dt.date
    pet: str = ""


class Role(enum.StrEnum):
    """What someone who works here may do at the kiosk; manager and owner may do everything."""

    GROOMER = "groomer"
    CASHIER = "cashier"
    TECHNICIAN = "technician"
    MANAGER = "manager"
    OWNER = "owner"


class OperatorRecord(Frozen, frozen=True):
    """Someone who works here (店员), with the cards that sign in."""

    operator: Id
    name: str
    role: Role
    media: tuple[Medium, ...] = ()


class MemberRecord(Frozen, frozen=True):
    """One member in the directory.

    `bonus_due` 分 of bonus come on `bonus_due_on` (按月返还); `tickets` are open at central.
    """

    member: Id
    masked_name: str
    phone_last4: str = ""
    tier: Tier = Tier.BASIC
    pets: tuple[Pet, ...] = ()
    passes: tuple[PunchPass, ...] = ()
    purses: tuple[Purse, ...] = ()
    media: tuple[Medium, ...] = ()
    last_pet: str = ""
    last_service: str = ""
    notice: str = ""
    tickets: tuple[Ticket, ...] = ()
    bonus_due: Amount = 0
    bonus_due_on: dt.date | None = None
    coupons: tuple[Coupon, ...] = ()
