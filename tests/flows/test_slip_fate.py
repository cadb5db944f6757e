"""What a member and staff are told of a slip: never more than is known."""

import dataclasses as dc
from collections.abc import Callable

import pytest

from kiosk.domain.desk import DeskEntry, Loaded, Logged, Proof, Reprinted, Voided
from kiosk.domain.devices import Part, PrintOutcome, SlipFate
from kiosk.domain.effects import Commit, Print, Show
from kiosk.domain.events import Committed, Correlation, SlipEnded
from kiosk.domain.members import Role
from kiosk.domain.policy import Policy, SlipPolicy
from kiosk.domain.screens import Done
from kiosk.flows.desk_states import Proving
from kiosk.flows.states import Finished, Resting
from kiosk.flows.step import KEEP, Context, Step
from tests.flows.counter import ANSWER, at_desk, select, tapped
from tests.flows.samples import OPEN_TICKET, OWN_ROW, ROW, context, member, operator, workday
from tests.flows.steps import A, B, C, found, greeted, screen, walk

PRINTED = SlipEnded(42, PrintOutcome.PRINTED)
FAILED = SlipEnded(42, PrintOutcome.FAILED)
UNKNOWN = SlipEnded(42, PrintOutcome.UNKNOWN)
NO_PRINTER = (Part.PRINTER,)


def asking(**changes: object) -> Context:
    return context(policy=Policy(slip=SlipPolicy.ASK), **changes)


def spent(ctx: Context) -> Step:
    committing = walk(greeted(member(), ctx).state, A, A, ctx=ctx).state
    return walk(committing, Committed(Correlation(8), 42, "0" * 36, member()), ctx=ctx)


def fate(step: Step) -> SlipFate:
    shown = screen(step)
    assert isinstance(shown, Done)
    assert isinstance(step.state, Finished)
    assert step.state.screen == shown
    return shown.slip


@pytest.mark.parametrize(
    ("ctx", "told", "prints"),
    [
        (context(), SlipFate.PRINTING, 1),
        (context(faults=NO_PRINTER), SlipFate.FAILED, 1),
        (context(has_printer=False), SlipFate.NONE, 0),
        (context(policy=Policy(slip=SlipPolicy.NEVER)), SlipFate.NONE, 0),
        (asking(), SlipFate.OFFERED, 0),
        (asking(faults=NO_PRINTER), SlipFate.FAILED, 0),
        (asking(has_printer=False), SlipFate.NONE, 0),
    ],
)
def test_a_proof_tells_whether_a_slip_is_to_be_had(
    ctx: Context, told: SlipFate, prints: int
) -> None:
    done = spent(ctx)
    assert fate(done) is told
    assert len(found(Print, done.effects)) == prints


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        (PRINTED, SlipFate.PRINTED),
        (FAILED, SlipFate.FAILED),
        (UNKNOWN, SlipFate.UNSURE),
    ],
)
def test_what_became_of_the_slip_is_told_while_the_proof_is_shown(
    ended: SlipEnded, told: SlipFate
) -> None:
    done = spent(context())
    after = walk(done.state, ended)
    assert fate(after) is told
    shown, before = screen(after), screen(done)
    assert isinstance(before, Done)
    assert shown == dc.replace(before, slip=told)
    # bad news stays as long as the proof itself; good news prolongs nothing
    assert after.deadline == (KEEP if ended is PRINTED else context().policy.done_seconds)
    assert not found(Print, after.effects)
    assert walk(after.state, ended).effects == ()


def test_a_printer_that_was_back_in_time_is_believed() -> None:
    done = spent(context(faults=NO_PRINTER))
    assert walk(done.state, FAILED).effects == ()
    assert fate(walk(done.state, PRINTED)) is SlipFate.PRINTED


def test_another_rows_slip_changes_nothing() -> None:
    done = spent(context())
    step = walk(done.state, SlipEnded(41, PrintOutcome.FAILED))
    assert (step.state, step.effects, step.deadline) == (done.state, (), KEEP)


def test_where_the_shop_asks_a_prints_the_slip_and_nothing_else_does() -> None:
    done = spent(asking())
    printing = walk(done.state, A, ctx=asking())
    assert fate(printing) is SlipFate.PRINTING
    assert [p.seq for p in found(Print, printing.effects)] == [42]
    assert fate(walk(printing.state, FAILED, ctx=asking())) is SlipFate.FAILED
    again = walk(printing.state, A, ctx=asking())
    assert isinstance(again.state, Resting)
    for button in (B, C):
        left = walk(done.state, button, ctx=asking())
        assert isinstance(left.state, Resting)
        assert not found(Print, left.effects)


def test_a_slip_asked_of_a_printer_that_has_just_failed_is_not_promised() -> None:
    step = walk(spent(asking()).state, A, ctx=asking(faults=NO_PRINTER))
    assert fate(step) is SlipFate.FAILED
    assert not found(Commit, step.effects)


def logged(ctx: Context | None = None) -> Step:
    """A groomer finishes a bath that was paid before."""
    writing = walk(at_desk(operator(Role.GROOMER), workday(OPEN_TICKET)).state, A, ctx=ctx)
    return walk(writing.state, Committed(ANSWER, 42, "0" * 36, member()), ctx=ctx)


def loaded(ctx: Context | None = None) -> Step:
    choosing = walk(select(at_desk(operator(Role.CASHIER)), DeskEntry.TOP_UP).state, A, A, A)
    writing = walk(tapped(choosing, member()).state, A)
    return walk(writing.state, Committed(ANSWER, 42, "0" * 36, member()), ctx=ctx)


def voided(ctx: Context | None = None) -> Step:
    listed = at_desk(operator(Role.GROOMER), workday(undoable=OWN_ROW))
    writing = walk(select(listed, DeskEntry.UNDO).state, A, A)
    return walk(writing.state, Committed(ANSWER, 42, "0" * 36, member()), ctx=ctx)


def reprinted(ctx: Context | None = None) -> Step:
    asked = walk(select(at_desk(operator(Role.CASHIER)), DeskEntry.REPRINT).state, A)
    return tapped(asked, member(last=dc.replace(ROW, seq=42)), ctx=ctx)


PROOFS = (logged, loaded, voided, reprinted)


def proof_of(step: Step) -> Proof:
    shown = screen(step)
    assert isinstance(shown, Logged | Loaded | Reprinted | Voided)
    assert isinstance(step.state, Proving)
    assert step.state.screen == shown
    return shown


def told(step: Step) -> SlipFate:
    return proof_of(step).slip


@pytest.mark.parametrize("proof", PROOFS)
@pytest.mark.parametrize(
    ("ended", "fate"),
    [
        (PRINTED, SlipFate.PRINTED),
        (FAILED, SlipFate.FAILED),
        (UNKNOWN, SlipFate.UNSURE),
    ],
)
def test_staff_are_told_what_became_of_the_slip(
    proof: Callable[[], Step], ended: SlipEnded, fate: SlipFate
) -> None:
    proving = proof()
    assert told(proving) is SlipFate.PRINTING
    after = walk(proving.state, ended)
    assert proof_of(after) == dc.replace(proof_of(proving), slip=fate)
    assert after.deadline == (KEEP if ended is PRINTED else context().policy.done_seconds)
    assert [type(effect) for effect in after.effects] == [Show], "no lamp, no sound, no second slip"
    assert walk(after.state, ended).effects == ()
    assert walk(proving.state, dc.replace(ended, seq=41)).effects == ()


@pytest.mark.parametrize("proof", PROOFS)
def test_staff_are_promised_no_slip_by_a_printer_that_is_out_of_order(
    proof: Callable[[Context], Step],
) -> None:
    proving = proof(context(faults=NO_PRINTER))
    assert told(proving) is SlipFate.FAILED
    assert told(walk(proving.state, PRINTED)) is SlipFate.PRINTED


@pytest.mark.parametrize("proof", [logged, loaded, voided])
@pytest.mark.parametrize(
    "ctx", [context(has_printer=False), context(policy=Policy(slip=SlipPolicy.NEVER))]
)
def test_staff_read_of_no_slip_where_there_is_none(
    proof: Callable[[Context], Step], ctx: Context
) -> None:
    proving = proof(ctx)
    assert told(proving) is SlipFate.NONE
    assert not found(Print, proving.effects)


def test_staff_get_their_slip_without_being_asked() -> None:
    proving = logged(asking())
    assert told(proving) is SlipFate.PRINTING
    assert len(found(Print, proving.effects)) == 1
