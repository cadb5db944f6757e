"""What a redemption at the counter takes, and from which purses: by the rules of the terminals.

Invariants: only what is free is taken, all of it or nothing; a coupon is one of this member, of
this store and within its days, and points are within theirs; the price is the one that the price
list in force gives with all of it (kiosk.domain.bargains, as for a terminal's row).  Points that
are not ripe are not taken: the void of the row that earned them must find them.
"""

import dataclasses as dc
import datetime as dt
from collections.abc import Iterable, Iterator

from central.books import ripening
from central.books.recalls import HeldElsewhere, holders
from central.shop import catalogues
from central.shop.choices import PurseKind
from central.shop.models import Account, Coupon, Member, Pass, Pet, Store
from kiosk.domain import members, pricing
from kiosk.domain.bargains import Bargain, Used, priced
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.refusals import Reason
from kiosk.domain.rewards import Window
from kiosk.domain.transactions import CouponRedeem, Leg, PointsRedeem, ValueRedeem

VISITS = (PurseKind.PASS_BOUGHT, PurseKind.PASS_GIFT)


class NotUsable(ValueError):
    """A redemption that the shop's own rules forbid; the code is one of kiosk.domain.refusals."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dc.dataclass(frozen=True, slots=True)
class Reduced:
    """Stored value, less a coupon (its account) and points; `reward` is what these are for."""

    coupon: str = ""
    points: int = 0
    reward: str = ""


@dc.dataclass(frozen=True, slots=True)
class Cost:
    """What is taken from which accounts (negative), the price in 分 and the points it earns."""

    amounts: dict[str, int]
    price: int = 0
    earned: int = 0


@dc.dataclass(frozen=True, slots=True)
class _Part:
    """So much of these accounts, in this order; `empty` says why it cannot be."""

    accounts: list[Account]
    amount: int
    empty: Reason


def by_pass(store: Store, member: Member, service: str, today: dt.date, sold: Pass) -> Cost:
    """Take a visit.  Raises NotUsable, HeldElsewhere."""
    catalogue = _catalogue(store)
    if sold.member_id != member.pk or sold.voided:
        raise NotUsable(Reason.NOT_ALLOWED)
    if service not in (sold.services or [each.code for each in catalogue.services]):
        raise NotUsable(Reason.WRONG_SERVICE)
    if sold.valid_until is not None and sold.valid_until < today:
        raise NotUsable(Reason.EXPIRED)
    return Cost(_taken([_Part(_purses(member, VISITS, sold), 1, Reason.PASS_EMPTY)]))


def by_value(
    store: Store, member: Member, service: str, today: dt.date, pet: Pet | None, less: Reduced
) -> Cost:
    """Take the price of the list in force from stored value.  Raises NotUsable, HeldElsewhere."""
    catalogue = _catalogue(store)
    parts = list(_used(store, member, today, less, catalogue))
    quote = _quoted(catalogue, member, service, today, pet, tuple(line for line, _ in parts))
    order = tuple(PurseKind(kind.value) for kind in pricing.stored_value_order(catalogue))
    value = _Part(_purses(member, order), quote.price, Reason.INSUFFICIENT_VALUE)
    return Cost(_taken([*(part for _, part in parts), value]), quote.price, quote.points)


def _catalogue(store: Store) -> Catalogue:
    found = catalogues.current(store.pk)
    if found is None:
        raise NotUsable(Reason.CATALOGUE_MISSING)
    return found


def _purses(
    member: Member, order: tuple[PurseKind, ...], punch_pass: Pass | None = None
) -> list[Account]:
    found = Account.objects.filter(member=member, punch_pass=punch_pass, kind__in=order)
    return sorted(found, key=lambda account: order.index(PurseKind(account.kind)))


def _used(
    store: Store, member: Member, today: dt.date, less: Reduced, catalogue: Catalogue
) -> Iterator[tuple[Used, _Part]]:
    if less.coupon:
        coupon = Coupon.objects.select_related("account").filter(pk=less.coupon).first()
        if coupon is None or coupon.account.member_id != member.pk:
            raise NotUsable(Reason.NOT_ALLOWED)
        kind = catalogue.coupon_kind(coupon.kind)
        if kind is None or coupon.store_id != store.pk:
            raise NotUsable(Reason.WRONG_STORE)
        for window in (kind.window, Window(last=coupon.valid_until)):
            if not window.holds(today):
                raise NotUsable(Reason.COUPON_EXPIRED)
        line = CouponRedeem(coupon.kind, (Leg(coupon.pk, 1),))
        yield line, _Part([coupon.account], 1, Reason.COUPON_USED)
    if less.points or less.reward:
        terms = catalogue.points_reward(less.reward) if less.reward else catalogue.points_offset
        if terms is not None and not terms.window.holds(today):
            raise NotUsable(Reason.NOT_NOW)
        purses = _purses(member, (PurseKind.POINTS,))
        legs = (Leg(purses[0].pk if purses else "", less.points),)
        yield (
            PointsRedeem(legs, less.reward),
            _Part(purses, less.points, Reason.INSUFFICIENT_POINTS),
        )


def _quoted(
    catalogue: Catalogue,
    member: Member,
    service: str,
    today: dt.date,
    pet: Pet | None,
    used: tuple[Used, ...],
) -> pricing.Quote:
    bargain = Bargain(used, ValueRedeem(service, 0, ()))
    size = members.Size(pet.size) if pet else None
    try:
        quote = priced(bargain, catalogue, size, members.Tier(member.tier), today)
    except pricing.NoPrice:
        raise NotUsable(Reason.WRONG_SERVICE) from None
    except pricing.Unfit as e:
        raise NotUsable(e.reason) from None
    assert quote is not None, "a redemption has a price"
    return quote


def _taken(parts: Iterable[_Part]) -> dict[str, int]:
    """Take each part from what is free; what a terminal holds of any is wanted back at once."""
    parts = list(parts)
    points = [a.pk for part in parts for a in part.accounts if a.kind == PurseKind.POINTS]
    unripe = ripening.unripe(points) if points else {}
    amounts: dict[str, int] = {}
    wanted: list[str] = []
    missing = 0
    for part in parts:
        rest = part.amount
        for account in part.accounts:
            free = account.posted - account.leased - unripe.get(account.pk, 0)
            if (taken := min(rest, free)) > 0:
                amounts[account.pk] = -taken
                rest -= taken
        if not rest:
            continue
        if sum(a.posted - unripe.get(a.pk, 0) for a in part.accounts) < part.amount:
            raise NotUsable(part.empty)
        wanted += [account.pk for account in part.accounts if account.leased]
        missing = missing or rest
    if wanted:
        raise HeldElsewhere(wanted[0], missing, holders(*wanted), tuple(wanted))
    return amounts
