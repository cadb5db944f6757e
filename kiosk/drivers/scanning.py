"""What the scanners share: waiting for a code, and what a device file's refusal means."""

import abc
import errno
import time

from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.domain.events import Stimulus
from kiosk.drivers.framing import Framing

_NOT_THERE = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM)
_HELD = (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK)


def refusal(path: str, error: Exception, group: str) -> DeviceError:
    """Translate what opening a device file raised; `group` is whom it belongs to."""
    number = getattr(error, "errno", None)
    if number in _NOT_THERE:
        return DeviceAbsent(f"nothing is plugged in at {path}; what there is: ls -l /dev/kiosk-*")
    if number in _NOT_ALLOWED:
        return DeviceDenied(
            f"may not open {path}: put the daemon's user into its group and restart it: "
            f"usermod -aG {group} kiosk"
        )
    if number in _HELD:
        return DeviceDenied(f"another program holds {path}; which one: fuser -v {path}")
    return DeviceError(f"{path} cannot be opened: {error}")


class Scanner(abc.ABC):
    """A scanner at `path`, one thread's own; a subclass knows how to read from it."""

    def __init__(self, path: str, framing: Framing) -> None:
        self._path, self._framing = path, framing

    def poll(self, seconds: float) -> list[Stimulus]:
        """Wait up to `seconds` for a code.  Raises DeviceAbsent when the scanner is gone."""
        now = time.monotonic()
        end = now + seconds
        while True:
            due = self._framing.due
            data = self._read(max(0.0, (end if due is None else min(end, due)) - now))
            now = time.monotonic()
            # a code that waited while this thread did not run is fed before silence is judged
            events = self._framing.feed(data, now) if data else self._framing.quiet(now)
            if events or now >= end:
                return events

    @abc.abstractmethod
    def _read(self, seconds: float) -> bytes:
        """Wait up to `seconds` for bytes; empty when none came.  Raises DeviceAbsent."""

    @abc.abstractmethod
    def close(self) -> None:
        """Give the device back."""

    def _gone(self) -> DeviceAbsent:
        return DeviceAbsent(f"the scanner at {self._path} was unplugged")
