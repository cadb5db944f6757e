"""How a printer is found and reached: USB and device files, and a machine that talks rubbish."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.domain.devices import PrinterAnswers, PrintOutcome
from kiosk.domain.document import Document, Text
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.drivers.escpos_printer import PrinterConfig, open_printer
from kiosk.drivers.printer_lines import DeviceFile, UsbPort
from kiosk.drivers.printer_status import Status, is_answer, is_ordered_answer
from tests.peers.printer import SerialPrinter, usb_tree

SLIP: Document = (Text("洗澡                     剩 7 次"),)


@pytest.fixture
def peer() -> Iterator[SerialPrinter]:
    peer = SerialPrinter()
    yield peer
    peer.stop()


def test_no_usb_printer_at_all(tmp_path: Path) -> None:
    nowhere = UsbPort("", tmp_path / "sys", tmp_path / "dev")
    with pytest.raises(DeviceAbsent, match="plugged in and switched on"):
        open_printer(PrinterConfig(nowhere))


def test_the_usb_printer_meant_is_found_by_its_ids(peer: SerialPrinter, tmp_path: Path) -> None:
    printers = {"/dev/null": "0416:5011", peer.path: "04b8:0e15"}
    printer = open_printer(PrinterConfig(usb_tree(tmp_path, printers, match="04B8:0E15")))
    assert printer.print(SLIP) is PrintOutcome.PRINTED
    printer.close()


@pytest.mark.parametrize(
    ("match", "said"),
    [
        (
            "",
            r"several USB printers; tell which by printer\.match: 0416:5011 at .*lp0, 04b8:0e15 a",
        ),
        ("1234:5678", "no USB printer 1234:5678; plugged in: 0416:5011 at .*lp0, 04b8:0e15 at "),
    ],
)
def test_which_usb_printer_is_never_guessed(tmp_path: Path, match: str, said: str) -> None:
    port = usb_tree(tmp_path, {"/dev/null": "0416:5011", "/dev/zero": "04b8:0e15"}, match)
    with pytest.raises(DeviceAbsent, match=said):
        open_printer(PrinterConfig(port))


def test_two_alike_are_told_apart_by_their_file(peer: SerialPrinter, tmp_path: Path) -> None:
    port = usb_tree(tmp_path, {"/dev/null": "04b8:0e15", peer.path: "04b8:0e15"}, "04b8:0e15")
    with pytest.raises(DeviceAbsent, match="several USB printers"):
        open_printer(PrinterConfig(port))
    printer = open_printer(PrinterConfig(DeviceFile(str(port.devices / "lp1"))))
    assert printer.print(SLIP) is PrintOutcome.PRINTED
    printer.close()


def test_a_plain_file_is_no_printer(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    spool.touch()
    with pytest.raises(DeviceAbsent, match="no device, so it could never say what was printed"):
        open_printer(PrinterConfig(DeviceFile(str(spool))))
    assert spool.read_bytes() == b""


def test_a_device_that_answers_with_nothing_is_a_fault_and_no_hot_loop() -> None:
    printer = open_printer(PrinterConfig(DeviceFile("/dev/null"), timeout=0.2))
    before = os.times().user
    with pytest.raises(DeviceAbsent, match="does not answer"):
        printer.paper()
    assert os.times().user - before < 0.15
    assert printer.print(SLIP) is PrintOutcome.FAILED


def test_a_device_of_another_group_is_denied(tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    device.touch(0o600)
    root = os.geteuid() == 0
    if root:
        tmp_path.chmod(0o711)
        os.seteuid(65534)
    else:
        device.chmod(0)
    try:
        with pytest.raises(DeviceDenied, match="groups dialout and lp"):
            open_printer(PrinterConfig(DeviceFile(str(device))))
    finally:
        if root:
            os.seteuid(0)


def test_a_printer_that_takes_no_more_leaves_it_unknown(peer: SerialPrinter) -> None:
    config = PrinterConfig(DeviceFile(peer.path), answers=PrinterAnswers.NONE, print_seconds=0.2)
    printer = open_printer(config)
    with peer.changed:  # it reads nothing meanwhile
        assert printer.print(SLIP * 4000) is PrintOutcome.UNKNOWN


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_every_answer_is_understood_or_ignored(printer: int, roll: int, cause: int) -> None:
    status = Status(printer, roll, cause)
    assert bool(status.trouble) is status.offline
    for byte in (printer, roll, cause):
        assert not (is_answer(byte) and is_ordered_answer(byte))


@given(st.lists(st.binary(max_size=6), max_size=8))
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_printer_that_talks_rubbish_gets_no_slip(
    peer: SerialPrinter, rubbish: list[bytes]
) -> None:
    spoken = iter(bytes(b for b in word if not is_answer(b)) for word in rubbish)
    peer.says = lambda _: next(spoken, b"")
    printer = open_printer(PrinterConfig(DeviceFile(peer.path), timeout=0.02))
    assert printer.print(SLIP) is PrintOutcome.FAILED
    with pytest.raises(DeviceError, match="does not answer"):
        printer.paper()
    printer.close()
    assert peer.slips == []
