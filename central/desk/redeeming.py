"""What could pay a service at the counter, the best first: the order is the kiosk's own.

A visit of a pass; a coupon that gives the service; stored value, less the coupon that lowers the
price most, or points; points that the service may be had for.  Coupons beside the best one follow.
What a terminal holds is offered, too: taken, it is asked back (central.books.recalls).
"""

import dataclasses as dc
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from central.books import ripening
from central.desk import people, words
from central.desk.counter import today
from central.shop import catalogues
from central.shop.choices import PurseKind
from central.shop.models import Member, Pet, Service, Store
from kiosk.domain import members, pricing, uses
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.uses import Use


@dc.dataclass(frozen=True, slots=True)
class Way:
    """One way to pay; `how` is what its form sends.  `covered`: it reaches; `best`: take this."""

    how: dict[str, str | int]
    name: str
    cost: str
    has: str
    covered: bool
    held: tuple[tuple[str, str], ...]
    facts: tuple[str, ...] = ()
    best: bool = False


def ways(store: Store, member: Member, service: Service, pet: Pet | None) -> list[Way]:
    """List them."""
    found = list(_by_pass(store, member, service))
    catalogue = catalogues.current(store.pk)
    if catalogue is not None:
        found += _Priced(store, member, service, pet, catalogue).ways()
    best = next((way for way in found if way.covered), None)
    return [dc.replace(way, best=way is best) for way in found]


def _by_pass(store: Store, member: Member, service: Service) -> Iterator[Way]:
    day = today(store)
    for one in sorted(people.passes(member), key=lambda p: str(p.sold.valid_until or "9999")):
        over = one.sold.valid_until is not None and one.sold.valid_until < day
        if over or one.sold.voided or service.code not in (one.sold.services or [service.code]):
            continue
        yield Way(
            {"pass": one.sold.pk},
            one.name,
            words.amount(1, "visits"),
            words.amount(one.left, "visits"),
            one.left > 0,
            _held(one.purses),
        )


class _Priced:
    """The ways from stored value, and those that make the service free."""

    def __init__(
        self, store: Store, member: Member, service: Service, pet: Pet | None, catalogue: Catalogue
    ) -> None:
        self._store, self._service, self._catalogue = store, service, catalogue
        self._day = today(store)
        self._size = members.Size(pet.size) if pet else None
        self._tier = members.Tier(member.tier)
        self._purses = people.purses(member)
        self._value = self._of(*words.MONEY)
        points = self._of(PurseKind.POINTS)
        unripe = ripening.unripe([purse.account.pk for purse in points])
        self._points = sum(p.account.posted - unripe.get(p.account.pk, 0) for p in points)

    def ways(self) -> Iterator[Way]:
        """List them, the best first."""
        valid = uses.coupons(self._catalogue, self._coupons(), self._day)
        known = uses.rewards(self._catalogue, self._points, self._day)
        lowering = uses.lowering(valid, self._quote)
        best = lowering[0] if lowering else None
        yield from self._free(valid)
        for use in (*uses.ways(best, self._quote, self._points_off), *lowering[1:]):
            if quote := self._quote(use):
                yield self._from_value(use, quote)
        yield from self._free(known)

    def _points_off(self, price: int) -> int:
        return uses.points_off(self._catalogue, price, self._points, self._day)

    def _of(self, *kinds: PurseKind) -> list[people.Purse]:
        return [purse for purse in self._purses if purse.kind in kinds]

    def _coupons(self) -> Iterator[members.Coupon]:
        for purse in self._of(PurseKind.COUPON):
            coupon = purse.account.coupon
            if purse.account.posted > 0 and coupon.store_id == self._store.pk:
                yield members.Coupon(coupon.pk, coupon.kind, coupon.valid_until)

    def _quote(self, use: Use) -> pricing.Quote | None:
        try:
            return pricing.quote(
                self._catalogue, self._service.code, self._size, self._tier, self._day, use.terms
            )
        except (pricing.NoPrice, pricing.Unfit):
            return None

    def _free(self, found: Iterable[Use]) -> Iterator[Way]:
        """The service for a coupon, or for points."""
        for use in found:
            if use.gives != self._service.code or self._quote(use) is None:
                continue
            spent = self._spent(use)
            cost = words.amount(use.points, "points") if use.points else words.amount(1, "coupon")
            has = ", ".join(purse.posted for purse in spent)
            name = use.name.zh if words.chinese() else use.name.en
            yield Way(_how(use, 0), name, cost, has, True, _held(spent), _until(use))

    def _from_value(self, use: Use, quote: pricing.Quote) -> Way:
        off = quote.off(pricing.PriceStep.COUPON) + quote.off(pricing.PriceStep.POINTS)
        has = sum(purse.account.posted for purse in self._value)
        used = [use.name.zh if words.chinese() else use.name.en] if use.coupon else []
        used += [words.amount(use.points, "points")] if use.points else []
        return Way(
            _how(use, quote.price),
            " + ".join(used) or f"{PurseKind.PRINCIPAL.label} + {PurseKind.BONUS.label}",
            words.money(quote.price),
            words.money(has),
            has >= quote.price,
            _held([*self._spent(use), *self._value]),
            (*([words.money(-off)] if off else []), *_until(use)),
        )

    def _spent(self, use: Use) -> list[people.Purse]:
        found = self._of(PurseKind.POINTS) if use.points else []
        account = use.coupon.account if use.coupon else ""
        return [*(p for p in self._of(PurseKind.COUPON) if p.account.pk == account), *found]


def _how(use: Use, price: int) -> dict[str, str | int]:
    return {
        "coupon": use.coupon.account if use.coupon else "",
        "points": use.points,
        "reward": use.reward.code if use.reward else "",
        "price": price,
    }


def _until(use: Use) -> tuple[str, ...]:
    until = use.coupon.valid_until if use.coupon else None
    return (f"{_('until')} {until}",) if until else ()


def _held(purses: Iterable[people.Purse]) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for terminal, amount in (part for purse in purses for part in purse.held):
        found[terminal] = f"{found[terminal]}, {amount}" if terminal in found else amount
    return tuple(found.items())
