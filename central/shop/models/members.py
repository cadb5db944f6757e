"""Members with their pets, cards and passes.  `Member.version` is when its record last changed."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from central.shop.choices import MediumStatus, PassEnd, Size, Tier, new_id
from central.shop.models.stores import Operator


class Member(models.Model):
    """A member.  The full name and number stay here; terminals get a masked name.

    One that was merged into another is kept for its history; terminals are not told of it.
    """

    id = models.CharField(max_length=64, primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(
        _("phone"), max_length=20, blank=True, validators=[RegexValidator(r"^[0-9 +-]*$")]
    )
    tier = models.CharField(_("tier"), max_length=16, choices=Tier.choices, default=Tier.BASIC)
    notice = models.CharField(_("notice at the terminal"), max_length=60, blank=True)
    last_pet = models.CharField(max_length=64, blank=True, editable=False)
    last_service = models.CharField(max_length=40, blank=True, editable=False)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    version = models.BigIntegerField(default=0, db_index=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("member"), _("members")

    def __str__(self) -> str:
        return self.name


class Tombstone(models.Model):
    """A member that was removed, so that a directory delta can say so."""

    member = models.CharField(max_length=64, primary_key=True)
    version = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return self.member


class Pet(models.Model):
    """A pet."""

    id = models.CharField(max_length=64, primary_key=True, default=new_id, editable=False)
    member = models.ForeignKey(
        Member, models.CASCADE, related_name="pets", verbose_name=_("member")
    )
    name = models.CharField(_("name"), max_length=40)
    size = models.CharField(_("size"), max_length=8, choices=Size.choices)
    warning = models.CharField(_("warning for the groomer"), max_length=60, blank=True)
    due = models.CharField(_("what is due"), max_length=40, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("pet"), _("pets")

    def __str__(self) -> str:
        return self.name


class Medium(models.Model):
    """A card or code, of a member or of an operator.  `id` is what transactions carry."""

    id = models.CharField(max_length=64, primary_key=True, default=new_id, editable=False)
    key = models.CharField(
        _("medium key"),
        max_length=140,
        unique=True,
        validators=[RegexValidator(r"^(uid:[0-9A-F]{8,20}|pm1:[A-Za-z0-9_-]{8,64})$")],
    )
    member = models.ForeignKey(
        Member,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="media",
        verbose_name=_("member"),
    )
    operator = models.ForeignKey(
        Operator,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="media",
        verbose_name=_("operator"),
    )
    status = models.CharField(
        _("status"), max_length=8, choices=MediumStatus.choices, default=MediumStatus.ACTIVE
    )

    class Meta:
        verbose_name, verbose_name_plural = _("medium"), _("media")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(member__isnull=False, operator__isnull=True)
                | models.Q(member__isnull=True, operator__isnull=False),
                name="medium_has_one_owner",
                violation_error_message=_("A medium belongs to one member or one operator."),
            )
        ]

    def __str__(self) -> str:
        return self.key


class Pass(models.Model):
    """A punch pass that was sold.  Its visits are the accounts that carry its id.

    `price` was paid for `bought` visits; gift visits cost nothing.  `transaction` is the row that
    sold it at a terminal.  A `voided` one is over and terminals are not told of it: its sale was
    undone, or `ended` says what staff did with it.
    """

    id = models.CharField(max_length=64, primary_key=True, default=new_id, editable=False)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="passes", verbose_name=_("member")
    )
    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    services = models.JSONField(_("services"), default=list, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    price = models.PositiveBigIntegerField(_("price in fen"), default=0)
    bought = models.PositiveIntegerField(_("bought visits"), default=0)
    sold_at = models.DateTimeField(_("sold"), auto_now_add=True)
    transaction = models.ForeignKey(
        "shop.Transaction",
        models.PROTECT,
        null=True,
        related_name="passes",
        verbose_name=_("transaction"),
    )
    voided = models.BooleanField(_("voided"), default=False)
    ended = models.CharField(_("ended"), max_length=16, choices=PassEnd.choices, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("pass"), _("passes")

    def __str__(self) -> str:
        return self.name_zh
