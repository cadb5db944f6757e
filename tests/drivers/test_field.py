"""Taps and their ends: what a reader driver posts for what lies there."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.events import CardRemoved, SeveralCards
from kiosk.drivers.field import Field, Slot

REMOVED, SEVERAL = CardRemoved("counter"), SeveralCards("counter")


def changes(*fields: str) -> list[object]:
    """Lay these cards, a letter each; return what is posted, a letter for a card that is read."""
    field: Field[str] = Field("counter")
    seen: list[object] = []
    for cards in fields:
        events, read = field.change(frozenset(cards))
        seen += events
        seen += [read] if read else []
    return seen


def test_a_card_is_read_once_until_it_is_lifted() -> None:
    assert changes("a", "a", "", "", "a") == ["a", REMOVED, "a"]


def test_a_card_changed_for_another_is_two_taps() -> None:
    assert changes("a", "b") == ["a", REMOVED, "b"]


def test_two_cards_are_said_once_and_not_read() -> None:
    assert changes("ab", "ab", "abc", "") == [SEVERAL, REMOVED]


def test_a_second_card_does_not_read_the_first_again() -> None:
    assert changes("a", "ab", "a", "") == ["a", SEVERAL, REMOVED]


def test_the_card_that_stays_is_read_if_it_was_not() -> None:
    assert changes("ab", "b", "") == [SEVERAL, "b", REMOVED]
    assert changes("a", "ab", "b", "") == ["a", SEVERAL, REMOVED, "b", REMOVED]


@given(st.lists(st.frozensets(st.sampled_from("abc"))))
def test_each_tap_has_one_end_and_no_two_overlap(fields: list[frozenset[str]]) -> None:
    field: Field[str] = Field("counter")
    tapped = False
    for cards in [*fields, frozenset[str]()]:
        events, read = field.change(cards)
        assert events.count(REMOVED) <= 1
        if tapped and REMOVED in events:
            tapped = False
        if read is not None:
            assert not tapped
            assert cards == {read}
            tapped = True
    assert not tapped


def turns(*reports: tuple[bool | None, int]) -> tuple[int, list[bool]]:
    slot = Slot()
    torn = [slot.note(present, count) for present, count in reports]
    return slot.turn, torn


def test_a_counter_that_lags_is_no_second_laying() -> None:
    assert turns((False, 4), (True, 4), (True, 5)) == (1, [False] * 3)


def test_a_counter_two_steps_on_is_another_laying() -> None:
    assert turns((False, 4), (True, 5), (True, 7)) == (2, [False] * 3)


def test_a_counter_wraps() -> None:
    assert turns((False, 0xFFFE), (True, 0xFFFF), (True, 0)) == (1, [False] * 3)
    assert turns((False, 0xFFFE), (True, 0xFFFF), (True, 1)) == (2, [False] * 3)


def test_a_card_that_came_and_went_between_two_looks_is_noticed() -> None:
    assert turns((False, 4), (False, 6)) == (0, [False, True])
    assert turns((False, 4), (False, 5)) == (0, [False, False])
    assert turns((None, 0), (False, 8)) == (0, [False, False])


def test_a_reader_that_does_not_say_forgets_its_card() -> None:
    assert turns((True, 1), (None, 1), (True, 2)) == (2, [False] * 3)
