"""The screens of a visit that are chosen from: greeting, notes, pet, the last look.  Pure."""

from kiosk.domain.devices import Button
from kiosk.domain.members import Tier
from kiosk.domain.policy import Language
from kiosk.domain.screens import Choice, ChoosePet, Confirm, Details, Member, NoteKind
from kiosk.render import compose_uses
from kiosk.render.layout import Big, Icon, Layout, Row, Status, Style
from kiosk.render.rows import ROWS, listed, note_row, note_rows, position, visits_big, warned
from kiosk.render.texts import name_in
from kiosk.render.texts.model import Texts
from kiosk.render.wording import money


def member(screen: Member, words: Texts, language: Language) -> Layout:
    """Greet: value and points, then what is held here if less, else the note; then the choices.

    Coupons are counted in the title.
    Where value is held elsewhere that is said first, and the note is left to the details.
    """
    say, keys = words.screen, words.keys
    value = money(screen.value, words)
    points = say.points.format(n=screen.points)
    body = [Row(f"{say.value} {value}", points, brief=value)]
    if screen.value_held < screen.value:
        body.append(Row(say.held_here, money(screen.value_held, words)))
    elif screen.note:
        body.append(note_row(screen.note, words))
    room = ROWS - len(body)
    choices = [Row(name_in(language, c.name), _choice(c, words)) for c in screen.choices]
    body += listed(choices, screen.selected, room)
    if not choices:
        body.append(Row(say.nothing_to_choose, style=Style.QUIET))
    place = position(screen.selected, len(choices), room)
    title = Row(screen.masked_name, place, badge=_badge(screen.tier, words))
    soft = [(Button.A, keys.ok)] if choices else []
    if len(choices) > 1:
        soft.append((Button.B, keys.next))
    counted = words.uses.coupons.format(n=screen.coupons)
    coupons = (Status(Icon.COUPON, str(screen.coupons), counted),) if screen.coupons else ()
    return Layout(tuple(body), title, (*soft, (Button.C, keys.back)), coupons)


def _badge(tier: Tier, words: Texts) -> str:
    return "" if tier is Tier.BASIC else words.tiers[tier]


def _choice(choice: Choice, words: Texts) -> str:
    say = words.screen
    if choice.points is not None:
        return words.uses.points_choice.format(n=choice.points)
    if choice.coupons is not None:
        return words.uses.coupon_choice.format(n=choice.coupons)
    if choice.visits is None:
        return "" if choice.price is None else money(choice.price, words)
    if choice.expired:
        return say.expired
    if choice.held < choice.visits:
        return say.visits_held.format(held=choice.held, n=choice.visits)
    if choice.gift_visits:
        return say.visits_gift.format(n=choice.visits, gift=choice.gift_visits)
    return words.count(choice.visits)


def details(screen: Details, words: Texts) -> Layout:
    """List the notes from the first on; the shop's own notice then has the page for itself."""
    shown, icon, body = screen.notes[screen.first :], None, list[Row]()
    for note in shown:
        if note is shown[0] and note.kind is NoteKind.NOTICE:
            icon, body = Icon.BELL, [Row(note.text, style=Style.FLOW, most=ROWS)]
            break
        rows = note_rows(note, words)
        if len(body) + len(rows) > ROWS:
            break
        body += rows
    place = position(screen.first, len(screen.notes), 1)
    title = Row(screen.masked_name, place, badge=_badge(screen.tier, words), icon=icon)
    soft = ((Button.B, words.keys.page),) if len(screen.notes) > 1 else ()
    return Layout(tuple(body), title, (*soft, (Button.C, words.keys.back)))


def choose_pet(screen: ChoosePet, words: Texts, language: Language) -> Layout:
    """List the pets; for staff with the warning of the selected one."""
    keys = words.keys
    pets = [
        Row(pet.name, words.sizes[pet.size], icon=Icon.WARNING if _warns(screen, at) else None)
        for at, pet in enumerate(screen.pets)
    ]
    room, body = ROWS, []
    if _warns(screen, screen.selected):
        room = ROWS - 1
        warning = screen.pets[screen.selected].warning
        body = [Row(warning, style=Style.FLOW, icon=Icon.WARNING, most=1)]
    place = position(screen.selected, len(pets), room) or words.screen.which_pet
    title = Row(name_in(language, screen.service), place, icon=Icon.PAW)
    soft = ((Button.A, keys.ok), (Button.B, keys.next), (Button.C, keys.back))
    return Layout((*listed(pets, screen.selected, room), *body), title, soft)


def _warns(screen: ChoosePet, at: int) -> bool:
    return screen.staff and bool(screen.pets[at].warning)


def confirm(screen: Confirm, words: Texts, language: Language) -> Layout:
    """Say what A will take, of what, and what is left.

    Staff see whose card it is.  A warning takes the place of the large number and of what is left.
    """
    say = words.screen
    service = name_in(language, screen.service)
    title = Row(service, icon=Icon.PAW)
    if screen.pet_name:
        title = Row(screen.pet_name, service, icon=Icon.PAW, shared=True)
    if screen.using is not None and screen.using.goods:
        return compose_uses.goods(screen.using, title, words)
    soft = [(Button.A, words.keys.spend), (Button.C, words.keys.back)]
    if screen.others:
        soft.insert(1, (Button.B, words.keys.other_way))
    if screen.warning:
        taken = f"{say.take} {words.count(1)}"
        if screen.price is not None:
            taken = money(screen.price, words)
        icon = Icon.COUPON if screen.using is not None else None
        whose = Row(screen.masked_name, taken, icon=icon)
        return Layout((warned(screen.warning), whose), title, tuple(soft))
    if screen.price is None:
        big = visits_big(1, say.take, words)
        left = say.left.format(left=words.count(screen.left))
        paid_by = name_in(language, screen.pass_name) if screen.pass_name else ""
        row = Row(screen.masked_name or paid_by, left)
    else:
        big = Big(money(screen.price, words))
        left = say.left.format(left=money(screen.left, words))
        row = compose_uses.below_price(screen, left, words)
    return Layout((big, row), title, tuple(soft))
