"""Stores, terminals and staff."""

import datetime as dt

import msgspec
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from central.shop import catalogues
from central.shop.admin.base import ReadOnly
from central.shop.models import Operator, SeenMedium, Store, Terminal
from kiosk.domain.clock import local_day


@admin.register(Store)
class StoreAdmin(admin.ModelAdmin):
    """Stores.  A saved rule goes to the terminals at once, a price when it is published."""

    list_display = ["name", "code", "language", "slip"]
    actions = ["publish"]

    def get_readonly_fields(self, request: HttpRequest, obj: Store | None = None) -> list[str]:
        """The code is in topics and credentials: it is given once."""
        return ["code"] if obj else []

    @admin.action(description=_("Publish the price list"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Store]) -> None:
        """Put the draft in force."""
        for store in queryset:
            today = local_day(dt.datetime.now(dt.UTC), store.utc_offset_minutes)
            try:
                made = catalogues.publish(store, today)
            except msgspec.ValidationError as e:
                self.message_user(request, f"{store}: {e}", messages.ERROR)
                continue
            self.log_change(request, store, f"published {made.version}")
            text = _("%(store)s: version %(version)d is in force.")
            values = {"store": store.name, "version": made.version}
            self.message_user(request, text % values, messages.SUCCESS)


@admin.register(Terminal)
class TerminalAdmin(admin.ModelAdmin):
    """Terminals and how they are."""

    list_display = ["code", "store", "name", "online", "waiting", "software", "last_heard"]
    list_filter = ["store", "online"]

    def get_readonly_fields(self, request: HttpRequest, obj: Terminal | None = None) -> list[str]:
        """Store and code are the terminal's topic: given once."""
        given = ["store", "code"] if obj else []
        return [*given, "online", "waiting", "software", "last_heard", "health"]


@admin.register(Operator)
class OperatorAdmin(admin.ModelAdmin):
    """Staff at the terminals."""

    list_display = ["name", "role", "store", "active"]
    list_filter = ["store", "role", "active"]
    search_fields = ["name"]


@admin.register(SeenMedium)
class SeenMediumAdmin(ReadOnly):
    """Media that a terminal did not know."""

    list_display = ["key", "terminal", "times", "last_at"]
