"""Slips on an ESC/POS printer, over the network or a serial line, by python-escpos.

Invariant: PRINTED is said only after the printer answered behind the cut, FAILED only while no byte
of the slip had been sent.  All between is UNKNOWN, and the kiosk prints nothing twice by itself.
"""

import contextlib
import dataclasses as dc
import functools
import logging
import socket
import termios
import time
from collections.abc import Callable, Iterator
from typing import Any

from kiosk.domain.devices import PrintOutcome
from kiosk.domain.document import Align, Document, Qr, printable
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.drivers.escpos_quirks import tamed
from kiosk.drivers.ports import Paper
from kiosk.drivers.printer_status import ORDERED, Query, Status, is_answer, is_ordered_answer

log = logging.getLogger(__name__)

_CHINESE = b"\x1c&"
"""FS &: double-byte characters on."""


@dc.dataclass(frozen=True, slots=True)
class Network:
    """A printer with an address; port 9100 is raw printing."""

    host: str
    port: int = 9100

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dc.dataclass(frozen=True, slots=True)
class SerialLine:
    """A printer on a serial port, 8N1."""

    path: str
    baud: int = 9600

    def __str__(self) -> str:
        return self.path


@dc.dataclass(frozen=True, slots=True)
class PrinterConfig:
    """One printer.  Durations in seconds.

    `columns` is for the layout: 32 on 58 mm, 48 on 80 mm.  `status` False is for a printer that
    cannot answer: its slips stay "unknown".  `ordered_status` is for one that knows GS r, whose
    answer proves that the slip is through and not only received.
    """

    line: Network | SerialLine
    columns: int = 32
    cutter: bool = True
    native_qr: bool = True
    status: bool = True
    ordered_status: bool = False
    timeout: float = 3.0
    print_seconds: float = 15.0


def open_printer(config: PrinterConfig) -> "EscposPrinter":
    """Connect.  Raises DeviceAbsent, DeviceDenied."""
    printer = EscposPrinter(config)
    printer.connect()
    return printer


class EscposPrinter:
    """A printer port.  One thread owns it."""

    def __init__(self, config: PrinterConfig) -> None:
        self.config = config
        self._device: Any = None

    def connect(self) -> None:
        """Connect anew.  Raises DeviceAbsent, DeviceDenied."""
        self.close()
        config, printers = self.config, _escpos()
        if isinstance(config.line, Network):
            device = printers.Network(config.line.host, config.line.port, timeout=config.timeout)
        else:
            device = printers.Serial(config.line.path, config.line.baud, timeout=config.timeout)
        try:
            if isinstance(config.line, Network):
                # escpos's own open() leaves the socket of a refused connection to the collector
                address = config.line.host, config.line.port
                device.device = socket.create_connection(address, config.timeout)
                device.device.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            else:
                device.open()
                device.device.write_timeout = config.print_seconds
        except Exception as error:
            cause = error.__context__ if error.__context__ is not None else error
            said = f"printer at {config.line}: {_first_line(cause)}"
            if isinstance(cause, PermissionError) or getattr(cause, "errno", 0) == 13:
                raise DeviceDenied(f"{said}; the daemon's user must be in group dialout") from error
            raise DeviceAbsent(said) from error
        self._device = device

    def print(self, document: Document) -> PrintOutcome:
        job = encode(document, self.config)
        if self._device is None or self.config.status:
            try:
                status = self._fresh_status()
            except DeviceError as error:
                log.warning("nothing printed: %s", error)
                return PrintOutcome.FAILED
            if status is not None and (status.offline or status.paper is Paper.OUT):
                log.warning("nothing printed: %s", status.trouble or "out of paper")
                return PrintOutcome.FAILED
        try:
            with self._translated():
                self._send(job)
                self._run_empty()
            return self._outcome()
        except DeviceError as error:
            log.warning("slip sent, its fate unknown: %s", error)
            self.close()
            return PrintOutcome.UNKNOWN

    def paper(self) -> Paper:
        status = self._fresh_status()
        if status is None:
            return Paper.UNKNOWN
        if status.paper is not Paper.OUT and status.offline:
            raise DeviceError(f"printer at {self.config.line}: {status.trouble}")
        return status.paper

    def close(self) -> None:
        device, self._device = self._device, None
        if device is None:
            return
        # Not by escpos: it waits until a serial line has run empty, which it never does with the
        # paper out, and keeps the port open when that fails.
        connection, device._device = device.device, False
        with contextlib.suppress(OSError, termios.error):
            if isinstance(self.config.line, SerialLine):
                connection.reset_output_buffer()
        with contextlib.suppress(OSError, termios.error):
            connection.close()

    def _fresh_status(self) -> Status | None:
        """Ask how it is; a connection that went stale since the last slip is made anew, once."""
        if self._device is not None:
            with contextlib.suppress(DeviceError):
                return self._status()
        self.connect()
        try:
            return self._status()
        except DeviceError:
            self.close()
            raise

    def _status(self) -> Status | None:
        if not self.config.status:
            return None
        printer, roll = self._ask(Query.PRINTER), self._ask(Query.ROLL)
        status = Status(printer, roll)
        return Status(printer, roll, self._ask(Query.OFFLINE_CAUSE)) if status.offline else status

    def _outcome(self) -> PrintOutcome:
        if not self.config.status:
            return PrintOutcome.UNKNOWN
        if self.config.ordered_status:
            with self._translated():
                self._send(ORDERED)
                self._await(is_ordered_answer, self.config.print_seconds)
        status = self._status()
        if status is None or status.offline or status.paper is Paper.OUT:
            return PrintOutcome.UNKNOWN
        return PrintOutcome.PRINTED

    def _ask(self, query: Query) -> int:
        with self._translated():
            self._drain()
            self._send(query.command)
            return self._await(is_answer, self.config.timeout)

    def _await(self, wanted: Callable[[int], bool], seconds: float) -> int:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for byte in self._receive(left):
                if wanted(byte):
                    return byte
        raise DeviceAbsent(f"printer at {self.config.line} does not answer")

    def _send(self, data: bytes) -> None:
        self._device._raw(data)

    def _run_empty(self) -> None:
        """Wait until a slow serial line has carried everything.  Raises TimeoutError."""
        if not isinstance(self.config.line, SerialLine):
            return
        deadline = time.monotonic() + self.config.print_seconds
        while self._device.device.out_waiting:
            if time.monotonic() > deadline:
                raise TimeoutError("the line is held up")
            time.sleep(0.01)

    def _receive(self, seconds: float) -> bytes:
        """Read what is there, or one byte within `seconds`; b"" after that.  0 does not wait."""
        device = self._device.device
        if isinstance(self.config.line, SerialLine):
            device.timeout = seconds
            return bytes(device.read(max(1, device.in_waiting)))
        device.settimeout(seconds)
        try:
            data: bytes = device.recv(64)
        except (TimeoutError, BlockingIOError):
            return b""
        finally:
            device.settimeout(self.config.timeout)
        if not data:
            raise ConnectionResetError("the printer closed the connection")
        return data

    def _drain(self) -> None:
        """Forget late answers to earlier questions."""
        while self._receive(0):
            pass

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DeviceError:
            raise
        # pyserial raises OSError's children, and lets termios.error through on an unplugged port
        except (OSError, termios.error) as error:
            raise DeviceAbsent(f"printer at {self.config.line}: {_first_line(error)}") from error


def encode(document: Document, config: PrinterConfig) -> bytes:
    """Write a document as ESC/POS commands, from reset to cut.

    Text goes as GB18030 and never holds a control byte, whatever a name contains.
    """
    job = _escpos().Dummy()
    job.hw("INIT")
    job._raw(_CHINESE)
    align, bold, double = Align.LEFT, False, False
    for part in document:
        to = Align.CENTRE if isinstance(part, Qr) else part.align
        if to is not align:
            align = to
            job.set(align={Align.LEFT: "left", Align.CENTRE: "center", Align.RIGHT: "right"}[to])
        if isinstance(part, Qr):
            job.qr(printable_code(part.text), ec=1, size=5, native=config.native_qr)
            continue
        if part.bold is not bold:
            bold = part.bold
            job.set(bold=bold)
        if part.double is not double:
            double = part.double
            # GS !, which unlike ESC ! is for Chinese characters too
            job.set(custom_size=True, width=1 + double, height=1 + double)
        job._raw(printable(part.text).encode("gb18030") + b"\n")
    if config.cutter:
        job.cut(feed=False)
    else:
        job.print_and_feed(5)
    return bytes(job.output)


def printable_code(text: str) -> str:
    """Drop control characters from a QR code's text: none may reach the printer as a command."""
    return "".join(char for char in text if char.isprintable())


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


@functools.cache
def _escpos() -> Any:
    """Import escpos.printer on first use."""
    with tamed():
        import escpos.printer
    return escpos.printer
