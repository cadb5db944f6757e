"""What the shop sells: immutable, versioned.  A transaction names the version it was priced by."""

import datetime as dt
from typing import Annotated

import msgspec

from kiosk.domain.members import Amount, Code, Frozen, Id, Size, Tier
from kiosk.domain.rewards import CouponKind, PointsOffset, PointsReward, Rate


class Service(Frozen, frozen=True):
    """Something done to a pet, at a price in 分 by size.  `follow_up_days` 0 means none."""

    code: Code
    name_zh: str
    name_en: str
    prices: dict[Size, Amount]
    for_pet: bool = True
    follow_up_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 0


class MemberDay(Frozen, frozen=True):
    """会员日: on this weekday (Monday is 1) everything costs `rate`."""

    weekday: Annotated[int, msgspec.Meta(ge=1, le=7)]
    rate: Rate


class TopUpPlan(Frozen, frozen=True):
    """Pay `pay` 分, get `bonus` 分 of bonus value."""

    code: Code
    pay: Amount
    bonus: Amount


class PassPlan(Frozen, frozen=True):
    """A pass for sale: `price` 分 buys `bought` visits with `gift` visits on top."""

    code: Code
    name_zh: str
    name_en: str
    services: tuple[Code, ...]
    price: Amount
    bought: Amount
    gift: Amount = 0
    valid_days: Annotated[int, msgspec.Meta(ge=1, le=36500)] = 365


class Catalogue(Frozen, frozen=True):
    """One version of the price list.  `tier_rates` without a tier means full price.

    `points_per_yuan` points are minted by central for each whole yuan of stored value spent;
    `round_down_to` is 抹零 in 分 (1 keeps every 分).
    """

    version: Annotated[int, msgspec.Meta(ge=1)]
    store: Id
    services: tuple[Service, ...]
    tier_rates: dict[Tier, Rate] = msgspec.field(default_factory=dict)
    member_day: MemberDay | None = None
    points_per_yuan: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 1
    round_down_to: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    bonus_first: bool = False
    top_up_plans: tuple[TopUpPlan, ...] = ()
    pass_plans: tuple[PassPlan, ...] = ()
    valid_from: dt.date | None = None
    coupon_kinds: tuple[CouponKind, ...] = ()
    points_offset: PointsOffset | None = None
    points_rewards: tuple[PointsReward, ...] = ()

    def service(self, code: str) -> Service | None:
        """Find a service by its code."""
        return next((s for s in self.services if s.code == code), None)

    def coupon_kind(self, code: str) -> CouponKind | None:
        """Find a kind of coupon by its code."""
        return next((k for k in self.coupon_kinds if k.code == code), None)

    def points_reward(self, code: str) -> PointsReward | None:
        """Find a reward by its code."""
        return next((r for r in self.points_rewards if r.code == code), None)
