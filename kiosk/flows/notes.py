"""What a member should know at the tap: birthdays, what is due, what comes, what ends."""

import datetime as dt
from collections.abc import Iterator

from kiosk.domain.screens import Note, NoteKind
from kiosk.domain.views import MemberView
from kiosk.flows.offers import is_expired
from kiosk.flows.step import Context

SOON = 30
"""Days ahead that something is worth saying."""


def notes(view: MemberView, context: Context, *, checked_in: bool) -> tuple[Note, ...]:
    """List the notes, the most pressing first; `checked_in`: this tap is the day's first."""
    return tuple(_notes(view, context, checked_in))


def _notes(view: MemberView, context: Context, checked_in: bool) -> Iterator[Note]:
    record, day = view.record, context.day
    for pet in record.pets:
        if pet.birthday and _same_day(pet.birthday, day):
            yield Note(NoteKind.BIRTHDAY, name=pet.name)
    due = [pet for pet in record.pets if pet.due and pet.due_on and _soon(pet.due_on, day)]
    for pet in sorted(due, key=lambda pet: pet.due_on or day):
        yield Note(NoteKind.DUE, name=pet.name, text=pet.due, day=pet.due_on)
    if checked_in:
        yield Note(NoteKind.CHECKIN, amount=context.policy.checkin_points)
    if record.bonus_due and record.bonus_due_on:
        yield Note(NoteKind.BONUS, amount=record.bonus_due, day=record.bonus_due_on)
    for punch_pass in record.passes:
        ends = punch_pass.valid_until
        usable = view.visits(punch_pass).shown and not is_expired(punch_pass, context)
        if ends and usable and _soon(ends, day):
            zh = context.policy.language.value.startswith("zh")
            name = punch_pass.name_zh if zh else punch_pass.name_en
            yield Note(NoteKind.PASS_ENDS, text=name, day=ends)
    if record.notice:
        yield Note(NoteKind.NOTICE, text=record.notice)


def _soon(when: dt.date, day: dt.date) -> bool:
    return when <= day + dt.timedelta(days=SOON)


def _same_day(birthday: dt.date, day: dt.date) -> bool:
    if (birthday.month, birthday.day) == (2, 29) and not _leap(day.year):
        return (day.month, day.day) == (2, 28)
    return (birthday.month, birthday.day) == (day.month, day.day)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
