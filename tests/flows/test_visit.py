"""A visit, step by step: what is shown, what is asked, what is written, and when."""

import datetime as dt

import pytest

from kiosk.domain import screens
from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Lamp, Sound
from kiosk.domain.effects import (
    AskAllowance,
    Commit,
    Identify,
    Light,
    MarkShown,
    Play,
    Print,
    ReportUnknown,
)
from kiosk.domain.events import (
    CardPresented,
    CardUnreadable,
    CodeRejected,
    CodeScanned,
    Committed,
    Correlation,
    DeadlinePassed,
    Event,
    Refused,
    SeveralCards,
)
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import Leg, ValueRedeem, VisitRedeem
from kiosk.domain.views import MemberView
from kiosk.flows.kiosk import TABLE
from kiosk.flows.states import (
    Committing,
    Confirming,
    Doubting,
    Finished,
    Greeting,
    Identifying,
    PickingPet,
    Recalling,
    Refusing,
    Resting,
)
from kiosk.flows.step import KEEP, Context, Step
from kiosk.flows.table import NoSuchRow, Table, row
from tests.flows.samples import (
    BIG_DOG,
    CARD,
    DONE,
    NO_DISPLAY,
    OTHER_CARD,
    ROW,
    SMALL_DOG,
    context,
    member,
)
from tests.flows.steps import A, B, C, found, greeted, receipt, screen, walk


@pytest.mark.parametrize("tap", [CardPresented(CARD, "front"), CodeScanned(CARD)])
def test_a_card_and_a_code_are_equal_inputs(tap: CardPresented | CodeScanned) -> None:
    step = walk(Resting(), tap)
    assert found(Identify, step.effects) == [Identify(Correlation(8), CARD)]
    assert screen(step) == screens.Looking()


def test_the_greeting_says_what_is_left_and_offers_the_pass_first() -> None:
    shown = screen(greeted(member()))
    assert isinstance(shown, screens.Member)
    assert (shown.masked_name, shown.value, shown.points) == ("王*明", 35_000, 1_280)
    first, *rest = shown.choices
    assert (first.name.zh, first.visits, first.gift_visits) == ("洗澡次卡", 9, 2)
    assert [c.price for c in rest] == [5_220, 18_000]  # gold pays 90 %


def test_one_pet_and_two_presses_write_one_visit() -> None:
    step = walk(greeted(member()).state, A, A)
    (commit,) = found(Commit, step.effects)
    assert commit.draft.lines == (VisitRedeem("bath", (Leg("a-bought", 1),), "p1"),)
    assert (commit.draft.member, commit.draft.medium) == ("m1", "c1")
    assert screen(step) == screens.Processing()
    assert not found(Play, step.effects)


def test_success_is_said_only_after_the_commit_with_the_balance_after_it() -> None:
    committing = walk(greeted(member()).state, A, A).state
    after = member(visits=(6, 2))
    step = walk(committing, Committed(Correlation(8), 42, "0" * 36, after))
    assert Light(Lamp.OK) in step.effects
    assert Play(Sound.OK) in step.effects
    done = screen(step)
    assert isinstance(done, screens.Done)
    assert done.visits_left == 8
    (printed,) = found(Print, step.effects)
    assert (printed.seq, receipt(printed).visits_left, receipt(printed).copy) == (42, 8, 0)
    assert step.effects[-1] == MarkShown(42)


def test_without_a_display_nothing_counts_as_shown() -> None:
    committing = walk(greeted(member()).state, A, A).state
    event = Committed(Correlation(8), 42, "0" * 36, member())
    step = walk(committing, event, ctx=context(faults=NO_DISPLAY))
    assert not found(MarkShown, step.effects)


def test_bought_visits_go_before_gifts() -> None:
    step = walk(greeted(member(visits=(0, 2))).state, A)
    assert isinstance(step.state, Confirming)
    assert step.state.job.way.lines == (VisitRedeem("bath", (Leg("a-gift", 1),), "p1"),)


def test_stored_value_pays_principal_first_then_bonus() -> None:
    view = member(visits=(0, 0), value=(4_000, 5_000))
    step = walk(greeted(view).state, A)
    assert isinstance(step.state, Confirming)
    legs = (Leg("a-principal", 4_000), Leg("a-bonus", 1_220))
    assert step.state.job.way.lines == (ValueRedeem("bath", 5_220, legs, "p1"),)
    confirm = screen(step)
    assert isinstance(confirm, screens.Confirm)
    assert (confirm.price, confirm.left) == (5_220, 9_000 - 5_220)
    assert [line.amount for line in confirm.price_lines] == [5_800, -580]


def test_several_pets_are_asked_for_and_the_size_sets_the_price() -> None:
    view = member(pets=(SMALL_DOG, BIG_DOG), visits=(0, 0))
    picking = walk(greeted(view).state, A)
    assert isinstance(picking.state, PickingPet)
    step = walk(picking.state, B, A)
    confirm = screen(step)
    assert isinstance(confirm, screens.Confirm)
    assert (confirm.pet_name, confirm.price) == ("大黄", 11_520)


def test_a_service_not_for_a_pet_asks_for_none() -> None:
    view = member(pets=(SMALL_DOG, BIG_DOG), visits=(0, 0))
    step = walk(greeted(view).state, B, A)
    confirm = screen(step)
    assert isinstance(confirm, screens.Confirm)
    assert (confirm.service.en, confirm.pet_name) == ("Training", "")


@pytest.mark.parametrize(
    ("view", "presses", "reason", "missing"),
    [
        (member(visits=(0, 0), value=(1_000, 0)), (A,), Reason.INSUFFICIENT_VALUE, 4_220),
        (member(held=False), (A,), Reason.HELD_ELSEWHERE, 0),
        (member(visits=(0, 0)), (B, B, A), Reason.PASS_EMPTY, 0),
        (member(valid_until=dt.date(2026, 11, 19)), (B, B, A), Reason.EXPIRED, 0),
    ],
)
def test_what_cannot_be_taken_is_refused_before_anything_is_written(
    view: MemberView, presses: tuple[Event, ...], reason: Reason, missing: int
) -> None:
    step = walk(greeted(view).state, *presses)
    assert screen(step) == screens.Refused(reason, missing)
    assert not found(Commit, step.effects)


def test_a_pass_valid_until_today_is_still_good() -> None:
    step = walk(greeted(member(valid_until=dt.date(2026, 11, 20))).state, A)
    assert isinstance(step.state, Confirming)


def test_an_unsynced_clock_refuses_nothing_for_expiry() -> None:
    ctx = context(clock=ClockState.UNSYNCED)
    view = member(valid_until=dt.date(2020, 1, 1))
    step = walk(greeted(view, ctx).state, A, ctx=ctx)
    assert isinstance(step.state, Confirming)


def test_what_is_held_elsewhere_is_asked_for_when_online() -> None:
    view = member(held=False)
    asked = found(AskAllowance, greeted(view).effects)
    assert asked
    assert "a-bought" in asked[0].accounts
    assert not found(AskAllowance, greeted(view, context(online=False)).effects)


def test_no_price_list_is_said_and_refuses() -> None:
    ctx = context(catalogue=None)
    step = walk(greeted(member(), ctx).state, A, ctx=ctx)
    assert screen(step) == screens.Refused(Reason.CATALOGUE_MISSING)


def test_an_unseen_row_is_said_first_and_its_slip_offered_again() -> None:
    step = greeted(member(unshown=ROW))
    assert isinstance(step.state, Recalling)
    recall = screen(step)
    assert isinstance(recall, screens.AlreadyTaken)
    assert (recall.visits, recall.at.hour) == (1, 10)
    assert found(MarkShown, step.effects) == [MarkShown(41)]
    again = walk(step.state, A)
    (printed,) = found(Print, again.effects)
    assert (printed.seq, printed.slip.copy) == (41, 1)
    assert isinstance(again.state, Greeting)
    assert not found(Print, walk(step.state, B).effects)


def test_an_unknown_card_is_refused_and_reported() -> None:
    tap = CardPresented(CARD, "front")
    step = walk(Resting(), tap, Refused(Correlation(8), Reason.UNKNOWN_MEDIUM))
    assert screen(step) == screens.Refused(Reason.UNKNOWN_MEDIUM)
    assert found(ReportUnknown, step.effects) == [ReportUnknown(CARD)]


def test_a_silent_journal_refuses_the_tap() -> None:
    step = walk(Resting(), CardPresented(CARD, "front"), DeadlinePassed())
    assert screen(step) == screens.Refused(Reason.JOURNAL_FAULT)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (CardUnreadable("front"), screens.Unreadable()),
        (CodeRejected(), screens.Unreadable(scanned=True)),
        (SeveralCards("front"), screens.OneCardOnly()),
    ],
)
def test_what_cannot_be_read_is_said_kindly(event: Event, expected: screens.Screen) -> None:
    step = walk(Resting(), event)
    assert screen(step) == expected
    assert isinstance(step.state, Refusing)


def test_a_late_commit_leaves_only_by_the_journals_answer() -> None:
    committing = walk(greeted(member()).state, A, A)
    doubting = walk(committing.state, DeadlinePassed())
    assert isinstance(doubting.state, Doubting)
    assert doubting.deadline is None
    for event in (CardPresented(OTHER_CARD, "front"), A, B, C):
        step = walk(doubting.state, event)
        assert step.state == doubting.state
        assert step.deadline is KEEP
        assert not found(Commit, step.effects)
    assert TABLE.step(doubting.state, DeadlinePassed(), context()) is None
    late = walk(doubting.state, Committed(Correlation(8), 42, "0" * 36, member()))
    assert isinstance(late.state, Finished)
    assert Light(Lamp.OK) in late.effects


def test_the_journals_refusal_after_the_confirmation_is_final() -> None:
    committing = walk(greeted(member()).state, A, A).state
    step = walk(committing, Refused(Correlation(8), Reason.HELD_ELSEWHERE))
    assert screen(step) == screens.Refused(Reason.HELD_ELSEWHERE)
    assert isinstance(step.state, Refusing)


def test_the_same_card_again_changes_nothing_another_begins_anew() -> None:
    greeting = greeted(member())
    same = walk(greeting.state, CardPresented(CARD, "front"))
    assert (same.state, same.deadline) == (greeting.state, KEEP)
    other = walk(greeting.state, CardPresented(OTHER_CARD, "front"))
    assert isinstance(other.state, Identifying)


def test_a_card_that_bounces_after_its_spend_does_not_hide_the_result() -> None:
    finished = Finished(CARD, 100.0, 42, DONE)
    soon = walk(finished, CardPresented(CARD, "front"), ctx=context(mono=101.0))
    assert soon.state == finished
    later = walk(finished, CardPresented(CARD, "front"), ctx=context(mono=103.0))
    assert isinstance(later.state, Identifying)


def test_an_answer_to_another_question_is_ignored() -> None:
    committing = walk(greeted(member()).state, A, A).state
    assert isinstance(committing, Committing)
    stale = Committed(Correlation(3), 42, "0" * 36, member())
    assert TABLE.step(committing, stale, context()) is None


def test_back_returns_to_the_same_choice() -> None:
    greeting = walk(greeted(member()).state, B)
    step = walk(greeting.state, A, C)
    assert isinstance(step.state, Greeting)
    assert step.state.selected == 1


def test_the_table_refuses_two_rows_and_broken_words() -> None:
    def lie(_state: Resting, _event: DeadlinePassed, _context: Context) -> Step:
        return Step(Refusing())

    with pytest.raises(NoSuchRow, match="two rows"):
        Table([row(Resting, DeadlinePassed, lie, Resting)] * 2)
    table = Table([row(Resting, DeadlinePassed, lie, Resting)])
    with pytest.raises(NoSuchRow, match="may not go"):
        table.step(Resting(), DeadlinePassed(), context())
