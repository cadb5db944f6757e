"""What the desk itself keeps, beside the books.

Invariants, checked by the database: a movement has one receipt, a row or a movement is reversed at
most once, a key of an import is brought in at most once.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from central.shop.models import Case, Journal, Movement, Store, Transaction


class Means(models.TextChoices):
    """Means of payment at the counter, the terminals' own (kiosk.domain.transactions.Means)."""

    CASH = "cash", _("cash")
    WECHAT = "wechat", _("WeChat Pay")
    ALIPAY = "alipay", _("Alipay")
    CARD = "card", _("bank card")


class Choice(models.TextChoices):
    """What staff may do about an exception case."""

    ABSORB = "absorb", _("accepted")
    REVERSE = "reverse", _("reversed")
    ASK = "ask", _("ask the member")


class Duty(models.Model):
    """No table: what staff may be allowed to do here."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("look_up", "Look up members, tickets and cards"),
            ("sell", "Top up, sell passes, redeem at the counter"),
            ("bind_cards", "Enrol members, bind and block cards"),
            ("correct", "Refund and adjust"),
            ("settle_cases", "Settle exception cases"),
            ("close_day", "See the day close"),
            ("bring_in", "Import members"),
            ("move_members", "Move purses and passes, merge members, cancel passes"),
            ("decide_journals", "Clear quarantined journals"),
            ("write_off", "Give up what a kiosk holds"),
        ]


class Receipt(models.Model):
    """A movement made at the desk: where, for whom, and what was `paid` (分; back is negative)."""

    movement = models.OneToOneField(
        Movement, models.PROTECT, primary_key=True, related_name="receipt"
    )
    store = models.ForeignKey(Store, models.PROTECT)
    member = models.CharField(max_length=64, blank=True, db_index=True)
    means = models.CharField(max_length=8, choices=Means.choices, blank=True)
    paid = models.BigIntegerField(default=0)
    once = models.CharField(max_length=40, null=True, unique=True)
    """Comes with the form, so that a form sent twice is one movement."""
    reverses = models.OneToOneField(
        Transaction, models.PROTECT, null=True, related_name="reversed_by"
    )
    undoes = models.OneToOneField(Movement, models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.store_id} {self.movement_id}"


class Decision(models.Model):
    """What someone decided about an exception case, and the movement that it took."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    choice = models.CharField(max_length=8, choices=Choice.choices)
    note = models.CharField(max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    movement = models.ForeignKey(Movement, models.PROTECT, null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.choice}"


class Verdict(models.TextChoices):
    """What staff may decide about a journal."""

    LOST = "lost", _("given up as lost")
    ACCEPT = "accept", _("accepted again")
    FREEZE = "freeze", _("kept closed")
    WRITE_OFF = "write_off", _("taken home unheard")


class JournalDecision(models.Model):
    """What someone decided about a journal, and why."""

    journal = models.ForeignKey(Journal, models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    note = models.CharField(max_length=120)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    case = models.ForeignKey(Case, models.PROTECT, null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.journal_id} {self.verdict}"


class Imported(models.Model):
    """One thing that an import brought in, by its key, so that it comes in once only."""

    key = models.CharField(max_length=200, primary_key=True)
    content = models.CharField(max_length=200, blank=True)
    member = models.CharField(max_length=64, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class Upload(models.Model):
    """A file between its preview and its confirmation; deleted then, or after a day."""

    name = models.CharField(max_length=200)
    content = models.BinaryField()
    store = models.ForeignKey(Store, models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
