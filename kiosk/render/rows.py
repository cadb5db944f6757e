"""What several screens share: a list around its selected row, a note, what is left.  Pure."""

import dataclasses as dc
from collections.abc import Sequence

from kiosk.domain.devices import SlipFate
from kiosk.domain.document import columns
from kiosk.domain.screens import Note, NoteKind
from kiosk.render.layout import Big, Icon, Row, Style
from kiosk.render.texts.model import Texts
from kiosk.render.wording import money

ROWS = 3
"""Rows of 12 px between the title and the keys."""

COLUMNS = 17
"""Half-width columns that surely fit a row beside its icon and gaps."""

WIDE = 19
"""Half-width columns of a row that has only an icon beside it."""

TALL = 4
"""Rows of 12 px below the title where there are no keys."""

UNSERVED = (SlipFate.FAILED, SlipFate.UNSURE)
"""What somebody has to do something about has a row for itself."""


def listed(rows: Sequence[Row], selected: int, room: int) -> list[Row]:
    """Show `room` rows around the selected one, so that what comes next is in sight."""
    first = max(0, min(selected - (room - 1) // 2, len(rows) - room))
    return [
        dc.replace(row, style=Style.SELECTED) if index == selected else row
        for index, row in enumerate(rows)
        if first <= index < first + room
    ]


def position(selected: int, count: int, room: int) -> str:
    """Write where the selection is, if not all rows are in sight."""
    return f"{selected + 1}/{count}" if count > room else ""


def visits_big(visits: int, before: str, words: Texts) -> Big:
    """Write a number of visits large, their unit behind it."""
    number, _, unit = words.count(visits).partition(" ")
    return Big(number, before, unit)


def left_big(visits: int | None, value: int | None, words: Texts) -> Big | None:
    """Write large what is left: visits, or 分 of stored value; None where it is neither."""
    if visits is not None:
        return visits_big(visits, words.screen.visits_left, words)
    return None if value is None else Big(money(value, words), words.screen.value)


def slip_row(fate: SlipFate, said: str) -> Row:
    """Set what became of a slip in a row of its own."""
    icon = Icon.WARNING if fate in UNSERVED else Icon.PAPER
    return Row(said, style=Style.QUIET, icon=icon)


def proof(
    body: Sequence[Row | Big], fate: SlipFate, words: Texts, *, copies: bool, spare: int = 1
) -> tuple[Row | Big, ...]:
    """Add to a proof for staff what became of its slip.

    Where there is no room, good news is left out, and part `spare` makes room for bad news.
    `copies`: the slip of this row can be printed once more.
    """
    unserved = words.desk.fates if copies else words.desk.lost
    said = {**words.screen.fates, **unserved}.get(fate)
    is_full = len(body) >= ROWS
    if not said or (is_full and fate not in UNSERVED):
        return tuple(body)
    kept = [part for index, part in enumerate(body) if not (is_full and index == spare)]
    return *kept, slip_row(fate, said)


def note_rows(note: Note, words: Texts) -> list[Row]:
    """Set a note in one row, or in two where the names are likely to be cut."""
    row = note_row(note, words)
    if columns(row.left + row.also + row.right) <= COLUMNS or row.brief is not None:
        return [row]
    if row.also:
        return [Row(row.left, icon=row.icon), Row(row.also, row.right)]
    return [Row(row.left, icon=row.icon), Row("", row.right)]


def warned(warning: str) -> Row:
    """Set a pet's warning in up to two rows: it matters more than what else stood there."""
    return Row(warning, style=Style.FLOW, icon=Icon.WARNING, most=2)


def note_row(note: Note, words: Texts) -> Row:
    """Set a note in one row: names are cut, days and amounts never."""
    say, day = words.notes, f"{note.day:%m-%d}" if note.day else ""
    match note.kind:
        case NoteKind.CHECKIN:
            won = say.points_soon.format(n=note.amount)
            return Row(say.checkin, won, icon=Icon.TICK, brief="")
        case NoteKind.BIRTHDAY:
            return Row(note.name, say.birthday, icon=Icon.CAKE)
        case NoteKind.DUE:
            right = say.due.format(day=day) if day else ""
            return Row(note.name, right, icon=Icon.CALENDAR, also=note.text)
        case NoteKind.BONUS:
            right = f"{day} {money(note.amount, words)}".strip()
            return Row(say.bonus, right, icon=Icon.GIFT, brief="")
        case NoteKind.PASS_ENDS:
            return Row(note.text, say.ends.format(day=day) if day else "", icon=Icon.CARD)
        case NoteKind.NOTICE:
            return Row(note.text, icon=Icon.BELL)
