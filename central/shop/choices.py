"""The domain's enumerations with their labels, and new opaque ids."""

import secrets
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from kiosk.domain import members, policy, rewards, wire


def new_id() -> str:
    """Return a new opaque id: 80 random bits, safe in a topic, a URL and a log."""
    return secrets.token_hex(10)


def new_uuid() -> str:
    """Return a new UUID, as the protocol names journals and centrals (RFC 9562, 5.4)."""
    return str(uuid.uuid4())


class Size(models.TextChoices):
    """Pet sizes."""

    SMALL = members.Size.SMALL.value, _("small")
    MEDIUM = members.Size.MEDIUM.value, _("medium size")
    LARGE = members.Size.LARGE.value, _("large")


class Tier(models.TextChoices):
    """Member tiers."""

    BASIC = members.Tier.BASIC.value, _("basic")
    SILVER = members.Tier.SILVER.value, _("silver")
    GOLD = members.Tier.GOLD.value, _("gold")
    DIAMOND = members.Tier.DIAMOND.value, _("diamond")


class PurseKind(models.TextChoices):
    """What an account holds.  Suspense is central's own: what no purse could take."""

    PRINCIPAL = members.PurseKind.PRINCIPAL.value, _("principal")
    BONUS = members.PurseKind.BONUS.value, _("bonus")
    PASS_BOUGHT = members.PurseKind.PASS_BOUGHT.value, _("bought visits")
    PASS_GIFT = members.PurseKind.PASS_GIFT.value, _("gift visits")
    POINTS = members.PurseKind.POINTS.value, _("points")
    COUPON = members.PurseKind.COUPON.value, _("coupon")
    SUSPENSE = "suspense", _("suspense")


class CouponForm(models.TextChoices):
    """What a coupon does."""

    OFF = rewards.CouponForm.OFF.value, _("money off")
    RATE = rewards.CouponForm.RATE.value, _("percent off")
    GIFT = rewards.CouponForm.GIFT.value, _("gift")


class MediumStatus(models.TextChoices):
    """Whether a card may be used."""

    ACTIVE = members.MediumStatus.ACTIVE.value, _("active")
    LOST = members.MediumStatus.LOST.value, _("lost")


class JournalState(models.TextChoices):
    """Central's opinion of a journal.  Lost is central's own: its terminal is told frozen."""

    OPEN = wire.JournalState.OPEN.value, _("open")
    QUARANTINED = wire.JournalState.QUARANTINED.value, _("quarantined")
    FROZEN = wire.JournalState.FROZEN.value, _("frozen")
    LOST = "lost", _("given up as lost")


class JournalReason(models.TextChoices):
    """Why a journal is not open."""

    REPLACED = "replaced", _("another journal came")
    FORK = "fork", _("another row than the one applied")
    BAD_CHAIN = "bad_chain", _("next row on another past")
    OTHER_PAST = "other_past", _("hello from another past")
    ROLLED_BACK = "rolled_back", _("behind its own past")
    GAP = "gap", _("rows are missing for good")
    STAFF = "staff", _("staff decided so")


class PassEnd(models.TextChoices):
    """How a pass came to its end before its visits did."""

    CANCELLED = "cancelled", _("cancelled")
    MOVED = "moved", _("moved to another member")


class Language(models.TextChoices):
    """Languages of a terminal."""

    ZH = policy.Language.ZH.value, _("Chinese")
    EN = policy.Language.EN.value, _("English")


class SlipPolicy(models.TextChoices):
    """When a slip is printed."""

    ALWAYS = policy.SlipPolicy.ALWAYS.value, _("always")
    ASK = policy.SlipPolicy.ASK.value, _("ask")
    NEVER = policy.SlipPolicy.NEVER.value, _("never")


class Role(models.TextChoices):
    """What an operator may do at a terminal."""

    CASHIER = members.Role.CASHIER.value, _("cashier")
    GROOMER = members.Role.GROOMER.value, _("groomer")
    TECHNICIAN = members.Role.TECHNICIAN.value, _("technician")
    MANAGER = members.Role.MANAGER.value, _("manager")
    OWNER = members.Role.OWNER.value, _("owner")
