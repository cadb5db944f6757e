"""All tables.  Money: books.py states its invariants; only central.books writes those tables."""

from central.shop.models.books import (
    Account,
    Allowance,
    BonusRelease,
    CheckIn,
    Entry,
    GrantAnswer,
    Journal,
    Ledger,
    Movement,
    Recall,
    Transaction,
)
from central.shop.models.cases import Case, CaseKind
from central.shop.models.coupons import Coupon, CouponKind, PointsReward
from central.shop.models.goods import (
    CatalogueVersion,
    FollowUp,
    PassPlan,
    Service,
    ServiceTicket,
    TierRate,
    TopUpPlan,
)
from central.shop.models.members import Medium, Member, Pass, Pet, Tombstone
from central.shop.models.stores import Operator, Outgoing, SeenMedium, Store, Terminal

__all__ = [
    "Account",
    "Allowance",
    "BonusRelease",
    "Case",
    "CaseKind",
    "CatalogueVersion",
    "CheckIn",
    "Coupon",
    "CouponKind",
    "Entry",
    "FollowUp",
    "GrantAnswer",
    "Journal",
    "Ledger",
    "Medium",
    "Member",
    "Movement",
    "Operator",
    "Outgoing",
    "Pass",
    "PassPlan",
    "Pet",
    "PointsReward",
    "Recall",
    "SeenMedium",
    "Service",
    "ServiceTicket",
    "Store",
    "Terminal",
    "TierRate",
    "Tombstone",
    "TopUpPlan",
    "Transaction",
]
