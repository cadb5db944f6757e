"""A bench for workers: what they report, and devices that fail when the test says so."""

import dataclasses as dc
import datetime as dt
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.runtime.clock import VirtualClock
from kiosk.runtime.worker import Backoff, Duty

T = TypeVar("T")
PATIENCE = 10.0
"""Seconds that a test waits for another thread before it fails."""


class Seen(Generic[T]):
    """A list that can be waited on; `add` may be called from any thread."""

    def __init__(self) -> None:
        self._items: list[T] = []
        self._changed = threading.Condition()

    def add(self, item: T) -> None:
        with self._changed:
            self._items.append(item)
            self._changed.notify_all()

    def items(self) -> list[T]:
        with self._changed:
            return list(self._items)

    def until(self, enough: Callable[[list[T]], bool]) -> list[T]:
        """Wait until it holds of the items."""
        with self._changed:
            assert self._changed.wait_for(lambda: enough(self._items), PATIENCE), self._items
            return list(self._items)

    def count(self, at_least: int) -> list[T]:
        return self.until(lambda items: len(items) >= at_least)


class QuickBackoff(Backoff):
    """Notes the pauses it would make, and makes none."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: Seen[float] = Seen()

    def pause(self) -> float:
        self.pauses.add(super().pause())
        return 0.0


@dc.dataclass
class Bench:
    """All that a worker under test talks to."""

    clock: VirtualClock = dc.field(
        default_factory=lambda: VirtualClock(dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    )
    reports: Seen[PartReport] = dc.field(default_factory=Seen)
    backoff: Backoff = dc.field(default_factory=QuickBackoff)

    def duty(self, part: Part = Part.PRINTER) -> Duty:
        return Duty(part, self.reports.add, self.clock, self.backoff)

    def states(self) -> list[PartState]:
        return [report.state for report in self.reports.items()]

    def pauses(self) -> Seen[float]:
        assert isinstance(self.backoff, QuickBackoff)
        return self.backoff.pauses


class Socket(Generic[T]):
    """Where a device is plugged in: makes devices, counts them, and runs out of errors to raise.

    `errors` are raised by the first openings, one each; then every opening gives a device.
    """

    def __init__(self, make: Callable[["Socket[T]"], T], *errors: Exception) -> None:
        self._make, self._errors = make, list(errors)
        self.opened: Seen[str] = Seen()
        self.closed: Seen[str] = Seen()

    def even(self) -> bool:
        """Tell whether every device that was opened has been closed."""
        return len(self.opened.items()) == len(self.closed.items())

    def open(self) -> T:
        if self._errors:
            raise self._errors.pop(0)
        self.opened.add(threading.current_thread().name)
        return self._make(self)


class Paper:
    """A device that jobs are written on."""

    def __init__(self, socket: "Socket[Paper]") -> None:
        self._socket = socket

    def close(self) -> None:
        self._socket.closed.add(threading.current_thread().name)
