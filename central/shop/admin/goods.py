"""The price list: edited as a draft, then published as a version that never changes."""

from django.contrib import admin

from central.shop.admin.base import ReadOnly
from central.shop.models import (
    CatalogueVersion,
    CouponKind,
    PassPlan,
    PointsReward,
    Service,
    ServiceTicket,
    TierRate,
    TopUpPlan,
)


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):
    """Services."""

    list_display = ["name_zh", "code", "store", "small", "medium", "large", "follow_up_days"]
    list_filter = ["store"]


@admin.register(TierRate)
class TierRateAdmin(admin.ModelAdmin):
    """Tier rates."""

    list_display = ["tier", "rate", "store"]
    list_filter = ["store"]


@admin.register(TopUpPlan)
class TopUpPlanAdmin(admin.ModelAdmin):
    """Top-up plans."""

    list_display = ["code", "pay", "bonus", "store"]
    list_filter = ["store"]


@admin.register(PassPlan)
class PassPlanAdmin(admin.ModelAdmin):
    """Pass plans."""

    list_display = ["name_zh", "code", "price", "bought", "gift", "valid_days", "store"]
    list_filter = ["store"]


@admin.register(CouponKind)
class CouponKindAdmin(admin.ModelAdmin):
    """Kinds of coupons."""

    list_display = ["name_zh", "code", "form", "off", "rate", "threshold", "gives", "store"]
    list_filter = ["store", "form"]


@admin.register(PointsReward)
class PointsRewardAdmin(admin.ModelAdmin):
    """Rewards for points."""

    list_display = ["name_zh", "code", "points", "gives", "first_day", "last_day", "store"]
    list_filter = ["store"]


@admin.register(CatalogueVersion)
class CatalogueVersionAdmin(ReadOnly):
    """Published price lists."""

    list_display = ["store", "version", "published_at"]
    list_filter = ["store"]


@admin.register(ServiceTicket)
class ServiceTicketAdmin(ReadOnly):
    """Service tickets."""

    list_display = ["day", "service", "member", "pet", "open", "store"]
    list_filter = ["open", "store", "day"]
