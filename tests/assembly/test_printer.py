"""The fault matrix of the slip printer: what is said of it, what becomes of a slip, and after.

Each fault on each kind of line, by the worker as it is assembled.  Whoever hands it a slip never
waits: `put` returns while the printer hangs.
"""

import contextlib
import queue
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.assembly import openers
from kiosk.assembly.devices import Bench, SlipJob, printer_worker
from kiosk.domain.devices import Ailment, PartReport, PartState, PrintOutcome
from kiosk.domain.document import Text
from kiosk.domain.errors import DeviceAbsent
from kiosk.domain.policy import Language
from kiosk.drivers.escpos_printer import PrinterConfig, open_printer
from kiosk.drivers.printer_lines import DeviceFile, Line, Network, SerialLine, UsbPort
from kiosk.runtime.clock import SystemClock
from kiosk.settings import options
from tests.peers import printer as peers
from tests.peers.until import until
from tests.render.sample_slips import staff_slips

pytestmark = pytest.mark.loopback

SLIPS = list(staff_slips(Language.ZH).values())
READY, ABSENT, FAULT = PartState.READY, PartState.ABSENT, PartState.FAULT
PRINTED, FAILED, UNKNOWN = PrintOutcome


class Socket:
    """Where a printer is plugged in: a TCP port, or a pty behind a name; `line` leads there."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder, self.port = kind, folder, 0
        self.machine: peers.TcpPrinter | peers.SerialPrinter | None = None
        self.plug_in()

    @property
    def line(self) -> Line:
        match self.kind:
            case "network":
                return Network("127.0.0.1", self.port)
            case "serial":
                return SerialLine(str(self.folder / "lp"), 115_200)
            case "file":
                return DeviceFile(str(self.folder / "lp"))
            case _:
                return UsbPort("", self.folder / "sys/class/usbmisc", self.folder / "dev/usb")

    def plug_in(self) -> None:
        if self.machine is not None:
            return
        if self.kind == "network":
            self.machine = peers.TcpPrinter(port=self.port)
            self.port = self.machine.port
            return
        self.machine = peers.SerialPrinter()
        if self.kind == "usb":
            peers.usb_tree(self.folder, {self.machine.path: "04b8:0e15"})
        else:
            (self.folder / "lp").symlink_to(self.machine.path)

    def unplug(self) -> None:
        if self.machine is None:
            return
        self.machine.stop()
        self.machine = None
        (self.folder / "lp").unlink(missing_ok=True)
        for tree in ("sys", "dev"):
            shutil.rmtree(self.folder / tree, ignore_errors=True)


class Counter:
    """The printer's worker, and what is heard of it.

    `timeout`, from the next opening on: long enough for the machine's thread, busy or not.
    """

    timeout = 2.0

    def __init__(self, line: Line) -> None:
        self.reports: list[PartReport] = []
        self.outcomes: queue.Queue[PrintOutcome] = queue.Queue()
        bench = Bench(
            SystemClock(),
            virtual={},
            post=lambda _: None,
            report=self.reports.append,
            printed=lambda _, outcome: self.outcomes.put(outcome),
            language=lambda: Language.ZH,
        )
        section = options.Printer(options.PrinterDriver.FILE, None, 32, True, True)
        self.worker = printer_worker(section, lambda: open_printer(self._config(line)), bench)
        self.worker.start()

    def _config(self, line: Line) -> PrinterConfig:
        return PrinterConfig(line, timeout=self.timeout, print_seconds=1.0)

    def until(self, state: PartState) -> str:
        """Wait until it is so; return the words."""
        until(lambda: bool(self.reports) and self.reports[-1].state is state, state.value)
        return self.reports[-1].detail

    def print(self, number: int = 0) -> None:
        self.worker.put(SlipJob(number, SLIPS[number]))

    def outcome(self) -> PrintOutcome:
        return self.outcomes.get(timeout=20)


@pytest.fixture(params=["network", "serial", "file", "usb"])
def socket(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Socket]:
    socket = Socket(request.param, tmp_path)
    yield socket
    socket.unplug()


@pytest.fixture
def counter(socket: Socket) -> Iterator[Counter]:
    with serving(socket) as counter:
        counter.until(READY)
        yield counter


@contextlib.contextmanager
def serving(socket: Socket) -> Iterator[Counter]:
    counter = Counter(socket.line)
    yield counter
    counter.worker.stop()
    assert counter.worker.join()


def machine(socket: Socket) -> peers.Printer:
    assert socket.machine is not None
    return socket.machine


def test_absent_at_start_then_plugged_in(socket: Socket) -> None:
    socket.unplug()
    with serving(socket) as counter:
        assert counter.until(ABSENT)
        counter.print()
        assert counter.outcome() is FAILED
        socket.plug_in()
        counter.until(READY)
        counter.print(1)
        assert counter.outcome() is PRINTED
    assert len(machine(socket).slips) == 1


def test_unplugged_and_plugged_in_again(socket: Socket, counter: Counter) -> None:
    socket.unplug()
    counter.print()
    assert counter.outcome() in (FAILED, UNKNOWN)
    counter.until(ABSENT)
    socket.plug_in()
    counter.until(READY)
    counter.print(1)
    assert counter.outcome() is PRINTED
    assert len(machine(socket).slips) == 1


Setting = dict[str, object]
TROUBLES: dict[str, tuple[Setting, Setting, str, Ailment]] = {
    "cover": ({"cover": True}, {"cover": False}, "cover open", Ailment.COVER_OPEN),
    "paper": ({"paper": peers.OUT}, {"paper": peers.ENOUGH}, "out of paper", Ailment.NO_PAPER),
    "error": ({"error": True}, {"error": False}, "switch it off and on", Ailment.OFFLINE),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_said_in_words_failed_and_well_again(
    socket: Socket, counter: Counter, trouble: str
) -> None:
    on, off, words, ailment = TROUBLES[trouble]
    machine(socket).set(**on)
    counter.print()
    assert counter.outcome() is FAILED
    assert words in counter.until(FAULT)
    assert counter.reports[-1].how is ailment
    machine(socket).set(**off)
    counter.until(READY)
    assert machine(socket).slips == []
    counter.print(1)
    assert counter.outcome() is PRINTED


def test_torn_in_the_middle_is_unknown_and_never_printed_again(
    socket: Socket, counter: Counter
) -> None:
    machine(socket).runs_out_after = 2
    counter.print()
    assert counter.outcome() is UNKNOWN
    counter.until(FAULT)
    machine(socket).decoder.done.clear()
    machine(socket).set(paper=peers.ENOUGH, _buffer=b"")
    counter.until(READY)
    assert machine(socket).slips == []


def _talk_rubbish(machine: peers.Printer) -> Callable[[], None]:
    machine.says = lambda _: b"\xff\x80\x00"
    return lambda: setattr(machine, "says", lambda byte: bytes((byte,)))


def _hang(machine: peers.Printer) -> Callable[[], None]:
    machine.changed.acquire()
    return machine.changed.release


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counter, "timeout", 0.2)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("fault", [_talk_rubbish, _hang])
def test_nothing_is_sent_to_one_that_does_not_answer(
    socket: Socket, counter: Counter, fault: Callable[[peers.Printer], Callable[[], None]]
) -> None:
    mend = fault(machine(socket))
    try:
        for number in range(3):
            counter.print(number)  # returns at once: whoever taps next does not wait
        assert [counter.outcome() for _ in range(3)] == [FAILED] * 3
        assert "does not answer" in counter.until(ABSENT)
        assert counter.reports[-1].how is Ailment.SILENT
    finally:
        counter.timeout = 2.0
        mend()
    counter.until(READY)
    counter.print(3)
    assert counter.outcome() is PRINTED
    assert len(machine(socket).slips) == 1


def _play(_: object) -> Callable[[], object]:
    raise AssertionError("a printer that is configured is never played")


@pytest.mark.parametrize("socket", ["network", "serial", "file"], indirect=True)
def test_the_configured_line_is_the_one_that_is_opened(socket: Socket) -> None:
    kind = options.PrinterDriver(socket.kind)
    links: dict[str, options.Network | options.Serial | Path] = {
        "network": options.Network("127.0.0.1", socket.port),
        "serial": options.Serial(socket.folder / "lp", 115_200),
        "file": socket.folder / "lp",
    }
    printer = openers.printer(options.Printer(kind, links[kind], 32, True, True), _play)()
    assert printer.print((Text("x"),)) is PRINTED
    printer.close()
    assert len(machine(socket).slips) == 1


def test_a_usb_printer_is_looked_for_where_the_kernel_lists_them() -> None:
    section = options.Printer(options.PrinterDriver.USB, options.Usb("dead:beef"), 32, True, True)
    with pytest.raises(DeviceAbsent, match="no USB printer"):
        openers.printer(section, _play)()
