"""Screen and language to Layout: what goes where.  Pure."""

from kiosk.domain.devices import Button, Part
from kiosk.domain.members import Tier
from kiosk.domain.policy import Language
from kiosk.domain.screens import (
    AlreadyTaken,
    Choice,
    ChoosePet,
    Confirm,
    Done,
    Idle,
    Looking,
    Member,
    OneCardOnly,
    OutcomeUnknown,
    Processing,
    Refused,
    Screen,
    Starting,
    Unreadable,
)
from kiosk.domain.units import yuan
from kiosk.render.layout import Big, Icon, Layout, Row, Status, Style
from kiosk.render.texts import name_in, texts
from kiosk.render.texts.model import ScreenTexts, Texts

ROWS = 3
"""Rows of 12 px between the title and the keys."""


def compose(screen: Screen, language: Language) -> Layout:
    """Lay a screen out in a language."""
    words = texts(language)
    match screen:
        case Idle():
            return _idle(screen, words)
        case Member():
            return _member(screen, words, language)
        case ChoosePet():
            return _choose_pet(screen, words, language)
        case Confirm():
            return _confirm(screen, words, language)
        case Done():
            return _done(screen, words, language)
        case AlreadyTaken():
            return _already(screen, words, language)
        case Refused():
            return _refused(screen, words)
        case _:
            return _notice(*_sentence(screen, words.screen))


Notice = Starting | Looking | Processing | OutcomeUnknown | OneCardOnly | Unreadable
"""The screens that are one sentence."""


def _sentence(screen: Notice, say: ScreenTexts) -> tuple[str, str, Icon | None]:
    match screen:
        case Starting():
            return say.starting, "", Icon.PAW
        case Looking():
            return say.looking, "", Icon.CARD
        case Processing():
            return say.processing, say.wait, None
        case OutcomeUnknown():
            return say.outcome_unknown, say.outcome_unknown_step, Icon.WARNING
        case OneCardOnly():
            return say.one_card, say.one_card_step, Icon.CARD
        case Unreadable(scanned=True):
            return say.code_unreadable, say.code_unreadable_step, Icon.WARNING
        case Unreadable():
            return say.card_unreadable, say.card_unreadable_step, Icon.CARD


def money(amount: int, words: Texts) -> str:
    """Write 分 as an amount with its currency."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{words.currency}{yuan(abs(amount))}"


def _notice(sentence: str, step: str, icon: Icon | None) -> Layout:
    rows = [Row(sentence, style=Style.CENTRE, icon=icon)]
    if step:
        rows.append(Row(step, style=Style.FLOW))
    return Layout(tuple(rows))


def _idle(screen: Idle, words: Texts) -> Layout:
    say = words.screen
    status = []
    if not screen.online:
        status.append(Status(Icon.OFFLINE, "", say.offline))
    if screen.waiting:
        waiting = str(screen.waiting) if screen.waiting < 10_000 else f"{screen.waiting // 1000}k"
        status.append(Status(Icon.WAITING, waiting, say.waiting.format(n=screen.waiting)))
    body: list[Row | Big] = [Big(f"{screen.now:%H:%M}")]
    dead = set(screen.faults)
    if dead:
        shown = next((part for part in Part if part in dead), Part.READER)
        more = say.more_faults.format(n=len(dead), more=len(dead) - 1) if len(dead) > 1 else ""
        fault = say.fault.format(part=words.parts[shown] + more)
        body.append(Row(fault, style=Style.QUIET, icon=Icon.WARNING))
    elif screen.banner:
        body.append(Row(screen.banner, style=Style.QUIET))
    if Part.JOURNAL in dead or {Part.READER, Part.SCANNER} <= dead:
        prompt = say.out_of_service
    elif Part.READER in dead:
        prompt = say.scan_only
    elif Part.SCANNER in dead:
        prompt = say.tap_only
    else:
        prompt = say.tap_or_scan
    body.append(Row(prompt, style=Style.CENTRE))
    title = Row(screen.shop_name, icon=Icon.PAW)
    return Layout(tuple(body), title, status=tuple(status))


def _choice(choice: Choice, words: Texts) -> str:
    say = words.screen
    if choice.visits is None:
        return money(choice.price or 0, words)
    if choice.expired:
        return say.expired
    if choice.held < choice.visits:
        return say.visits_held.format(held=choice.held, n=choice.visits)
    if choice.gift_visits:
        return say.visits_gift.format(n=choice.visits, gift=choice.gift_visits)
    return words.count(choice.visits)


def _listed(rows: list[tuple[str, str]], selected: int, room: int) -> list[Row]:
    """Show `room` rows around the selected one, so that what comes next is in sight."""
    first = max(0, min(selected - (room - 1) // 2, len(rows) - room))
    return [
        Row(left, right, Style.SELECTED if index == selected else Style.PLAIN)
        for index, (left, right) in enumerate(rows)
        if first <= index < first + room
    ]


def _position(selected: int, count: int, room: int) -> str:
    return f"{selected + 1}/{count}" if count > room else ""


def _member(screen: Member, words: Texts, language: Language) -> Layout:
    say, keys = words.screen, words.keys
    value = money(screen.value, words)
    points = say.points.format(n=screen.points)
    body = [Row(f"{say.value} {value}", points, brief=value)]
    if screen.value_held < screen.value:
        body.append(Row(say.held_here, money(screen.value_held, words)))
    room = ROWS - len(body)
    choices = [(name_in(language, c.name), _choice(c, words)) for c in screen.choices]
    body += _listed(choices, screen.selected, room)
    if not choices:
        body.append(Row(say.nothing_to_choose, style=Style.QUIET))
    badge = "" if screen.tier is Tier.BASIC else words.tiers[screen.tier]
    title = Row(screen.masked_name, _position(screen.selected, len(choices), room), badge=badge)
    soft = [(Button.A, keys.ok)] if choices else []
    if len(choices) > 1:
        soft.append((Button.B, keys.next))
    return Layout(tuple(body), title, (*soft, (Button.C, keys.back)))


def _choose_pet(screen: ChoosePet, words: Texts, language: Language) -> Layout:
    keys = words.keys
    pets = [(pet.name, words.sizes[pet.size]) for pet in screen.pets]
    place = _position(screen.selected, len(pets), ROWS) or words.screen.which_pet
    title = Row(name_in(language, screen.service), place, icon=Icon.PAW)
    soft = ((Button.A, keys.ok), (Button.B, keys.next), (Button.C, keys.back))
    return Layout(tuple(_listed(pets, screen.selected, ROWS)), title, soft)


def _confirm(screen: Confirm, words: Texts, language: Language) -> Layout:
    say = words.screen
    service = name_in(language, screen.service)
    title = Row(service, icon=Icon.PAW)
    if screen.pet_name:
        title = Row(screen.pet_name, service, Style.SHARED, icon=Icon.PAW)
    if screen.price is None:
        number, _, unit = words.count(1).partition(" ")
        big = Big(number, say.take, unit)
        paid_by = name_in(language, screen.pass_name) if screen.pass_name else ""
        row = Row(paid_by, say.left.format(left=words.count(screen.left)))
    else:
        big = Big(money(screen.price, words))
        listed = ""
        if len(screen.price_lines) > 1:
            listed = say.list_price.format(amount=money(screen.price_lines[0].amount, words))
        row = Row(listed, say.left.format(left=money(screen.left, words)), brief="")
    soft = ((Button.A, words.keys.spend), (Button.C, words.keys.back))
    return Layout((big, row), title, soft)


def _done(screen: Done, words: Texts, language: Language) -> Layout:
    say = words.screen
    title = Row(name_in(language, screen.service), say.done, icon=Icon.TICK)
    body: list[Row | Big] = []
    points = say.points_won.format(n=screen.points) if screen.points else ""
    if screen.visits_left is not None:
        number, _, unit = words.count(screen.visits_left).partition(" ")
        body.append(Big(number, say.visits_left, unit))
    else:
        body.append(Big(money(screen.value_left or 0, words), say.value))
        body.append(Row(say.paid, money(screen.price or 0, words)))
    if points:
        body.append(Row(points, say.printing if screen.printing else "", brief=points))
    elif screen.printing:
        body.append(Row(say.printing, style=Style.QUIET, icon=Icon.PAPER))
    return Layout(tuple(body), title)


def _already(screen: AlreadyTaken, words: Texts, language: Language) -> Layout:
    say, time = words.screen, f"{screen.at:%H:%M}"
    if screen.price is None:
        number, _, unit = words.count(screen.visits or 0).partition(" ")
        taken = Big(number, say.already_visits.format(time=time), unit)
    else:
        taken = Big(money(screen.price, words), say.already_paid.format(time=time))
    service = Row(name_in(language, screen.service), style=Style.QUIET)
    soft = ((Button.A, words.keys.reprint), (Button.B, words.keys.go_on))
    title = Row(screen.masked_name, say.already, icon=Icon.TICK)
    return Layout((taken, service), title, soft)


def _refused(screen: Refused, words: Texts) -> Layout:
    refusal = words.refusals[screen.reason]
    missing = words.screen.missing.format(amount=money(screen.missing, words))
    title = Row(words.screen.not_taken, icon=Icon.WARNING)
    body = [Row(refusal.sentence, style=Style.CENTRE)]
    if screen.missing:
        body.append(Row(missing, style=Style.QUIET))
    body.append(Row(refusal.step, style=Style.FLOW))
    return Layout(tuple(body), title)
