"""Slips: every line fits, nothing is cut, amounts stand right, the marks are there."""

import dataclasses as dc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.document import UNPRINTABLE, Document, Qr, Text, columns, printable
from kiosk.domain.names import Name
from kiosk.domain.policy import Language
from kiosk.domain.slips import AnySlip, StatusSlip
from kiosk.render.paper import NARROW, WIDE, document, wrap
from kiosk.render.proof import COLUMN, MARGIN, proof
from kiosk.render.texts import texts
from tests.render.sample_slips import slips, staff_slips

WIDTHS = st.sampled_from((NARROW, WIDE))


def lines(slip: AnySlip, width: int = NARROW) -> list[str]:
    return [part.text for part in document(slip, width) if isinstance(part, Text)]


def assert_fits(laid_out: Document, width: int) -> None:
    for part in laid_out:
        if isinstance(part, Text):
            assert columns(part.text) * (2 if part.double else 1) <= width, part
            assert printable(part.text) == part.text


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", [*slips(Language.ZH), *staff_slips(Language.ZH)])
def test_every_line_fits(name: str, language: Language, width: int) -> None:
    every: dict[str, AnySlip] = {**slips(language), **staff_slips(language)}
    assert_fits(document(every[name], width), width)


@given(WIDTHS, st.sampled_from(Language), st.text(max_size=60), st.text(max_size=60))
def test_whatever_the_names_every_line_fits(
    width: int, language: Language, shop: str, name: str
) -> None:
    slip = slips(language)["copy"]
    changed = dc.replace(slip, shop_name=shop, pet_name=name, service=Name(name, shop))
    assert_fits(document(changed, width), width)


@given(st.text(), st.integers(2, 48))
def test_wrapping_loses_nothing_but_blanks(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert all(0 < columns(row) <= width for row in rows)
    assert "".join("".join(rows).split()) == "".join(printable(text).split())


def test_a_value_slip_adds_up_in_print() -> None:
    out = lines(slips(Language.ZH)["value"])
    assert "原价                     ￥80.00" in out
    assert "会员折扣                 -￥8.00" in out
    assert "会员日                   -￥3.60" in out
    assert "抹零                     -￥0.40" in out
    assert "实付                     ￥68.00" in out
    assert "余额                     ￥60.50" in out
    assert "预计积分                     +68" in out


def test_a_pass_slip_says_what_was_taken_and_is_left() -> None:
    out = lines(slips(Language.EN)["pass"])
    assert "Taken                    1 visit" in out
    assert "Left                    6 visits" in out
    assert not any("￥" in line for line in out)


def test_a_long_value_is_broken_between_words_or_stands_below_whole() -> None:
    every = {**slips(Language.EN), **staff_slips(Language.EN)}
    out = [line for slip in every.values() for line in lines(slip)]
    assert "Staff                Bartholomew" in out
    assert "         Featherstonehaugh-Jones" in out
    assert out[out.index("       Full grooming and styling") - 1] == "Service"
    assert wrap("x" * 70, 32) == ["x" * 32, "x" * 32, "x" * 6]


def test_a_copy_and_an_uncertain_clock_are_marked() -> None:
    out = lines(slips(Language.ZH)["copy"])
    assert "* 补打 第1次 *" in out
    assert "时间          2025-11-21 10:32 *" in out
    assert "* 终端时钟未校准，时间仅供参考" in out
    first = lines(slips(Language.ZH)["pass"])
    assert not any("补打" in line or "*" in line.replace("王*明", "") for line in first)


def test_a_code_is_printed_where_there_is_one() -> None:
    for name, slip in slips(Language.ZH).items():
        codes = [part for part in document(slip) if isinstance(part, Qr)]
        assert codes == ([Qr(slip.qr)] if slip.qr else []), name


def staff(name: str, language: Language = Language.ZH) -> list[str]:
    return lines(staff_slips(language)[name])


def test_a_logged_service_says_who_did_it_and_when_to_look_again() -> None:
    out = staff("logged")
    assert "店员                      何美容" in out
    assert "回访日期              2025-12-03" in out
    assert "本次扣                      1 次" in out


def test_a_service_paid_before_takes_nothing_in_print() -> None:
    out = staff("logged-before")
    assert "此前已付，本次不扣" in out
    assert not any("本次扣" in line or "剩余" in line or "￥" in line for line in out)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", staff_slips(Language.ZH))
def test_undone_and_training_are_marked_large_and_on_no_other_slip(
    name: str, language: Language
) -> None:
    slip = staff_slips(language)[name]
    say = texts(language).slip
    large = [part.text for part in document(slip) if isinstance(part, Text) and part.double]
    voided = not isinstance(slip, StatusSlip) and slip.voided
    assert large.count(f"* {say.voided} *") == voided
    assert large.count(say.training) == 2 * slip.training
    if slip.training:
        first, *_, last = lines(slip)
        assert (first, last) == (say.training, say.training)
        assert not any(isinstance(part, Qr) for part in document(slip))


def test_an_undone_row_gives_back_and_takes_nothing() -> None:
    by_pass, by_value = staff("voided-pass"), staff("voided-value")
    assert "退回                        1 次" in by_pass
    assert "剩余                        7 次" in by_pass
    assert "退回                     ￥68.00" in by_value
    assert "余额                    ￥128.50" in by_value
    for out in (by_pass, by_value, staff("voided-log")):
        assert not any("本次扣" in line or "实付" in line or "积分" in line for line in out)
    assert "退还                    ￥500.00" in staff("top-up-voided")


def test_a_top_up_says_what_was_paid_how_and_what_it_brings() -> None:
    out = staff("top-up")
    assert "会员充值小票" in out
    assert "实付                    ￥500.00" in out
    assert "付款方式                    微信" in out
    assert "赠金                    +￥50.00" in out
    assert "余额                    ￥628.50" in out


def test_a_pass_sold_says_its_visits_and_gifts() -> None:
    out = staff("pass-sold", Language.EN)
    assert "Visits bought          10 visits" in out
    assert "Visits free            +2 visits" in out
    assert "Left                   12 visits" in out
    assert "Paid                    ￥600.00" in out


def test_a_status_slip_says_every_fact_once_and_in_words() -> None:
    out = staff("status")
    assert len([line for line in out if line.startswith("终端  ")]) == 1
    assert "联网                        离线" in out
    assert "时钟                      未校准" in out
    assert "打印机                      缺纸" in out
    slip = staff_slips(Language.ZH)["status"]
    assert isinstance(slip, StatusSlip)
    assert len(out) >= len(slip.facts) + 4


def test_what_the_printers_font_lacks_is_marked() -> None:
    assert printable("Zoë 🐶 旺财 \x1b@\x10\x04") == f"Zoe {UNPRINTABLE} 旺财  @  "
    assert printable("¥5") == "￥5"
    assert printable("\ue000") == UNPRINTABLE
    assert columns("￥5 旺财") == 8


@given(st.text())
def test_columns_are_the_bytes_that_are_sent(text: str) -> None:
    assert columns(text) == len(printable(text).encode("gb18030"))
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_proof_is_as_wide_as_the_paper(width: int) -> None:
    picture = proof(document(slips(Language.ZH)["value"], width), width)
    assert picture.width == width * COLUMN + 2 * MARGIN
    assert picture.getextrema() == (0, 255)
