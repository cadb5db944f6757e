"""Staff's screens: the desk, logging a service, undoing, the technician's pages.  Pure."""

from kiosk.domain.desk import (
    ChooseMeans,
    ChoosePlan,
    ConfirmLoad,
    ConfirmLog,
    ConfirmVoid,
    Desk,
    DeskScreen,
    Diagnosis,
    EntryItem,
    Examining,
    Loaded,
    Logged,
    Reprinted,
    TapMember,
    Technical,
    TestPattern,
    TicketItem,
    Today,
    Voided,
)
from kiosk.domain.devices import Button, Part, SlipFate
from kiosk.domain.policy import Language
from kiosk.render.compose_check import compose_diagnosis
from kiosk.render.compose_sale import compose_sale
from kiosk.render.layout import Big, Icon, Layout, Row, Status, Style
from kiosk.render.rows import (
    ROWS,
    TALL,
    UNSERVED,
    left_big,
    listed,
    position,
    proof,
    visits_big,
    warned,
)
from kiosk.render.texts import name_in
from kiosk.render.texts.model import Texts
from kiosk.render.wording import fact, money

Keys = tuple[tuple[Button, str], ...]


def compose_desk(screen: DeskScreen, words: Texts, language: Language) -> Layout:
    """Lay a screen for staff out."""
    match screen:
        case Desk():
            return _desk(screen, words, language)
        case ConfirmLog():
            return _confirm_log(screen, words, language)
        case Logged():
            return _logged(screen, words, language)
        case ConfirmVoid():
            return _confirm_void(screen, words, language)
        case Today():
            return _today(screen, words, language)
        case Technical() | Examining() | Diagnosis():
            return _tending(screen, words)
        case ChoosePlan() | ChooseMeans() | ConfirmLoad() | Loaded():
            return compose_sale(screen, words, language)
        case _:
            return _sentence(screen, words, language)


def _sentence(
    screen: TapMember | Reprinted | Voided | TestPattern, words: Texts, language: Language
) -> Layout:
    match screen:
        case TapMember(what):
            card = Row(name_in(language, what), icon=Icon.CARD) if what else None
            return _said(words.desk.tap_member, card, ((Button.C, words.keys.back),))
        case Reprinted(what, fate):
            icon = Icon.WARNING if fate in UNSERVED else Icon.TICK
            return _said(_reprinted(fate, words), Row(name_in(language, what), icon=icon))
        case Voided(what, whose, fate):
            title = Row(name_in(language, what), whose, icon=Icon.TICK, shared=True)
            undone = Row(words.desk.undone, style=Style.CENTRE)
            return Layout(proof((undone,), fate, words, copies=False), title)
        case TestPattern(step):
            return _said(words.desk.pattern.format(n=step + 1))


def _reprinted(fate: SlipFate, words: Texts) -> str:
    if fate is SlipFate.FAILED:
        return words.screen.fault.format(part=words.parts[Part.PRINTER])
    return words.desk.fates.get(fate) or words.screen.fates.get(fate, "")


def _said(sentence: str, title: Row | None = None, keys: Keys = ()) -> Layout:
    return Layout((Row(sentence, style=Style.CENTRE),), title, keys)


def _desk(screen: Desk, words: Texts, language: Language) -> Layout:
    say, keys = words.desk, words.keys
    items = [_item(item, words, language) for item in screen.items]
    place = position(screen.selected, len(items), ROWS)
    tickets = Status(Icon.TICKETS, str(screen.tickets), say.tickets.format(n=screen.tickets))
    status = (tickets,) if screen.tickets else ()
    title = Row(screen.operator_name, place)
    if not items:
        body = Row(words.screen.nothing_to_choose, style=Style.QUIET)
        return Layout((body,), title, ((Button.C, keys.sign_out),), status)
    on_ticket = isinstance(screen.items[screen.selected], TicketItem)
    soft = [(Button.A, keys.finish if on_ticket else keys.choose)]
    if len(items) > 1:
        soft.append((Button.B, keys.next))
    rows = tuple(listed(items, screen.selected, ROWS))
    return Layout(rows, title, (*soft, (Button.C, keys.sign_out)), status)


def _item(item: TicketItem | EntryItem, words: Texts, language: Language) -> Row:
    if isinstance(item, EntryItem):
        name = name_in(language, item.name) if item.name else ""
        return Row(words.entries[item.entry].format(name=name).strip())
    service = name_in(language, item.service)
    if not item.pet_name:
        return Row(service, item.masked_name, shared=True)
    return Row(item.pet_name, item.masked_name, also=service, shared=True)


def _whose(service: str, pet: str, icon: Icon) -> Row:
    return Row(pet, service, icon=icon, shared=True) if pet else Row(service, icon=icon)


def _confirm_log(screen: ConfirmLog, words: Texts, language: Language) -> Layout:
    title = _whose(name_in(language, screen.service), screen.pet_name, Icon.PAW)
    soft = ((Button.A, words.keys.log), (Button.C, words.keys.back))
    if screen.warning:
        last = Row(screen.masked_name, words.desk.takes_nothing)
        return Layout((warned(screen.warning), last), title, soft)
    sentence = Row(words.desk.takes_nothing, style=Style.CENTRE)
    return Layout((sentence, Row(screen.masked_name, style=Style.QUIET)), title, soft)


def _logged(screen: Logged, words: Texts, language: Language) -> Layout:
    say = words.desk
    title = Row(name_in(language, screen.service), say.logged, icon=Icon.TICK)
    left = left_big(screen.visits_left, screen.value_left, words)
    body: list[Row | Big] = [left or Row(say.takes_nothing, style=Style.CENTRE)]
    body.append(Row(screen.pet_name, screen.masked_name, shared=True))
    if screen.follow_up:
        body.append(Row(say.follow_up, f"{screen.follow_up:%Y-%m-%d}"))
    # what was paid before took nothing, and has no second slip
    return Layout(proof(body, screen.slip, words, copies=left is not None), title)


def _confirm_void(screen: ConfirmVoid, words: Texts, language: Language) -> Layout:
    say = words.desk
    what = name_in(language, screen.what)
    title = Row(say.undo, screen.masked_name, icon=Icon.WARNING, also=what, shared=True)
    direction = say.taken_back if screen.is_load else say.given_back
    if screen.visits:
        body: tuple[Row | Big, ...] = (visits_big(screen.visits, direction, words),)
    elif screen.value:
        body = (Big(money(screen.value, words), direction),)
    elif screen.points:
        body = (Big(f"{screen.points:,}", direction, words.uses.points_unit),)
    elif screen.coupons:
        body = (Big(str(screen.coupons), direction, words.uses.coupon_unit),)
    else:
        body = (Row(say.undo_log, style=Style.CENTRE),)
    if screen.value:
        body = (*body, *_also_back(screen, words))
    soft = ((Button.A, words.keys.undo), (Button.C, words.keys.back))
    return Layout(body, title, soft)


def _also_back(screen: ConfirmVoid, words: Texts) -> tuple[Row, ...]:
    """Name the coupon and the points that lowered the price: they come back too."""
    coupons = words.uses.coupons.format(n=screen.coupons) if screen.coupons else ""
    points = words.uses.points_choice.format(n=f"{screen.points:,}") if screen.points else ""
    icon = Icon.COUPON if screen.coupons else None
    if coupons and points:
        return (Row(coupons, points, icon=icon, brief=""),)
    return (Row(coupons or points, style=Style.QUIET, icon=icon),) if coupons or points else ()


def _today(screen: Today, words: Texts, language: Language) -> Layout:
    say = words.desk
    total = sum(count for _, count in screen.done)
    title = Row(screen.operator_name, say.today.format(n=total))
    done = [(name_in(language, name), count) for name, count in screen.done]
    if len(done) > TALL:
        others = sum(count for _, count in done[TALL - 1 :])
        done = [*done[: TALL - 1], (say.others, others)]
    body = [Row(name, words.times.format(n=count)) for name, count in done]
    if not body:
        body = [Row(say.none_today, style=Style.QUIET)]
    return Layout(tuple(body), title)


def _tending(screen: Technical | Examining | Diagnosis, words: Texts) -> Layout:
    match screen:
        case Technical():
            return _technical(screen, words)
        case Examining():
            return _said(words.checks.checking, keys=((Button.C, words.keys.back),))
        case Diagnosis():
            return compose_diagnosis(screen, words)


def _technical(screen: Technical, words: Texts) -> Layout:
    facts = [fact(row, words) for row in screen.facts[screen.first : screen.first + TALL]]
    body = tuple(Row(label, value, shared=True) for label, value in facts)
    pages = -(-len(screen.facts) // TALL)
    place = f"{screen.first // TALL + 1}/{pages}"
    more = f"{Button.B} {words.keys.page} " if pages > 1 else ""
    return Layout(body, Row(words.desk.terminal, more + place))
