"""What staff's screens say, read as text, and that no amount is left out of the last look."""

import dataclasses as dc

import pytest

from kiosk.domain import desk
from kiosk.domain.desk import (
    Desk,
    DeskEntry,
    EntryItem,
    Fact,
    FactRow,
    Logged,
    Technical,
)
from kiosk.domain.devices import Ailment, Part, PartState, SlipFate, Stopped
from kiosk.domain.members import Role, Tier
from kiosk.domain.policy import Language
from kiosk.domain.screens import ChoosePet, Details, Done, Member, NoteKind
from kiosk.render.textual import screen_lines
from tests.render.sample_desk import DESK_SCREENS, ENTRIES, FACTS
from tests.render.samples import ALLERGIC, BATH, NOTES, SCREENS, SHY

ZH, EN = Language.ZH, Language.EN
ALL = {**SCREENS, **DESK_SCREENS}


def said(name: str, language: Language = ZH) -> str:
    return "\n".join(screen_lines(ALL[name], language))


def test_the_desk_names_the_operator_counts_tickets_and_finishes_the_first() -> None:
    assert screen_lines(DESK_SCREENS["desk"], ZH) == [
        "何美容  1/6  待办 2",
        "▶ 豆豆 洗澡  王*明",
        "  Coco 全套美容造型  欧阳*修",
        "  登记 洗澡",
        "[A 完成]  [B 切换]  [C 退出]",
    ]
    assert "[A 选择]" in said("desk-entry")
    assert "▶ 撤销 洗澡" in said("desk-undo")
    assert "▶ Undo Bath" in said("desk-undo", EN)


@pytest.mark.parametrize("language", Language)
def test_every_selected_line_of_a_long_desk_is_in_sight(language: Language) -> None:
    screen = DESK_SCREENS["desk-twelve"]
    assert isinstance(screen, Desk)
    assert screen.tickets == 12
    for selected in range(len(screen.items)):
        lines = screen_lines(dc.replace(screen, selected=selected), language)
        assert len([line for line in lines if line.startswith("▶")]) == 1
        assert f"{selected + 1}/{len(screen.items)}" in lines[0]
        assert len(lines) == 5


@pytest.mark.parametrize("language", Language)
def test_every_entry_has_its_own_words(language: Language) -> None:
    rows = set()
    for entry in DeskEntry:
        item = next(item for item in ENTRIES if item.entry is entry)
        alone = Desk("何美容", Role.MANAGER, (item,), 0, 0)
        rows.add(screen_lines(alone, language)[1])
    assert len(rows) == len(DeskEntry)
    bare = Desk("何美容", Role.MANAGER, (EntryItem(DeskEntry.UNDO),), 0, 0)
    assert screen_lines(bare, language)[1] == {ZH: "▶ 撤销", EN: "▶ Undo"}[language]


def test_a_closed_ticket_says_that_nothing_is_taken() -> None:
    assert said("confirm-log").splitlines() == [
        "豆豆  洗澡",
        "已付过，不扣",
        "王*明",
        "[A 登记]  [C 返回]",
    ]
    assert "已付过，不扣" in said("logged")
    assert "扣款" not in said("confirm-log")


@pytest.mark.parametrize("name", ["confirm-log-warning", "confirm-staff-warning"])
def test_a_warning_stands_above_whose_pet_it_is(name: str) -> None:
    lines = screen_lines(ALL[name], ZH)
    assert lines[1] == f"! {SHY.warning}"
    assert lines[2].startswith("王*明")


def test_only_staff_see_warnings() -> None:
    screen = SCREENS["choose-pet-staff-five"]
    assert isinstance(screen, ChoosePet)
    assert screen_lines(screen, ZH)[3].strip() == f"! {ALLERGIC.warning}"
    assert "!" not in "".join(screen_lines(dc.replace(screen, staff=False), ZH))
    calm = screen_lines(SCREENS["choose-pet-staff-calm"], ZH)
    assert SHY.warning not in "".join(calm)
    assert "  ! 雪球  小型" in calm


def test_a_logged_service_says_what_is_left_and_when_to_look_again() -> None:
    assert said("logged-pass").splitlines() == [
        "✓ 洗澡  已登记",
        "剩余 6 次",
        "豆豆  王*明",
        "回访  2025-12-03",
    ]
    assert "余额 ¥60.50" in said("logged-value")
    assert "回访" not in "".join(screen_lines(Logged(BATH, "豆豆", "王*明"), ZH))


def test_staff_always_read_that_a_slip_did_not_come() -> None:
    assert said("logged-most-failed").splitlines()[1:] == [
        "余额 ¥123,456.78",
        "回访  2025-12-03",
        "! 未打印，请补打",
    ]
    assert said("logged-log-unsure").splitlines()[-1] == "! 请看有无小票", "there is no copy of it"
    assert said("loaded-most-unsure").splitlines()[1:] == [
        "余额 ¥999,999.99",
        "实收  ¥123,456.78",
        "! 未见小票请补打",
    ]
    assert said("voided-failed").splitlines()[1:] == ["已撤销", "! 小票未打印"]
    for name in ("reprinted-failed", "reprinted-unsure"):
        assert said(name).startswith("! ")
        assert "正在打印" not in said(name)


def test_that_a_slip_is_coming_hides_nothing_on_a_proof() -> None:
    full = DESK_SCREENS["logged-pass"]
    assert isinstance(full, Logged)
    printing = dc.replace(full, slip=SlipFate.PRINTING)
    assert screen_lines(printing, ZH) == screen_lines(full, ZH)
    assert said("logged-printed").splitlines()[-1] == "请取小票"


def test_the_cashier_reads_what_is_paid_and_what_it_brings() -> None:
    assert said("choose-plan").splitlines() == [
        "充值  2/4",
        "▶ ¥500  赠 ¥50",
        "  ¥1,000  赠 ¥150",
        "  到账  ¥550.00",
        "[A 确定]  [B 切换]  [C 返回]",
    ]
    assert said("choose-means").splitlines()[:2] == ["实收  ¥500.00", "▶ 微信"]
    assert said("confirm-load").splitlines() == [
        "王*明  微信",
        "实收 ¥500.00",
        "到账  ¥550.00",
        "[A 入账]  [C 返回]",
    ]
    assert "12 次 含赠2" in said("confirm-load-pass")
    assert "实收 ¥600.00" in said("confirm-load-pass")
    assert said("loaded").splitlines()[1:] == ["余额 ¥628.50", "实收  ¥500.00", "赠金  ¥50.00"]
    assert "剩余 12 次" in said("loaded-pass")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("confirm-void", "退回 1 次"),
        ("confirm-void-value", "退回 ¥68.00"),
        ("confirm-void-load", "收回 ¥550.00"),
        ("confirm-void-pass", "收回 12 次"),
        ("confirm-void-log", "撤销这次登记？"),
    ],
)
def test_undoing_says_what_comes_back_or_goes(name: str, words: str) -> None:
    lines = screen_lines(DESK_SCREENS[name], ZH)
    assert lines[0].startswith("! 撤销 ")
    assert lines[1:] == [words, "[A 撤销]  [C 返回]"]


def test_today_counts_all_even_where_rows_are_short() -> None:
    assert said("today-many").splitlines()[0].endswith("今日 148")
    assert said("today-many").splitlines()[-1] == "其他项目  7 次"
    assert "今天还没有登记" in said("today-nothing")


@pytest.mark.parametrize("language", Language)
def test_the_technicians_pages_say_every_fact_once(language: Language) -> None:
    pages = [screen_lines(Technical(FACTS, first), language) for first in range(0, len(FACTS), 4)]
    assert all(page[0].endswith(f"{at + 1}/{len(pages)}") for at, page in enumerate(pages))
    assert sum(len(page) - 1 for page in pages) == len(FACTS)


@pytest.mark.parametrize("language", Language)
def test_no_state_of_a_part_is_shown_as_its_code(language: Language) -> None:
    def value(state: str) -> str:
        row = FactRow(Fact.PART, state, Part.PRINTER)
        return screen_lines(Technical((row,)), language)[-1]

    hows = (*PartState, *Ailment)
    assert len({value(how) for how in hows}) == len(hows)
    assert "not_configured" not in value(PartState.NOT_CONFIGURED)
    assert value("on fire").endswith("on fire")


@pytest.mark.parametrize("language", Language)
def test_why_payments_are_stopped_is_said_in_words(language: Language) -> None:
    said = {
        screen_lines(Technical((FactRow(Fact.STOPPED, why.value),)), language)[-1]
        for why in Stopped
    }
    assert len(said) == len(Stopped)
    assert not any(why.value in line for why in Stopped for line in said)


def test_the_most_pressing_note_keeps_a_choice_in_sight() -> None:
    assert said("member-birthday").splitlines() == [
        "王*明 [金卡]  1/4",
        "  余额 ¥128.50  积分320",
        "  旺财  生日快乐",
        "▶ 洗澡次卡  7 次",
        "[A 确定]  [B 切换]  [C 返回]",
    ]
    assert "旺财 疫苗  12-03到期" in said("member-due")
    assert "签到  积分+5 待入账" in said("member-checkin")
    assert "赠金  12-03 ¥100.00" in said("member-bonus")
    assert "▶ 详情" in said("member-bonus")


def test_value_held_elsewhere_goes_before_a_note() -> None:
    out = said("member-held-note")
    assert "本机可用  ¥100.00" in out
    assert "到期" not in out
    assert "▶ 洗澡次卡" in out


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", NoteKind)
def test_every_note_is_said_on_both_screens(kind: NoteKind, language: Language) -> None:
    note = next(note for note in NOTES if note.kind is kind)
    member = SCREENS["member"]
    assert isinstance(member, Member)
    greeting = screen_lines(dc.replace(member, note=note), language)
    page = screen_lines(Details("王*明", member.tier, (note,)), language)
    said_there = " ".join(page)
    assert len(greeting[2].split()) >= 1
    assert all(word in said_there for word in greeting[2].split())


def test_details_turn_to_every_note() -> None:
    seen = "".join(
        "".join(screen_lines(Details("王*明", Tier.GOLD, NOTES, first), ZH)[1:2])
        for first in range(len(NOTES))
    )
    for words in ("生日快乐", "疫苗", "签到", "赠金", "洗澡次卡", "好久不见"):
        assert words in seen


def test_a_slip_is_asked_for_with_the_result_still_in_sight() -> None:
    assert said("done-ask-value").splitlines() == [
        "✓ 洗澡  成功",
        "余额 ¥60.50",
        "已付 ¥68.00  积分 +68",
        "[A 打印]  [C 不要]",
    ]
    screen = SCREENS["done-ask-pass"]
    assert isinstance(screen, Done)
    assert "打印" not in "".join(screen_lines(dc.replace(screen, slip=SlipFate.NONE), ZH))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ALL)
def test_training_is_said_first_and_hides_no_words(name: str, language: Language) -> None:
    mark = {ZH: "[训练]", EN: "[TRAIN]"}[language]
    plain, trained = (screen_lines(ALL[name], language, training) for training in (False, True))
    assert trained[0].startswith(mark)
    assert [trained[0].removeprefix(mark).strip(), *trained[1:]] in (plain, ["", *plain])
    assert mark not in "".join(plain)


def test_the_test_pattern_says_its_step() -> None:
    assert screen_lines(desk.TestPattern(1), EN) == ["Screen test 2/2"]
