"""How a slip printer is reached: where it is, and the bytes there and back.

A connection raises OSError (or termios.error, which is none): `escpos_printer` translates both.
"""

import contextlib
import dataclasses as dc
import errno
import os
import select
import socket
import stat
import termios
import time
from pathlib import Path
from typing import Any, Protocol

from kiosk.domain.errors import DeviceAbsent
from kiosk.drivers.escpos_library import printers

_CHUNK = 4096


class Connection(Protocol):
    """An open way to the printer.  Durations in seconds.  Every method may raise OSError."""

    def send(self, data: bytes) -> None:
        """Send all of it; raises TimeoutError when the printer takes no more."""

    def receive(self, seconds: float) -> bytes:
        """Read what is there, or the first byte within `seconds`; b"" after that.

        0 does not wait.  Raises ConnectionResetError when the printer hung up.
        """

    def finish(self) -> None:
        """Wait until a slow line has carried everything.  Raises TimeoutError."""

    def close(self) -> None:
        """Hang up; what was not sent is dropped."""


@dc.dataclass(frozen=True, slots=True)
class Network:
    """A printer with an address; port 9100 is raw printing."""

    host: str
    port: int = 9100

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def connect(self, timeout: float, _print_seconds: float) -> Connection:
        """Connect.  Raises OSError."""
        return _Socket(socket.create_connection((self.host, self.port), timeout), timeout)


@dc.dataclass(frozen=True, slots=True)
class SerialLine:
    """A printer on a serial port, 8N1."""

    path: str
    baud: int = 9600

    def __str__(self) -> str:
        return self.path

    def connect(self, timeout: float, print_seconds: float) -> Connection:
        """Open the port.  Raises OSError."""
        device = printers().Serial(self.path, self.baud, timeout=timeout)
        try:
            device.open()
        except Exception as error:
            # escpos wraps what pyserial said
            raise _os_error(error) from error
        # taken out of it: with its last reference gone, escpos would close the port
        port, device._device = device.device, False
        return _Port(port, print_seconds)


@dc.dataclass(frozen=True, slots=True)
class DeviceFile:
    """A printer that the kernel shows as a file, as usblp does with /dev/usb/lp0."""

    path: str

    def __str__(self) -> str:
        return self.path

    def connect(self, _timeout: float, print_seconds: float) -> Connection:
        """Open the file.  Raises OSError."""
        fd = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        if not stat.S_ISCHR(os.fstat(fd).st_mode):
            os.close(fd)
            raise OSError(errno.ENOTTY, "no device, so it could never say what was printed")
        return _File(fd, print_seconds)


@dc.dataclass(frozen=True, slots=True)
class UsbPort:
    """A printer of the USB printer class: the one with this `vendor:product`, or the only one.

    Four hexadecimal digits each, as lsusb shows them.  The kernel's usblp drives it.
    """

    match: str = ""
    classes: Path = Path("/sys/class/usbmisc")
    devices: Path = Path("/dev/usb")

    def __str__(self) -> str:
        return f"USB {self.match}" if self.match else "USB"

    def connect(self, timeout: float, print_seconds: float) -> Connection:
        """Find it and open its file.  Raises DeviceAbsent, OSError."""
        return DeviceFile(str(self.find())).connect(timeout, print_seconds)

    def found(self) -> dict[str, str]:
        """List the files of all USB printers that are plugged in, each with its vendor:product."""
        return {
            str(self.devices / entry.name): f"{_id(entry, 'idVendor')}:{_id(entry, 'idProduct')}"
            for entry in sorted(self.classes.glob("lp[0-9]*"))
        }

    def find(self) -> Path:
        """Return the printer's file.  Raises DeviceAbsent."""
        found = self.found()
        fitting = [file for file, ids in found.items() if self.match.lower() in ("", ids)]
        if len(fitting) == 1:
            return Path(fitting[0])
        there = ", ".join(f"{ids} at {file}" for file, ids in found.items())
        if not found:
            raise DeviceAbsent("no USB printer is plugged in and switched on")
        if not fitting:
            raise DeviceAbsent(f"no USB printer {self.match}; plugged in: {there}")
        raise DeviceAbsent(f"several USB printers; tell which by printer.match: {there}")


def _id(entry: Path, name: str) -> str:
    """Read an id of the USB device that this interface belongs to (sysfs-bus-usb)."""
    try:
        return ((entry / "device").resolve().parent / name).read_text().strip().lower()
    except OSError:
        return "????"


Line = Network | SerialLine | DeviceFile | UsbPort


class _Socket:
    def __init__(self, connection: socket.socket, timeout: float) -> None:
        self._socket, self._timeout = connection, timeout
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self, seconds: float) -> bytes:
        self._socket.settimeout(seconds)
        try:
            data = self._socket.recv(_CHUNK)
        except (TimeoutError, BlockingIOError):
            return b""
        finally:
            self._socket.settimeout(self._timeout)
        if not data:
            raise ConnectionResetError("the printer closed the connection")
        return data

    def finish(self) -> None:
        """Nothing to wait for: the printer's own answer tells."""

    def close(self) -> None:
        self._socket.close()


class _Port:
    """A serial port; `port` is pyserial's."""

    def __init__(self, port: Any, print_seconds: float) -> None:
        self._port, self._seconds = port, print_seconds
        port.write_timeout = print_seconds

    def send(self, data: bytes) -> None:
        self._port.write(data)

    def receive(self, seconds: float) -> bytes:
        self._port.timeout = seconds
        return bytes(self._port.read(max(1, self._port.in_waiting)))

    def finish(self) -> None:
        deadline = time.monotonic() + self._seconds
        while self._port.out_waiting:
            if time.monotonic() > deadline:
                raise TimeoutError("the line is held up")
            time.sleep(0.01)

    def close(self) -> None:
        # Not by escpos: it waits until the line has run empty, which it never does with the paper
        # out, and keeps the port open when that fails.
        with contextlib.suppress(OSError, termios.error):
            self._port.reset_output_buffer()
        self._port.close()


class _File:
    def __init__(self, fd: int, print_seconds: float) -> None:
        self._fd, self._seconds = fd, print_seconds

    def send(self, data: bytes) -> None:
        deadline = time.monotonic() + self._seconds
        while data:
            self._wait(select.POLLOUT, deadline)
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(self._fd, data[:_CHUNK]) :]

    def receive(self, seconds: float) -> bytes:
        try:
            self._wait(select.POLLIN, time.monotonic() + seconds)
            data = os.read(self._fd, _CHUNK)
        except (TimeoutError, BlockingIOError):
            return b""
        if not data:
            # a printer that answers with empty packets must not be asked in a hot loop
            time.sleep(min(seconds, 0.01))
        return data

    def finish(self) -> None:
        """Nothing to wait for: usblp returns from a write when the printer has taken it."""

    def close(self) -> None:
        os.close(self._fd)

    def _wait(self, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(self._fd, event)
        left = max(0.0, deadline - time.monotonic())
        ready = poll.poll(left * 1000)
        if not ready:
            raise TimeoutError("the printer takes no more")
        if ready[0][1] & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
            raise OSError(errno.ENODEV, "the printer is unplugged")


def _os_error(error: BaseException) -> OSError:
    """Find the system's error below a wrapped one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return OSError(str(error) or type(error).__name__)
