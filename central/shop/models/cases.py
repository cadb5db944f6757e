"""Exception cases: what is wrong with a row that is in the books all the same."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from central.shop.models.books import Journal, Transaction
from central.shop.models.stores import Store


class CaseKind(models.TextChoices):
    """What can be wrong with a row that is in the books all the same, or with a journal."""

    UNREADABLE = "unreadable", _("unreadable payload")
    OTHER_IDENTITY = "other_identity", _("payload of another row")
    NOT_CHECKED = "not_checked", _("could not be checked")
    UNKNOWN_ACCOUNT = "unknown_account", _("unknown account")
    NOT_COVERED = "not_covered", _("spent more than was held")
    OTHER_MEMBER = "other_member", _("account of another member")
    UNKNOWN_MEMBER = "unknown_member", _("unknown member")
    PRICE_DIFFERS = "price_differs", _("price differs")
    NO_PRICE = "no_price", _("no price in that catalogue")
    PLAN_DIFFERS = "plan_differs", _("sale differs from its plan")
    PASS_EXISTS = "pass_exists", _("pass sold twice")
    UNKNOWN_OPERATOR = "unknown_operator", _("unknown operator")
    NOT_ALLOWED = "not_allowed", _("not this operator's work")
    EXPIRED = "expired", _("pass was expired")
    WRONG_SERVICE = "wrong_service", _("pass is not for this service")
    WRONG_PURSE = "wrong_purse", _("purse of the wrong kind")
    NO_TICKET = "no_ticket", _("no such service ticket")
    TICKET_CLOSED = "ticket_closed", _("service ticket was closed before")
    TICKET_DIFFERS = "ticket_differs", _("service logged differs from its ticket")
    DAY_DIFFERS = "day_differs", _("check-in for another day")
    VOID_UNKNOWN = "void_unknown", _("void of an unknown row")
    VOIDED_TWICE = "voided_twice", _("voided twice")
    VOID_DIFFERS = "void_differs", _("void differs from its row")
    VOID_LATE = "void_late", _("voided too late")
    FORK = "fork", _("journal forked")
    ROLLED_BACK = "rolled_back", _("journal rolled back")
    GAP = "gap", _("rows are missing")
    JOURNAL_LOST = "journal_lost", _("journal given up as lost")
    AFTER_LOST = "after_lost", _("rows of a lost journal")
    WRITTEN_OFF = "written_off", _("taken home unheard")
    POINTS_SHORT = "points_short", _("points were gone")
    PASS_ENDED = "pass_ended", _("visits of an ended pass")
    COUPON_UNFIT = "coupon_unfit", _("coupon or points against their rules")
    MEMBER_MERGED = "member_merged", _("row of a merged member")


class Case(models.Model):
    """异常单: something for staff to look at, beside what was posted.

    One about what was done at the desk has no journal.
    """

    kind = models.CharField(_("kind"), max_length=24, choices=CaseKind.choices)
    journal = models.ForeignKey(Journal, models.PROTECT, null=True, verbose_name=_("journal"))
    seq = models.BigIntegerField(_("number"), default=0)
    transaction = models.ForeignKey(
        Transaction, models.PROTECT, null=True, related_name="cases", verbose_name=_("transaction")
    )
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("store"))
    detail = models.JSONField(_("detail"), default=dict)
    evidence = models.BinaryField(default=b"")
    open = models.BooleanField(_("open"), default=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("opened"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("exception case"), _("exception cases")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.journal_id or ''} {self.seq}"
