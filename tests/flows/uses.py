"""A member with coupons, in a shop where points are good for something."""

import dataclasses as dc
import datetime as dt
from typing import Any

import msgspec

from kiosk.domain.members import Coupon, Purse, PurseKind
from kiosk.domain.rewards import CouponForm, CouponKind, PointsOffset, PointsReward, Window
from kiosk.domain.transactions import Leg, PointsRedeem
from kiosk.domain.views import Balance, LastRow, MemberView
from tests.flows.samples import CATALOGUE, NOW, TODAY, member

OFF = CouponKind("off", "满50减10", "10 off 50", CouponForm.OFF, off=1_000, threshold=5_000)
MORE = CouponKind("more", "八折", "20 % off", CouponForm.RATE, rate=8_000, services=("bath",))
DEAR = CouponKind("dear", "满百", "From 100", CouponForm.OFF, off=5_000, threshold=10_000)
OLD = CouponKind("old", "旧券", "Old", CouponForm.OFF, off=4_000)
STACK = CouponKind("stack", "叠加", "Stack", CouponForm.OFF, off=200, stackable=True)
FREE = CouponKind("free", "免费洗澡券", "Free bath", CouponForm.GIFT, gives="bath")
LARGE = CouponKind(
    "large", "大犬洗澡券", "Large bath", CouponForm.GIFT, threshold=10_000, gives="bath"
)
TOY = CouponKind("toy", "玩具券", "Toy coupon", CouponForm.GIFT)
TOY_REWARD = PointsReward("toy", "换玩具", "Toy for points", 200)
BATH_REWARD = PointsReward("bath", "换洗澡", "Bath for points", 1_000, gives="bath")
LATER = PointsReward("later", "下月", "Later", 10, window=Window(first=TODAY + dt.timedelta(1)))
SHOP = msgspec.structs.replace(
    CATALOGUE,
    coupon_kinds=(OFF, MORE, DEAR, OLD, STACK, FREE, LARGE, TOY),
    points_offset=PointsOffset(100, 100, 5_000),
    points_rewards=(TOY_REWARD, BATH_REWARD, LATER),
)
GOODS_ROW = LastRow(41, NOW, (PointsRedeem((Leg("a-points", 200),), "toy"),))


def couponed(
    *kinds: str, held: int = 1, points: tuple[int, int] = (1_280, 1_280), **rest: Any
) -> MemberView:
    """Make a member with a coupon of each of these kinds, and points (shown, held)."""
    view = member(**rest)
    coupons = tuple(
        Coupon(f"c-{kind}", kind, TODAY - dt.timedelta(1) if kind == "old" else None)
        for kind in kinds or ("off", "more", "dear", "old", "toy")
    )
    purses = tuple(Purse(c.account, PurseKind.COUPON, 1) for c in coupons)
    record = msgspec.structs.replace(
        view.record, coupons=coupons, purses=(*view.record.purses, *purses)
    )
    balances = dict(view.balances) | {c.account: Balance(1, held) for c in coupons}
    balances["a-points"] = Balance(*points)
    return dc.replace(view, record=record, balances=balances)
