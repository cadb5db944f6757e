"""NDEF against ndeflib, an independent encoder, and against any bytes at all."""

import contextlib

import ndef as oracle
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.domain.errors import Malformed
from kiosk.drivers import ndef

TEXT = "PM1:tok_0123456789"
MESSAGE = ndef.text_message(TEXT)


def encode(*records: oracle.Record) -> bytes:
    return b"".join(oracle.message_encoder(list(records)))


def test_our_encoder_agrees_with_the_oracle() -> None:
    assert encode(oracle.TextRecord(TEXT, "en")) == MESSAGE
    (record,) = oracle.message_decoder(MESSAGE)
    assert record.text == TEXT


@given(
    st.text(max_size=80),
    st.sampled_from(["en", "zh-Hans", "de"]),
    st.sampled_from(["UTF-8", "UTF-16"]),
)
def test_a_text_is_read_as_it_was_written(text: str, language: str, encoding: str) -> None:
    message = encode(oracle.TextRecord(text, language, encoding))
    assert ndef.texts(message) == (text,)


def test_a_little_endian_text_says_so_by_its_mark() -> None:
    payload = b"\x82en" + "好".encode("utf-16")
    assert ndef.texts(encode(oracle.Record("urn:nfc:wkt:T", "", payload))) == ("好",)


@pytest.mark.parametrize(
    ("records", "found"),
    [
        ((oracle.UriRecord("https://example.org/a"), oracle.TextRecord(TEXT)), (TEXT,)),
        ((oracle.UriRecord(TEXT),), (TEXT,)),
        ((oracle.Record("text/vcard", "id", b"BEGIN:VCARD"), oracle.TextRecord("a")), ("a",)),
        ((oracle.TextRecord("a"), oracle.TextRecord("b")), ("a", "b")),
        ((oracle.TextRecord("x" * 300),), ("x" * 300,)),
        ((oracle.Record(),), ()),
        ((oracle.SmartposterRecord("https://example.org"),), ()),
        ((), ()),
    ],
    ids=["after a URI", "a URI", "after a card", "two", "long", "empty", "smart poster", "none"],
)
def test_other_records_are_walked_over(
    records: tuple[oracle.Record, ...], found: tuple[str, ...]
) -> None:
    assert ndef.texts(encode(*records)) == found


def test_a_chunked_record_is_anothers() -> None:
    chunks = b"\xb1\x01\x02T\x02e" + b"\x36\x00\x01n" + b"\x16\x00\x01!" + b"\x51\x01\x02T\x00a"
    assert ndef.texts(chunks) == ("a",)


@pytest.mark.parametrize("end", range(1, len(MESSAGE)))
def test_a_message_cut_anywhere_is_malformed(end: int) -> None:
    with pytest.raises(Malformed):
        ndef.texts(MESSAGE[:end])


@pytest.mark.parametrize(
    "message",
    [
        MESSAGE + b"\0",
        b"\x51" + MESSAGE[1:],
        b"\x91" + MESSAGE[1:],
        MESSAGE + MESSAGE,
        b"\xd0\x01\x00T",
        b"\xd6\x00\x01a",
        b"\xf1\x01\x01T\x00",
        b"\xd1\x01\x00T",
        b"\xd1\x01\x01T\x05",
        b"\xd1\x01\x02T\x00\xff",
        b"\xd1\x01\x02T\x80a",
        b"\xc1\x01\xff\xff\xff\xffT",
    ],
    ids=[
        "a byte too many", "no begin", "no end", "two begins", "empty but not",
        "a middle chunk first", "a first chunk last", "no status", "language too long",
        "not UTF-8", "half a UTF-16 character", "4 GiB",
    ],
)  # fmt: skip
def test_a_broken_message_is_malformed(message: bytes) -> None:
    with pytest.raises(Malformed):
        ndef.texts(message)


@given(st.binary(max_size=300))
@example(b"\xff\xff\xff\xff")
def test_any_bytes_are_texts_or_malformed(message: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert isinstance(ndef.texts(message), tuple)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_area_holds_a_message_or_none_or_is_malformed(area: bytes, size: int) -> None:
    try:
        message = ndef.message_in(area, size)
    except ndef.Short:
        assert len(area) < size
    except Malformed:
        pass
    else:
        assert message is None or message in area[:size]


@given(st.binary(max_size=400), st.binary(max_size=40), st.integers(0, 600))
def test_the_message_is_found_whole_or_more_is_asked_for(
    message: bytes, locks: bytes, read: int
) -> None:
    before = b"\0\0" + b"\x01" + bytes([len(locks)]) + locks
    area = before + ndef.block(message)
    needed = len(area) - 1
    size = len(area) + 16
    if read >= needed:
        assert ndef.message_in(area[:read], size) == message
    else:
        with pytest.raises(ndef.Short):
            ndef.message_in(area[:read], size)


@pytest.mark.parametrize(
    "area", [b"", b"\xfe", b"\0\0\0", b"\x01\x03\xa0\x0c\x34\xfe", b"\0\xfe\x03"]
)
def test_an_area_without_a_message_holds_none(area: bytes) -> None:
    assert ndef.message_in(area, len(area)) is None


@pytest.mark.parametrize("area", [b"\x03\x09", b"\x03\xff\x01\x00", b"\x03\xff\xff\xff"])
def test_a_block_longer_than_the_card_is_malformed_at_once(area: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        ndef.message_in(area, 10)
    assert not isinstance(caught.value, ndef.Short)
