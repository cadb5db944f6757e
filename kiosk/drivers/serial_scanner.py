"""A code scanner on a serial port or with one of its own over USB (CDC-ACM), through pyserial.

The path is best a udev symlink (systemd/90-petshop-kiosk.rules): /dev/ttyACM0 may be another
device after the next start.
"""

import contextlib
import select
import termios
from typing import Any

from kiosk.domain.errors import DeviceError
from kiosk.drivers.framing import Framing
from kiosk.drivers.scanning import Scanner, refusal

# pyserial's SerialException is an OSError; termios.error, from a port that is gone, is not
_ERRORS = (OSError, termios.error)


class SerialScanner(Scanner):
    """The scanner at `path`, 8N1 at `baudrate`; a scanner with USB of its own ignores that.

    Raises DeviceAbsent, DeviceDenied, DeviceError, each with what to do.  The lock is advisory
    (flock): it keeps out a second kiosk, not a program that does not ask.
    """

    def __init__(self, path: str, baudrate: int = 9600) -> None:
        import serial  # 20 ms, and only where a scanner is configured

        super().__init__(path, Framing())
        self._port: Any = None
        try:
            self._port = serial.Serial(path, baudrate, timeout=0, exclusive=True)
        except termios.error as error:
            raise DeviceError(f"{path} is no serial port: {error}") from error
        except OSError as error:
            if error.errno is None:
                raise DeviceError(f"{path} is no serial port: {error}") from error
            raise refusal(path, error, "dialout") from error

    def close(self) -> None:
        with contextlib.suppress(*_ERRORS):
            self._port.close()

    def _read(self, seconds: float) -> bytes:
        try:
            # pyserial's own time-out is set by an ioctl on the port, for each value anew
            if not select.select([self._port], [], [], seconds)[0]:
                return b""
            return bytes(self._port.read(max(1, self._port.in_waiting)))
        except _ERRORS as error:
            raise self._gone() from error
