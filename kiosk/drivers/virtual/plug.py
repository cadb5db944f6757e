"""What every virtual device shares: a lock, a plug that can be pulled, and a queue of events."""

import collections
import threading
from typing import Self

from kiosk.domain.errors import DeviceAbsent
from kiosk.domain.events import Stimulus


class Plugged:
    """A device with a plug.  open() is what its worker opens; every use checks the plug.

    While it `hangs`, whoever uses it does not come back.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.plugged, self.hangs = True, False

    def open(self) -> Self:
        """Return the device itself.  Raises DeviceAbsent while it is unplugged."""
        self.require()
        return self

    def require(self) -> None:
        """Raise DeviceAbsent while the device is unplugged."""
        with self.changed:
            self.changed.wait_for(lambda: not self.hangs)
        if not self.plugged:
            raise DeviceAbsent(f"{type(self).__name__} is unplugged")

    def unplug(self) -> None:
        """Pull the plug."""
        with self.changed:
            self.plugged = False
            self.changed.notify_all()

    def plug(self) -> None:
        """Put the plug back."""
        with self.changed:
            self.plugged = True
            self.changed.notify_all()

    def hang(self) -> None:
        """Let nobody come back who uses the device, plugged in or not."""
        with self.changed:
            self.hangs = True
            self.changed.notify_all()

    def go_on(self) -> None:
        """Let them all come back."""
        with self.changed:
            self.hangs = False
            self.changed.notify_all()


class EventQueue(Plugged):
    """An input device whose events come one by one from a hand."""

    def __init__(self) -> None:
        super().__init__()
        self._events: collections.deque[Stimulus] = collections.deque()

    def poll(self, seconds: float) -> list[Stimulus]:
        with self.changed:
            self.changed.wait_for(lambda: self._events or self.hangs or not self.plugged, seconds)
            self.require()
            events = list(self._events)
            self._events.clear()
        return events

    def post(self, event: Stimulus) -> None:
        """Let this have happened; on an unplugged device nothing happens."""
        with self.changed:
            if self.plugged:
                self._events.append(event)
                self.changed.notify_all()

    def unplug(self) -> None:
        """Pull the plug; what was not yet asked for is lost."""
        with self.changed:
            self._events.clear()
            super().unplug()

    def close(self) -> None:
        """Nothing to give back."""
