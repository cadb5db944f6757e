"""A member's history in words: what happened, when, where, by whom, and what it moved."""

import dataclasses as dc
import datetime as dt
from collections.abc import Iterable, Iterator

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from central.desk import reading, words
from central.desk.models import Means, Receipt
from central.desk.reversals import REVERSIBLE
from central.shop.models import (
    CouponKind,
    Entry,
    Medium,
    Member,
    Movement,
    Operator,
    PassPlan,
    Pet,
    PointsReward,
    Service,
    Transaction,
)
from kiosk.domain import transactions as rows
from kiosk.domain.clock import ClockState


@dc.dataclass(frozen=True, slots=True)
class Change:
    """One purse's part of an event."""

    purse: str
    amount: str
    after: str


@dc.dataclass(frozen=True, slots=True)
class Event:
    """One line of the history; `row` or `movement` is set where it may be reversed."""

    at: dt.datetime
    where: str
    who: str
    what: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    undone: str = ""
    row: Transaction | None = None
    movement: Movement | None = None
    clock_uncertain: bool = False


class Names:
    """Names for the codes and ids in rows, in the reader's language; read once per page."""

    def __init__(self, member: Member | None = None) -> None:
        name = "name_zh" if words.chinese() else "name_en"
        self._services: dict[str, str] = dict(Service.objects.values_list("code", name))
        self._plans: dict[str, str] = dict(PassPlan.objects.values_list("code", name))
        self._operators = dict(Operator.objects.values_list("pk", "name"))
        pets = Pet.objects.filter(member=member) if member else Pet.objects.all()
        self._pets = dict(pets.values_list("pk", "name")) if member else {}
        self._all_pets = pets

    def service(self, code: str) -> str:
        """Name a service; a code that is no longer sold stays a code."""
        return self._services.get(code, code)

    def plan(self, code: str) -> str:
        """Name a pass plan."""
        return self._plans.get(code, code)

    def coupon(self, code: str) -> str:
        """Name a kind of coupon; a code that is gone stays a code."""
        return words.named(CouponKind.objects.filter(code=code), code)

    def reward(self, code: str) -> str:
        """Name a reward; a code that is gone stays a code."""
        return words.named(PointsReward.objects.filter(code=code), code)

    def operator(self, pk: str) -> str:
        """Name an operator."""
        return self._operators.get(pk, pk)

    def pet(self, pk: str) -> str:
        """Name a pet."""
        if pk and pk not in self._pets:
            self._pets[pk] = (
                self._all_pets.filter(pk=pk).values_list("name", flat=True).first() or pk
            )
        return self._pets.get(pk, "")

    def reason(self, movement: Movement) -> str:
        """Write what a movement was for: of a sale its plan or service, else as staff wrote it."""
        match movement.kind:
            case "top_up" | "bonus_release":
                return ""
            case "sell_pass":
                return self.plan(movement.reason)
            case "redeem":
                return self.service(movement.reason)
            case "coupon":
                return self.coupon(movement.reason)
        return movement.reason

    def line(self, line: rows.AnyLine, ref: int = 0) -> str:
        """Say what a line of a row did; empty for what is nobody's business here."""
        match line:
            case rows.VisitRedeem():
                return self._of(_("Visit used"), line.service, line.pet)
            case rows.ValueRedeem():
                said = self._of(_("Paid"), line.service, line.pet)
                return f"{said} {words.money(line.price)}"
            case rows.CouponRedeem() | rows.PointsRedeem():
                return self._used(line)
            case rows.ValueLoad() | rows.PassLoad():
                sold = f"{_('Pass sold')}: {self.plan(line.plan)}"
                said = _("Top-up") if isinstance(line, rows.ValueLoad) else sold
                means = str(Means(line.means.value).label)
                return f"{said} {words.money(line.paid)} ({means})"
            case rows.VisitLog():
                said = self._of(_("Done"), line.service, line.pet)
                follow_up = f", {_('follow-up')} {line.follow_up}" if line.follow_up else ""
                return said + follow_up
            case rows.CheckIn():
                return _("Check-in")
            case rows.Void():
                return f"{_('Undone: row')} {ref}"
            case rows.Release():
                return ""

    def _used(self, line: rows.CouponRedeem | rows.PointsRedeem) -> str:
        if isinstance(line, rows.CouponRedeem):
            return f"{_('Coupon used')}: {self.coupon(line.coupon)}"
        points = sum(leg.amount for leg in line.legs)
        reward = f": {self.reward(line.reward)}" if line.reward else ""
        return f"{_('Points used')} {points}{reward}"

    def _of(self, what: str, service: str, pet: str) -> str:
        return " · ".join(filter(None, (what, self.service(service), self.pet(pet))))


def of(member: Member, limit: int = 60) -> list[Event]:
    """List the newest events of a member, newest first."""
    events = [*_rows(member, limit), *_movements(member, limit), *_records(member, limit)]
    return sorted(events, key=lambda event: event.at, reverse=True)[:limit]


def _rows(member: Member, limit: int) -> Iterator[Event]:
    names = Names(member)
    found = (
        Transaction.objects.filter(member=member.pk)
        .select_related("journal__terminal", "reversed_by__movement__user")
        .order_by("-received_at", "-pk")[: 2 * limit]
    )
    stored = list(found)
    read = {transaction.pk: reading.row(transaction) for transaction in stored}
    changes = _changes(Entry.objects.filter(transaction__in=stored, account__member=member))
    for transaction in stored:
        row = read[transaction.pk]
        if row is None:
            continue
        said = tuple(text for line in row.lines if (text := names.line(line, row.ref)))
        if not said:
            continue
        undone = ""
        if transaction.voided_by_id is not None:
            undone = _("undone at the kiosk")
        elif hasattr(transaction, "reversed_by"):
            undone = _("reversed")
        yield Event(
            at=row.at if row.clock is not ClockState.UNSYNCED else transaction.received_at,
            where=str(transaction.journal.terminal),
            who=names.operator(row.operator) or _("self-service"),
            what=said,
            changes=changes.get(("t", transaction.pk), ()),
            undone=undone,
            row=transaction,
            clock_uncertain=row.clock is ClockState.UNSYNCED,
        )


def _movements(member: Member, limit: int) -> Iterator[Event]:
    entries = Entry.objects.filter(account__member=member, movement__isnull=False)
    wanted = entries.values_list("movement", flat=True).distinct().order_by("-movement")[:limit]
    found = Movement.objects.filter(pk__in=list(wanted)).select_related("user", "undone_by")
    names = Names(member)
    changes = _changes(entries.filter(movement__in=found))
    receipts = Receipt.objects.filter(movement__in=found).select_related("store").in_bulk()
    for movement in found:
        receipt = receipts.get(movement.pk)
        said = words.movement(movement.kind)
        if receipt is not None and receipt.paid:
            means = f" ({receipt.get_means_display()})" if receipt.means else ""
            said = f"{said} {words.money(receipt.paid)}{means}"
        what = tuple(filter(None, (said, names.reason(movement))))
        mine = receipt is not None and receipt.member == member.pk
        yield Event(
            at=movement.at,
            where=str(receipt.store) if receipt else _("central"),
            who=movement.user.get_short_name() or movement.user.username if movement.user else "",
            what=what,
            changes=changes.get(("m", movement.pk), ()),
            undone=_("reversed") if hasattr(movement, "undone_by") else "",
            movement=movement if mine and movement.kind in REVERSIBLE else None,
        )


def _records(member: Member, limit: int) -> Iterator[Event]:
    """What staff changed of the member and the cards, from the admin's own log."""
    types = ContentType.objects.get_for_models(Member, Medium)
    ids = [member.pk]
    media = [str(pk) for pk in member.media.values_list("pk", flat=True)]
    found = LogEntry.objects.filter(content_type=types[Member], object_id__in=ids)
    found |= LogEntry.objects.filter(content_type=types[Medium], object_id__in=media)
    for entry in found.select_related("user").order_by("-action_time")[:limit]:
        yield Event(
            at=entry.action_time,
            where=_("central"),
            who=entry.user.get_short_name() or entry.user.username,
            what=(entry.get_change_message() or entry.object_repr,),
        )


def _changes(entries: Iterable[Entry]) -> dict[tuple[str, int], tuple[Change, ...]]:
    found: dict[tuple[str, int], tuple[Change, ...]] = {}
    chosen = entries.select_related("account__punch_pass").order_by("pk")  # type: ignore[attr-defined]
    for entry in chosen:
        cause = ("t", entry.transaction_id) if entry.transaction_id else ("m", entry.movement_id)
        kind = entry.account.kind
        change = Change(
            words.purse_name(entry.account),
            words.signed(entry.amount, kind),
            words.amount(entry.balance_after, kind),
        )
        found[cause] = (*found.get(cause, ()), change)
    return found
