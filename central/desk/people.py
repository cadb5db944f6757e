"""Finding members, and what one looks like on a page."""

import dataclasses as dc
import datetime as dt
import unicodedata

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace

from central.books.recalls import HeldElsewhere
from central.desk import words
from central.shop.choices import PurseKind
from central.shop.models import Account, Member, Pass, ServiceTicket

MOST = 30
"""Members in one answer of the search box."""


def find(text: str) -> QuerySet[Member]:
    """Find members by a part of the phone number (also the last four digits), name or pet.

    Full-width digits, spaces and hyphens make no difference.
    """
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if not text:
        return Member.objects.none()
    bare = Replace(Replace(F("phone"), Value(" ")), Value("-"))
    digits = text.replace(" ", "").replace("-", "")
    wanted = Q(name__icontains=text) | Q(pets__name__icontains=text)
    if digits.isascii() and digits.removeprefix("+").isdigit():
        wanted |= Q(bare__contains=digits.removeprefix("+"))
        merged = Member.objects.annotate(bare=bare).exclude(merged_into=None)
        also = merged.filter(bare__contains=digits.removeprefix("+"))
        wanted |= Q(pk__in=also.values("merged_into"))
    found = Member.objects.annotate(bare=bare).filter(wanted, merged_into=None)
    return found.distinct().prefetch_related("pets").order_by("name", "pk")


@dc.dataclass(frozen=True, slots=True)
class Purse:
    """One purse: posted, what terminals hold of it, what is free, and a coupon's last day."""

    account: Account
    name: str
    kind: str
    posted: str
    free: str
    held: tuple[tuple[str, str], ...]
    until: dt.date | None


def purses(member: Member) -> list[Purse]:
    """List a member's purses that are no pass's: money first; coupons until they are used."""
    order = list(PurseKind)
    found = _accounts(member).filter(punch_pass__isnull=True)
    found = found.exclude(kind=PurseKind.COUPON, posted=0, leased=0)
    return sorted(map(_purse, found), key=lambda purse: order.index(PurseKind(purse.kind)))


@dc.dataclass(frozen=True, slots=True)
class PassShown:
    """A pass with its purses."""

    sold: Pass
    name: str
    purses: tuple[Purse, ...]
    left: int


def passes(member: Member) -> list[PassShown]:
    """List a member's passes, the newest first."""
    accounts = list(_accounts(member).filter(punch_pass__isnull=False))
    return [
        PassShown(
            sold,
            words.pass_name(sold),
            tuple(_purse(a) for a in accounts if a.punch_pass_id == sold.pk),
            sum(a.posted for a in accounts if a.punch_pass_id == sold.pk),
        )
        for sold in member.passes.order_by("-sold_at", "pk")
    ]


def tickets(member: Member) -> QuerySet[ServiceTicket]:
    """List the open service tickets of a member, oldest first."""
    return ServiceTicket.objects.filter(member=member.pk, open=True).order_by("day", "pk")


def held_by(account: Account) -> tuple[tuple[str, int], ...]:
    """List who holds how much of an account, as (store/terminal, amount)."""
    held: dict[str, int] = {}
    for allowance in account.allowances.all():
        if allowance.amount:
            name = str(allowance.journal.terminal)
            held[name] = held.get(name, 0) + allowance.amount
    return tuple(sorted(held.items()))


def held_elsewhere(error: HeldElsewhere) -> list[tuple[str, str]]:
    """Say which terminals hold how much of the accounts that a debit wanted."""
    found = Account.objects.filter(pk__in=error.accounts).order_by("pk")
    return [
        (name, f"{account.get_kind_display()} {words.amount(amount, account.kind)}")
        for account in found.prefetch_related("allowances__journal__terminal")
        for name, amount in held_by(account)
    ]


def _accounts(member: Member) -> QuerySet[Account]:
    found = member.accounts.exclude(kind=PurseKind.SUSPENSE)
    return found.select_related("punch_pass", "coupon").prefetch_related(
        "allowances__journal__terminal"
    )


def _purse(account: Account) -> Purse:
    coupon = getattr(account, "coupon", None)
    return Purse(
        account,
        words.purse_name(account) if coupon else str(account.get_kind_display()),
        account.kind,
        words.amount(account.posted, account.kind),
        words.amount(account.posted - account.leased, account.kind),
        tuple((name, words.amount(n, account.kind)) for name, n in held_by(account)),
        coupon.valid_until if coupon else None,
    )
