"""Members, their pets, cards and passes."""

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from central.shop.admin.base import ReadOnly
from central.shop.choices import MediumStatus
from central.shop.models import Account, Medium, Member, Pass, Pet


class _Pets(admin.TabularInline):
    model = Pet
    extra = 0


class _Media(admin.TabularInline):
    model = Medium
    fields = ["key", "status"]
    extra = 0


class _Shown(admin.TabularInline):
    """Rows that are looked at beside the member."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class _Passes(_Shown):
    model = Pass
    fields = ["name_zh", "name_en", "valid_until"]


class _Accounts(_Shown):
    model = Account
    fields = ["kind", "punch_pass", "posted", "leased"]


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    """Members."""

    list_display = ["name", "phone", "tier", "joined_at"]
    list_filter = ["tier"]
    search_fields = ["name", "phone", "id"]
    inlines = [_Pets, _Media, _Passes, _Accounts]


@admin.register(Pet)
class PetAdmin(admin.ModelAdmin):
    """Pets."""

    list_display = ["name", "member", "size", "warning", "due_on", "birthday"]
    list_filter = ["size"]
    search_fields = ["name", "member__name"]
    autocomplete_fields = ["member"]


@admin.register(Medium)
class MediumAdmin(admin.ModelAdmin):
    """Cards and codes, and the deny list."""

    list_display = ["key", "member", "operator", "status"]
    list_filter = ["status"]
    search_fields = ["key", "member__name", "member__phone"]
    autocomplete_fields = ["member", "operator"]
    actions = ["mark_lost", "mark_active"]

    @admin.action(description=_("Report lost"), permissions=["change"])
    def mark_lost(self, request: HttpRequest, queryset: QuerySet[Medium]) -> None:
        """Put the cards on the deny list."""
        self._mark(request, queryset, MediumStatus.LOST)

    @admin.action(description=_("Found again"), permissions=["change"])
    def mark_active(self, request: HttpRequest, queryset: QuerySet[Medium]) -> None:
        """Take the cards off the deny list."""
        self._mark(request, queryset, MediumStatus.ACTIVE)

    def _mark(self, request: HttpRequest, queryset: QuerySet[Medium], status: MediumStatus) -> None:
        for medium in queryset:
            medium.status = status
            medium.save(update_fields=["status"])
            self.log_change(request, medium, f"status: {status.value}")
        self.message_user(request, _("The terminals are being told."), messages.SUCCESS)


@admin.register(Pass)
class PassAdmin(ReadOnly):
    """Passes that were sold."""

    list_display = ["name_zh", "member", "valid_until", "sold_at"]
    search_fields = ["member__name", "member__phone"]
