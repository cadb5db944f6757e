"""Wet hands: cards that bounce, come in between, cannot be read, or are another groomer's."""

import pytest

from kiosk.domain import desk, screens
from kiosk.domain.desk import DeskEntry
from kiosk.domain.devices import Button
from kiosk.domain.effects import Commit, Identify, Play, Show
from kiosk.domain.events import (
    CardPresented,
    CardUnreadable,
    CodeRejected,
    Committed,
    DeadlinePassed,
    Event,
    Identified,
    OperatorIdentified,
    Refused,
    SeveralCards,
    Surveyed,
)
from kiosk.domain.media import MediumKey
from kiosk.domain.members import Role
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import ValueLoad, VisitLog
from kiosk.flows.desk_states import (
    AtDesk,
    AwaitingMember,
    Deciding,
    IdentifyingMember,
    OnShift,
    PickingMeans,
    PickingPetFor,
    PickingPlan,
    Proving,
    RefusingStaff,
    Surveying,
)
from kiosk.flows.kiosk import TABLE
from kiosk.flows.states import Resting
from kiosk.flows.step import Step
from tests.flows.counter import ANSWER, at_desk, drafted, select, tapped
from tests.flows.samples import (
    BIG_DOG,
    CARD,
    OPEN_TICKET,
    OTHER_CARD,
    SMALL_DOG,
    context,
    member,
    operator,
    workday,
)
from tests.flows.steps import A, found, screen, walk

GROOMER = operator(Role.GROOMER)
SECOND = operator(Role.GROOMER, "o2")
CASHIER = operator(Role.CASHIER)
STAFF_TAP = CardPresented(OTHER_CARD, "front")
MEMBER_TAP = CardPresented(CARD, "front")
THIRD_TAP = CardPresented(MediumKey("uid:04EEEEEEEEEEEE"), "front")
LATER = context(mono=110.0)


def deciding() -> Step:
    return tapped(at_desk(GROOMER), member())


def picking() -> Step:
    return tapped(at_desk(GROOMER), member(pets=(SMALL_DOG, BIG_DOG)))


def awaiting() -> Step:
    plans = walk(select(at_desk(CASHIER), DeskEntry.TOP_UP).state, A)
    return walk(plans.state, A, A)


def means() -> Step:
    return walk(walk(select(at_desk(CASHIER), DeskEntry.TOP_UP).state, A).state, A)


def plans() -> Step:
    return walk(select(at_desk(CASHIER), DeskEntry.TOP_UP).state, A)


AT_WORK = [deciding, picking, awaiting, means, plans]


def test_a_groomers_card_that_bounces_does_not_sign_out() -> None:
    step = walk(at_desk(GROOMER).state, STAFF_TAP, OperatorIdentified(ANSWER, GROOMER))
    assert isinstance(step.state, Surveying)
    listed = walk(step.state, Surveyed(ANSWER, workday(OPEN_TICKET)))
    out = walk(listed.state, STAFF_TAP, OperatorIdentified(ANSWER, GROOMER), ctx=LATER)
    assert isinstance(out.state, Resting)


def test_after_a_proof_the_next_members_card_needs_no_press_and_a_bounce_begins_nothing() -> None:
    step = walk(at_desk(GROOMER, workday(OPEN_TICKET)).state, A)
    proof = walk(step.state, Committed(ANSWER, 42, "0" * 36, member()))
    assert isinstance(walk(proof.state, MEMBER_TAP).state, Proving)
    step = walk(proof.state, MEMBER_TAP, Identified(ANSWER, member()), ctx=LATER)
    assert isinstance(step.state, Deciding)


def test_a_members_card_that_bounces_changes_nothing() -> None:
    for state in (deciding().state, picking().state):
        step = walk(state, MEMBER_TAP)
        assert (step.state, step.effects) == (state, ())


def test_another_groomers_card_takes_over_and_confirms_nothing() -> None:
    for begin in AT_WORK:
        step = walk(begin().state, STAFF_TAP, OperatorIdentified(ANSWER, SECOND))
        assert isinstance(step.state, Surveying)
        assert step.state.shift.operator == SECOND
        assert not found(Commit, step.effects)
        closed = walk(step.state, Surveyed(ANSWER, workday(OPEN_TICKET)), A)
        assert drafted(closed).draft.operator == "o2"


def test_the_own_card_or_a_strangers_in_the_middle_of_a_job_loses_nothing() -> None:
    for begin in AT_WORK:
        state = begin().state
        assert isinstance(state, OnShift)
        own = OperatorIdentified(ANSWER, state.shift.operator)
        for answer in (own, Refused(ANSWER, Reason.UNKNOWN_MEDIUM)):
            step = walk(state, STAFF_TAP, answer, ctx=LATER)
            assert step.state == state
            shown = found(Show, step.effects)
            asked = isinstance(state, AwaitingMember) and isinstance(answer, Refused)
            assert [type(s.screen) for s in shown] == [screens.Refused] * asked


def test_a_members_card_where_none_is_asked_for_disturbs_no_cashier() -> None:
    for begin, kind in ((plans, PickingPlan), (means, PickingMeans)):
        step = walk(begin().state, MEMBER_TAP, Identified(ANSWER, member()))
        assert isinstance(step.state, kind)
        assert found(Play, step.effects)
        assert not found(Show, step.effects)


def test_another_members_card_begins_the_same_errand_anew() -> None:
    step = walk(deciding().state, THIRD_TAP, Identified(ANSWER, member(visits=(0, 0))))
    assert isinstance(step.state, Deciding)
    assert step.state.tapped is not None
    assert step.state.tapped.medium == THIRD_TAP.medium
    assert isinstance(drafted(walk(step.state, A)).draft.lines[-1], VisitLog)
    loading = tapped(awaiting(), member())
    assert isinstance(screen(loading), desk.ConfirmLoad)
    other = walk(loading.state, THIRD_TAP, Identified(ANSWER, member()))
    assert isinstance(screen(other), desk.ConfirmLoad)
    assert isinstance(drafted(walk(other.state, A)).draft.lines[0], ValueLoad)


@pytest.mark.parametrize("event", [CardUnreadable("front"), CodeRejected(), SeveralCards("front")])
def test_a_card_that_cannot_be_read_is_said_and_asked_for_again(event: Event) -> None:
    step = walk(awaiting().state, event)
    assert isinstance(step.state, AwaitingMember)
    assert isinstance(screen(step), screens.Unreadable | screens.OneCardOnly)
    assert isinstance(screen(tapped(step, member())), desk.ConfirmLoad)
    at_list = walk(at_desk(GROOMER).state, event)
    assert isinstance(at_list.state, RefusingStaff)
    assert isinstance(screen(at_list), screens.Unreadable | screens.OneCardOnly)
    assert isinstance(tapped(at_list, member()).state, Deciding)
    assert isinstance(walk(at_list.state, DeadlinePassed()).state, Surveying)


def test_a_refused_card_is_followed_by_the_right_one_without_a_press() -> None:
    refused = walk(at_desk(GROOMER).state, MEMBER_TAP, Refused(ANSWER, Reason.UNKNOWN_MEDIUM))
    assert isinstance(refused.state, RefusingStaff)
    assert isinstance(tapped(refused, member()).state, Deciding)
    # a plan that was chosen, and how it is paid, outlives a card that nobody knows
    unknown = walk(awaiting().state, MEMBER_TAP, Refused(ANSWER, Reason.UNKNOWN_MEDIUM))
    assert isinstance(unknown.state, AwaitingMember)
    assert isinstance(screen(tapped(unknown, member())), desk.ConfirmLoad)


def test_every_tap_is_heard() -> None:
    for begin in (at_desk(GROOMER), deciding(), awaiting()):
        step = walk(begin.state, THIRD_TAP)
        assert isinstance(step.state, IdentifyingMember)
        assert found(Identify, step.effects)
        assert found(Play, step.effects)
    assert isinstance(at_desk(GROOMER).state, AtDesk)
    assert isinstance(picking().state, PickingPetFor)


def test_c_leads_out_of_everything_but_a_question_to_the_journal() -> None:
    kinds = {row.state for row in TABLE.rows if issubclass(row.state, OnShift)}
    out = {row.state for row in TABLE.rows if row.on is Button.C}
    assert kinds - out == {IdentifyingMember, Surveying}
