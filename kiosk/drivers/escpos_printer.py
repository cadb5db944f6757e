"""Slips on an ESC/POS printer: what is printed, and what is known of it.

Invariant: PRINTED is said only after the printer answered behind the cut, FAILED only while no byte
of the slip had been sent.  All between is UNKNOWN, and the kiosk prints nothing twice by itself.
"""

import contextlib
import dataclasses as dc
import errno
import logging
import termios
import time
from collections.abc import Callable, Iterator

from kiosk.domain.devices import Ailment, PrinterAnswers, PrintOutcome
from kiosk.domain.document import Document
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.drivers.escpos_job import encode
from kiosk.drivers.escpos_library import expect
from kiosk.drivers.ports import Paper
from kiosk.drivers.printer_lines import Connection, Line
from kiosk.drivers.printer_status import ORDERED, Query, Status, is_answer, is_ordered_answer

log = logging.getLogger(__name__)


@dc.dataclass(frozen=True, slots=True)
class PrinterConfig:
    """One printer.  Durations in seconds."""

    line: Line
    cutter: bool = True
    native_qr: bool = True
    answers: PrinterAnswers = PrinterAnswers.REAL_TIME
    timeout: float = 3.0
    print_seconds: float = 15.0


def open_printer(config: PrinterConfig) -> "EscposPrinter":
    """Connect.  Raises DeviceAbsent, DeviceDenied; ImportError, here and not at the first slip."""
    expect()
    printer = EscposPrinter(config)
    printer.connect()
    return printer


class EscposPrinter:
    """A printer port.  One thread owns it."""

    def __init__(self, config: PrinterConfig) -> None:
        self.config = config
        self._connection: Connection | None = None

    def connect(self) -> None:
        """Connect anew.  Raises DeviceAbsent, DeviceDenied."""
        self.close()
        config = self.config
        with self._translated():
            self._connection = config.line.connect(config.timeout, config.print_seconds)

    def print(self, document: Document) -> PrintOutcome:
        config = self.config
        job = encode(document, native_qr=config.native_qr, cutter=config.cutter)
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
                self._open.finish()
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
            said = f"printer at {self.config.line}: {status.trouble}"
            raise DeviceError(said, status.ailment)
        return status.paper

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError, termios.error):
                connection.close()

    @property
    def _open(self) -> Connection:
        if self._connection is None:
            raise DeviceAbsent(f"printer at {self.config.line}: the connection was closed")
        return self._connection

    def _fresh_status(self) -> Status | None:
        """Ask how it is; a connection that went stale since the last slip is made anew, once.

        None from a printer that does not answer.
        """
        if self._connection is not None:
            with contextlib.suppress(DeviceError):
                return self._status()
        self.connect()
        try:
            return self._status()
        except DeviceError:
            self.close()
            raise

    def _status(self) -> Status | None:
        if self.config.answers is PrinterAnswers.NONE:
            return None
        printer, roll = self._ask(Query.PRINTER), self._ask(Query.ROLL)
        status = Status(printer, roll)
        return Status(printer, roll, self._ask(Query.OFFLINE_CAUSE)) if status.offline else status

    def _outcome(self) -> PrintOutcome:
        if self.config.answers is PrinterAnswers.ORDERED:
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
            for byte in self._open.receive(left):
                if wanted(byte):
                    return byte
        raise DeviceAbsent(f"printer at {self.config.line} does not answer", Ailment.SILENT)

    def _send(self, data: bytes) -> None:
        self._open.send(data)

    def _drain(self) -> None:
        """Forget late answers to earlier questions."""
        deadline = time.monotonic() + self.config.timeout
        while self._open.receive(0):
            if time.monotonic() > deadline:
                raise DeviceError(f"printer at {self.config.line} talks without end")

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        said = f"printer at {self.config.line}"
        try:
            yield
        except DeviceError:
            raise
        # pyserial raises OSError's children, and lets termios.error through on an unplugged port
        except (OSError, termios.error) as error:
            text = (str(error) or type(error).__name__).splitlines()[0]
            match getattr(error, "errno", None):
                case errno.EACCES | errno.EPERM:
                    advice = "the daemon's user must be in groups dialout and lp"
                    raise DeviceDenied(f"{said}: {text}; {advice}") from error
                case errno.EBUSY:
                    raise DeviceDenied(f"{said}: another program holds it") from error
            raise DeviceAbsent(f"{said}: {text}") from error
