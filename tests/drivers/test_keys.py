"""Key strokes back to text: the kernel's own key codes, modifiers, losses, any bytes."""

import string
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.drivers import keys
from kiosk.drivers.keys import DOWN, UNKNOWN, UP, Keys
from tests.peers.scanner import DROPPED, REPORT, event, in_pieces, key_codes, recording, stroke

PRINTABLE = string.digits + string.ascii_letters + string.punctuation + " "
TEXT = st.text(PRINTABLE, max_size=60)
CODES = key_codes()


def test_every_printable_character_of_a_us_keyboard() -> None:
    assert Keys().feed(recording(PRINTABLE)) == PRINTABLE.encode()


@given(TEXT, st.lists(st.integers(1, 200)))
def test_what_is_typed_is_read_in_any_pieces(text: str, sizes: list[int]) -> None:
    decoder = Keys()
    pieces = in_pieces(recording(text + "\r"), sizes)
    assert b"".join(map(decoder.feed, pieces)) == text.encode() + b"\r"


@pytest.mark.parametrize("key", ["ENTER", "KPENTER", "TAB", "LINEFEED"])
def test_the_keys_that_end_a_code(key: str) -> None:
    assert Keys().feed(stroke(CODES[key], DOWN, UP)) == b"\r"


@pytest.mark.parametrize(("modifier", "typed"), [("LEFTCTRL", b"\r"), ("LEFTALT", UNKNOWN)])
@pytest.mark.parametrize("key", ["J", "M"])
def test_control_j_and_m_are_the_suffixes_that_they_stand_for(
    modifier: str, typed: bytes, key: str
) -> None:
    held = stroke(CODES[modifier], DOWN) + stroke(CODES[key], DOWN, UP)
    assert Keys().feed(held + stroke(CODES[modifier], UP)) == typed


def test_the_keypad_types_digits() -> None:
    typed = b"".join(stroke(CODES[f"KP{digit}"], DOWN, UP) for digit in range(10))
    assert Keys().feed(typed) == b"0123456789"


def test_a_key_that_is_no_character_spoils_its_code_and_no_other() -> None:
    for key in ("F1", "UP", "DELETE", "HANGEUL", "MUTE"):
        assert Keys().feed(stroke(CODES[key], DOWN, UP) + recording("a\r")) == UNKNOWN + b"a\r"


def test_repeats_locks_and_releases_type_nothing() -> None:
    decoder = Keys()
    assert decoder.feed(stroke(CODES["A"], DOWN, 2, 2, 2, UP)) == b"a"
    assert decoder.feed(stroke(CODES["CAPSLOCK"], DOWN, UP) + recording("aB")) == b"aB"
    assert decoder.feed(stroke(CODES["LEFTSHIFT"], UP) + stroke(CODES["A"], UP)) == b""


def test_shift_is_held_by_either_key_until_both_are_up() -> None:
    left, right, a = CODES["LEFTSHIFT"], CODES["RIGHTSHIFT"], stroke(CODES["A"], DOWN, UP)
    held = stroke(left, DOWN) + stroke(right, DOWN) + a + stroke(left, UP) + a + stroke(right, UP)
    assert Keys().feed(held + a) == b"AAa"


def test_lost_events_spoil_the_code_they_were_lost_from() -> None:
    shift = CODES["LEFTSHIFT"]
    lost = stroke(shift, DOWN) + DROPPED + event(1, CODES["B"], DOWN) + REPORT
    assert Keys().feed(recording("a") + lost + recording("c\rd\r")) == b"a" + UNKNOWN + b"c\rd\r"


def test_a_32_bit_kernels_events_are_half_as_long_in_time() -> None:
    # struct input_event on 32 bit: two 32-bit words of time, whatever time_t is
    layout = struct.Struct("<IIHHi")
    fields = keys.EVENT.iter_unpack(recording("Aa1\r"))
    data = b"".join(layout.pack(s, us, *rest) for s, us, *rest in fields)
    assert (layout.size, Keys(layout).feed(data)) == (16, b"Aa1\r")
    assert keys.EVENT.size == 2 * struct.calcsize("l") + 8


@given(st.binary(max_size=600))
def test_any_bytes_type_something_harmless(data: bytes) -> None:
    typed = Keys().feed(data)
    assert len(typed) <= len(data) // keys.EVENT.size
    assert set(typed) <= set(PRINTABLE.encode() + b"\r" + UNKNOWN)


EVENTS = st.builds(event, st.integers(0, 5), st.integers(0, 130), st.integers(0, 2))


@given(st.lists(EVENTS))
def test_any_events_end_and_the_next_code_is_read(events: list[bytes]) -> None:
    decoder = Keys()
    decoder.feed(b"".join(events))
    # whatever was held or lost: the keyboard ends its report and lets go of every key
    modifiers = ("LEFTSHIFT", "RIGHTSHIFT", "LEFTCTRL", "RIGHTCTRL", "LEFTALT", "RIGHTALT")
    released = [CODES[name] for name in (*modifiers, "LEFTMETA", "RIGHTMETA")]
    decoder.feed(REPORT + b"".join(stroke(code, UP) for code in released))
    assert decoder.feed(recording("PM1:tok\r")) == b"PM1:tok\r"
