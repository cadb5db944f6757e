"""The books, read-only; of a case, whether it is open and what staff noted."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from central.shop.admin.base import ReadOnly
from central.shop.choices import PurseKind
from central.shop.models import (
    Account,
    Allowance,
    Case,
    Entry,
    Journal,
    Movement,
    Transaction,
)
from kiosk.domain.units import yuan


@admin.register(Account)
class AccountAdmin(ReadOnly):
    """Accounts with their balances."""

    list_display = ["id", "member", "kind", "shown", "posted", "leased", "punch_pass"]
    list_filter = ["kind"]
    search_fields = ["id", "member__name", "member__phone"]
    list_select_related = ["member", "punch_pass"]

    @admin.display(description=_("balance"))
    def shown(self, account: Account) -> str:
        """Write money in yuan, anything else as it is."""
        if account.kind in (PurseKind.PRINCIPAL, PurseKind.BONUS):
            return f"¥{yuan(account.posted)}"
        return str(account.posted)


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    """Entries."""

    list_display = ["id", "account", "amount", "balance_after", "transaction", "movement"]
    search_fields = ["account__id", "account__member__name"]
    list_select_related = ["account", "transaction", "movement"]


@admin.register(Movement)
class MovementAdmin(ReadOnly):
    """Money moved at central."""

    list_display = ["id", "kind", "reason", "user", "at"]
    list_filter = ["kind"]


@admin.register(Transaction)
class TransactionAdmin(ReadOnly):
    """Rows of the journals."""

    list_display = ["journal", "seq", "member", "operator", "at", "received_at"]
    fields = ["journal", "seq", "member", "operator", "at", "received_at", "text", "chained"]
    readonly_fields = ["text", "chained"]
    search_fields = ["member", "journal__id"]
    list_filter = ["journal__terminal"]

    @admin.display(description=_("payload"))
    def text(self, row: Transaction) -> str:
        """Show the payload."""
        return bytes(row.payload).decode(errors="replace")

    @admin.display(description=_("hash"))
    def chained(self, row: Transaction) -> str:
        """Show the hash."""
        return bytes(row.hash).hex()


@admin.register(Allowance)
class AllowanceAdmin(ReadOnly):
    """What terminals hold."""

    list_display = ["account", "journal", "amount"]
    search_fields = ["account__id"]


@admin.register(Journal)
class JournalAdmin(ReadOnly):
    """Journals and how far they are applied."""

    list_display = ["id", "terminal", "state", "applied", "why", "first_heard"]
    fields = ["id", "terminal", "state", "why", "applied", "first_heard"]
    list_filter = ["state", "terminal"]


@admin.register(Case)
class CaseAdmin(admin.ModelAdmin):
    """Exception cases: staff close them, and say why."""

    list_display = ["id", "kind", "store", "journal", "seq", "open", "at"]
    list_filter = ["open", "kind", "store"]
    fields = ["kind", "store", "journal", "seq", "transaction", "detail", "at", "open", "note"]
    readonly_fields = ["kind", "store", "journal", "seq", "transaction", "detail", "at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Cases are opened by the books."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        """Cases are closed, never deleted."""
        return False
