"""Coupons and what points are good for: kinds and rewards as drafts of the price list, and what
members were given.  How many of a coupon are left is the balance of its account.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from central.shop.choices import CouponForm
from central.shop.models.books import Account
from central.shop.models.stores import Store, offer_code

_rate = [MinValueValidator(0), MaxValueValidator(10_000)]


class CouponKind(models.Model):
    """A kind of coupon.  `stock` limits how many are issued in all; none is no limit.

    A coupon that was issued follows the kind as it is published: other terms are another code.
    """

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"))
    code = models.CharField(_("code"), max_length=40, validators=[offer_code])
    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    form = models.CharField(_("form"), max_length=8, choices=CouponForm.choices)
    off = models.PositiveBigIntegerField(_("takes off, fen"), default=0)
    rate = models.PositiveSmallIntegerField(
        _("rate in basis points"), default=10_000, validators=_rate
    )
    threshold = models.PositiveBigIntegerField(_("from a price of, fen"), default=0)
    services = models.JSONField(_("services"), default=list, blank=True)
    gives = models.CharField(_("gives this service"), max_length=40, blank=True)
    stackable = models.BooleanField(_("goes with other offers"), default=False)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    valid_days = models.PositiveIntegerField(
        _("valid for days"), null=True, blank=True, validators=[MaxValueValidator(36_500)]
    )
    stock = models.PositiveIntegerField(_("to be issued in all"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("kind of coupon"), _("kinds of coupons")
        ordering = ["store", "code"]
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="coupon_kind")]

    def __str__(self) -> str:
        return self.name_zh


class PointsReward(models.Model):
    """Something for points: a service that is free, or goods."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"))
    code = models.CharField(_("code"), max_length=40, validators=[offer_code])
    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    points = models.PositiveIntegerField(_("points"), validators=[MinValueValidator(1)])
    gives = models.CharField(_("gives this service"), max_length=40, blank=True)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("reward"), _("rewards")
        ordering = ["store", "points", "code"]
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="points_reward")]

    def __str__(self) -> str:
        return self.name_zh


class Coupon(models.Model):
    """优惠券: so many of a kind, given at once to the member whose account counts them."""

    account = models.OneToOneField(
        Account, models.PROTECT, primary_key=True, verbose_name=_("account")
    )
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("store"))
    kind = models.CharField(_("kind"), max_length=40, db_index=True)
    issued = models.PositiveIntegerField(_("issued"), default=1)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    issued_at = models.DateTimeField(_("issued on"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("coupon"), _("coupons")

    def __str__(self) -> str:
        return f"{self.kind} {self.account_id}"
