"""Slips: every line fits, nothing is cut, amounts stand right, the marks are there."""

import dataclasses as dc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.document import UNPRINTABLE, Document, Qr, Text, columns, printable
from kiosk.domain.policy import Language
from kiosk.domain.screens import Name
from kiosk.domain.slips import Slip
from kiosk.render.paper import NARROW, WIDE, document, wrap
from kiosk.render.proof import COLUMN, MARGIN, proof
from tests.render.samples import slips

WIDTHS = st.sampled_from((NARROW, WIDE))


def lines(slip: Slip, width: int = NARROW) -> list[str]:
    return [part.text for part in document(slip, width) if isinstance(part, Text)]


def assert_fits(laid_out: Document, width: int) -> None:
    for part in laid_out:
        if isinstance(part, Text):
            assert columns(part.text) * (2 if part.double else 1) <= width, part
            assert printable(part.text) == part.text


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", slips(Language.ZH))
def test_every_line_fits(name: str, language: Language, width: int) -> None:
    assert_fits(document(slips(language)[name], width), width)


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
