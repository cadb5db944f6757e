"""A code scanner that is a USB keyboard (keyboard wedge), through Linux's event devices.

It is grabbed: what it reads is typed into no console and no other program.  The path is best
one of /dev/input/by-id/*-event-kbd, which survive a change of ports.  Reading the events takes
one struct and one ioctl, so that no library is needed (the evdev package is a C extension).
"""

import contextlib
import errno
import fcntl
import os
import select
from collections.abc import Callable

from kiosk.domain.errors import DeviceError
from kiosk.drivers.framing import Framing
from kiosk.drivers.keys import EVENT, Keys
from kiosk.drivers.scanning import Scanner, refusal

IDLE = 0.3
"""Seconds of silence that end a code: some scanners type as slowly as 80 ms a key."""

EVIOCGRAB = 0x40044590
"""_IOW('E', 0x90, int), include/uapi/linux/input.h."""

_READ = 64 * EVENT.size


def grab(file: int) -> None:
    """Take an event device for this program alone.  Raises OSError; EBUSY when another has it."""
    fcntl.ioctl(file, EVIOCGRAB, 1)


class KeyboardScanner(Scanner):
    """The scanner at `path`.  Raises DeviceAbsent, DeviceDenied, DeviceError, with what to do."""

    def __init__(self, path: str, grab: Callable[[int], None] = grab) -> None:
        super().__init__(path, Framing(IDLE))
        self._keys, self._file = Keys(), -1
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            grab(self._file)
        except OSError as error:
            self.close()
            if error.errno in (errno.ENOTTY, errno.EINVAL):
                raise DeviceError(f"{path} is no event device; see /dev/input/by-id") from error
            raise refusal(path, error, "input") from error

    def close(self) -> None:
        file, self._file = self._file, -1
        if file >= 0:
            with contextlib.suppress(OSError):
                os.close(file)

    def _read(self, seconds: float) -> bytes:
        try:
            if not select.select([self._file], [], [], seconds)[0]:
                return b""
            data = os.read(self._file, _READ)
        except BlockingIOError:
            return b""
        except (OSError, ValueError) as error:
            raise self._gone() from error
        if not data:
            raise self._gone()
        return self._keys.feed(data)
