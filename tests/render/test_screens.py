"""What the screens say, read as text: both languages, and what must never be hidden."""

import dataclasses as dc

import pytest

from kiosk.domain.devices import NamedPart, Part
from kiosk.domain.names import Name
from kiosk.domain.policy import Language
from kiosk.domain.refusals import Reason
from kiosk.domain.screens import Choice, Idle, Member, Refused
from kiosk.render.textual import screen_lines
from tests.render.samples import BATH, NOW, SCREENS

ZH, EN = Language.ZH, Language.EN


def said(name: str, language: Language = ZH) -> str:
    return "\n".join(screen_lines(SCREENS[name], language))


def test_a_member_sees_name_tier_value_points_and_choices() -> None:
    assert screen_lines(SCREENS["member"], ZH) == [
        "王*明 [金卡]  1/3",
        "  余额 ¥128.50  积分320",
        "▶ 洗澡次卡  7 次",
        "  贵宾犬全套美容十二次年卡  12次 赠2",
        "[A 确定]  [B 切换]  [C 返回]",
    ]


@pytest.mark.parametrize("selected", range(7))
def test_the_selected_choice_is_always_in_sight(selected: int) -> None:
    choices = tuple(Choice(Name(f"项目{n}", ""), price=n, held=n) for n in range(7))
    member = SCREENS["member"]
    assert isinstance(member, Member)
    for value_held in (member.value, 0):
        screen = dc.replace(member, choices=choices, selected=selected, value_held=value_held)
        lines = screen_lines(screen, ZH)
        assert [line for line in lines if line.startswith("▶")] == [
            f"▶ 项目{selected}  ¥0.0{selected}"
        ]


def test_what_is_held_here_is_said_only_where_it_differs() -> None:
    assert "本机可用  ¥100.00" in said("member-held")
    assert "本机3/8次" in said("member-held")
    assert "本机" not in said("member")


def test_idle_asks_only_for_what_works() -> None:
    def prompt(*faults: Part) -> str:
        return screen_lines(Idle("店", NOW, faults=faults), ZH)[-1]

    assert prompt() == prompt(Part.PRINTER) == "请刷卡或扫码"
    assert prompt(Part.READER) == "请扫码"
    assert prompt(Part.SCANNER) == "请刷卡"
    assert prompt(Part.READER, Part.SCANNER) == "暂停服务，请找店员"
    assert prompt(Part.JOURNAL) == "暂停服务，请找店员"


def test_idle_says_time_link_and_faults_in_words() -> None:
    assert said("idle-offline").splitlines()[:2] == ["宠物之家  离线  待上传 128", "10:32"]
    assert "! 读卡器不可用" in said("idle-fault")
    assert "! No reader +2" in said("idle-faults", EN)


def test_idle_says_what_ails_a_part_where_that_is_known() -> None:
    assert "! 打印机缺纸" in said("idle-printer-no_paper")
    assert "! Printer: cover open" in said("idle-printer-cover_open", EN)
    assert "! 读卡器未连接" in said("idle-reader-absent")
    assert "! 打印机开盖等2项" in said("idle-two-hows")
    # the reason goes before the number of others, where there is no room for both
    assert "! Printer: cover open" in said("idle-two-hows", EN).splitlines()


def test_one_broken_reader_of_two_is_named_and_cards_are_still_asked_for() -> None:
    assert said("idle-limping").splitlines()[-2:] == ["! 读卡器故障 counter", "请刷卡或扫码"]
    assert "! Fault: reader counter" in said("idle-limping", EN)
    both = Idle("店", NOW, faults=(Part.PRINTER,), limping=(NamedPart(Part.READER, "back"),))
    assert "! 打印机等2项不可用" in screen_lines(both, ZH)


def test_what_was_taken_before_is_said_before_anything_new() -> None:
    assert said("already-pass").splitlines() == [
        "✓ 王*明  上次已完成",
        "10:32 已扣 1 次",
        "洗澡",
        "[A 补打]  [B 继续]",
    ]
    assert "10:32 已付 ¥123,456.78" in said("already-value")


def test_the_last_look_names_pet_service_price_and_rest() -> None:
    for part in ("旺财", "洗澡", "¥68.00", "原价 ¥80.00", "剩 ¥60.50", "[A 扣款]"):
        assert part in said("confirm-value")
    for part in ("旺财", "扣 1 次", "洗澡次卡", "剩 6 次"):
        assert part in said("confirm-pass")


def test_done_says_what_is_left() -> None:
    assert "剩余 6 次" in said("done-pass")
    assert "正在打印" in said("done-pass")
    assert "正在打印" not in said("done-last-visit")
    assert "余额 ¥60.50" in said("done-value")
    assert "Left 1 visit" in said("done-last-visit", EN)


def test_done_never_promises_a_slip_that_is_not_known_to_come() -> None:
    for name in ("pass", "value", "most"):
        assert "请取小票" in said(f"done-{name}-printed")
        assert "! 未打印，请店员补打" in said(f"done-{name}-failed")
        assert "! No slip? Ask staff" in said(f"done-{name}-unsure", EN)
        for fate in ("failed", "unsure"):
            assert "正在打印" not in said(f"done-{name}-{fate}")
    assert "积分 +68" in said("done-value-failed")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", Reason)
def test_a_refusal_says_nothing_was_taken_why_and_what_to_do(
    reason: Reason, language: Language
) -> None:
    title, sentence, *step = screen_lines(Refused(reason), language)
    assert title.endswith({ZH: "未扣款", EN: "Nothing taken"}[language])
    assert sentence
    assert step
    missing = screen_lines(Refused(reason, missing=1250), language)
    assert any("¥12.50" in line for line in missing)


def test_an_unknown_outcome_says_neither_success_nor_failure() -> None:
    assert said("outcome-unknown").splitlines() == ["! 结果未知", "请勿重复刷卡，请找店员"]


def test_a_service_without_a_name_in_a_language_keeps_the_other() -> None:
    assert BATH.zh in said("done-pass")
    assert BATH.en in said("done-pass", EN)
