"""The words of proof: the slip of a committed row, and the recall of one that was not seen."""

from kiosk.domain import screens
from kiosk.domain.catalogue import Service
from kiosk.domain.clock import ClockState, local_time
from kiosk.domain.events import Committed
from kiosk.domain.members import PunchPass
from kiosk.domain.pricing import PriceLine, PriceStep
from kiosk.domain.screens import Name
from kiosk.domain.slips import Slip
from kiosk.domain.transactions import AnyLine, ValueRedeem, VisitRedeem
from kiosk.domain.units import Fen
from kiosk.domain.views import LastRow, MemberView
from kiosk.flows.states import Committing
from kiosk.flows.step import Context


def number(journal: str, seq: int) -> str:
    """Write a row's number for people: the journal's first eight characters and the seq."""
    return f"{journal[:8]}-{seq:06d}"


def slip(state: Committing, event: Committed, context: Context) -> Slip:
    """Write the slip of a row just committed: the price that was shown, the balances after it."""
    offer, pet, quote, view = state.offer, state.pet, state.quote, event.view
    visits_left = view.visits(offer.punch_pass).shown if offer.punch_pass else None
    return Slip(
        context.policy.language,
        context.policy.shop_name,
        context.terminal,
        number(event.journal, event.seq),
        context.local,
        context.clock is not ClockState.UNSYNCED,
        view.record.masked_name,
        pet.name if pet and offer.service.for_pet else "",
        offer.service_name,
        offer.pass_name,
        visits_left,
        quote.price if quote else None,
        quote.lines if quote else (),
        view.value().shown if quote else None,
        quote.points if quote else 0,
    )


def _service(code: str, context: Context) -> Service:
    found = context.catalogue.service(code) if context.catalogue else None
    return found or Service(code, code, code, {})


def _taken(row: LastRow) -> VisitRedeem | ValueRedeem | None:
    found = (line for line in row.lines if isinstance(line, VisitRedeem | ValueRedeem))
    return next(found, None)


def already_taken(view: MemberView, context: Context) -> screens.AlreadyTaken | None:
    """Say what the unseen row took; None when it took nothing."""
    if view.unshown is None or (line := _taken(view.unshown)) is None:
        return None
    service = _service(line.service, context)
    return screens.AlreadyTaken(
        view.record.masked_name,
        local_time(view.unshown.at, context.policy.utc_offset_minutes),
        Name(service.name_zh, service.name_en),
        1 if isinstance(line, VisitRedeem) else None,
        line.price if isinstance(line, ValueRedeem) else None,
    )


def recalled_slip(view: MemberView, row: LastRow, context: Context) -> Slip | None:
    """Write the slip of an earlier row, as a copy, with what is left now."""
    if (line := _taken(row)) is None:
        return None
    service = _service(line.service, context)
    pet = next((pet for pet in view.record.pets if pet.pet == line.pet), None)
    paid = line.price if isinstance(line, ValueRedeem) else None
    used = _pass_of(line, view)
    return Slip(
        context.policy.language,
        context.policy.shop_name,
        context.terminal,
        number(row.journal, row.seq),
        local_time(row.at, context.policy.utc_offset_minutes),
        row.clock is not ClockState.UNSYNCED,
        view.record.masked_name,
        pet.name if pet else "",
        Name(service.name_zh, service.name_en),
        Name(used.name_zh, used.name_en) if used else None,
        view.visits(used).shown if used else None,
        paid,
        (PriceLine(PriceStep.LIST, Fen(paid)),) if paid is not None else (),
        view.value().shown if paid is not None else None,
        copy=1,
    )


def _pass_of(line: AnyLine, view: MemberView) -> PunchPass | None:
    if not isinstance(line, VisitRedeem):
        return None
    accounts = {leg.account for leg in line.legs}
    ids = {purse.pass_id for purse in view.record.purses if purse.account in accounts}
    return next((p for p in view.record.passes if p.pass_id in ids), None)
