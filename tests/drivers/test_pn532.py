"""nfcpy on a PN532 model: every kind of card, and a chip or a port that is not as it should be."""

import itertools
import logging
import os
import subprocess
import sys
import time

import pytest

from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.domain.events import CardPresented, CardRemoved, CardUnreadable, Stimulus
from kiosk.drivers import ndef, pn532_chip
from kiosk.drivers.pn532 import Pn532Reader
from kiosk.drivers.virtual.cards import StorageCard, Type2Card, Type4Card, VirtualCard, issued
from tests.contracts.polling import during
from tests.contracts.reader_rigs import until
from tests.drivers.pn532_rig import (
    MESSAGE,
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
from tests.peers.pn532 import Pn532, frame
from tests.peers.until import until as eventually

__all__ = ["chip", "reader"]
LIST, EXCHANGE, POWER_DOWN = 0x4A, 0x40, 0x16


@pytest.mark.parametrize(
    ("card", "key"),
    [
        (StorageCard(bytes.fromhex("1A2B3C4D")), "uid:1A2B3C4D"),
        (Type4Card(bytes(range(10))), "uid:00010203040506070809"),
        (Type2Card(UID, ndef.text_message("x" * 200), pages=135), "uid:04A1B2C3D4E5F6"),
        (Type4Card(UID, MESSAGE, mle=15), f"pm1:{TOKEN}"),
        (Type4Card(UID, ndef.text_message("x" * 200), mle=255), "uid:04A1B2C3D4E5F6"),
    ],
    ids=["4 bytes", "10 bytes", "NTAG215", "small answers", "large answers"],
)
def test_each_kind_of_card_has_its_key(
    chip: Pn532, reader: Pn532Reader, card: VirtualCard, key: str
) -> None:
    chip.lay(card)
    assert until(reader, CardPresented) == [presented(key)]


def test_a_phone_with_a_token_is_one_tap_whatever_uid_it_makes_up(
    chip: Pn532, reader: Pn532Reader
) -> None:
    chip.lay(Type4Card(bytes.fromhex("08000000"), MESSAGE))
    assert until(reader, CardPresented) == [presented(f"pm1:{TOKEN}")]
    assert during(reader, 0.3) == []
    chip.lift()
    assert until(reader, CardRemoved) == [REMOVED]


def test_a_card_that_comes_closer_while_it_is_read_is_read(
    chip: Pn532, reader: Pn532Reader
) -> None:
    answers = itertools.count()

    def weak(sent: bytes) -> bytes:
        return frame(b"\xd5\x41\x02") if sent[6:7] == b"\x41" and next(answers) < 3 else sent

    chip.spoil = weak
    chip.lay(issued(TOKEN, UID))
    assert until(reader, CardPresented) == [presented(f"pm1:{TOKEN}")]


@pytest.mark.parametrize("speed", [230400, 460800, 921600])
def test_a_chip_that_a_killed_program_left_at_a_higher_speed_is_found(
    chip: Pn532, speed: int
) -> None:
    chip.speed = speed
    with reading(chip) as reader:
        assert chip.speed == 115200
        chip.lay(issued(TOKEN, UID))
        until(reader, CardPresented)


def test_an_answer_that_a_busy_machine_brings_late_is_an_answer(
    chip: Pn532, reader: Pn532Reader
) -> None:
    def late(sent: bytes) -> bytes:
        time.sleep(0.15)  # longer than nfcpy waits for an acknowledgement
        return sent

    chip.spoil = late
    assert reader.chip.carrier()
    chip.spoil = bytes


def test_closed_it_is_dark_and_opens_again(chip: Pn532) -> None:
    for _ in range(2):
        with reading(chip) as reader:
            assert reader.chip.name == "PN532v1.6"
            assert reader.chip.carrier()
        assert not chip.field
    assert POWER_DOWN not in chip.commands


def test_a_chip_whose_field_stays_off_is_told(chip: Pn532, reader: Pn532Reader) -> None:
    chip.antenna = False
    chip.lay(issued(TOKEN, UID))
    assert during(reader, 0.1) == []
    assert not reader.chip.carrier()
    chip.antenna = True
    assert reader.chip.carrier()


@pytest.fixture
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What will not answer right is not waited for."""
    monkeypatch.setattr(pn532_chip, "_LEAST_PATIENCE", 0)


@pytest.mark.usefixtures("_quickly")
def test_each_absence_says_what_to_do(chip: Pn532) -> None:
    device = str(chip.link)
    chip.silent = True
    with pytest.raises(DeviceAbsent, match=r"no PN532 answers at .*: check its power"):
        Pn532Reader(NAME, device)
    chip.unplug()
    with pytest.raises(DeviceAbsent, match="kiosk-nfc is not there: plug the NFC module in"):
        Pn532Reader(NAME, device)
    with pytest.raises(DeviceAbsent, match="no NFC module at usb"):
        Pn532Reader(NAME, "usb")


def test_a_port_held_by_another_kiosk_is_left_alone(chip: Pn532, reader: Pn532Reader) -> None:
    with pytest.raises(DeviceDenied, match="is held by another program"):
        Pn532Reader(NAME, str(chip.link))
    chip.lay(issued(TOKEN, UID))
    until(reader, CardPresented)


@pytest.mark.skipif(os.statvfs("/sys").f_flag & os.ST_RDONLY != 0, reason="/sys is read-only")
def test_a_port_this_user_may_not_open_is_denied() -> None:
    # nobody may write here, not even root
    with pytest.raises(DeviceDenied, match="group dialout"):
        Pn532Reader(NAME, "/sys/kernel/uevent_seqnum")


@pytest.mark.usefixtures("_quickly")
@pytest.mark.parametrize(
    "other", [b"6901234567892\r", b"\0\0\xff", frame(b"\xd5\x15"), NACK, b"\xff" * 300]
)
def test_another_device_on_the_port_is_no_reader(chip: Pn532, other: bytes) -> None:
    chip.spoil = lambda _: other
    with pytest.raises(DeviceError, match="PN532"):
        Pn532Reader(NAME, str(chip.link))


def test_a_chip_that_falls_silent_is_absent_and_its_card_removed(
    chip: Pn532, reader: Pn532Reader
) -> None:
    chip.lay(issued(TOKEN, UID))
    until(reader, CardPresented)
    chip.silent = True
    assert until(reader, CardRemoved) == [REMOVED]
    with pytest.raises(DeviceAbsent):
        reader.poll(0)


def test_a_card_that_never_answers_holds_the_reader_for_seconds_at_most(
    chip: Pn532, reader: Pn532Reader
) -> None:
    chip.spoil = lambda sent: b"" if sent[6:7] == b"\x41" else sent
    chip.lay(issued(TOKEN, UID))
    assert until(reader, CardUnreadable) == [UNREADABLE]
    assert chip.commands.count(EXCHANGE) == 5


def test_it_looks_often_and_not_always(chip: Pn532, reader: Pn532Reader) -> None:
    def looks() -> tuple[int, float]:
        chip.commands.clear()
        began = time.monotonic()
        during(reader, 0.5)
        return chip.commands.count(LIST), time.monotonic() - began

    many, seconds = looks()
    # and at each end of the few polls
    assert many <= seconds / 0.02 + 8
    eventually(lambda: looks()[0] >= 3, "a machine that lets it look")


def test_no_key_reaches_the_log(chip: Pn532, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.NOTSET)
    for logger in ("nfc", "nfc.clf.transport", "nfc.clf.pn532"):
        caplog.set_level(logging.NOTSET, logger)
    with reading(chip) as reader:
        for card in (issued(TOKEN, UID), Type2Card(UID), Type2Card(UID, MESSAGE[:-1] + b"!")):
            chip.lay(card)
            assert len(until(reader, Stimulus)) == 1
            chip.lift()
            until(reader, CardRemoved)
    assert "PN532v1.6" in caplog.text
    assert TOKEN not in caplog.text
    assert UID.hex() not in caplog.text.lower()


def test_nfcpy_is_imported_when_a_chip_is_opened() -> None:
    program = "import sys, kiosk.drivers.pn532; print(*sys.modules)"
    run = [sys.executable, "-c", program]
    modules = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert not {"nfc", "serial", "usb1"} & set(modules)
