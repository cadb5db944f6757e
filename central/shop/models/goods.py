"""What the shop sells.  The rows here are the draft; `CatalogueVersion` is what is in force."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from central.shop.choices import Tier
from central.shop.models.members import Member, Pet
from central.shop.models.stores import Store, offer_code


class Service(models.Model):
    """A service with its prices in 分; without a price it is not offered for that size."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"))
    code = models.CharField(_("code"), max_length=40, validators=[offer_code])
    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    for_pet = models.BooleanField(_("for a pet"), default=True)
    small = models.PositiveBigIntegerField(_("price small, fen"), null=True, blank=True)
    medium = models.PositiveBigIntegerField(_("price medium, fen"), null=True, blank=True)
    large = models.PositiveBigIntegerField(_("price large, fen"), null=True, blank=True)
    follow_up_days = models.PositiveSmallIntegerField(
        _("follow-up after days"), default=0, validators=[MaxValueValidator(3650)]
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("service"), _("services")
        ordering = ["store", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="service_code")]

    def __str__(self) -> str:
        return self.name_zh


class TierRate(models.Model):
    """What a tier pays, in basis points of the list price."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"))
    tier = models.CharField(_("tier"), max_length=16, choices=Tier.choices)
    rate = models.PositiveSmallIntegerField(
        _("rate in basis points"), validators=[MinValueValidator(0), MaxValueValidator(10_000)]
    )

    class Meta:
        verbose_name, verbose_name_plural = _("tier rate"), _("tier rates")
        constraints = [models.UniqueConstraint(fields=["store", "tier"], name="tier_rate")]

    def __str__(self) -> str:
        return f"{self.tier} {self.rate}"


class TopUpPlan(models.Model):
    """Pay so much, get so much bonus, in 分."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"))
    code = models.CharField(_("code"), max_length=40, validators=[offer_code])
    pay = models.PositiveBigIntegerField(_("pay, fen"))
    bonus = models.PositiveBigIntegerField(_("bonus, fen"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("top-up plan"), _("top-up plans")
        ordering = ["store", "pay"]
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="top_up_plan")]

    def __str__(self) -> str:
        return self.code


class PassPlan(models.Model):
    """A pass for sale."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"))
    code = models.CharField(_("code"), max_length=40, validators=[offer_code])
    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    services = models.JSONField(_("services"), default=list, blank=True)
    price = models.PositiveBigIntegerField(_("price in fen"))
    bought = models.PositiveIntegerField(_("visits bought"))
    gift = models.PositiveIntegerField(_("visits given"), default=0)
    valid_days = models.PositiveIntegerField(
        _("valid for days"),
        default=365,
        validators=[MinValueValidator(1), MaxValueValidator(36_500)],
    )

    class Meta:
        verbose_name, verbose_name_plural = _("pass plan"), _("pass plans")
        ordering = ["store", "code"]
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="pass_plan")]

    def __str__(self) -> str:
        return self.name_zh


class CatalogueVersion(models.Model):
    """A published price list.  Never changed: transactions name it and are recomputed with it."""

    store = models.ForeignKey(
        Store, models.PROTECT, related_name="catalogues", verbose_name=_("store")
    )
    version = models.PositiveIntegerField(_("version"))
    document = models.JSONField(_("document"))
    published_at = models.DateTimeField(_("published"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("price list"), _("price lists")
        ordering = ["store", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["store", "version"], name="catalogue_version")
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.version}"


class ServiceTicket(models.Model):
    """服务单: a redeemed service that is to be done; the groomer's log closes it (design, §4).

    Opened by a terminal's row (`transaction`, `line`) or at the counter (`movement`).  Closed on
    the local day `closed_on` by `operator`; a `voided` one was never paid and is not open.
    """

    ticket = models.CharField(_("number"), max_length=64, unique=True, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("store"))
    transaction = models.ForeignKey(
        "shop.Transaction",
        models.PROTECT,
        null=True,
        related_name="tickets",
        verbose_name=_("transaction"),
    )
    line = models.PositiveSmallIntegerField(_("line"), default=0)
    movement = models.ForeignKey(
        "shop.Movement",
        models.PROTECT,
        null=True,
        related_name="tickets",
        verbose_name=_("movement"),
    )
    member = models.CharField(_("member"), max_length=64, db_index=True)
    pet = models.CharField(_("pet"), max_length=64, blank=True)
    service = models.CharField(_("service"), max_length=40)
    day = models.DateField(_("day"))
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    open = models.BooleanField(_("open"), default=True)
    voided = models.BooleanField(_("voided"), default=False)
    closed_by = models.ForeignKey(
        "shop.Transaction",
        models.PROTECT,
        null=True,
        related_name="closed_tickets",
        verbose_name=_("closed by"),
    )
    closed_on = models.DateField(_("closed on"), null=True)
    operator = models.CharField(_("served by"), max_length=64, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("service ticket"), _("service tickets")
        constraints = [models.UniqueConstraint(fields=["transaction", "line"], name="ticket_line")]

    def __str__(self) -> str:
        return f"{self.service} {self.day}"


class FollowUp(models.Model):
    """回访: ask after this pet on `due_on`.  `cancelled` when the visit that asked was voided."""

    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("store"))
    member = models.ForeignKey(
        Member, models.CASCADE, related_name="follow_ups", verbose_name=_("member")
    )
    pet = models.ForeignKey(
        Pet,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("pet"),
    )
    service = models.CharField(_("service"), max_length=40)
    due_on = models.DateField(_("due on"), db_index=True)
    transaction = models.ForeignKey(
        "shop.Transaction",
        models.PROTECT,
        null=True,
        related_name="follow_ups",
        verbose_name=_("transaction"),
    )
    done = models.BooleanField(_("done"), default=False)
    cancelled = models.BooleanField(_("cancelled"), default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("follow-up"), _("follow-ups")
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return f"{self.service} {self.due_on}"
