"""Medium keys: what a card or a code may be, and that nothing else gets through."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.errors import Malformed
from kiosk.domain.media import MAX_CODE, from_text, from_uid
from kiosk.domain.members import Code, Medium


@given(st.sampled_from([4, 7, 10]).flatmap(lambda n: st.binary(min_size=n, max_size=n)))
def test_a_uid_is_written_whole_and_upper_case(uid: bytes) -> None:
    key = from_uid(uid)
    assert key == f"uid:{uid.hex().upper()}"
    assert bytes.fromhex(key.removeprefix("uid:")) == uid


@given(st.binary(max_size=12).filter(lambda uid: len(uid) not in (4, 7, 10)))
def test_a_uid_of_another_length_is_torn(uid: bytes) -> None:
    with pytest.raises(Malformed):
        from_uid(uid)


@given(st.from_regex(r"\A[A-Za-z0-9_-]{8,64}\Z"), st.sampled_from(["", " ", "\r\n", "\t"]))
def test_an_issued_token_is_its_own_key(token: str, around: str) -> None:
    assert from_text(f"{around}PM1:{token}{around}") == f"pm1:{token}"


@given(st.text(max_size=100) | st.text(max_size=80).map(lambda text: "PM1:" + text))
def test_any_other_text_is_a_whole_token_or_malformed(text: str) -> None:
    try:
        key = from_text(text)
    except Malformed:
        return
    assert key.removeprefix("pm1:") == text.strip().removeprefix("PM1:")
    assert msgspec.convert({"medium": "c1", "key": key}, Medium).key == key


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=20, max_size=90))
def test_what_was_scanned_stays_out_of_the_error(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        from_text(f"PM1:{text}!")
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "PM1:short12",
        "pm1:abcdefgh",
        "PM1:abc defgh",
        "PM1:abcdefgh\nPM1:abcdefgh",
        "PM1:abcdefg\u00e9",
        "PM1:１２３４５６７８",
        "PM1:" + "a" * 65,
        "PM1:" + "a" * MAX_CODE,
        "https://example.com/PM1:abcdefgh",
        "\udcff",
        "",
    ],
)
def test_not_a_member_code(text: str) -> None:
    with pytest.raises(Malformed):
        from_text(text)


@pytest.mark.parametrize("key", ["uid:04AB", "pm1:abcdefgh", "x9:" + "a" * 128])
def test_keys_that_the_directory_takes(key: str) -> None:
    assert msgspec.convert({"medium": "c1", "key": key}, Medium).key == key


@pytest.mark.parametrize(
    "key", ["", "uid", "uid:", ":04AB", "UID:04AB", "u id:04AB", "uid:04AB\n", "x:" + "a" * 129]
)
def test_keys_that_the_directory_refuses(key: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"medium": "c1", "key": key}, Medium)


@pytest.mark.parametrize("code", ["bath", "0", "bath_small-2.5", "a" * 40])
def test_codes(code: str) -> None:
    assert msgspec.convert(code, Code) == code


@pytest.mark.parametrize("code", ["", "Bath", "-bath", "bath\n", "ba th", "洗澡", "a" * 41])
def test_what_is_no_code(code: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(code, Code)
