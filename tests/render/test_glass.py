"""Pixels: all fits in both languages, names are cut by width, no character is lost unseen."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from kiosk.domain import desk
from kiosk.domain.desk import (
    ChooseMeans,
    ChoosePlan,
    ConfirmLoad,
    ConfirmLog,
    ConfirmVoid,
    Desk,
    DeskEntry,
    EntryItem,
    Fact,
    FactRow,
    Loaded,
    Logged,
    PlanRow,
    Reprinted,
    TapMember,
    Technical,
    TicketItem,
    Today,
    Voided,
)
from kiosk.domain.devices import SlipFate
from kiosk.domain.errors import DeviceError
from kiosk.domain.members import Pet, Role, Size, Tier
from kiosk.domain.names import Name
from kiosk.domain.policy import Language
from kiosk.domain.screens import (
    AlreadyTaken,
    Choice,
    ChoosePet,
    Confirm,
    Details,
    Done,
    Idle,
    Member,
    Note,
    NoteKind,
    Screen,
)
from kiosk.domain.transactions import Means
from kiosk.render import icons
from kiosk.render.compose import compose
from kiosk.render.fonts import LARGE, SMALL, FontMissing, Fonts
from kiosk.render.glass import Glass
from kiosk.render.layout import Icon, Layout, Row, Style
from kiosk.render.pen import Overflow, fair
from kiosk.render.texts import texts
from tests.render.sample_desk import DESK_SCREENS
from tests.render.samples import DAY, NOW, SCREENS

FONTS = Fonts()
GLASS = Glass(fonts=FONTS)
LANGUAGES = st.sampled_from(Language)
NAMES = st.text(max_size=30)
AMOUNTS = st.integers(0, 99_999_999)
VISITS = st.integers(0, 999)
WORDS = st.sampled_from(["请", "勿重", "店员，", "卡。", "tap ", "again. ", "A1 "])


ALL = {**SCREENS, **DESK_SCREENS}
PATTERNS = [name for name, screen in ALL.items() if isinstance(screen, desk.TestPattern)]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ALL)
def test_every_screen_fits(name: str, language: Language, training: bool) -> None:
    GLASS.picture(ALL[name], language, training=training, strict=True)
    frame = GLASS.frame(ALL[name], language, training)
    assert (frame.width, frame.height, len(frame.bits)) == (128, 64, 1024)
    assert any(frame.bits)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", [name for name in ALL if name not in PATTERNS])
def test_training_is_marked_on_every_screen_at_the_same_place(
    name: str, language: Language
) -> None:
    mark = FONTS.picture(texts(language).screen.training, SMALL)
    corner = (2, 0, 2 + mark.width, 11)
    inverse = Image.new("1", (mark.width, 11), 1)
    inverse.paste(0, (0, 0), mark)
    expected = inverse.tobytes()
    trained = GLASS.picture(ALL[name], language, training=True).crop(corner)
    plain = GLASS.picture(ALL[name], language).crop(corner)
    assert trained.tobytes() == expected
    assert plain.tobytes() != expected


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", [n for n in ALL if compose(ALL[n], Language.ZH).title])
def test_training_changes_nothing_below_a_title(name: str, language: Language) -> None:
    below = (0, 12, 128, 64)
    trained, plain = (
        GLASS.picture(ALL[name], language, training=training).crop(below)
        for training in (True, False)
    )
    assert trained.tobytes() == plain.tobytes()


def test_the_test_pattern_lights_every_pixel_and_then_every_second() -> None:
    lit, board = (GLASS.picture(desk.TestPattern(step), Language.ZH) for step in (0, 1))
    assert lit.histogram()[255] == 128 * 64
    assert board.histogram()[255] == 128 * 64 // 2
    neighbours = ImageChops.offset(board, 1, 0), ImageChops.offset(board, 0, 1)
    for moved in neighbours:
        assert ImageChops.difference(board, moved).histogram()[255] == 128 * 64


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LANGUAGES, NAMES, NAMES, AMOUNTS, VISITS, st.sampled_from(Tier))
def test_whatever_the_names_and_amounts_they_fit(
    language: Language, name: str, other: str, amount: int, visits: int, tier: Tier
) -> None:
    service = Name(name, other)
    choices = (Choice(service, visits=visits, gift_visits=1, held=visits // 2), Choice(service))
    pet = Pet("p", other or "p", Size.MEDIUM)
    shown: tuple[Screen, ...] = (
        Idle(name, NOW, other, online=False, waiting=amount),
        Member(name, tier, amount, amount // 2, visits * 100, choices, 0),
        ChoosePet(service, (pet,) * 5, 4),
        Confirm(service, other, None, amount, (), amount),
        Confirm(service, other, service, None, (), visits),
        *(Done(service, None, amount, amount, visits * 100, slip=fate) for fate in SlipFate),
        AlreadyTaken(name, NOW, service, None, amount),
    )
    for screen in shown:
        GLASS.draw(compose(screen, language), strict=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LANGUAGES, NAMES, NAMES, AMOUNTS, VISITS, st.booleans())
def test_whatever_the_names_and_amounts_staff_can_read_them(
    language: Language, name: str, other: str, amount: int, visits: int, training: bool
) -> None:
    service = Name(name, other)
    top_up = PlanRow(amount, amount)
    sold = PlanRow(amount, name=service, visits=visits, gift_visits=visits)
    ticket, undo = TicketItem(service, name, other), EntryItem(DeskEntry.UNDO, service)
    warned = Pet("p", name, Size.LARGE, warning=other)
    note = Note(NoteKind.DUE, name=name, text=other, day=DAY)
    notice = Note(NoteKind.NOTICE, text=name + other)
    facts = (FactRow(Fact.TERMINAL, name), FactRow(Fact.VERSION, other)) * 9
    for screen in (
        Member(name, Tier.BASIC, amount, amount, visits * 100, (Choice(service),), 0, note),
        Details(name, Tier.DIAMOND, (note, notice, note), visits % 3),
        ChoosePet(service, (warned,) * 5, visits % 5, staff=True),
        Confirm(service, name, service, None, (), visits, other, name),
        Confirm(service, name, None, amount, (), amount, other, name),
        Desk(name, Role.OWNER, (ticket,) * 12 + (undo,) * 87, visits % 99, 12),
        TapMember(service),
        ConfirmLog(service, name, other, name + other),
        *(
            proof
            for fate in SlipFate
            for proof in (
                Logged(service, name, other, value_left=amount, follow_up=DAY, slip=fate),
                Logged(service, name, other, follow_up=DAY, slip=fate),
                Loaded(name, top_up, amount, None, fate),
                Loaded(name, sold, None, visits, fate),
                Reprinted(service, fate),
                Voided(service, name, fate),
            )
        ),
        ChoosePlan((top_up, sold), 0),
        ChoosePlan((top_up, sold), 1),
        ChooseMeans(sold, tuple(Means), visits % 4),
        ConfirmLoad(name, top_up, Means.CARD),
        ConfirmLoad(name, sold, Means.ALIPAY),
        ConfirmVoid(service, name, amount, visits, is_load=training),
        Today(name, ((service, visits % 99),) * 9),
        Technical(facts, visits % 18),
    ):
        GLASS.picture(screen, language, training=training, strict=True)


@given(st.lists(st.integers(0, 200), min_size=1, max_size=4), st.integers(0, 128))
def test_room_is_shared_fairly_and_all_used(wanted: list[int], room: int) -> None:
    given_ = fair(wanted, room)
    assert all(0 <= got <= want for got, want in zip(given_, wanted, strict=True))
    assert sum(given_) <= room
    short = [got for got, want in zip(given_, wanted, strict=True) if got < want]
    if short:
        assert sum(given_) == room
        assert max(given_) - min(short) <= 1


@given(st.lists(WORDS, max_size=30).map("".join), st.integers(48, 128), st.integers(1, 3))
def test_a_clipped_text_keeps_its_beginning_and_says_that_more_was_there(
    text: str, room: int, most: int
) -> None:
    rows = FONTS.clipped(text, SMALL, room, most)
    assert len(rows) <= most
    assert all(FONTS.width(row, SMALL) <= room for row in rows), rows
    kept = "".join("".join(rows).split())
    whole = "".join(text.split())
    assert kept == whole or (kept.endswith("…") and whole.startswith(kept.removesuffix("…")))


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
    twice = Layout((Row("¥1" * 12, "一", brief="¥1" * 12, yields=True),))
    sentence = Layout((Row("一" * 11, style=Style.CENTRE),))
    for layout in (wide, tall, amount, twice, sentence):
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
