"""What a member is told at the tap, and the day's check-in."""

import datetime as dt

import msgspec

from kiosk.domain.clock import ClockState
from kiosk.domain.effects import AskAllowance, Commit, Identify, ReportUnknown
from kiosk.domain.events import (
    CardPresented,
    CatalogueChanged,
    Committed,
    Correlation,
    DirectoryChanged,
    Identified,
    Refused,
)
from kiosk.domain.members import Pet, Size
from kiosk.domain.policy import Policy
from kiosk.domain.refusals import Reason
from kiosk.domain.screens import Details, Member, NoteKind
from kiosk.domain.transactions import CheckIn
from kiosk.domain.views import MemberView
from kiosk.flows.kiosk import TABLE
from kiosk.flows.notes import notes
from kiosk.flows.states import Greeting, Identifying, Refusing, Resting
from kiosk.flows.step import KEEP
from tests.flows.samples import CARD, CATALOGUE, TODAY, context, member
from tests.flows.steps import A, B, C, found, greeted, screen, walk


def with_pet(pet: Pet) -> MemberView:
    return member(pets=(pet,), valid_until=dt.date(2028, 1, 1))


def kinds(view: MemberView, day: dt.date = TODAY) -> list[NoteKind]:
    now = dt.datetime.combine(day, dt.time(4), dt.UTC)
    return [note.kind for note in notes(view, context(now=now), checked_in=False)]


def test_birthdays_come_once_a_year_and_leap_days_too() -> None:
    born = Pet("p1", "旺财", Size.SMALL, birthday=dt.date(2020, 11, 20))
    assert kinds(with_pet(born)) == [NoteKind.BIRTHDAY]
    leap = with_pet(Pet("p1", "旺财", Size.SMALL, birthday=dt.date(2024, 2, 29)))
    assert kinds(leap, dt.date(2027, 2, 28)) == [NoteKind.BIRTHDAY]
    assert kinds(leap, dt.date(2027, 3, 1)) == []
    assert kinds(leap, dt.date(2028, 2, 28)) == []
    assert kinds(leap, dt.date(2028, 2, 29)) == [NoteKind.BIRTHDAY]


def test_what_is_due_within_a_month_or_overdue_is_said() -> None:
    def due(day: dt.date) -> list[NoteKind]:
        return kinds(with_pet(Pet("p1", "旺财", Size.SMALL, due="疫苗", due_on=day)))

    assert due(TODAY + dt.timedelta(days=30)) == [NoteKind.DUE]
    assert due(TODAY - dt.timedelta(days=9)) == [NoteKind.DUE]
    assert due(TODAY + dt.timedelta(days=31)) == []


def test_a_pass_that_ends_soon_is_said_while_it_has_visits() -> None:
    soon = dt.date(2026, 12, 1)
    assert kinds(member(valid_until=soon)) == [NoteKind.PASS_ENDS]
    assert kinds(member(valid_until=soon, visits=(0, 0))) == []
    assert kinds(member(valid_until=dt.date(2026, 11, 19))) == []


def test_the_first_tap_of_the_day_checks_in_beside_the_greeting() -> None:
    step = greeted(member(checked_in=dt.date(2026, 11, 19)))
    assert isinstance(step.state, Greeting)
    (commit,) = found(Commit, step.effects)
    assert commit.draft.lines == (CheckIn(TODAY),)
    shown = screen(step)
    assert isinstance(shown, Member)
    assert shown.note is not None
    assert (shown.note.kind, shown.note.amount) == (NoteKind.CHECKIN, 5)
    late = Committed(commit.correlation, 42, "0" * 36, member())
    assert TABLE.step(step.state, late, context()) is None


def test_a_second_tap_an_unsynced_clock_and_a_shop_without_it_check_nothing_in() -> None:
    off = context(policy=Policy(checkin_points=0))
    unsynced = context(clock=ClockState.UNSYNCED)
    assert not found(Commit, greeted(member()).effects)
    assert not found(Commit, greeted(member(checked_in=None), off).effects)
    assert not found(Commit, greeted(member(checked_in=None), unsynced).effects)


def test_the_details_list_every_note_and_lead_back() -> None:
    view = member(notice="新到狗粮", valid_until=dt.date(2026, 12, 1))
    greeting = greeted(view)
    shown = screen(greeting)
    assert isinstance(shown, Member)
    assert shown.choices[-1].name.en == "Details"
    presses = [B] * (len(shown.choices) - 1)
    details = walk(greeting.state, *presses, A)
    page = screen(details)
    assert isinstance(page, Details)
    assert [n.kind for n in page.notes] == [NoteKind.PASS_ENDS, NoteKind.NOTICE]
    turned = screen(walk(details.state, B))
    assert isinstance(turned, Details)
    assert turned.first == 1
    assert isinstance(walk(details.state, C).state, Greeting)


def test_an_unknown_card_is_greeted_as_soon_as_staff_have_bound_it() -> None:
    tap = CardPresented(CARD, "front")
    unknown = Refused(Correlation(8), Reason.UNKNOWN_MEDIUM)
    waiting = walk(Resting(), tap, unknown)
    assert len(found(ReportUnknown, waiting.effects)) == 1
    asking = walk(waiting.state, DirectoryChanged())
    assert isinstance(asking.state, Identifying)
    still = walk(asking.state, unknown)
    assert isinstance(still.state, Refusing)
    assert not found(ReportUnknown, still.effects)
    known = walk(asking.state, Identified(Correlation(8), member()))
    assert isinstance(known.state, Greeting)


def test_another_refusal_does_not_ask_again() -> None:
    refusing = Refusing()
    step = walk(refusing, DirectoryChanged())
    assert (step.state, step.effects) == (refusing, ())


def test_what_comes_from_central_is_seen_and_asked_for_at_the_greeting() -> None:
    greeting = greeted(member(value=(0, 0)))
    asking = walk(greeting.state, DirectoryChanged())
    assert len(found(Identify, asking.effects)) == 1
    assert asking.deadline is KEEP
    topped_up = member(value=(50_000, 0), held=False)
    seen = walk(asking.state, Identified(Correlation(8), topped_up))
    shown = screen(seen)
    assert isinstance(shown, Member)
    assert (shown.value, shown.value_held) == (50_000, 0)
    (ask,) = found(AskAllowance, seen.effects)
    assert "a-principal" in ask.accounts
    same = walk(asking.state, Identified(Correlation(8), member(value=(0, 0))))
    assert same.effects == ()
    for meanwhile in (B, CatalogueChanged(CATALOGUE)):
        late = screen(walk(asking.state, meanwhile, Identified(Correlation(8), topped_up)))
        assert isinstance(late, Member)
        assert late.value == 50_000


def test_a_price_list_that_comes_after_the_greeting_brings_the_choices() -> None:
    """After a power cut the card lies on the reader before the price list is read."""
    bare = greeted(member(), context(catalogue=None))
    assert isinstance(bare.state, Greeting)
    assert bare.state.offers == ()
    priced = walk(bare.state, CatalogueChanged(CATALOGUE))
    shown = screen(priced)
    assert isinstance(shown, Member)
    assert (shown.selected, shown.choices[0].visits) == (0, 9)
    assert priced.deadline is KEEP


def test_a_newer_price_list_leaves_the_choice_where_it_is() -> None:
    second = walk(greeted(member()).state, B)
    services = tuple(
        msgspec.structs.replace(s, name_en=f"New {s.name_en}") for s in CATALOGUE.services
    )
    newer = msgspec.structs.replace(CATALOGUE, version=CATALOGUE.version + 1, services=services)
    priced = walk(second.state, CatalogueChanged(newer), ctx=context(catalogue=newer))
    shown = screen(priced)
    assert isinstance(shown, Member)
    assert shown.selected == 1
    assert shown.choices[1].name.en.startswith("New")


def test_what_was_given_up_for_another_terminal_is_not_asked_back() -> None:
    asking = walk(greeted(member()).state, DirectoryChanged())
    released = member(held=False)
    seen = walk(asking.state, Identified(Correlation(8), released))
    assert isinstance(screen(seen), Member)
    assert not found(AskAllowance, seen.effects)
