"""What every slip printer does: the real driver on each kind of line, and the virtual printer."""

import contextlib
import dataclasses as dc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.domain.devices import PrintOutcome
from kiosk.domain.document import Align, Document, Qr, Text
from kiosk.domain.errors import DeviceAbsent, DeviceError
from kiosk.domain.policy import Language
from kiosk.drivers.escpos_printer import PrinterConfig, open_printer
from kiosk.drivers.ports import Paper, PrinterPort
from kiosk.drivers.printer_lines import DeviceFile, Line, Network, SerialLine
from kiosk.drivers.virtual.printer import Trouble, VirtualPrinter
from kiosk.render.paper import document
from tests.peers import printer as peers
from tests.render.sample_slips import staff_slips

pytestmark = pytest.mark.loopback

SLIP: Document = (
    Text("宠物之家", Align.CENTRE, bold=True, double=True),
    Text("洗澡                     剩 7 次"),
    Text("余额                    ￥128.50", bold=True),
    Text("右", Align.RIGHT),
    Qr("https://example.org/t/42"),
    Text(""),
    Text("谢谢惠顾", Align.CENTRE),
)


@dc.dataclass
class Bench:
    """A printer to open, hands on it, and its tray of cut slips."""

    open: Callable[[], PrinterPort]
    tray: Callable[[], list[Document]]
    paper: Callable[[Paper], object]
    cover: Callable[[bool], object]
    silence: Callable[[], object]
    unplug: Callable[[], object]


def real_bench(peer: peers.TcpPrinter | peers.SerialPrinter, line: Line) -> Bench:
    def tray() -> list[Document]:
        if peer.problem is not None:
            raise peer.problem
        return peer.slips

    return Bench(
        lambda: open_printer(PrinterConfig(line, timeout=1.0)),
        tray,
        lambda paper: peer.set(paper=paper.value),
        lambda is_open: peer.set(cover=is_open),
        lambda: peer.set(silent_after_cut=True),
        peer.stop,
    )


def virtual_bench() -> Bench:
    printer = VirtualPrinter()
    rolls = {Paper.ENOUGH: 2000, Paper.LOW: 50, Paper.OUT: 0}
    return Bench(
        printer.open,
        lambda: printer.printed,
        lambda paper: printer.load(rolls[paper]),
        lambda is_open: printer.suffer(Trouble.COVER_OPEN if is_open else Trouble.NONE),
        lambda: printer.suffer(Trouble.SILENT),
        printer.unplug,
    )


@pytest.fixture(params=["network", "serial", "file", "usb", "virtual"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "virtual":
        yield virtual_bench()
        return
    if request.param == "network":
        listening = peers.TcpPrinter()
        yield real_bench(listening, Network("127.0.0.1", listening.port))
        listening.stop()
        return
    peer = peers.SerialPrinter()
    match request.param:
        case "serial":
            yield real_bench(peer, SerialLine(peer.path, 115_200))
        case "file":
            yield real_bench(peer, DeviceFile(peer.path))
        case _:
            yield real_bench(peer, peers.usb_tree(tmp_path, {peer.path: "04b8:0e15"}))
    peer.stop()


@pytest.fixture
def printer(bench: Bench) -> Iterator[PrinterPort]:
    printer = bench.open()
    yield printer
    printer.close()


def test_a_slip_is_printed_as_laid_out(bench: Bench, printer: PrinterPort) -> None:
    assert printer.print(SLIP) is PrintOutcome.PRINTED
    assert printer.print(SLIP[:2]) is PrintOutcome.PRINTED
    assert bench.tray() == [SLIP, SLIP[:2]]


@pytest.mark.parametrize("language", Language)
def test_every_kind_of_slip_comes_out_as_laid_out(
    bench: Bench, printer: PrinterPort, language: Language
) -> None:
    laid_out = [document(slip) for slip in staff_slips(language).values()]
    for slip in laid_out:
        assert printer.print(slip) is PrintOutcome.PRINTED
    assert bench.tray() == laid_out


@pytest.mark.parametrize("paper", [Paper.ENOUGH, Paper.LOW, Paper.OUT])
def test_the_paper_is_known(bench: Bench, printer: PrinterPort, paper: Paper) -> None:
    bench.paper(paper)
    assert printer.paper() is paper


def test_without_paper_it_failed_and_nothing_comes_later(
    bench: Bench, printer: PrinterPort
) -> None:
    bench.paper(Paper.OUT)
    assert printer.print(SLIP) is PrintOutcome.FAILED
    bench.paper(Paper.ENOUGH)
    assert bench.tray() == []
    assert printer.print(SLIP[:1]) is PrintOutcome.PRINTED
    assert bench.tray() == [SLIP[:1]]


def test_with_the_cover_open_it_failed_and_says_so(bench: Bench, printer: PrinterPort) -> None:
    bench.cover(True)
    with pytest.raises(DeviceError, match="cover open"):
        printer.paper()
    assert printer.print(SLIP) is PrintOutcome.FAILED
    bench.cover(False)
    assert bench.tray() == []


def test_no_answer_after_the_cut_is_unknown(bench: Bench, printer: PrinterPort) -> None:
    bench.silence()
    assert printer.print(SLIP) is PrintOutcome.UNKNOWN
    assert bench.tray() == [SLIP]


def test_an_unplugged_printer_never_printed(bench: Bench, printer: PrinterPort) -> None:
    bench.unplug()
    with contextlib.suppress(DeviceAbsent):
        assert printer.print(SLIP) is PrintOutcome.FAILED
    with pytest.raises(DeviceAbsent):
        printer.paper()
    with pytest.raises(DeviceAbsent):
        bench.open()
    assert bench.tray() == []


def test_closing_twice_or_broken_raises_nothing(bench: Bench) -> None:
    printer = bench.open()
    bench.unplug()
    printer.close()
    printer.close()
