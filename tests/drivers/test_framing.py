"""Scan framing: suffixes, pieces, silence, encodings, and whatever bytes there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.errors import Malformed
from kiosk.domain.events import CodeRejected, CodeScanned, Stimulus
from kiosk.domain.media import MediumKey
from kiosk.drivers.framing import IDLE, MOST, Framing, decode
from tests.peers.scanner import in_pieces

CODE = b"PM1:tok_0123456789"
SCANNED = CodeScanned(MediumKey("pm1:tok_0123456789"))
STREAM = CODE + b"\r" + "PM1:会员\r\n".encode("gb18030") + CODE + b"\n\n\r" + CODE + b"\r\n"
EVENTS = [SCANNED, CodeRejected(), SCANNED, SCANNED]
PIECES = st.lists(st.integers(1, 40))


def feed(framing: Framing, data: bytes, sizes: list[int]) -> list[Stimulus]:
    return [event for piece in in_pieces(data, sizes) for event in framing.feed(piece, 0.0)]


def test_whole_byte_by_byte_and_with_what_follows() -> None:
    assert feed(Framing(), STREAM, []) == EVENTS
    assert feed(Framing(), STREAM, [1] * len(STREAM)) == EVENTS
    framing = Framing()
    assert framing.feed(CODE + b"\r" + CODE[:9], 0.0) == [SCANNED]
    assert framing.feed(CODE[9:] + b"\r", 0.0) == [SCANNED]


@given(PIECES)
def test_pieces_change_nothing(sizes: list[int]) -> None:
    assert feed(Framing(), STREAM, sizes) == EVENTS


def test_silence_ends_a_code_without_a_suffix_and_nothing_sooner() -> None:
    framing = Framing()
    assert framing.due is None
    assert framing.quiet(99.0) == []
    assert framing.feed(CODE[:5], 100.0) == []
    assert framing.feed(CODE[5:], 100.04) == []
    assert framing.due == pytest.approx(100.04 + IDLE)
    assert framing.quiet(100.04 + IDLE * 0.9) == []
    assert framing.quiet(100.04 + IDLE * 1.1) == [SCANNED]
    assert framing.due is None
    # the suffix comes late, and is no code of its own
    assert framing.feed(b"\r\n", 100.2) == []
    assert framing.due is None


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("text", ["会员卡", "€", "𠮷㐀", "～", "豆豆 A-7", "\U0001f436"])
def test_both_encodings_are_read(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_neither_encoding_is_malformed_and_says_nothing_of_the_code() -> None:
    with pytest.raises(Malformed) as caught:
        decode(b"PM1:tok_0123456789\xff")
    assert "tok_" not in str(caught.value)


def test_space_around_a_code_is_forgiven_in_both_encodings() -> None:
    for encoding in ("utf-8", "gb18030"):
        data = f"\t\N{IDEOGRAPHIC SPACE}{CODE.decode()}\N{IDEOGRAPHIC SPACE} \t\r".encode(encoding)
        assert Framing().feed(data, 0.0) == [SCANNED]


@pytest.mark.parametrize("length", [4296, MOST, MOST + 1, 100_000])
def test_a_code_of_any_length_is_one_event(length: int) -> None:
    for piece in (length + 1, 1000):
        framing = Framing()
        data = b"x" * length + b"\r"
        assert feed(framing, data, [piece] * (length // piece + 1)) == [CodeRejected()]
        assert framing.feed(CODE + b"\r", 0.0) == [SCANNED]


def test_what_is_cut_off_is_never_taken_for_a_code() -> None:
    padded = CODE + b" " * MOST
    framing = Framing()
    assert framing.feed(padded, 0.0) == []
    assert framing.quiet(IDLE) == [CodeRejected()]
    assert Framing().feed(CODE + b" " * (MOST - len(CODE)) + b"\r", 0.0) == [SCANNED]


@given(st.lists(st.binary(max_size=300) | st.just(CODE) | st.sampled_from([b"\r", b"\n"])))
def test_any_bytes_are_codes_or_rejected(pieces: list[bytes]) -> None:
    framing, now = Framing(), 0.0
    for piece in pieces:
        now += 0.01
        events = framing.feed(piece, now) + framing.quiet(now)
        assert all(isinstance(event, CodeScanned | CodeRejected) for event in events)
        assert (framing.due is None) or framing.due > now
    assert len(framing.quiet(now + 1)) <= 1
    assert framing.feed(CODE + b"\r", now + 2) == [SCANNED]


@given(st.binary(), PIECES)
def test_any_bytes_in_any_pieces_are_the_same_events(data: bytes, sizes: list[int]) -> None:
    assert feed(Framing(), data + b"\r", sizes) == feed(Framing(), data + b"\r", [])
