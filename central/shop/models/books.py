"""The books.  Written by central.books only; the admin shows them read-only.

Invariants, checked by the database itself: on a purse P >= G >= 0 (posted balance, leased to
journals); an allowance is >= 0; a journal has one row per seq; an entry has one cause.  Kept by
central.books: G of an account is the sum of its allowances, P the sum of its entries.
A suspense account is the only one that may be negative; nothing of it is ever leased.
"""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from central.shop.choices import JournalReason, JournalState, PurseKind, new_id, new_uuid
from central.shop.models.members import Member, Pass
from central.shop.models.stores import Store, Terminal
from kiosk.domain import wire


class Ledger(models.Model):
    """One row.  Whoever writes money or members locks it first, so that versions are in order.

    `central` tells these books from any others; a copy of the database keeps it.  `epoch` rises
    when they are put back to an earlier day, at `restored_at` (central.books.epochs).
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    directory_version = models.BigIntegerField(default=1)
    central = models.CharField(max_length=36, default=new_uuid, editable=False)
    epoch = models.BigIntegerField(default=1)
    restored_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"directory {self.directory_version}"


class Account(models.Model):
    """One purse: `posted` P, of which `leased` G may be spent at terminals while offline."""

    id = models.CharField(max_length=64, primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=PurseKind.choices)
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="accounts", verbose_name=_("member")
    )
    punch_pass = models.ForeignKey(
        Pass, models.PROTECT, null=True, related_name="accounts", verbose_name=_("pass")
    )
    posted = models.BigIntegerField(_("posted"), default=0)
    leased = models.BigIntegerField(_("held by terminals"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("account"), _("accounts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=PurseKind.SUSPENSE, leased=0)
                | models.Q(leased__gte=0, posted__gte=models.F("leased")),
                name="account_covers_its_leases",
            )
        ]
        indexes = [
            models.Index(
                fields=["kind", "id"],
                condition=models.Q(posted__gt=models.F("leased")),
                name="account_free_of_kind",
            )
        ]

    def __str__(self) -> str:
        return self.id


class Journal(models.Model):
    """A terminal's journal: the chain that is applied up to `applied`, whose hash is `head`.

    `last_seq` is the last row that its terminal ever spoke of, `heard_at` when it last said hello.
    A lost one is never opened again: what it held is other terminals' since.  It holds what these
    books have leased to it since epoch `settled`; while a later one is being settled, the rows up
    to `settles_at` give back what it held.
    """

    id = models.CharField(max_length=36, primary_key=True, editable=False)
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, related_name="journals", verbose_name=_("terminal")
    )
    state = models.CharField(
        _("state"), max_length=16, choices=JournalState.choices, default=JournalState.OPEN
    )
    reason = models.CharField(_("reason"), max_length=16, choices=JournalReason.choices, blank=True)
    why = models.CharField(_("why"), max_length=120, blank=True)
    applied = models.BigIntegerField(_("applied"), default=0)
    last_seq = models.BigIntegerField(_("last number"), default=0)
    head = models.BinaryField(max_length=32, default=bytes(32))
    first_heard = models.DateTimeField(_("first heard"), auto_now_add=True)
    heard_at = models.DateTimeField(_("last heard"), null=True)
    settled = models.BigIntegerField(default=1, editable=False)
    settles_at = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("journal"), _("journals")

    def __str__(self) -> str:
        return self.id

    @property
    def opinion(self) -> wire.JournalState:
        """What its terminal is told: a lost journal may still drain, and is granted nothing."""
        lost = self.state == JournalState.LOST
        return wire.JournalState.FROZEN if lost else wire.JournalState(self.state)


class Allowance(models.Model):
    """G: what of an account this journal may spend."""

    journal = models.ForeignKey(Journal, models.PROTECT, verbose_name=_("journal"))
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="allowances", verbose_name=_("account")
    )
    amount = models.BigIntegerField(_("amount"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("allowance"), _("allowances")
        constraints = [
            models.UniqueConstraint(fields=["journal", "account"], name="allowance_of_journal"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="allowance_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.journal_id} {self.account_id}"


class GrantAnswer(models.Model):
    """The answer to a nonce, as sent.  One nonce has one answer for ever (design, §6)."""

    journal = models.ForeignKey(Journal, models.PROTECT)
    nonce = models.CharField(max_length=36)
    answer = models.BinaryField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journal", "nonce"], name="one_answer")]

    def __str__(self) -> str:
        return self.nonce


class Transaction(models.Model):
    """A row of a journal as it was sent.  `payload` is the evidence: the bytes that were hashed."""

    journal = models.ForeignKey(
        Journal, models.PROTECT, related_name="transactions", verbose_name=_("journal")
    )
    seq = models.BigIntegerField(_("number"))
    prev = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    payload = models.BinaryField(_("payload"))
    member = models.CharField(_("member"), max_length=64, blank=True, db_index=True)
    operator = models.CharField(_("operator"), max_length=64, blank=True)
    at = models.DateTimeField(_("time at the terminal"), null=True)
    received_at = models.DateTimeField(_("received"))
    voided_by = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="voids", verbose_name=_("voided by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("transaction"), _("transactions")
        constraints = [models.UniqueConstraint(fields=["journal", "seq"], name="transaction_seq")]
        indexes = [models.Index(fields=["received_at"], name="transaction_received")]

    def __str__(self) -> str:
        return f"{self.journal_id} {self.seq}"


class Movement(models.Model):
    """Money moved by central itself: a sale at the counter, a refund, an adjustment."""

    kind = models.CharField(_("kind"), max_length=24)
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("user")
    )
    at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("movement"), _("movements")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Entry(models.Model):
    """流水: one change of one account, and its cause."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="entries", verbose_name=_("account")
    )
    amount = models.BigIntegerField(_("amount"))
    balance_after = models.BigIntegerField(_("balance after"))
    transaction = models.ForeignKey(
        Transaction,
        models.PROTECT,
        null=True,
        related_name="entries",
        verbose_name=_("transaction"),
    )
    movement = models.ForeignKey(
        Movement, models.PROTECT, null=True, related_name="entries", verbose_name=_("movement")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("entry"), _("entries")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(transaction__isnull=False, movement__isnull=True)
                | models.Q(transaction__isnull=True, movement__isnull=False),
                name="entry_has_one_cause",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount:+d}"


class CheckIn(models.Model):
    """签到: a member's points for a local day, minted once whatever number of terminals say so."""

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="check_ins", verbose_name=_("member")
    )
    day = models.DateField(_("day"))
    points = models.PositiveIntegerField(_("points"))
    transaction = models.ForeignKey(
        Transaction, models.PROTECT, related_name="check_ins", verbose_name=_("transaction")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("check-in"), _("check-ins")
        constraints = [models.UniqueConstraint(fields=["member", "day"], name="one_check_in_a_day")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.day}"


class BonusRelease(models.Model):
    """按月返还: a part of a bonus in 分, posted when its day comes; `movement` says that it was."""

    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("store"))
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="releases", verbose_name=_("account")
    )
    amount = models.PositiveBigIntegerField(_("amount"), validators=[MinValueValidator(1)])
    due_on = models.DateField(_("due on"))
    movement = models.OneToOneField(
        Movement, models.PROTECT, null=True, blank=True, verbose_name=_("released by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("bonus release"), _("bonus releases")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["due_on"], condition=models.Q(movement=None), name="bonus_release_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.due_on}"


class Recall(models.Model):
    """The counter wants this account back: until then nothing of it is leased to a terminal."""

    account = models.OneToOneField(
        Account, models.CASCADE, related_name="recall", verbose_name=_("account")
    )
    until = models.DateTimeField(_("until"), db_index=True)

    class Meta:
        verbose_name, verbose_name_plural = _("recall"), _("recalls")

    def __str__(self) -> str:
        return self.account_id
