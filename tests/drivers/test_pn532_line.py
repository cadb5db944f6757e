"""What comes over a PN532's line damaged, late or not at all, and never makes another card."""

import contextlib
import itertools
import os
import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.errors import DeviceAbsent, DeviceError
from kiosk.domain.events import CardPresented, CardRemoved, Stimulus
from kiosk.drivers import ndef
from kiosk.drivers.pn532 import Pn532Reader
from kiosk.drivers.virtual.cards import Type2Card, Type4Card, VirtualCard, issued
from tests.contracts.reader_rigs import until
from tests.drivers.pn532_rig import (
    NACK,
    NAME,
    REMOVED,
    TOKEN,
    UID,
    UNREADABLE,
    chip,
    presented,
    reader,
    reading,
)
from tests.peers.pn532 import ACK, Pn532, frame

__all__ = ["chip", "reader"]


def collect(reader: Pn532Reader, seen: list[Stimulus]) -> None:
    """Poll until the reader raises."""
    while True:
        seen += reader.poll(0.1)


FRAMES_OF_A_TAP = 22


@pytest.mark.parametrize("frames", [1, 4, 8, 12, 16, 20])
def test_unplugged_at_any_frame_it_gives_its_port_back(chip: Pn532, frames: int) -> None:
    reader = Pn532Reader(NAME, str(chip.link))
    open_files = len(os.listdir("/proc/self/fd"))
    left = itertools.count(frames, -1)
    pulled = threading.Thread(target=chip.unplug)

    def pull(sent: bytes) -> bytes:
        if next(left) == 0:
            pulled.start()
        return sent if not pulled.ident else b""

    seen: list[Stimulus] = []
    with chip.quiet():
        chip.lay(issued(TOKEN, UID))
        chip.spoil = pull
    with pytest.raises(DeviceAbsent):
        collect(reader, seen)
    pulled.join()
    assert seen in ([], [UNREADABLE, REMOVED], [presented(f"pm1:{TOKEN}"), REMOVED])
    reader.close()
    # pyserial holds a port and two pipes, the model two ports and one
    assert len(os.listdir("/proc/self/fd")) == open_files - 5 - 4


Spoil = Callable[[bytes], bytes]


def cut(count: int) -> Spoil:
    return lambda sent: sent[: count % len(sent)]


def flip(at: int, bits: int) -> Spoil:
    def flipped(sent: bytes) -> bytes:
        at_ = at % (len(sent) - 1)  # nobody checks the byte after the checksum
        return sent[:at_] + bytes([sent[at_] ^ bits]) + sent[at_ + 1 :]

    return flipped


def other_code(sent: bytes) -> bytes:
    return sent if sent == ACK else frame(b"\xd5" + bytes([sent[6] ^ 0x10]) + sent[7:-2])


SPOILS = st.one_of(
    st.builds(cut, st.integers(0, 60)),
    st.builds(flip, st.integers(0, 60), st.integers(1, 255)),
    st.binary(max_size=12).map(lambda noise: lambda sent: noise + sent),
    st.binary(max_size=40).map(lambda noise: lambda _: noise),
    st.sampled_from([NACK, ACK, frame(b"\x7f"), frame(b""), frame(b"\xd5")]).map(
        lambda instead: lambda _: instead
    ),
    st.just(other_code),
    st.just(lambda sent: sent + sent),
)

CARDS: dict[str, VirtualCard] = {
    f"pm1:{TOKEN}": issued(TOKEN, UID),
    "uid:04A1B2C3D4E5F6": Type2Card(UID),
    "pm1:tok_type_four": Type4Card(UID, ndef.text_message("PM1:tok_type_four")),
}


@given(
    key=st.sampled_from(sorted(CARDS)),
    spoilt=st.dictionaries(st.integers(0, FRAMES_OF_A_TAP), SPOILS, min_size=1, max_size=3),
)
@settings(max_examples=25)
def test_noise_on_the_line_is_never_another_card(
    tmp_path_factory: pytest.TempPathFactory, key: str, spoilt: dict[int, Spoil]
) -> None:
    chip = Pn532(tmp_path_factory.mktemp("noise") / "kiosk-nfc")
    chip.plug()
    try:
        with reading(chip) as reader:
            numbers = itertools.count()

            def spoil(sent: bytes) -> bytes:
                return spoilt.get(next(numbers), bytes)(sent)

            with chip.quiet():
                chip.lay(CARDS[key])
                chip.spoil = spoil
            seen: list[Stimulus] = []
            with contextlib.suppress(DeviceError):
                while not seen:
                    seen += reader.poll(0.1)
                chip.spoil = bytes
                chip.lift()
                seen += until(reader, CardRemoved)
            assert seen in ([], [presented(key), REMOVED], [UNREADABLE, REMOVED])
            assert seen or len(spoilt) == 3
    finally:
        chip.unplug()


def test_a_late_answer_is_not_taken_for_one_to_the_next_question(
    chip: Pn532, reader: Pn532Reader
) -> None:
    """Of a message over many pages, one page in the place of another would make a wrong token."""
    late = b""

    def repeat(sent: bytes) -> bytes:
        nonlocal late
        if sent == ACK and late:
            # what the chip sent before comes again, ahead of the acknowledgement
            sent, late = late + sent, b""
        elif sent[6:7] == b"\x41" and sent[8:24].isalnum():
            late = sent
        return sent

    token = "".join(f"{n:04}" for n in range(16))
    with chip.quiet():
        chip.lay(issued(token, UID))
        chip.spoil = repeat
    [event] = until(reader, Stimulus)
    assert event in (UNREADABLE, presented(f"pm1:{token}"))


@pytest.mark.parametrize("which", [0, 1])
def test_a_list_that_lies_once_gives_no_key(chip: Pn532, reader: Pn532Reader, which: int) -> None:
    """A frame changed so that its checksum holds: the other list tells."""
    lists = itertools.count()

    def lie(sent: bytes) -> bytes:
        if sent[6:7] == b"\x4b" and next(lists) == which:
            return frame(sent[5:-2].replace(UID, UID[::-1]))
        return sent

    with chip.quiet():
        chip.lay(Type2Card(UID))
        chip.spoil = lie
    keys = [e.medium for e in until(reader, CardPresented) if isinstance(e, CardPresented)]
    assert keys == ["uid:04A1B2C3D4E5F6"]
