"""What a frame says beside its pixels: the rows that tell the outcome, and that it is of rest."""

import pytest

from kiosk.domain import desk
from kiosk.domain.policy import Language
from kiosk.domain.screens import Idle
from kiosk.render.compose import compose
from kiosk.render.fonts import LARGE, Fonts
from kiosk.render.glass import Glass
from kiosk.render.layout import Big, Style
from tests.render.samples import SCREENS

GLASS = Glass(fonts=Fonts())


@pytest.mark.parametrize("language", Language)
def test_the_headline_is_the_large_number_or_sentence_or_the_selected_row(
    language: Language,
) -> None:
    for name, screen in SCREENS.items():
        frame = GLASS.frame(screen, language)
        top, bottom = frame.headline
        body = compose(screen, language).body
        kinds = {Big if isinstance(part, Big) else part.style for part in body}
        if kinds & {Big, Style.CENTRE, Style.SELECTED}:
            assert 0 <= top < bottom <= 64, name
            assert any(frame.bits[top * 16 : bottom * 16]), name
        else:
            assert (top, bottom) == (0, 0), name
        assert frame.resting is isinstance(screen, Idle)


def test_the_clock_s_rows_hold_all_of_it() -> None:
    frame = GLASS.frame(SCREENS["idle"], Language.ZH)
    top, bottom = frame.headline
    rows = [any(frame.bits[y * 16 : y * 16 + 16]) for y in range(64)]
    assert not rows[top - 1]
    assert all(rows[top:bottom])
    assert not rows[bottom]


def test_the_test_pattern_has_no_headline() -> None:
    frame = GLASS.frame(desk.TestPattern(0), Language.ZH)
    assert (frame.headline, frame.resting) == ((0, 0), False)


def test_digits_are_as_wide_as_each_other_and_never_touch() -> None:
    fonts = GLASS.fonts
    for size in (12, LARGE):
        assert len({fonts.width(digit, size) for digit in "0123456789"}) == 1
        pair, blank = fonts.picture("44", size), fonts.width("4", size)
        gaps = [pair.crop((x, 0, x + 1, pair.height)).getbbox() is None for x in range(pair.width)]
        assert any(gaps[blank - 1 : blank + 1])
