"""The mailbox under virtual time: deadlines, correlation ids, what is known of the world."""

import dataclasses as dc
import threading
from collections.abc import Callable
from typing import Any

import pytest

from kiosk.domain import effects as ef
from kiosk.domain import screens
from kiosk.domain.devices import Button, Lamp, NamedPart, Part, PartReport, PartState
from kiosk.domain.effects import Commit, Identify, Print, Show
from kiosk.domain.events import (
    ButtonPressed,
    CardPresented,
    CardRemoved,
    CatalogueChanged,
    Committed,
    Correlation,
    Event,
    Identified,
    LinkChanged,
    PartChanged,
    PolicyChanged,
    Refused,
    Started,
)
from kiosk.domain.policy import Policy
from kiosk.domain.refusals import Reason
from kiosk.flows.states import Doubting, Finished, Greeting, Identifying, Refusing, Resting
from kiosk.flows.step import State
from kiosk.loop import Loop, UnknownCorrelation, World
from kiosk.runtime.clock import VirtualClock
from tests.flows.samples import CARD, CATALOGUE, NOW, OTHER_CARD, member

KINDS = [
    kind
    for kind in vars(ef).values()
    if isinstance(kind, type) and issubclass(kind, ef.Effect) and kind not in (ef.Effect, ef.Ask)
]
TAP = CardPresented(CARD, "front")
A, B = ButtonPressed(Button.A), ButtonPressed(Button.B)
PATIENCE = 10.0


class Rig:
    """A loop with hands that only note what they are given."""

    def __init__(self, **changes: Any) -> None:
        self.done: list[ef.Effect] = []
        self.clock = VirtualClock(NOW)
        world = World("k1", Policy(), CATALOGUE, online=True)
        for name, value in changes.items():
            setattr(world, name, value)
        self.loop = Loop(world, dict.fromkeys(KINDS, self.done.append), self.clock)

    def tell(self, *events: Event) -> list[ef.Effect]:
        """Post, drain, and return what was done about it."""
        before = len(self.done)
        for event in events:
            self.loop.post(event)
        self.loop.drain()
        return self.done[before:]

    def wait(self, seconds: float) -> list[ef.Effect]:
        self.clock.advance(seconds)
        return self.tell()

    def at(self) -> type[State]:
        return type(self.loop.state)

    def greet(self) -> None:
        (asked,) = [e for e in self.tell(Started(), TAP) if isinstance(e, Identify)]
        self.tell(Identified(asked.correlation, member()))
        assert isinstance(self.loop.state, Greeting)

    def commit(self) -> Commit:
        (commit,) = [e for e in self.tell(A, A) if isinstance(e, Commit)]
        return commit


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_missing_hand_is_refused_before_anything_runs(kind: type[ef.Effect]) -> None:
    hands: dict[type[ef.Effect], Callable[[Any], None]] = dict.fromkeys(KINDS, lambda _: None)
    del hands[kind]
    with pytest.raises(AssertionError, match=kind.__name__):
        Loop(World("k1", Policy()), hands, VirtualClock(NOW))


def test_a_deadline_fires_once_when_its_time_has_come() -> None:
    rig = Rig()
    rig.tell(Started())
    assert rig.loop.deadline == 45  # to the next full minute
    assert rig.wait(44.9) == []
    (drawn,) = [e for e in rig.wait(0.1) if isinstance(e, Show)]
    assert isinstance(drawn.screen, screens.Idle)
    assert drawn.screen.now.minute == 31
    assert rig.tell() == []
    assert rig.loop.deadline == 105


def test_a_deadline_that_is_replaced_never_fires() -> None:
    rig = Rig()
    rig.greet()
    rig.wait(11)
    rig.tell(B)
    rig.wait(11)
    assert rig.at() is Greeting
    rig.wait(1)
    assert rig.at() is Resting


def test_a_press_that_was_posted_before_the_deadline_was_seen_counts() -> None:
    rig = Rig()
    rig.greet()
    rig.clock.advance(12)
    rig.tell(B)
    assert rig.at() is Greeting


def test_keep_leaves_the_running_deadline() -> None:
    rig = Rig()
    rig.greet()
    before = rig.loop.deadline
    rig.wait(5)
    assert rig.tell(TAP) == []
    assert rig.loop.deadline == before
    rig.tell(B)
    assert rig.loop.deadline == 5 + rig.loop.world.policy.idle_seconds


def test_a_state_that_only_an_answer_leaves_has_no_deadline() -> None:
    rig = Rig()
    rig.greet()
    commit = rig.commit()
    rig.wait(3)
    assert rig.at() is Doubting
    assert rig.loop.deadline is None
    assert rig.wait(100_000) == []
    rig.tell(Committed(commit.correlation, 1, "0" * 36, member()))
    assert rig.at() is Finished


def test_each_question_has_an_id_of_its_own() -> None:
    rig = Rig()
    rig.greet()
    commit = rig.commit()
    rig.tell(Refused(commit.correlation, Reason.HELD_ELSEWHERE))
    rig.tell(CardPresented(OTHER_CARD, "front"))
    asked = [e.correlation for e in rig.done if isinstance(e, Identify | Commit)]
    assert asked == [1, 2, 3]


def test_a_late_answer_is_counted_and_changes_nothing() -> None:
    rig = Rig()
    rig.tell(Started(), TAP)
    assert rig.at() is Identifying
    rig.wait(3)
    assert rig.at() is Refusing
    deadline = rig.loop.deadline
    assert rig.tell(Identified(Correlation(1), member())) == []
    assert rig.at() is Refusing
    assert (rig.loop.late, rig.loop.deadline) == (1, deadline)
    rig.tell(CardRemoved("front"))
    assert rig.loop.late == 1


@pytest.mark.parametrize("correlation", [2, 99, 0, -1])
def test_an_answer_to_what_was_never_asked_is_a_bug(correlation: int) -> None:
    rig = Rig()
    rig.tell(Started(), TAP)
    with pytest.raises(UnknownCorrelation):
        rig.loop.turn(Identified(Correlation(correlation), member()))
    assert rig.at() is Identifying


def test_the_world_learns_in_every_state_and_shows_it_at_rest() -> None:
    rig = Rig()
    rig.greet()
    fault = PartReport(Part.DISPLAY, PartState.FAULT, "cable")
    absent = PartReport(Part.READER, PartState.ABSENT)
    policy = Policy(9, "店")
    assert (
        rig.tell(
            PartChanged(fault),
            PartChanged(absent),
            PartChanged(PartReport(Part.PRINTER, PartState.READY)),
            PartChanged(PartReport(Part.SCANNER, PartState.UNKNOWN)),
            PartChanged(PartReport(Part.LAMPS, PartState.NOT_CONFIGURED)),
            LinkChanged(False, 7),
            PolicyChanged(policy),
        )
        == []
    )
    world = rig.loop.world
    assert (world.online, world.waiting, world.policy) == (False, 7, policy)
    assert world.faults() == (Part.READER, Part.DISPLAY)
    (idle,) = [e.screen for e in rig.wait(12) if isinstance(e, Show)]
    assert isinstance(idle, screens.Idle)
    assert (idle.shop_name, idle.online, idle.waiting) == ("店", False, 7)
    assert idle.faults == (Part.READER, Part.DISPLAY)
    rig.tell(PartChanged(PartReport(Part.DISPLAY, PartState.READY)))
    assert world.faults() == (Part.READER,)


def test_one_broken_reader_of_two_is_told_and_is_not_hidden_by_the_other() -> None:
    rig = Rig()
    rig.tell(Started(), PartChanged(PartReport(Part.READER, PartState.ABSENT, name="door")))
    ready = PartReport(Part.READER, PartState.READY, name="counter")
    shown, lamp = rig.tell(PartChanged(ready))
    world = rig.loop.world
    assert (world.faults(), world.limping()) == ((), (NamedPart(Part.READER, "door"),))
    assert [r.key for r in world.reports()] == ["reader door", "reader counter"]
    assert isinstance(shown, Show)
    assert isinstance(shown.screen, screens.Idle)
    assert (shown.screen.faults, shown.screen.limping) == ((), world.limping())
    assert lamp == ef.Light(Lamp.FAULT)
    rig.tell(PartChanged(dc.replace(ready, state=PartState.FAULT)))
    assert (world.faults(), world.limping()) == ((Part.READER,), ())


def test_a_price_list_that_arrives_is_the_one_offered_next() -> None:
    rig = Rig(catalogue=None)
    rig.tell(Started(), CatalogueChanged(CATALOGUE))
    rig.greet()
    assert isinstance(rig.loop.state, Greeting)
    assert rig.loop.state.offers


@pytest.mark.parametrize(
    ("state", "prints"),
    [(PartState.READY, 1), (PartState.FAULT, 1), (PartState.NOT_CONFIGURED, 0), (None, 0)],
)
def test_a_slip_is_made_only_where_a_printer_is_configured(
    state: PartState | None, prints: int
) -> None:
    rig = Rig()
    if state is not None:
        rig.tell(PartChanged(PartReport(Part.PRINTER, state)))
    rig.greet()
    commit = rig.commit()
    done = rig.tell(Committed(commit.correlation, 1, "0" * 36, member()))
    assert len([e for e in done if isinstance(e, Print)]) == prints


def test_a_jump_of_the_wall_clock_moves_no_deadline() -> None:
    rig = Rig()
    rig.greet()
    rig.clock.jump(NOW.replace(year=2030))
    assert rig.tell() == []
    assert rig.at() is Greeting


def test_the_thread_serves_posts_from_several_threads_in_order_and_ends() -> None:
    rig = Rig()
    producers, each = 4, 200

    def produce(number: int) -> None:
        for i in range(each):
            rig.loop.post(LinkChanged(True, number * each + i))

    threads = [threading.Thread(target=produce, args=(n,)) for n in range(producers)]
    rig.loop.thread.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    rig.loop.stop()
    rig.loop.thread.join(PATIENCE)
    assert not rig.loop.thread.is_alive()
    shown = [e.screen for e in rig.done if isinstance(e, Show)]
    waiting = [screen.waiting for screen in shown[1:] if isinstance(screen, screens.Idle)]
    assert sorted(waiting) == list(range(producers * each))
    for number in range(producers):
        own = [w for w in waiting if w // each == number]
        assert own == sorted(own)


def test_the_thread_fires_deadlines_by_itself_and_beats() -> None:
    clock = VirtualClock(NOW)
    asked, refused = threading.Event(), threading.Event()

    def show(effect: Show) -> None:
        if isinstance(effect.screen, screens.Refused):
            refused.set()

    hands: dict[type[ef.Effect], Callable[[Any], None]] = dict.fromkeys(KINDS, lambda _: None)
    hands |= {Show: show, Identify: lambda _: asked.set()}
    loop = Loop(World("k1", Policy(), CATALOGUE), hands, clock)
    loop.thread.start()
    loop.post(TAP)
    assert asked.wait(PATIENCE)
    clock.advance(3.5)
    assert refused.wait(PATIENCE)
    loop.stop()
    loop.thread.join(PATIENCE)
    assert not loop.thread.is_alive()
    assert loop.last_beat == 3.5
