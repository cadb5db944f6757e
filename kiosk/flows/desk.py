"""A signed-in operator's list: open tickets first, then what this role may do."""

import dataclasses as dc
import datetime as dt
from collections.abc import Iterator

from kiosk.domain import desk as screens
from kiosk.domain.desk import DeskEntry, EntryItem, TicketItem
from kiosk.domain.devices import Lamp
from kiosk.domain.effects import Effect, Light, Show, Survey, SwitchTraining
from kiosk.domain.events import (
    ButtonPressed,
    CatalogueChanged,
    OperatorIdentified,
    Surveyed,
)
from kiosk.domain.members import Role
from kiosk.domain.names import Name
from kiosk.domain.views import OpenTicket, OperatorView, Workday
from kiosk.flows import cashier, earlier, grooming, receipts, technician, undoing, walk_in
from kiosk.flows.desk_states import (
    AtDesk,
    AwaitingMember,
    Deciding,
    Entry,
    Errand,
    Gathering,
    LogErrand,
    OnShift,
    ReprintErrand,
    SeeingToday,
    Surveying,
)
from kiosk.flows.jobs import Shift
from kiosk.flows.rest import idle, rest
from kiosk.flows.states import Greeting, Identifying, Resting
from kiosk.flows.step import KEEP, Context, Step

LOGGING = (Role.GROOMER, Role.MANAGER, Role.OWNER)
SELLING = (Role.CASHIER, Role.MANAGER, Role.OWNER)
TENDING = (Role.TECHNICIAN, Role.MANAGER, Role.OWNER)
"""Which roles find which entries on their list."""


def sign_in(
    _state: Identifying | Greeting | Gathering, event: OperatorIdentified, context: Context
) -> Step:
    """An operator's card: open the list."""
    return survey(event.view, context)


def survey(operator: OperatorView, context: Context, began: float | None = None) -> Step:
    """Ask for the operator's day; each look renews the sign-in, which `began` then, or now."""
    until = context.mono + context.policy.operator_minutes * 60
    shift = Shift(operator, context.mono if began is None else began, until)
    since = context.now - dt.timedelta(minutes=context.policy.undo_minutes)
    ask = Survey(context.correlation, operator.record.operator, context.day, since)
    state = Surveying(shift, context.correlation)
    return Step(state, (Light(Lamp.BUSY), ask), context.policy.patience_seconds)


def again(state: OnShift, _event: object, context: Context) -> Step:
    """Back to the list, as it is now."""
    return survey(state.shift.operator, context, state.shift.since)


def surveyed(state: Surveying, event: Surveyed, context: Context) -> Step:
    """Here is the list."""
    workday = event.workday
    if state.shift.operator.record.role not in LOGGING:
        # who does not log services must not close a ticket with a slip of the finger
        workday = dc.replace(workday, tickets=())
    return show(AtDesk(state.shift, workday, _items(state.shift, workday, context)), context)


def priced_again(state: AtDesk, _event: CatalogueChanged, context: Context) -> Step:
    """A price list has come: after a power cut it can be later than the card on the reader.

    What was selected stays so; a line that has gone leaves the first one selected.
    """
    items = _items(state.shift, state.workday, context)
    if items == state.items:
        return Step(state, (), KEEP)
    keys = [_key(item) for item in items]
    key = _key(state.items[state.selected]) if state.items else None
    selected = keys.index(key) if key in keys else 0
    return show(dc.replace(state, items=items, selected=selected), context)


def _key(item: OpenTicket | Entry) -> tuple[DeskEntry | None, str]:
    """Name a line, whatever it is called now."""
    if isinstance(item, Entry):
        return item.shown.entry, item.code
    return None, item.ticket.ticket


def _items(shift: Shift, workday: Workday, context: Context) -> tuple[OpenTicket | Entry, ...]:
    return (*workday.tickets, *_entries(shift, workday, context))


def _entries(shift: Shift, workday: Workday, context: Context) -> Iterator[Entry]:
    role = shift.operator.record.role
    catalogue = context.catalogue
    if role in LOGGING and catalogue:
        for service in catalogue.services:
            name = Name(service.name_zh, service.name_en)
            yield Entry(EntryItem(DeskEntry.SERVICE, name), service.code)
    if role in SELLING and catalogue:
        if catalogue.top_up_plans:
            yield Entry(EntryItem(DeskEntry.TOP_UP))
        if catalogue.pass_plans:
            yield Entry(EntryItem(DeskEntry.SELL_PASS))
    if role in SELLING:
        yield Entry(EntryItem(DeskEntry.REPRINT))
    if workday.undoable is not None:
        what = earlier.row_name(workday.undoable.row, context)
        yield Entry(EntryItem(DeskEntry.UNDO, what))
    if role in LOGGING:
        yield Entry(EntryItem(DeskEntry.TODAY))
    if role in TENDING:
        yield Entry(EntryItem(DeskEntry.TERMINAL))
        yield Entry(EntryItem(DeskEntry.TEST))
        yield Entry(EntryItem(DeskEntry.EXAMINE))
    if context.training:
        yield Entry(EntryItem(DeskEntry.TRAINING_OFF))
    elif role in TENDING:
        yield Entry(EntryItem(DeskEntry.TRAINING_ON))


def show(state: AtDesk, context: Context) -> Step:
    """Draw the list; it stays until the sign-in ends."""
    record = state.shift.operator.record
    items = tuple(_item(item, context) for item in state.items)
    tickets = len(state.workday.tickets)
    screen = screens.Desk(record.name, record.role, items, state.selected, tickets)
    left = max(0.0, state.shift.until - context.mono)
    return Step(state, (Light(Lamp.BUSY), Show(screen)), left)


def _item(item: OpenTicket | Entry, context: Context) -> TicketItem | EntryItem:
    if isinstance(item, Entry):
        return item.shown
    name = receipts.service_name(item.ticket.service, context)
    return TicketItem(name, item.pet.name if item.pet else "", item.masked_name)


def next_item(state: AtDesk, _event: ButtonPressed, context: Context) -> Step:
    """B: the next line."""
    count = max(1, len(state.items))
    return show(dc.replace(state, selected=(state.selected + 1) % count), context)


def choose(state: AtDesk, event: ButtonPressed, context: Context) -> Step:
    """A: do it."""
    if not state.items:
        # no role is without any; one that were has nothing to stay for
        return rest(state, event, context)
    item = state.items[state.selected]
    if isinstance(item, OpenTicket):
        return grooming.finish(state.shift, item, context)
    return _enter(state, item, context)


def _enter(state: AtDesk, item: Entry, context: Context) -> Step:
    shift = state.shift
    match item.shown.entry:
        case DeskEntry.SERVICE:
            return await_member(shift, LogErrand(item.code), item.shown.name, context)
        case DeskEntry.REPRINT:
            return await_member(shift, ReprintErrand(), None, context)
        case DeskEntry.TOP_UP | DeskEntry.SELL_PASS as entry:
            return cashier.list_plans(shift, entry, context)
        case DeskEntry.UNDO:
            return undoing.ask(shift, state.workday, context)
        case DeskEntry.TODAY:
            return _today(shift, state.workday, context)
        case entry:
            return _tend(state, entry, context)


def _tend(state: AtDesk, entry: DeskEntry, context: Context) -> Step:
    match entry:
        case DeskEntry.TERMINAL:
            return technician.read(state.shift, context)
        case DeskEntry.TEST:
            return technician.test(state.shift, context)
        case DeskEntry.EXAMINE:
            return technician.examine(state.shift, context)
        case _:
            switch = SwitchTraining(entry is DeskEntry.TRAINING_ON)
            return Step(Resting(), (*idle(context), switch), None)


def _today(shift: Shift, workday: Workday, context: Context) -> Step:
    done = tuple(
        (receipts.service_name(code, context), count) for code, count in workday.done.items()
    )
    screen = screens.Today(shift.operator.record.name, done)
    return Step(SeeingToday(shift), (Show(screen),), context.policy.idle_seconds)


def await_member(shift: Shift, errand: Errand, what: Name | None, context: Context) -> Step:
    """请刷会员卡."""
    effects: tuple[Effect, ...] = (Light(Lamp.READY), Show(screens.TapMember(what)))
    return Step(AwaitingMember(shift, errand), effects, context.staff_seconds)


def back(state: Deciding, event: ButtonPressed, context: Context) -> Step:
    """C at the last look: to the pets, where one was picked, else to the list."""
    if state.picking is not None:
        return walk_in.pick(state.picking, context)
    return again(state, event, context)
