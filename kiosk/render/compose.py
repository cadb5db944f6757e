"""Screen and language to Layout: what goes where.  Pure.

Members' choices are in compose_member.py, staff's screens in compose_desk.py and compose_sale.py.
"""

import dataclasses as dc

from kiosk.domain.desk import DeskScreen
from kiosk.domain.devices import Button, How, Part, PartState, SlipFate
from kiosk.domain.document import columns
from kiosk.domain.policy import Language
from kiosk.domain.screens import (
    AlreadyTaken,
    ChoosePet,
    Confirm,
    Details,
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
from kiosk.render import compose_member, compose_uses
from kiosk.render.compose_desk import compose_desk
from kiosk.render.layout import Big, Icon, Layout, Row, Status, Style
from kiosk.render.rows import UNSERVED, WIDE, slip_row, visits_big
from kiosk.render.texts import name_in, texts
from kiosk.render.texts.model import ScreenTexts, Texts
from kiosk.render.wording import money, part_label


def compose(screen: Screen, language: Language, training: bool = False) -> Layout:
    """Lay a screen out in a language; in training with the mark that says so."""
    words = texts(language)
    match screen:
        case Idle():
            layout = _idle(screen, words)
        case Member():
            layout = compose_member.member(screen, words, language)
        case Details():
            layout = compose_member.details(screen, words)
        case ChoosePet():
            layout = compose_member.choose_pet(screen, words, language)
        case Confirm():
            layout = compose_member.confirm(screen, words, language)
        case Done():
            layout = _done(screen, words, language)
        case AlreadyTaken():
            layout = _already(screen, words, language)
        case Refused():
            layout = _refused(screen, words)
        case _:
            layout = _other(screen, words, language)
    return dc.replace(layout, mark=words.screen.training) if training else layout


Notice = Starting | Looking | Processing | OutcomeUnknown | OneCardOnly | Unreadable
"""The screens that are one sentence."""


def _other(screen: Notice | DeskScreen, words: Texts, language: Language) -> Layout:
    if isinstance(screen, Notice):
        return _notice(*_sentence(screen, words.screen))
    return compose_desk(screen, words, language)


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
    if dead or screen.limping:
        body.append(_faults(screen, words))
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


def _faults(screen: Idle, words: Texts) -> Row:
    """Say what ails the first kind of part that is missing altogether, else name those that have
    a double.
    """
    say, count = words.screen, len(screen.faults) + len(screen.limping)
    if screen.faults:
        fault = _fault(screen.faults[0], screen.how, count, words)
    else:
        part = screen.limping[0].part
        names = ", ".join(limping.name for limping in screen.limping)
        fault = say.limping.format(part=words.parts[part], names=names)
    return Row(fault, style=Style.QUIET, icon=Icon.WARNING)


def _fault(part: Part, how: How, count: int, words: Texts) -> str:
    """Say how a part is, and of how many more there is something to say, where that fits too."""
    say = words.screen
    more = say.more_faults.format(n=count, more=count - 1) if count > 1 else ""
    if how is PartState.FAULT:
        return say.fault.format(part=words.parts[part] + more)
    fault = say.ailing.format(part=part_label(part, words), how=words.states[how])
    return fault + more if columns(fault + more) <= WIDE else fault


def _done(screen: Done, words: Texts, language: Language) -> Layout:
    say = words.screen
    title = Row(name_in(language, screen.service), say.done, icon=Icon.TICK)
    body: list[Row | Big] = []
    points = say.points_won.format(n=screen.points) if screen.points else ""
    fate = say.fates.get(screen.slip, "")
    alone = screen.slip in UNSERVED
    if screen.visits_left is not None:
        body.append(visits_big(screen.visits_left, say.visits_left, words))
    elif screen.using is not None and screen.using.goods:
        body.append(compose_uses.left(screen.using, words))
    else:
        body.append(Big(money(screen.value_left or 0, words), say.value))
        price = money(screen.price or 0, words)
        if alone or screen.slip is SlipFate.OFFERED:
            body.append(Row(f"{say.paid} {price}", points, brief=price, yields=True))
            points = ""
        else:
            body.append(Row(say.paid, price))
    if points and not alone:
        body.append(Row(points, fate, brief=points))
    elif fate:
        body.append(slip_row(screen.slip, fate))
    keys = words.keys
    offered = screen.slip is SlipFate.OFFERED
    soft = ((Button.A, keys.print), (Button.C, keys.no_slip)) if offered else ()
    return Layout(tuple(body), title, soft)


def _already(screen: AlreadyTaken, words: Texts, language: Language) -> Layout:
    say, time = words.screen, f"{screen.at:%H:%M}"
    if screen.using is not None and screen.using.goods:
        taken = compose_uses.already(screen, screen.using, words)
    elif screen.price is None:
        taken = visits_big(screen.visits or 0, say.already_visits.format(time=time), words)
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
