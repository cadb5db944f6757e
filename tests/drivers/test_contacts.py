"""Contacts that bounce, under virtual time."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.devices import Button
from kiosk.drivers.contacts import SETTLE, Contacts

A, B = Button.A, Button.B


def presses(levels: list[tuple[float, bool]], closed: bool = False) -> list[float]:
    """When A is pressed, with its level seen at these times."""
    contacts = Contacts({A: closed})
    return [now for now, level in levels for _ in contacts.see({A: level}, now)]


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
    assert contacts.see({A: True, B: True}, 0.02) == [A]
    assert contacts.see({A: True, B: True}, 0.031) == [B]


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
