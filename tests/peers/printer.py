"""An ESC/POS printer on TCP or a pty: paper, cover, faults, status, slips to read and look at."""

import contextlib
import os
import pty
import select
import socket
import struct
import threading
import tty
from collections.abc import Callable
from pathlib import Path

from kiosk.domain.document import Document, Qr, Text
from kiosk.drivers.printer_lines import UsbPort
from kiosk.render.proof import proof
from tests.peers.escpos import CUT, NEEDS_MORE, Decoder

ENOUGH, LOW, OUT = "enough", "low", "out"


class Printer:
    """The machine: feed() it bytes, it answers status at once and prints while it can.

    `says` turns each answer into what it really sends.
    `silent` swallows every answer, `silent_after_cut` those from the next cut on.  With
    `runs_out_after` lines the roll ends in the middle.
    """

    def __init__(self, width: int = 32) -> None:
        self.width, self.decoder = width, Decoder(width)
        self.paper, self.cover, self.error, self.silent = ENOUGH, False, False, False
        self.silent_after_cut = False
        self.knows_gs_r = True
        self.says: Callable[[int], bytes] = lambda byte: bytes((byte,))
        self.runs_out_after: int | None = None
        self.slips: list[Document] = []
        self.received = b""
        self.problem: AssertionError | None = None
        self._buffer = b""
        self.changed = threading.Condition()

    @property
    def offline(self) -> bool:
        return self.cover or self.error or self.paper == OUT

    def set(self, **state: object) -> None:
        """Set attributes and print what had been held up by them."""
        with self.changed:
            for name, value in state.items():
                assert hasattr(self, name), name
                setattr(self, name, value)
            self._print(lambda _: None)

    def status(self, n: int) -> int:
        """Answer DLE EOT n."""
        byte = 0x12
        match n:
            case 1:
                byte |= 0x08 * self.offline
            case 2:
                byte |= 0x04 * self.cover | 0x20 * (self.paper == OUT) | 0x40 * self.error
            case 3:
                byte |= 0x40 * self.error
            case 4:
                byte |= 0x0C * (self.paper != ENOUGH) | 0x60 * (self.paper == OUT)
        return byte

    def feed(self, data: bytes, answer: Callable[[bytes], object]) -> None:
        """Take bytes from the line.  DLE EOT is answered in real time, before what is buffered."""
        with self.changed:
            self.received += data
            self._buffer += data
            while (at := self._buffer.find(b"\x10\x04")) >= 0 and len(self._buffer) >= at + 3:
                n = self._buffer[at + 2]
                self._buffer = self._buffer[:at] + self._buffer[at + 3 :]
                self._print(answer, at)
                self._answer(answer, self.status(n))
            self._print(answer)
            self.changed.notify_all()

    def _answer(self, answer: Callable[[bytes], object], byte: int) -> None:
        if not self.silent:
            answer(self.says(byte))

    def _print(self, answer: Callable[[bytes], object], upto: int | None = None) -> None:
        left = len(self._buffer) if upto is None else upto
        while left > 0 and not self.offline and self.problem is None:
            try:
                if self._buffer[:2] == b"\x1dr" and self.knows_gs_r and left >= 3:
                    self._answer(answer, 0x03 * (self.paper != ENOUGH))
                taken = self.decoder.take(self._buffer[:left])
            except AssertionError as problem:
                self.problem = problem
                return
            if taken == NEEDS_MORE:
                return
            self._buffer, left = self._buffer[taken:], left - taken
            self._printed()

    def _printed(self) -> None:
        done = self.decoder.done
        if self.runs_out_after is not None and len(done) >= self.runs_out_after:
            self.paper, self.runs_out_after = OUT, None
        if done and done[-1] == CUT:
            self.slips.append(tuple(part for part in done if isinstance(part, Text | Qr)))
            done.clear()
            self.silent = self.silent or self.silent_after_cut

    def wait_for(self, count: int, seconds: float = 20.0) -> bool:
        """Wait until `count` slips lie cut."""
        with self.changed:
            found = self.changed.wait_for(lambda: len(self.slips) >= count or self.problem, seconds)
        if self.problem is not None:
            raise self.problem
        return bool(found)

    def lines(self, slip: int = -1) -> list[str]:
        """Read a slip."""
        return [p.text if isinstance(p, Text) else f"[QR {p.text}]" for p in self.slips[slip]]

    def picture(self, file: Path, slip: int = -1) -> None:
        """Save a slip as it looks."""
        proof(self.slips[slip], self.width).save(file)


class TcpPrinter(Printer):
    """The printer at 127.0.0.1:`port`.

    With `dies_after` so many bytes the connection is reset, as when the plug is pulled.
    """

    def __init__(self, width: int = 32, port: int = 0) -> None:
        super().__init__(width)
        self.dies_after: int | None = None
        self._connections: list[socket.socket] = []
        self._stopped = False
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            if self._stopped:
                _shut(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(4096):
                    if self.dies_after is not None and len(self.received + data) > self.dies_after:
                        self.feed(data[: self.dies_after - len(self.received)], connection.sendall)
                        self.dies_after = None
                        reset = struct.pack("ii", 1, 0)
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                        return
                    self.feed(data, connection.sendall)
            except OSError:
                return

    def hang_up(self) -> None:
        """Close every connection, as a printer does with idle ones."""
        connections, self._connections = self._connections, []
        for connection in connections:
            _shut(connection)

    def stop(self) -> None:
        """Switch it off: nobody listens any more."""
        self._stopped = True
        _shut(self._listener)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(5)


class SerialPrinter(Printer):
    """The printer on a pty; `path` is the port to open."""

    def __init__(self, width: int = 32) -> None:
        super().__init__(width)
        self._master, self._port = pty.openpty()
        tty.setraw(self._port)
        self.path = os.ttyname(self._port)
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._wake], [], [])
            if self._wake in ready:
                return
            try:
                data = os.read(self._master, 4096)
            except OSError:
                return
            self.feed(data, lambda answer: os.write(self._master, answer))

    def stop(self) -> None:
        """Pull the plug: the port is gone."""
        if self._thread.is_alive():
            os.write(self._waker, b"!")
            self._thread.join(5)
            for end in (self._port, self._master, self._wake, self._waker):
                os.close(end)


def usb_tree(root: Path, printers: dict[str, str], match: str = "") -> UsbPort:
    """Lay out what the kernel shows of USB printers: /dev/usb/lp*, and their ids in /sys.

    `printers` are files of printers, each with its vendor:product.
    """
    port = UsbPort(match, root / "sys/class/usbmisc", root / "dev/usb")
    port.classes.mkdir(parents=True)
    port.devices.mkdir(parents=True)
    for number, (path, ids) in enumerate(printers.items()):
        device = root / f"sys/devices/usb1/1-{number}"
        interface = device / f"1-{number}:1.0"
        (interface / f"usbmisc/lp{number}").mkdir(parents=True)
        for name, value in zip(("idVendor", "idProduct"), ids.split(":"), strict=True):
            (device / name).write_text(f"{value}\n")
        (interface / f"usbmisc/lp{number}/device").symlink_to(interface)
        (port.classes / f"lp{number}").symlink_to(interface / f"usbmisc/lp{number}")
        (port.devices / f"lp{number}").symlink_to(path)
    return port


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
