"""Pixels: all fits in both languages, names are cut by width, no character is lost unseen."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.domain.errors import DeviceError
from kiosk.domain.members import Pet, Size, Tier
from kiosk.domain.policy import Language
from kiosk.domain.screens import AlreadyTaken, Choice, ChoosePet, Confirm, Done, Idle, Member, Name
from kiosk.render import icons
from kiosk.render.compose import compose
from kiosk.render.fonts import LARGE, SMALL, FontMissing, Fonts
from kiosk.render.glass import Glass, Overflow
from kiosk.render.layout import Icon, Layout, Row, Style
from tests.render.samples import NOW, SCREENS

FONTS = Fonts()
GLASS = Glass(fonts=FONTS)
LANGUAGES = st.sampled_from(Language)
NAMES = st.text(max_size=30)
AMOUNTS = st.integers(0, 99_999_999)
VISITS = st.integers(0, 999)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_fits(name: str, language: Language) -> None:
    GLASS.draw(compose(SCREENS[name], language), strict=True)
    frame = GLASS.frame(SCREENS[name], language)
    assert (frame.width, frame.height, len(frame.bits)) == (128, 64, 1024)
    assert any(frame.bits)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(LANGUAGES, NAMES, NAMES, AMOUNTS, VISITS, st.sampled_from(Tier))
def test_whatever_the_names_and_amounts_they_fit(
    language: Language, name: str, other: str, amount: int, visits: int, tier: Tier
) -> None:
    service = Name(name, other)
    choices = (Choice(service, visits=visits, gift_visits=1, held=visits // 2), Choice(service))
    pet = Pet("p", other or "p", Size.MEDIUM)
    for screen in (
        Idle(name, NOW, other, online=False, waiting=amount),
        Member(name, tier, amount, amount // 2, visits * 100, choices, 0),
        ChoosePet(service, (pet,) * 5, 4),
        Confirm(service, other, None, amount, (), amount),
        Confirm(service, other, service, None, (), visits),
        Done(service, None, amount, amount, visits * 100, printing=True),
        AlreadyTaken(name, NOW, service, None, amount),
    ):
        GLASS.draw(compose(screen, language), strict=True)


@given(NAMES, st.integers(12, 128), st.sampled_from((SMALL, LARGE)))
def test_a_cut_name_is_as_long_as_its_room_allows(text: str, room: int, size: int) -> None:
    cut = FONTS.fit(text, size, room)
    assert FONTS.width(cut, size) <= room
    if cut == text:
        return
    kept = cut.removesuffix("…")
    assert text.startswith(kept)
    if cut:
        more = text[: len(kept) + 1].rstrip()
        assert more == kept or FONTS.width(more + "…", size) > room


WORDS = st.sampled_from(["请", "勿重", "店员，", "卡。", "tap ", "again. ", "A1 "])


@given(st.lists(WORDS, max_size=20).map("".join), st.integers(48, 128))
def test_flowing_text_loses_nothing_and_stays_in_its_room(text: str, room: int) -> None:
    rows = FONTS.flow(text, SMALL, room)
    assert "".join("".join(rows).split()) == "".join(text.split())
    assert all(FONTS.width(row, SMALL) <= room for row in rows), rows
    assert not any(row[0] in "，。,." for row in rows)


def test_what_the_font_lacks_is_marked_and_never_an_empty_box() -> None:
    assert FONTS.shown("旺财🐶", SMALL) == "旺财？"
    assert FONTS.shown("a\u2603\ue000b", SMALL) == "a??b"
    assert FONTS.shown("e\u0301\u200d\x1b", SMALL) == "é "


def test_the_width_is_the_width_of_the_ink_and_more() -> None:
    for text in ("¥68.00", "洗澡", "Poodle", "4444", "12,345.67"):
        for size in (SMALL, LARGE):
            box = FONTS.picture(text, size).getbbox()
            assert box is not None
            assert box[2] <= FONTS.width(text, size)


def test_what_does_not_fit_is_noticed() -> None:
    wide = Layout((Row("x", right="一" * 11),))
    tall = Layout(tuple(Row("x") for _ in range(6)))
    amount = Layout((Row("余额 ¥1", "一" * 10, brief="¥1"),))
    sentence = Layout((Row("一" * 11, style=Style.CENTRE),))
    for layout in (wide, tall, amount, sentence):
        with pytest.raises(Overflow):
            GLASS.draw(layout, strict=True)
        GLASS.draw(layout)


def test_a_selected_row_is_inverse() -> None:
    plain, chosen = (
        GLASS.draw(Layout((Row("旺财", style=style),))).histogram()[255]
        for style in (Style.PLAIN, Style.SELECTED)
    )
    assert chosen > 128 * 6 > plain


def test_a_missing_font_names_the_package(tmp_path: Path) -> None:
    glass = Glass(fonts=Fonts([tmp_path]))
    with pytest.raises(FontMissing, match="apt install xfonts-wqy"):
        glass.frame(SCREENS["idle"], Language.ZH)
    assert issubclass(FontMissing, DeviceError)


def test_a_damaged_font_is_named(tmp_path: Path) -> None:
    (tmp_path / "wenquanyi_9pt.pcf").write_bytes(b"not a font")
    with pytest.raises(FontMissing, match=r"wenquanyi_9pt\.pcf cannot be read"):
        Fonts([tmp_path]).width("x", SMALL)


@pytest.mark.parametrize("icon", Icon)
def test_icons_are_square(icon: Icon) -> None:
    rows = icons.rows(icon)
    assert len(rows) == icons.SIDE
    assert {len(row) for row in rows} == {icons.SIDE}
    assert set("".join(rows)) == {"#", "."}
