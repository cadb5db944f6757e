"""What only one kind of scanner knows: ports, locks, grabs, and their refusals."""

import errno
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.domain.events import CodeRejected, CodeScanned
from kiosk.domain.media import MediumKey
from kiosk.drivers.keyboard_scanner import KeyboardScanner
from kiosk.drivers.scanning import refusal
from kiosk.drivers.serial_scanner import SerialScanner
from tests.contracts.scanner_rigs import come
from tests.peers import scanner as peers

CODE = "PM1:tok_0123456789"
SCANNED = CodeScanned(MediumKey("pm1:tok_0123456789"))


@pytest.fixture
def port(tmp_path: Path) -> Iterator[peers.SerialScanner]:
    peer = peers.SerialScanner(tmp_path / "kiosk-scanner")
    yield peer
    peer.stop()


@pytest.fixture
def keyboard(tmp_path: Path) -> Iterator[peers.KeyboardScanner]:
    peer = peers.KeyboardScanner(tmp_path / "event-kbd")
    yield peer
    peer.stop()


def test_a_code_without_a_suffix_comes_after_a_short_silence(port: peers.SerialScanner) -> None:
    scanner = SerialScanner(str(port.link))
    began = time.monotonic()
    port.send(CODE.encode())
    assert come(scanner, 1) == [SCANNED]
    assert time.monotonic() - began > 0.04
    scanner.close()


def test_a_late_reader_takes_what_waited_for_one_code(port: peers.SerialScanner) -> None:
    scanner = SerialScanner(str(port.link))
    port.send(CODE[:9].encode())
    assert scanner.poll(0.02) == []
    port.send(CODE[9:].encode() + b"\r")
    # this thread was not run for longer than the silence that ends a code
    time.sleep(0.1)
    assert come(scanner, 1) == [SCANNED]
    scanner.close()


def test_half_a_code_is_lost_with_the_plug(port: peers.SerialScanner) -> None:
    scanner = SerialScanner(str(port.link))
    port.send(CODE[:9].encode())
    assert scanner.poll(0.02) == []
    port.unplug()
    with pytest.raises(DeviceAbsent, match="was unplugged"):
        scanner.poll(5)
    scanner.close()
    port.replug()
    again = SerialScanner(str(port.link))
    port.send(CODE[9:].encode() + b"\r" + CODE.encode() + b"\r")
    assert come(again, 2) == [CodeRejected(), SCANNED]
    again.close()


def test_garbage_of_a_wrong_speed_is_rejected_and_forgotten(port: peers.SerialScanner) -> None:
    scanner = SerialScanner(str(port.link), 115200)
    port.send(bytes(range(256)) * 4 + b"\r" + CODE.encode() + b"\r")
    seen = come(scanner, 4)
    # 0x0A and 0x0D are among the garbage
    assert seen[-1] == SCANNED
    assert set(seen[:-1]) == {CodeRejected()}
    scanner.close()


def test_one_port_has_one_owner(port: peers.SerialScanner) -> None:
    scanner = SerialScanner(str(port.link))
    with pytest.raises(DeviceDenied, match=rf"another program holds .* fuser -v {port.link}"):
        SerialScanner(str(port.link))
    scanner.close()
    SerialScanner(str(port.link)).close()


@pytest.mark.parametrize("kind", ["port", "keyboard"])
def test_a_plug_that_wobbles_leaves_nothing_open(
    kind: str, port: peers.SerialScanner, keyboard: peers.KeyboardScanner
) -> None:
    peer: peers.SerialScanner | peers.KeyboardScanner = port if kind == "port" else keyboard

    def serve() -> None:
        scanner: SerialScanner | KeyboardScanner
        if peer is port:
            scanner = SerialScanner(str(port.link))
        else:
            scanner = KeyboardScanner(str(keyboard.path), keyboard.grab)
        peer.unplug()
        with pytest.raises(DeviceAbsent):
            scanner.poll(5)
        scanner.close()
        peer.replug()

    serve()
    before = os.listdir("/proc/self/fd")
    for _ in range(50):
        serve()
    assert os.listdir("/proc/self/fd") == before


def test_what_is_no_serial_port_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(DeviceError, match="is no serial port"):
        SerialScanner(str(file))
    with pytest.raises(DeviceAbsent, match=r"nothing is plugged in at .*gone"):
        SerialScanner(str(tmp_path / "gone"))
    with pytest.raises(DeviceError, match="cannot be opened"):
        SerialScanner(str(tmp_path))


def test_keys_typed_slowly_are_one_code(keyboard: peers.KeyboardScanner) -> None:
    scanner = KeyboardScanner(str(keyboard.path), keyboard.grab)
    for piece in (CODE[:4], CODE[4:9], CODE[9:]):
        keyboard.type(piece)
        assert scanner.poll(0.08) == []
    assert come(scanner, 1) == [SCANNED]
    scanner.close()


def test_a_keyboard_that_another_program_has_grabbed(keyboard: peers.KeyboardScanner) -> None:
    keyboard.held = True
    before = os.listdir("/proc/self/fd")
    with pytest.raises(DeviceDenied, match="another program holds"):
        KeyboardScanner(str(keyboard.path), keyboard.grab)
    assert os.listdir("/proc/self/fd") == before


def test_what_is_no_event_device_is_told(keyboard: peers.KeyboardScanner) -> None:
    with pytest.raises(DeviceError, match=r"is no event device; see /dev/input/by-id"):
        KeyboardScanner(str(keyboard.path))
    with pytest.raises(DeviceAbsent):
        KeyboardScanner(f"{keyboard.path}-gone")


def test_a_refusal_says_what_to_do() -> None:
    denied = refusal("/dev/x", PermissionError(errno.EACCES, "no"), "dialout")
    assert isinstance(denied, DeviceDenied)
    assert "usermod -aG dialout kiosk" in str(denied)


def test_no_code_reaches_the_log(
    port: peers.SerialScanner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    scanner = SerialScanner(str(port.link))
    port.send(CODE.encode() + b"\r" + CODE.encode() + b"!\r")
    assert come(scanner, 2) == [SCANNED, CodeRejected()]
    assert "tok_" not in caplog.text
    scanner.close()
