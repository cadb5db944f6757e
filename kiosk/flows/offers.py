"""What a member can have here, and at what price: pure sums over a MemberView."""

import dataclasses as dc
from collections.abc import Iterator

from kiosk.domain.catalogue import Catalogue, Service
from kiosk.domain.members import Pet, PunchPass, PurseKind, Size
from kiosk.domain.names import Name
from kiosk.domain.pricing import (
    NoPrice,
    Quote,
    Unfit,
    legs,
    quote,
    stored_value_order,
)
from kiosk.domain.refusals import Reason
from kiosk.domain.screens import Choice
from kiosk.domain.transactions import AnyLine, ValueRedeem, VisitRedeem
from kiosk.domain.uses import PLAIN, Use
from kiosk.domain.views import NOTHING, Balance, MemberView
from kiosk.flows import holdings
from kiosk.flows.step import Context, Refusal

PASS_ORDER = (PurseKind.PASS_BOUGHT, PurseKind.PASS_GIFT)


@dc.dataclass(frozen=True, slots=True)
class Offer:
    """One thing to choose: a service, paid by a pass or (without one) from stored value.

    With a `use` it is free: a gift coupon or a reward.  Goods stand here as a service for no pet.
    """

    service: Service
    punch_pass: PunchPass | None = None
    use: Use = PLAIN

    @property
    def is_goods(self) -> bool:
        """Whether something is handed over and no service done."""
        return self.use.gives == ""

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
    ends, day = punch_pass.valid_until, context.sure_day
    return ends is not None and day is not None and ends < day


def price(
    offer: Offer, view: MemberView, pet: Pet | None, context: Context, use: Use = PLAIN
) -> Quote | None:
    """Price an offer for a pet; None when the catalogue has no price for it, or not so."""
    found = _priced(offer, view, pet, context, use)
    return None if isinstance(found, Refusal) else found


def _priced(
    offer: Offer, view: MemberView, pet: Pet | None, context: Context, use: Use
) -> Quote | Refusal:
    if context.catalogue is None:
        return Refusal(Reason.CATALOGUE_MISSING)
    size, code = pet.size if pet else _size(view), offer.service.code
    try:
        return quote(context.catalogue, code, size, view.record.tier, context.day, use.terms)
    except NoPrice:
        return Refusal(Reason.WRONG_SERVICE)
    except Unfit as unfit:
        return Refusal(unfit.reason)


def offers(view: MemberView, context: Context) -> tuple[Offer, ...]:
    """List what to choose: usable passes, free services, services from stored value, goods, and
    spent passes.

    Within each the last service first, and of passes the one that ends soonest.
    """
    if context.catalogue is None:
        return ()
    catalogue = context.catalogue

    def rank(offer: Offer) -> tuple[int, bool, str]:
        punch_pass, ends = offer.punch_pass, ""
        if punch_pass is not None:
            spent = is_expired(punch_pass, context) or view.visits(punch_pass).shown == 0
            ends = punch_pass.valid_until.isoformat() if punch_pass.valid_until else "9999"
            group = 4 if spent else 0
        elif offer.use == PLAIN:
            group = 2
        else:
            # what costs points, and goods, are never chosen by a press too many
            group = 1 if offer.use.coupon is not None and not offer.is_goods else 3
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
    for use in (*holdings.coupons(view, context), *holdings.rewards(view, context)):
        found = catalogue.service(use.gives) if use.gives else None
        if use.gives == "":
            yield Offer(_goods(use), use=use)
        elif found is not None and _is_free(offer := Offer(found, use=use), view, context):
            yield offer


def _is_free(offer: Offer, view: MemberView, context: Context) -> bool:
    """Tell whether its coupon or points pay it for one of the pets: a gift may ask for a price."""
    pets = pets_in_order(view) or (None,)
    return any(price(offer, view, pet, context, offer.use) is not None for pet in pets)


def _goods(use: Use) -> Service:
    code = use.kind.code if use.kind else use.reward.code if use.reward else ""
    return Service(code, use.name.zh, use.name.en, {}, for_pet=False)


def choice(offer: Offer, view: MemberView, context: Context) -> Choice:
    """Write an offer as a row of the member screen."""
    name = offer.service_name
    if offer.use.reward is not None:
        return Choice(offer.use.name, points=offer.use.points)
    if offer.use.coupon is not None:
        balance = view.balances.get(offer.use.coupon.account, NOTHING)
        return Choice(offer.use.name, coupons=balance.shown, held=balance.held)
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


def settle(
    offer: Offer, view: MemberView, pet: Pet | None, context: Context, use: Use = PLAIN
) -> tuple[AnyLine, ...] | Refusal:
    """Make the lines that take this offer from what is held here, or tell why they cannot be.

    `use` is what lowers the price of a service that stored value pays.
    """
    pet_id = pet.pet if pet and offer.service.for_pet else ""
    if offer.punch_pass is not None:
        return _by_pass(offer, offer.punch_pass, view, pet_id, context)
    if offer.use != PLAIN:
        use = offer.use
    if context.catalogue is None:
        return Refusal(Reason.CATALOGUE_MISSING)
    if offer.is_goods:
        return holdings.lines(use, view)
    quoted = _priced(offer, view, pet, context, use)
    if isinstance(quoted, Refusal):
        return quoted
    used = holdings.lines(use, view)
    if isinstance(used, Refusal):
        return used
    purses = view.purses(*stored_value_order(context.catalogue))
    taken = legs(quoted.price, [(purse, balance.held) for purse, balance in purses])
    if taken is None:
        reason = _short(view.value(), quoted.price, Reason.INSUFFICIENT_VALUE)
        return Refusal(reason, max(0, quoted.price - view.value().shown))
    return *used, ValueRedeem(offer.service.code, quoted.price, taken, pet_id)


def _by_pass(
    offer: Offer, punch_pass: PunchPass, view: MemberView, pet_id: str, context: Context
) -> tuple[AnyLine, ...] | Refusal:
    if is_expired(punch_pass, context):
        return Refusal(Reason.EXPIRED)
    purses = view.purses(*PASS_ORDER, pass_id=punch_pass.pass_id)
    taken = legs(1, [(purse, balance.held) for purse, balance in purses])
    if taken is None:
        return Refusal(_short(view.visits(punch_pass), 1, Reason.PASS_EMPTY))
    return (VisitRedeem(offer.service.code, taken, pet_id),)


def _short(balance: Balance, wanted: int, empty: Reason) -> Reason:
    return Reason.HELD_ELSEWHERE if balance.shown >= wanted else empty
