"""What a member can have here, and at what price: pure sums over a MemberView."""

import dataclasses as dc
from collections.abc import Iterator

from kiosk.domain.catalogue import Catalogue, Service
from kiosk.domain.clock import ClockState
from kiosk.domain.members import Pet, PunchPass, PurseKind, Size
from kiosk.domain.names import Name
from kiosk.domain.pricing import NoPrice, Quote, legs, quote, stored_value_order
from kiosk.domain.refusals import Reason
from kiosk.domain.screens import Choice
from kiosk.domain.transactions import AnyLine, ValueRedeem, VisitRedeem
from kiosk.domain.views import Balance, MemberView
from kiosk.flows.step import Context, Refusal

PASS_ORDER = (PurseKind.PASS_BOUGHT, PurseKind.PASS_GIFT)


@dc.dataclass(frozen=True, slots=True)
class Offer:
    """One thing to choose: a service, paid by a pass or (without one) from stored value."""

    service: Service
    punch_pass: PunchPass | None = None

    @property
    def service_name(self) -> Name:
        """The service's name."""
        return Name(self.service.name_zh, self.service.name_en)

    @property
    def pass_name(self) -> Name | None:
        """The pass's name, where a pass pays."""
        if self.punch_pass is None:
            return None
        return Name(self.punch_pass.name_zh, self.punch_pass.name_en)


def pets_in_order(view: MemberView) -> tuple[Pet, ...]:
    """List the pets, the last one served first."""
    return tuple(sorted(view.record.pets, key=lambda pet: pet.pet != view.record.last_pet))


def _size(view: MemberView) -> Size | None:
    pets = pets_in_order(view)
    return pets[0].size if pets else None


def is_expired(punch_pass: PunchPass, context: Context) -> bool:
    """Tell whether a pass is over; with an unsynced clock nothing is (accept, flag)."""
    return (
        context.clock is not ClockState.UNSYNCED
        and punch_pass.valid_until is not None
        and punch_pass.valid_until < context.day
    )


def price(offer: Offer, view: MemberView, pet: Pet | None, context: Context) -> Quote | None:
    """Price an offer for a pet; None when the catalogue has no price for it."""
    if context.catalogue is None:
        return None
    size = pet.size if pet else _size(view)
    try:
        return quote(context.catalogue, offer.service.code, size, view.record.tier, context.day)
    except NoPrice:
        return None


def offers(view: MemberView, context: Context) -> tuple[Offer, ...]:
    """List what to choose: usable passes, then services from stored value, then spent passes.

    Within each the last service first, and of passes the one that ends soonest.
    """
    if context.catalogue is None:
        return ()
    catalogue = context.catalogue

    def rank(offer: Offer) -> tuple[int, bool, str]:
        match offer.punch_pass:
            case None:
                group, ends = 1, ""
            case punch_pass:
                spent = is_expired(punch_pass, context) or view.visits(punch_pass).shown == 0
                ends = punch_pass.valid_until.isoformat() if punch_pass.valid_until else "9999"
                group = 2 if spent else 0
        return group, offer.service.code != view.record.last_service, ends

    return tuple(sorted(_all(view, catalogue, context), key=rank))


def _all(view: MemberView, catalogue: Catalogue, context: Context) -> Iterator[Offer]:
    for punch_pass in view.record.passes:
        for service in catalogue.services:
            if not punch_pass.services or service.code in punch_pass.services:
                yield Offer(service, punch_pass)
    for service in catalogue.services:
        if price(Offer(service), view, None, context) is not None:
            yield Offer(service)


def choice(offer: Offer, view: MemberView, context: Context) -> Choice:
    """Write an offer as a row of the member screen."""
    name = offer.service_name
    if offer.punch_pass is None:
        quoted = price(offer, view, None, context)
        return Choice(name, price=quoted.price if quoted else None, held=view.value().held)
    balance = view.visits(offer.punch_pass)
    gift = view.total(PurseKind.PASS_GIFT, pass_id=offer.punch_pass.pass_id)
    if offer.pass_name is not None and len(offer.punch_pass.services) == 1:
        name = offer.pass_name
    return Choice(
        name,
        visits=balance.shown,
        gift_visits=gift.shown,
        held=balance.held,
        expired=is_expired(offer.punch_pass, context),
    )


def settle(offer: Offer, view: MemberView, pet: Pet | None, context: Context) -> AnyLine | Refusal:
    """Make the line that takes this offer from what is held here, or tell why it cannot be."""
    pet_id = pet.pet if pet and offer.service.for_pet else ""
    if offer.punch_pass is not None:
        if is_expired(offer.punch_pass, context):
            return Refusal(Reason.EXPIRED)
        purses = view.purses(*PASS_ORDER, pass_id=offer.punch_pass.pass_id)
        taken = legs(1, [(purse, balance.held) for purse, balance in purses])
        if taken is None:
            left = view.visits(offer.punch_pass)
            return Refusal(_short(left, 1, Reason.PASS_EMPTY))
        return VisitRedeem(offer.service.code, taken, pet_id)
    if context.catalogue is None:
        return Refusal(Reason.CATALOGUE_MISSING)
    quoted = price(offer, view, pet, context)
    if quoted is None:
        return Refusal(Reason.WRONG_SERVICE)
    purses = view.purses(*stored_value_order(context.catalogue))
    taken = legs(quoted.price, [(purse, balance.held) for purse, balance in purses])
    if taken is None:
        reason = _short(view.value(), quoted.price, Reason.INSUFFICIENT_VALUE)
        return Refusal(reason, max(0, quoted.price - view.value().shown))
    return ValueRedeem(offer.service.code, quoted.price, taken, pet_id)


def _short(balance: Balance, wanted: int, empty: Reason) -> Reason:
    return Reason.HELD_ELSEWHERE if balance.shown >= wanted else empty
