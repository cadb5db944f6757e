"""What a terminal may show of a name and a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.shop.masking import last4, mask_name


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王*明"),
        ("王明", "王*"),
        ("欧阳娜娜", "欧**娜"),
        ("李", "*"),
        ("Emma Smith", "E**a S***h"),
        ("  Bo  Li ", "B* L*"),
        ("", ""),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(alphabet="王小明欧阳ab ", max_size=12))
def test_a_masked_name_hides_a_part_of_every_word(name: str) -> None:
    words, masked = name.split(), mask_name(name).split()
    assert [len(word) for word in words] == [len(word) for word in masked]
    assert all("*" in word for word in masked)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13800001234", "1234"), ("+86 138-0000 1234", "1234"), ("1234", ""), ("", "")],
)
def test_numbers(phone: str, shown: str) -> None:
    assert last4(phone) == shown
