"""Random walks over the table, and its pairs one by one.

Held for every walk: no success effect before Committed; every asking effect has a fresh
correlation id; rest is always reached by deadlines alone, unless the journal owes an answer.
"""

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import events
from kiosk.domain.desk import Loaded, Logged, Voided
from kiosk.domain.devices import (
    Lamp,
    Sound,
)
from kiosk.domain.effects import (
    Commit,
    Effect,
    Examine,
    Identify,
    Light,
    MarkShown,
    Play,
    Print,
    Show,
    Survey,
)
from kiosk.domain.events import (
    BackHeld,
    ButtonPressed,
    Committed,
    Correlation,
    DeadlinePassed,
    Event,
    Examined,
    Identified,
    OperatorIdentified,
    Presented,
    Refused,
    Started,
    Stimulus,
    Surveyed,
)
from kiosk.domain.findings import Finding, Subject, Symptom
from kiosk.domain.members import Role
from kiosk.domain.policy import Policy, SlipPolicy
from kiosk.domain.refusals import Reason
from kiosk.domain.screens import Done
from kiosk.flows import desk_states, diagram, states
from kiosk.flows.desk_states import (
    CheckingScreen,
    Examining,
    Gathering,
    IdentifyingMember,
    OnShift,
    Proving,
    Surveying,
)
from kiosk.flows.kiosk import START, TABLE
from kiosk.flows.states import (
    Committing,
    Doubting,
    Finished,
    Greeting,
    Identifying,
    Resting,
    Starting,
)
from kiosk.flows.step import Context, State
from kiosk.flows.table import Row
from tests.flows import samples
from tests.flows.samples import (
    BIG_DOG,
    NOTHING_TO_UNDO,
    OPEN_TICKET,
    ROW,
    SMALL_DOG,
    TICKET,
    member,
    operator,
    workday,
)
from tests.flows.stimuli import STIMULI
from tests.flows.uses import GOODS_ROW, SHOP, couponed

VIEWS = (
    member(),
    member(pets=(SMALL_DOG, BIG_DOG)),
    member(visits=(0, 0), value=(0, 0)),
    member(pets=(SMALL_DOG, BIG_DOG), held=False),
    member(pets=(SMALL_DOG, BIG_DOG), visits=(0, 0), value=(6_000, 0)),
    member(pets=()),
    member(unshown=ROW),
    member(last=ROW, tickets=(TICKET,), checked_in=None, notice="新到狗粮"),
    couponed(visits=(0, 0)),
    couponed(visits=(0, 0), held=0),
    couponed(unshown=GOODS_ROW),
)
OPERATORS = (operator(), operator(name="o2"), *(operator(role) for role in Role))
FINDINGS = (
    Finding(Subject.DISK, Symptom.WELL),
    Finding(Subject.PRINTER, Symptom.COVER_OPEN),
    Finding(Subject.SCANNER, Symptom.NOT_CONFIGURED),
)
WORKDAYS = (workday(OPEN_TICKET), workday(undoable=None), workday(undoable=NOTHING_TO_UNDO))


def context(**changes: object) -> Context:
    """An ordinary moment in a shop where coupons and points are good for something."""
    return samples.context(**({"catalogue": SHOP} | changes))


def answers(state: State) -> list[Event]:
    """List what the journal may answer in this state."""
    reasons = (Reason.UNKNOWN_MEDIUM, Reason.BLOCKED, Reason.JOURNAL_FAULT)
    match state:
        case Identifying(correlation=asked) | IdentifyingMember(correlation=asked):
            found: list[Event] = [Identified(asked, view) for view in VIEWS]
            found += [OperatorIdentified(asked, who) for who in OPERATORS]
        case Greeting(correlation=int() as again):
            return [
                *(Identified(Correlation(again), view) for view in VIEWS),
                OperatorIdentified(Correlation(again), operator()),
                Refused(Correlation(again), Reason.BLOCKED),
            ]
        case Gathering(correlation=int() as again):
            found = [Identified(Correlation(again), view) for view in VIEWS]
            found += [OperatorIdentified(Correlation(again), who) for who in OPERATORS[:2]]
            return [*found, Refused(Correlation(again), Reason.BLOCKED)]
        case Surveying(correlation=asked):
            found = [Surveyed(asked, day) for day in WORKDAYS]
        case Examining(correlation=asked):
            return [Examined(asked, FINDINGS), Examined(asked, ())]
        case Committing(correlation=asked):
            found = [Committed(asked, 42, "0" * 36, member())]
        case _:
            return []
    return [*found, *(Refused(asked, reason) for reason in reasons)]


def is_success(effect: Effect) -> bool:
    match effect:
        case Light(Lamp.OK) | Show(Done() | Logged() | Loaded() | Voided()):
            return True
        case Play(Sound.OK):
            return True
        case _:
            return False


@given(st.data())
def test_no_success_before_the_commit_and_rest_is_always_reached(data: st.DataObject) -> None:
    state: State = START
    ids = itertools.count(1)
    issued: set[int] = set()
    state_step = TABLE.step(state, Started(), context())
    assert state_step is not None
    state = state_step.state
    for _ in range(data.draw(st.integers(0, 25))):
        event = data.draw(st.sampled_from([*STIMULI, *answers(state)]))
        fresh = next(ids)
        step = TABLE.step(state, event, context(correlation=Correlation(fresh)))
        if step is None:
            continue
        for effect in step.effects:
            if is_success(effect) and not isinstance(step.state, CheckingScreen):
                # a proof may be drawn anew: what became of its slip, or A for one
                assert isinstance(event, Committed) or (
                    isinstance(state, Finished | Proving) and isinstance(effect, Show)
                )
            if isinstance(effect, Print | MarkShown):
                assert isinstance(event, Committed | Identified | ButtonPressed)
            if isinstance(effect, Identify | Commit | Survey | Examine):
                assert effect.correlation == fresh
                assert effect.correlation not in issued
                issued.add(effect.correlation)
        if isinstance(state, Committing) and not isinstance(step.state, Committing):
            assert isinstance(event, Committed | Refused)
        state = step.state
    for _ in range(12):
        if isinstance(state, Resting | Doubting):
            return
        step = TABLE.step(state, DeadlinePassed(), context())
        assert step is not None, f"no deadline leads out of {type(state).__name__}"
        state = step.state
    raise AssertionError(f"deadlines alone end in {type(state).__name__}")


def kin(state: State) -> tuple[object, ...]:
    """Tell apart what a common limit for all states of a kind would leave out."""
    match state:
        case IdentifyingMember():
            return IdentifyingMember, type(state.tapped.errand), type(state.before)
        case _:
            return (type(state),)


def moments(state: State) -> Iterator[tuple[Event, Context]]:
    """List what may come in this state; a slip may be offered too."""
    for event in (*STIMULI, *answers(state)):
        yield event, context(fresh="f1")
        if isinstance(event, Committed):
            yield event, context(policy=Policy(slip=SlipPolicy.ASK))


def reachable() -> dict[type[State], list[State]]:
    """Collect example states by walking breadth first, a few of each kind."""
    found: dict[type[State], list[State]] = {Starting: [START]}
    met: Counter[tuple[object, ...]] = Counter()
    todo: list[State] = [START]
    while todo:
        state = todo.pop(0)
        for event, ctx in moments(state):
            step = TABLE.step(state, event, ctx)
            if step is None:
                continue
            known = found.setdefault(type(step.state), [])
            most = 12 if isinstance(step.state, IdentifyingMember) else 260
            if met[kin(step.state)] < most and step.state not in known:
                met[kin(step.state)] += 1
                known.append(step.state)
                todo.append(step.state)
    return found


EXAMPLES = reachable()


def test_c_held_down_leads_to_rest_from_everywhere_but_an_open_commit() -> None:
    for kind, examples in EXAMPLES.items():
        for state in examples:
            step = TABLE.step(state, BackHeld(), context())
            if kind in (Starting, Resting, Committing, Doubting):
                assert step is None
            else:
                assert step is not None
                assert isinstance(step.state, Resting)
                assert not any(isinstance(e, Commit | MarkShown | Print) for e in step.effects)


def test_every_state_is_reachable() -> None:
    every = {
        kind
        for kind in (*vars(states).values(), *vars(desk_states).values())
        if isinstance(kind, type) and issubclass(kind, State) and kind not in (State, OnShift)
    }
    assert set(EXAMPLES) == every


@pytest.mark.parametrize("one", TABLE.rows, ids=lambda r: f"{r.state.__name__}-{r.on}")
def test_each_pair_goes_to_each_state_it_names_and_to_no_other(one: Row) -> None:
    reached: set[type[State]] = set()
    for state in EXAMPLES[one.state]:
        for event in (*STIMULI, *answers(state)):
            if TABLE.find(state, event) is one:
                for ctx in (context(), context(mono=110.0), context(catalogue=None)):
                    step = TABLE.step(state, event, ctx)
                    assert step is not None
                    reached.add(type(step.state))
    assert reached == set(one.to)


def test_stimuli_are_total_and_the_ignored_pairs_are_known() -> None:
    every = [k for k in vars(events).values() if isinstance(k, type) and issubclass(k, Stimulus)]
    abstract = {Stimulus, Presented}
    assert {type(event) for event in STIMULI} == set(every) - abstract
    for examples in EXAMPLES.values():
        for event in STIMULI:
            TABLE.step(examples[0], event, context())


def test_the_page_in_docs_is_drawn_from_this_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "flows.md"
    assert page.read_text() == diagram.markdown(TABLE), "run: make diagrams"
