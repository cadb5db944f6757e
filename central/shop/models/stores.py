"""Stores with their rules, their terminals and their staff; what is to be told to terminals."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from central.shop.choices import Language, Role, SlipPolicy, new_id

code_validator = RegexValidator(
    r"^[a-z0-9][a-z0-9_-]{0,31}$",
    _("Small letters a-z, digits, _ and -; a letter or digit first; 32 at most."),
)
"""Store and terminal codes are topic levels and user names of the broker."""

offer_code = RegexValidator(
    r"^[a-z0-9][a-z0-9_.-]{0,39}$",
    _("Small letters a-z, digits, dots, _ and -; a letter or digit first; 40 at most."),
)
"""Codes of services, plans, coupons and rewards: rows and price lists name them."""

_rate = [MinValueValidator(0), MaxValueValidator(10_000)]


class Store(models.Model):
    """A store, the rules for its terminals, and what its price list holds beside the services."""

    code = models.CharField(_("code"), max_length=32, primary_key=True, validators=[code_validator])
    name = models.CharField(_("name"), max_length=60)
    utc_offset_minutes = models.SmallIntegerField(
        _("UTC offset in minutes"),
        default=480,
        validators=[MinValueValidator(-840), MaxValueValidator(840)],
    )
    language = models.CharField(
        _("language"), max_length=8, choices=Language.choices, default=Language.ZH
    )
    slip = models.CharField(
        _("print slips"), max_length=8, choices=SlipPolicy.choices, default=SlipPolicy.ALWAYS
    )
    banner = models.CharField(_("line on the idle screen"), max_length=60, blank=True)
    idle_seconds = models.PositiveSmallIntegerField(
        _("seconds until the screen falls back"), default=12, validators=[MinValueValidator(1)]
    )
    operator_minutes = models.PositiveSmallIntegerField(
        _("minutes an operator stays signed in"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
    )
    undo_minutes = models.PositiveSmallIntegerField(
        _("minutes in which a row may be undone"), default=5, validators=[MaxValueValidator(600)]
    )
    checkin_points = models.PositiveSmallIntegerField(
        _("points for the first tap of a day"), default=5, validators=[MaxValueValidator(10_000)]
    )
    slip_qr = models.CharField(
        _("QR code on slips"),
        max_length=200,
        blank=True,
        help_text=_("{number} becomes the slip's number; empty prints none"),
    )
    policy_version = models.PositiveIntegerField(_("policy version"), default=1, editable=False)

    points_per_yuan = models.PositiveSmallIntegerField(_("points per yuan"), default=1)
    round_down_to = models.PositiveSmallIntegerField(
        _("round prices down to fen"), default=1, validators=[MinValueValidator(1)]
    )
    bonus_first = models.BooleanField(_("bonus pays before principal"), default=False)
    member_day = models.PositiveSmallIntegerField(
        _("member day (Monday is 1)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(7)],
    )
    member_day_rate = models.PositiveSmallIntegerField(
        _("member day rate in basis points"), default=10_000, validators=_rate
    )
    offset_points = models.PositiveIntegerField(
        _("points that are money off at once"), default=0, help_text=_("0: points are no money")
    )
    offset_off = models.PositiveIntegerField(
        _("what they take off, fen"), default=100, validators=[MinValueValidator(1)]
    )
    offset_most = models.PositiveSmallIntegerField(
        _("most of a price paid by points, basis points"), default=10_000, validators=_rate
    )

    class Meta:
        verbose_name, verbose_name_plural = _("store"), _("stores")

    def __str__(self) -> str:
        return self.name


class Terminal(models.Model):
    """A kiosk.  Its code is its topic.

    `last_heard` is when any message of it came, or its last will; `waiting` is as of `waiting_at`.
    """

    store = models.ForeignKey(
        Store, models.PROTECT, related_name="terminals", verbose_name=_("store")
    )
    code = models.CharField(_("code"), max_length=32, validators=[code_validator])
    name = models.CharField(_("name"), max_length=60, blank=True)
    software = models.CharField(_("software"), max_length=64, blank=True, editable=False)
    online = models.BooleanField(_("online"), default=False, editable=False)
    waiting = models.BigIntegerField(_("rows waiting"), default=0, editable=False)
    waiting_at = models.DateTimeField(_("rows waiting as of"), null=True, editable=False)
    health = models.JSONField(_("parts"), default=dict, editable=False)
    dropped = models.PositiveIntegerField(_("messages dropped"), default=0, editable=False)
    last_heard = models.DateTimeField(_("last heard"), null=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("terminal"), _("terminals")
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="terminal_code")]

    def __str__(self) -> str:
        return f"{self.store_id}/{self.code}"


class Operator(models.Model):
    """Someone who works here."""

    id = models.CharField(max_length=64, primary_key=True, default=new_id, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("store"))
    name = models.CharField(_("name"), max_length=60)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("operator"), _("operators")

    def __str__(self) -> str:
        return self.name


class SeenMedium(models.Model):
    """An unknown medium that was presented at a terminal, so that staff can bind it.

    `last_at` is the terminal's time, which may be wrong; `heard_at` is central's own.
    """

    key = models.CharField(_("medium key"), max_length=160)
    terminal = models.ForeignKey(Terminal, models.CASCADE, verbose_name=_("terminal"))
    times = models.PositiveIntegerField(_("times"), default=0)
    last_at = models.DateTimeField(_("last seen"))
    heard_at = models.DateTimeField(_("last heard of"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name, verbose_name_plural = _("unknown medium"), _("unknown media")
        constraints = [models.UniqueConstraint(fields=["key", "terminal"], name="seen_medium")]

    def __str__(self) -> str:
        return self.key


class Outgoing(models.Model):
    """News for the terminals of a store, or of all: sync polls, sends and deletes.

    `not_to` names a journal that is left out; an opinion is about the journals in `accounts`.
    Only a hint that something is new: a lost one costs
    nothing, because every hello asks again.
    """

    OFFER, RECALL, POLICY, CATALOGUE = "offer", "recall", "policy", "catalogue"
    OPINION = "opinion"

    kind = models.CharField(max_length=16)
    store = models.ForeignKey(Store, models.CASCADE, null=True)
    accounts = models.JSONField(default=list)
    not_to = models.CharField(max_length=36, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
