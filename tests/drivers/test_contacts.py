"""Contacts that bounce, under virtual time."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.devices import Button, PartState
from kiosk.domain.events import BackHeld, ButtonPressed, PartChanged, Stimulus
from kiosk.drivers.contacts import HELD, SETTLE, STUCK, Contacts

A, B, C = Button.A, Button.B, Button.C


def presses(levels: list[tuple[float, bool]], closed: bool = False) -> list[float]:
    """When A is pressed, with its level seen at these times."""
    contacts = Contacts({A: closed})
    return [now for now, level in levels for _ in contacts.see({A: level}, now)]


def sampled(contacts: Contacts, closed: set[Button], start: float, end: float) -> list[Stimulus]:
    """Look every 10 ms from `start` to `end`, with these buttons down."""
    seen: list[Stimulus] = []
    for look in range(round(start * 100), round(end * 100)):
        seen += contacts.see({button: button in closed for button in Button}, look / 100)
    return seen


def test_a_press_is_one_press_however_it_bounces() -> None:
    bouncing = [(0.000, True), (0.003, False), (0.006, True), (0.009, False), (0.012, True)]
    held = [(0.02, True), (0.03, True), (0.04, True), (0.5, True)]
    let_go = [(1.000, False), (1.003, True), (1.006, False), (1.03, False), (1.1, False)]
    assert presses(bouncing + held + let_go) == [0.04]


def test_a_glitch_is_no_press() -> None:
    assert presses([(0.0, True), (0.01, False), (0.02, True), (0.039, True), (0.04, False)]) == []


def test_a_contact_closed_at_the_start_is_no_press_until_it_was_open() -> None:
    stuck = [(0.0, True), (1.0, True), (2.0, False), (2.1, False), (3.0, True), (3.1, True)]
    assert presses(stuck, closed=True) == [3.1]


def test_two_buttons_do_not_hold_each_other_up() -> None:
    contacts = Contacts({A: False, B: False})
    assert contacts.see({A: True, B: False}, 0.0) == []
    assert contacts.see({A: True, B: True}, 0.01) == []
    assert contacts.see({A: True, B: True}, 0.02) == [ButtonPressed(A)]
    assert contacts.see({A: True, B: True}, 0.031) == [ButtonPressed(B)]


def test_c_held_down_is_a_press_and_then_once_more() -> None:
    contacts = Contacts(dict.fromkeys(Button, False))
    assert sampled(contacts, {C}, 0, HELD - 0.1) == [ButtonPressed(C)]
    assert sampled(contacts, {C}, HELD - 0.1, 10) == [BackHeld()]
    assert sampled(contacts, set(), 10, 11) == []
    assert sampled(contacts, {C}, 11, 11.5) == [ButtonPressed(C)]
    assert sampled(contacts, set(), 11.5, 20) == []
    # the other two mean nothing more when they are held
    assert sampled(contacts, {A, B}, 20, 30) == [ButtonPressed(A), ButtonPressed(B)]


def test_c_closed_at_the_start_is_not_held() -> None:
    contacts = Contacts({A: False, B: False, C: True})
    assert sampled(contacts, {C}, 0, HELD + 1) == []
    assert sampled(contacts, set(), HELD + 1, HELD + 2) == []


def test_a_stuck_button_is_told_once_and_the_others_work() -> None:
    contacts = Contacts(dict.fromkeys(Button, False))
    assert sampled(contacts, {A}, 0, STUCK) == [ButtonPressed(A)]
    (told,) = sampled(contacts, {A}, STUCK, STUCK + 9)
    assert isinstance(told, PartChanged)
    assert told.report.state is PartState.FAULT
    assert "held down all the time: A;" in told.report.detail
    assert sampled(contacts, {A, B}, 30, 31) == [ButtonPressed(B)]
    (again,) = sampled(contacts, set(), 31, 40)
    assert isinstance(again, PartChanged)
    assert (again.report.state, again.report.detail) == (PartState.READY, "")


def test_a_button_stuck_at_the_start_is_told_too() -> None:
    contacts = Contacts({A: True, B: False, C: False})
    (told,) = sampled(contacts, {A}, 0, STUCK + 1)
    assert isinstance(told, PartChanged)
    assert told.report.state is PartState.FAULT


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans())))
def test_no_two_presses_without_a_settled_release(steps: list[tuple[int, bool]]) -> None:
    contacts, now = Contacts({A: False}), 0
    levels: list[tuple[int, bool]] = []
    last = 0
    for step, level in steps:
        now += step
        levels.append((now, level))
        if contacts.see({A: level}, now / 1000):
            settled = [at for at, _ in levels if now - at <= SETTLE * 1000]
            assert all(seen for at, seen in levels if at in settled)
            if last:
                opened = [at for at, seen in levels if last < at < now and not seen]
                assert opened
                assert opened[-1] - opened[0] >= SETTLE * 1000
            last = now
