"""The ESC/POS driver's own promises: bytes, outcomes on a failing line, what it says in words."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.devices import PrinterAnswers, PrintOutcome
from kiosk.domain.document import Document, Qr, Text, columns, printable
from kiosk.domain.errors import DeviceAbsent, DeviceError
from kiosk.drivers.escpos_job import encode
from kiosk.drivers.escpos_printer import EscposPrinter, PrinterConfig, open_printer
from kiosk.drivers.ports import Paper
from kiosk.drivers.printer_lines import Network, SerialLine
from tests.peers.printer import ENOUGH, OUT, SerialPrinter, TcpPrinter

pytestmark = pytest.mark.loopback

SLIP: Document = tuple(Text(f"第{number:>2}行 洗澡 ￥68.00") for number in range(30))


@pytest.fixture
def peer() -> Iterator[TcpPrinter]:
    peer = TcpPrinter()
    yield peer
    peer.stop()


def opened(peer: TcpPrinter, **config: object) -> EscposPrinter:
    # long enough for the peer's thread on a busy machine; only what stays away is waited out
    plain = PrinterConfig(Network("127.0.0.1", peer.port), timeout=1.0, print_seconds=1.0)
    return open_printer(PrinterConfig(**(_fields(plain) | config)))  # type: ignore[arg-type]


def _fields(config: PrinterConfig) -> dict[str, object]:
    return {name: getattr(config, name) for name in config.__slots__}


def test_exact_bytes_of_a_slip() -> None:
    job = encode((Text("旺财 ¥5", bold=True), Qr("A")))
    text = b"\xcd\xfa\xb2\xc6 \xa3\xa45\n"
    model_size_level = b"\x1d(k\x04\x001A2\x00" + b"\x1d(k\x03\x001C\x05" + b"\x1d(k\x03\x001E1"
    code = model_size_level + b"\x1d(k\x04\x001P0A" + b"\x1d(k\x03\x001Q0"
    assert job == b"\x1b@\x1c&" + b"\x1bE\x01" + text + b"\x1ba\x01" + code + b"\x1dVB\x00"


def test_a_slip_of_text_costs_little_more_than_its_text() -> None:
    full = Text("洗澡 美容 余额 积分 ￥123,456.78")
    assert columns(full.text) == 32
    text = 30 * len(full.text.encode("gb18030"))
    assert len(encode((full,) * 30 + (Qr("https://example.org/t/42"),))) <= 1.15 * text


@given(st.lists(st.text(max_size=12), max_size=4), st.text(max_size=20))
def test_no_name_can_become_a_command(names: list[str], code: str) -> None:
    plain = encode(tuple(Text("x") for _ in names))
    job = encode(tuple(Text(name) for name in names))
    assert [b for b in job if b < 0x20] == [b for b in plain if b < 0x20]
    for name in names:
        shown = printable(name)
        assert len(shown.encode("gb18030")) == columns(name)
        assert shown.isprintable()
    codes = encode((Qr(code),))
    assert b"\x10\x04" not in codes


def test_a_printer_without_a_cutter_feeds(peer: TcpPrinter) -> None:
    job = encode(SLIP, cutter=False)
    assert job.endswith(b"\x1bd\x05")
    assert b"\x1dV" not in job


def test_a_code_may_go_as_a_picture(peer: TcpPrinter) -> None:
    printer = opened(peer, native_qr=False)
    assert printer.print((Qr("https://example.org"),)) is PrintOutcome.PRINTED
    assert any(isinstance(p, Qr) and "raster" in p.text for p in peer.slips[0])
    printer.close()


def test_a_line_that_dies_in_the_middle_leaves_it_unknown(peer: TcpPrinter) -> None:
    printer = opened(peer)
    peer.dies_after = 300
    assert printer.print(SLIP) is PrintOutcome.UNKNOWN
    assert peer.slips == []
    peer.set(_buffer=b"")
    assert printer.print(SLIP) is PrintOutcome.PRINTED
    assert len(peer.slips) == 1
    printer.close()


def test_paper_that_ends_in_the_middle_leaves_it_unknown(peer: TcpPrinter) -> None:
    printer = opened(peer)
    peer.runs_out_after = 5
    assert printer.print(SLIP) is PrintOutcome.UNKNOWN
    assert printer.paper() is Paper.OUT
    printer.close()


def test_a_connection_the_printer_dropped_while_idle_is_made_anew(peer: TcpPrinter) -> None:
    printer = opened(peer)
    assert printer.print(SLIP) is PrintOutcome.PRINTED
    peer.hang_up()
    assert printer.print(SLIP) is PrintOutcome.PRINTED
    assert len(peer.slips) == 2
    printer.close()


def test_a_mute_printer_fails_within_seconds_and_unprinted(peer: TcpPrinter) -> None:
    printer = opened(peer, timeout=0.3)
    peer.set(silent=True)
    began = time.monotonic()
    assert printer.print(SLIP) is PrintOutcome.FAILED
    with pytest.raises(DeviceAbsent, match="does not answer"):
        printer.paper()
    assert time.monotonic() - began < 10
    assert peer.slips == []
    printer.close()


def test_a_printer_that_cannot_answer_prints_and_stays_unknown(peer: TcpPrinter) -> None:
    peer.set(silent=True)
    printer = opened(peer, answers=PrinterAnswers.NONE)
    assert printer.print(SLIP) is PrintOutcome.UNKNOWN
    assert peer.wait_for(1)
    assert printer.paper() is Paper.UNKNOWN
    printer.close()


def test_an_answer_in_its_turn_proves_more_than_one_in_real_time(peer: TcpPrinter) -> None:
    printer = opened(peer, answers=PrinterAnswers.ORDERED)
    assert printer.print(SLIP) is PrintOutcome.PRINTED
    peer.knows_gs_r = False
    assert printer.print(SLIP) is PrintOutcome.UNKNOWN
    printer.close()


def test_late_answers_are_not_taken_for_new_ones(peer: TcpPrinter) -> None:
    printer = opened(peer)
    stale = b"\x12" * 40
    for connection in peer._connections:
        connection.sendall(stale)
    peer.set(paper=OUT)
    assert printer.paper() is Paper.OUT
    peer.set(paper=ENOUGH)
    printer.close()


def test_an_error_says_what_to_do(peer: TcpPrinter) -> None:
    printer = opened(peer)
    peer.set(error=True)
    with pytest.raises(DeviceError, match="switch it off and on"):
        printer.paper()
    printer.close()


def test_a_serial_slip_held_up_does_not_hang_close() -> None:
    peer = SerialPrinter()
    printer = open_printer(PrinterConfig(SerialLine(peer.path, 115_200), timeout=0.3))
    peer.set(cover=True)
    printer._open.send(b"x" * 100)
    printer.close()
    peer.stop()


def test_where_nobody_listens_it_is_absent(peer: TcpPrinter) -> None:
    peer.stop()
    with pytest.raises(DeviceAbsent, match=rf"127.0.0.1:{peer.port}.*refused"):
        opened(peer)


def test_a_missing_port_is_absent() -> None:
    with pytest.raises(DeviceAbsent, match="No such file"):
        open_printer(PrinterConfig(SerialLine("/dev/kiosk-no-printer")))


def test_importing_escpos_leaves_nothing_behind(tmp_path: Path) -> None:
    script = (
        "import logging, os; from kiosk.drivers.escpos_job import encode\n"
        "from kiosk.domain.document import Text\n"
        "assert encode((Text('x'),)).startswith(bytes((0x1B, 0x40)))\n"
        "assert not logging.getLogger().handlers\n"
        "assert 'ESCPOS_CAPABILITIES_FILE' not in os.environ\n"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    assert list(tmp_path.iterdir()) == []


def test_escpos_and_luma_are_imported_on_first_use_only() -> None:
    script = (
        "import sys, kiosk.drivers.escpos_printer, kiosk.drivers.oled, kiosk.render.glass\n"
        "assert not {'escpos', 'luma', 'PIL', 'serial'} & set(sys.modules), sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
