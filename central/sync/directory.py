"""The directory as a terminal gets it: pages of records, each true as of one moment.

A page says how far the asking journal was applied in the very snapshot its balances are from, so
the terminal adds its own rows above that and none below.  The version is taken before the first
page: a member that changes while pages go out is in the next delta.  The last page of every set
lists the store's operators with their cards.
"""

import datetime as dt
from collections.abc import Collection, Iterator

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from central.books import directory, purses
from central.shop.choices import PurseKind
from central.shop.masking import last4, mask_name
from central.shop.models import (
    Account,
    BonusRelease,
    Entry,
    Journal,
    Medium,
    Member,
    Operator,
    Pass,
    Pet,
    ServiceTicket,
    Store,
    Tombstone,
)
from kiosk.domain import members, wire
from kiosk.domain.units import MAX_AMOUNT

PAGE = 200
"""Members in a page."""

TICKET_DAYS = 30
"""A ticket that is open for longer is no news at a terminal any more."""


def pages(journal: str, since: int, size: int = PAGE) -> Iterator[wire.DirectoryPage]:
    """Make the pages that lead from `since` to now; all members when `since` is 0 or unknown."""
    version = directory.version()
    full = since == 0 or since > version
    removed = [] if full else _removed(since)
    store = Store.objects.get(terminals__journals=journal)
    number, after = 0, ""
    while True:
        with directory.writing():
            wanted = _members(store, 0 if full else since).filter(pk__gt=after).order_by("pk")
            found = list(wanted[: size + 1])
            applied = Journal.objects.values_list("applied", flat=True).get(pk=journal)
            records = _records(found[:size], store)
            staff = _operators(store) if len(found) <= size else None
        last, found = len(found) <= size, found[:size]
        yield wire.DirectoryPage(
            journal=journal,
            full=full,
            since=0 if full else since,
            page=number,
            last=last,
            version=version,
            applied=applied,
            members=records,
            removed=removed if last else [],
            operators=staff,
        )
        if last:
            return
        number, after = number + 1, found[-1].pk


def _removed(since: int) -> list[str]:
    gone = Tombstone.objects.filter(version__gt=since).values_list("member", flat=True)
    return sorted(gone)


def _members(store: Store, since: int) -> QuerySet[Member]:
    chosen = Member.objects.filter(merged_into=None)
    if since:
        chosen = chosen.filter(version__gt=since)
    return chosen.prefetch_related(
        Prefetch("pets", Pet.objects.order_by("pk")),
        Prefetch("media", Medium.objects.order_by("pk")),
        Prefetch("passes", Pass.objects.filter(voided=False).order_by("sold_at", "pk")),
        # an undone sale leaves purses that are empty, and nothing to show
        Prefetch("accounts", _listed_accounts(store)),
    )


_UNDONE = Q(punch_pass__voided=True)

COUPON_DAYS = 2
"""So long a used coupon stays with its member: a void at the terminal gives it back there."""


def _listed_accounts(store: Store) -> QuerySet[Account]:
    """List the accounts a terminal may know: coupons of its store, while good or just used."""
    now = timezone.now()
    since = now - dt.timedelta(days=COUPON_DAYS)
    over = Q(coupon__valid_until__lt=now.date() - dt.timedelta(days=TICKET_DAYS))
    moved = Entry.objects.filter(account=OuterRef("pk")).filter(
        Q(transaction__received_at__gte=since) | Q(movement__at__gte=since)
    )
    gone = Q(kind=PurseKind.COUPON, posted=0) & ~Exists(moved)
    elsewhere = Q(coupon__isnull=False) & ~Q(coupon__store=store)
    listed = Account.objects.exclude(_UNDONE).exclude(over).exclude(gone).exclude(elsewhere)
    return listed.select_related("coupon").order_by("pk")


def _operators(store: Store) -> list[members.OperatorRecord]:
    found = Operator.objects.filter(store=store, active=True).order_by("pk")
    return [
        members.OperatorRecord(
            operator=operator.pk,
            name=operator.name,
            role=members.Role(operator.role),
            media=_media(operator.media.all()),
        )
        for operator in found.prefetch_related(Prefetch("media", Medium.objects.order_by("pk")))
    ]


def _media(found: Collection[Medium]) -> tuple[members.Medium, ...]:
    return tuple(
        members.Medium(medium=medium.pk, key=medium.key, status=members.MediumStatus(medium.status))
        for medium in found
    )


def _records(found: list[Member], store: Store) -> list[members.MemberRecord]:
    named = [member.pk for member in found]
    tickets: dict[str, list[members.Ticket]] = {}
    since = timezone.now() - dt.timedelta(days=TICKET_DAYS)
    for ticket in ServiceTicket.objects.filter(
        store=store, member__in=named, open=True, opened_at__gte=since
    ).order_by("opened_at", "pk"):
        shown = members.Ticket(ticket.ticket, ticket.service, ticket.day, ticket.pet)
        tickets.setdefault(ticket.member, []).append(shown)
    due: dict[str, tuple[int, dt.date]] = {}
    parts = BonusRelease.objects.filter(account__member__in=named, movement=None)
    for owner, amount, day in parts.values_list("account__member", "amount", "due_on"):
        total, first = due.get(owner, (0, day))
        due[owner] = (total + amount if day == first else total, first)
    return [
        record(member, tuple(tickets.get(member.pk, ())), *due.get(member.pk, (0, None)))
        for member in found
    ]


def record(
    member: Member,
    tickets: tuple[members.Ticket, ...] = (),
    bonus_due: int = 0,
    bonus_due_on: dt.date | None = None,
) -> members.MemberRecord:
    """Write what a terminal may know of a member.

    Purses of stored value that nothing has filled yet are listed by name, so that the first top-up
    may be taken at a terminal.
    """
    accounts = list(member.accounts.all())
    return members.MemberRecord(
        member=member.pk,
        masked_name=mask_name(member.name),
        phone_last4=last4(member.phone),
        tier=members.Tier(member.tier),
        pets=tuple(
            members.Pet(
                pet=pet.pk,
                name=pet.name,
                size=members.Size(pet.size),
                warning=pet.warning,
                due=pet.due,
                due_on=pet.due_on,
                birthday=pet.birthday,
            )
            for pet in member.pets.all()
        ),
        passes=tuple(
            members.PunchPass(
                pass_id=sold.pk,
                name_zh=sold.name_zh,
                name_en=sold.name_en,
                services=tuple(sold.services),
                valid_until=sold.valid_until,
            )
            for sold in member.passes.all()
        ),
        purses=tuple(
            members.Purse(
                account=account.pk,
                kind=members.PurseKind(account.kind),
                posted=min(account.posted, MAX_AMOUNT),
                pass_id=account.punch_pass_id or "",
            )
            for account in accounts
        )
        + tuple(
            members.Purse(account=name, kind=members.PurseKind(kind.value), posted=0)
            for name, kind in purses.unopened(member.pk, accounts)
        ),
        media=_media(member.media.all()),
        last_pet=member.last_pet,
        last_service=member.last_service,
        notice=member.notice,
        tickets=tickets,
        bonus_due=min(bonus_due, MAX_AMOUNT),
        bonus_due_on=bonus_due_on,
        coupons=tuple(
            members.Coupon(account.pk, account.coupon.kind, account.coupon.valid_until)
            for account in accounts
            if hasattr(account, "coupon")
        ),
    )
