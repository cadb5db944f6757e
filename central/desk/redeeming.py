"""What could pay a service at the counter: each pass for it, or stored value at today's price."""

import dataclasses as dc

from django.utils.translation import gettext as _

from central.desk import people, words
from central.desk.counter import today
from central.shop import catalogues
from central.shop.choices import PurseKind
from central.shop.models import Member, Pet, Service, Store
from kiosk.domain import members, pricing


@dc.dataclass(frozen=True, slots=True)
class Way:
    """One way to pay; `sold` is the pass's id, empty for stored value.  `covered`: it reaches."""

    sold: str
    name: str
    cost: str
    has: str
    covered: bool
    held: tuple[tuple[str, str], ...]


def ways(store: Store, member: Member, service: Service, pet: Pet | None) -> list[Way]:
    """List them: passes first, the one that ends soonest before the others."""
    day = today(store)
    found = [
        Way(
            one.sold.pk,
            one.name,
            f"1 {_('visits')}",
            f"{one.left} {_('visits')}",
            one.left > 0,
            tuple(part for purse in one.purses for part in purse.held),
        )
        for one in sorted(people.passes(member), key=lambda p: str(p.sold.valid_until or "9999"))
        if (not one.sold.services or service.code in one.sold.services)
        and (one.sold.valid_until is None or one.sold.valid_until >= day)
        and not one.sold.voided
    ]
    price = _price(store, member, service, pet)
    if price is not None:
        value = [p for p in people.purses(member) if p.kind in words.MONEY]
        has = sum(p.account.posted for p in value)
        held = tuple(part for purse in value for part in purse.held)
        name = f"{PurseKind.PRINCIPAL.label} + {PurseKind.BONUS.label}"
        found.append(Way("", name, words.money(price), words.money(has), has >= price, held))
    return found


def _price(store: Store, member: Member, service: Service, pet: Pet | None) -> int | None:
    catalogue = catalogues.current(store.pk)
    if catalogue is None:
        return None
    size = members.Size(pet.size) if pet else None
    tier = members.Tier(member.tier)
    try:
        return pricing.quote(catalogue, service.code, size, tier, today(store)).price
    except pricing.NoPrice:
        return None
