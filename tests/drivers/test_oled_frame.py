"""Packing and comparing pictures, against the definition pixel by pixel."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.drivers.oled_chips import Chip
from kiosk.drivers.oled_frame import BLANK, PAGE, PAGES, SIZE, Window, bands, changes, pages

PICTURES = st.binary(min_size=SIZE, max_size=SIZE)


def packed(bits: bytes, *, upside_down: bool = False) -> bytes:
    """The definition: bit n of page p's byte x is the pixel in column x and row 8p + n."""
    out = bytearray(SIZE)
    for y in range(64):
        for x in range(128):
            at = (63 - y) * 128 + 127 - x if upside_down else y * 128 + x
            if bits[at // 8] >> 7 - at % 8 & 1:
                out[y // 8 * PAGE + x] |= 1 << y % 8
    return bytes(out)


@pytest.mark.parametrize("upside_down", [False, True])
def test_every_pixel_has_its_place(upside_down: bool) -> None:
    for seed in range(5):
        bits = random.Random(seed).randbytes(SIZE)
        assert pages(bits, upside_down=upside_down) == packed(bits, upside_down=upside_down)
    assert pages(BLANK) == BLANK


@st.composite
def touched(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Return two pictures that differ in a few places, or in many."""
    held = bytearray(draw(st.sampled_from([BLANK, random.Random(2).randbytes(SIZE)])))
    wanted = held.copy()
    for at in draw(st.lists(st.integers(0, SIZE - 1), max_size=40)):
        wanted[at] ^= draw(st.integers(1, 255))
    return bytes(held), bytes(wanted)


@pytest.mark.parametrize("chip", Chip)
@given(touched(), st.tuples(st.integers(-3, 70), st.integers(-3, 70)), st.booleans())
def test_the_windows_hold_all_that_differs_and_cost_no_more_than_all_of_it(
    chip: Chip, pictures: tuple[bytes, bytes], first: tuple[int, int], upside_down: bool
) -> None:
    held, wanted = pictures
    parts = chip.bands(first, upside_down=upside_down)
    windows = changes(held, wanted, parts, chip.overhead)
    assert windows == [] or held != wanted
    glass = bytearray(held)
    for top, bottom, left, right in windows:
        assert 0 <= top <= bottom < PAGES
        assert 0 <= left <= right < PAGE
        data = Window(top, bottom, left, right).cut(wanted)
        for number in range(top, bottom + 1):
            row, data = data[: right - left + 1], data[right - left + 1 :]
            glass[number * PAGE + left : number * PAGE + right + 1] = row
        assert data == b""
    assert bytes(glass) == wanted
    cost = sum(len(window.cut(wanted)) + chip.overhead for window in windows)
    assert cost <= SIZE + PAGES * chip.overhead


@given(st.tuples(st.integers(-3, 70), st.integers(-3, 70)), st.booleans())
def test_bands_are_the_whole_picture_once(first: tuple[int, int], upside_down: bool) -> None:
    numbers = [n for part in bands(first, upside_down=upside_down) for n in range(*span(part))]
    assert sorted(numbers) == list(range(PAGES))


def span(window: Window) -> tuple[int, int]:
    assert (window.left, window.right) == (0, PAGE - 1)
    return window.top, window.bottom + 1


def test_the_rows_asked_for_come_first() -> None:
    assert bands((20, 33)) == [Window(2, 4), Window(0, 1), Window(5, 7)]
    assert bands((20, 33), upside_down=True) == [Window(3, 5), Window(0, 2), Window(6, 7)]
    assert bands((0, 64)) == [Window(0, 7)]
    assert Chip.SH1106.bands((56, 64))[:2] == [Window(7, 7), Window(0, 0)]


def test_pages_that_changed_in_the_same_columns_are_one_window() -> None:
    wanted = bytearray(BLANK)
    for page in (2, 3, 4):
        wanted[page * PAGE + 60 : page * PAGE + 68] = b"\xff" * 8
    assert changes(BLANK, bytes(wanted), [Window(0, 7)], 10) == [Window(2, 4, 60, 67)]
    wanted[7 * PAGE] = 1
    assert changes(BLANK, bytes(wanted), [Window(0, 7)], 10) == [
        Window(2, 4, 60, 67),
        Window(7, 7, 0, 0),
    ]
