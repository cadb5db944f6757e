"""One owner thread per blocking thing: opens lazily, reopens with backoff, says how it is.

A worker posts and never decides.  Two kinds: an InputWorker polls its device and posts what
happened; an OutputWorker takes jobs from its queue.  A DeviceError closes the device, is reported
as a PartReport, and the device is opened again after a growing pause; any other exception is a
bug, logged with its traceback, and treated the same so that one part never takes the rest down.
"""

import collections
import dataclasses as dc
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.runtime.clock import Clock

log = logging.getLogger(__name__)


class Closable(Protocol):
    """What a worker owns can be closed; closing a broken device must not raise."""

    def close(self) -> None:
        """Give the device back.  Never raises."""


D = TypeVar("D", bound=Closable)
J = TypeVar("J")
E_co = TypeVar("E_co", covariant=True)
E = TypeVar("E")


class Backoff:
    """Pauses between attempts, in seconds: doubling from `first` up to `most`."""

    def __init__(self, first: float = 0.1, most: float = 2.0) -> None:
        self.first, self.most, self._next = first, most, first

    def reset(self) -> None:
        """Start again from the shortest pause."""
        self._next = self.first

    def pause(self) -> float:
        """Return the next pause."""
        pause, self._next = self._next, min(self._next * 2, self.most)
        return pause


def state_of(error: Exception) -> PartState:
    """Name the state that an error puts a part in."""
    match error:
        case DeviceAbsent():
            return PartState.ABSENT
        case DeviceDenied():
            return PartState.DENIED
        case _:
            return PartState.FAULT


@dc.dataclass(frozen=True)
class Duty:
    """What a worker answers for: its part, to whom it reports, and the clock it beats by."""

    part: Part
    report: Callable[[PartReport], None]
    clock: Clock
    backoff: Backoff = dc.field(default_factory=Backoff)
    name: str = ""


class Worker(Generic[D]):
    """Owns one device on one thread.  `last_beat` is the clock's mono() of the last turn."""

    def __init__(self, duty: Duty, open_device: Callable[[], D]) -> None:
        self.part, self.last_beat = duty.part, duty.clock.mono()
        self._open, self._report, self._clock = open_device, duty.report, duty.clock
        self._backoff = duty.backoff
        self._stop = threading.Event()
        self._last: PartReport | None = None
        self.thread = threading.Thread(
            target=self._run, name=duty.name or duty.part.value, daemon=True
        )

    def start(self) -> None:
        """Start the thread; the device is opened on it."""
        self.thread.start()

    def stop(self) -> None:
        """Ask the thread to end; returns at once."""
        self._stop.set()

    def join(self, seconds: float = 5.0) -> bool:
        """Wait for the end; False when the thread still hangs in its device."""
        self.thread.join(seconds)
        return not self.thread.is_alive()

    def _beat(self) -> None:
        self.last_beat = self._clock.mono()

    def _say(self, state: PartState, detail: str = "") -> None:
        report = PartReport(self.part, state, detail)
        if report != self._last:
            self._last = report
            self._report(report)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._beat()
            device: D | None = None
            try:
                device = self._open()
                self._say(PartState.READY)
                self._serve(device)
            except DeviceError as e:
                self._say(state_of(e), str(e))
            except Exception as e:
                log.exception("%s: bug in its driver", self.part)
                self._say(PartState.FAULT, f"{type(e).__name__}: {e}")
            finally:
                if device is not None:
                    self._close(device)
            self._stop.wait(self._backoff.pause())

    def _close(self, device: D) -> None:
        try:
            device.close()
        except Exception:
            log.exception("%s: close() raised", self.part)

    def _serve(self, device: D) -> None:
        """Use the device until stopped.  Resets the backoff whenever the device did something:
        one that opens and then fails every time must not be reopened in a hot loop.
        """
        raise NotImplementedError


class InputDevice(Closable, Protocol[E_co]):
    """A device that is asked what has happened."""

    def poll(self, seconds: float) -> Iterable[E_co]:
        """Wait up to `seconds` and return what happened, oldest first.  Raises DeviceError."""


class InputWorker(Worker[InputDevice[E]], Generic[E]):
    """Polls a device and posts each event."""

    def __init__(
        self,
        duty: Duty,
        open_device: Callable[[], InputDevice[E]],
        post: Callable[[E], None],
    ) -> None:
        super().__init__(duty, open_device)
        self._post = post

    def _serve(self, device: InputDevice[E]) -> None:
        while not self._stop.is_set():
            for event in device.poll(0.25):
                self._post(event)
            self._backoff.reset()
            self._beat()


class OutputWorker(Worker[D], Generic[D, J]):
    """Does jobs in order.  With `newest_only` a waiting job is replaced by a newer one.

    Each job put is either done once or told once to `dropped(job)`: the job in hand when the
    device failed, those that wait when it cannot be opened, and those that wait at the end.  What
    a device that hangs holds up is told when `join` gives up on it; `dropped` may therefore run on
    any thread, and only the job in hand stays without an answer.  A newest_only worker
    drops nothing: its job is a state, and the newest is done again when the device is back.
    `idle` runs between jobs, and may raise DeviceError to have the device opened again.
    """

    def __init__(
        self,
        duty: Duty,
        open_device: Callable[[], D],
        do: Callable[[D, J], None],
        *,
        newest_only: bool = False,
        dropped: Callable[[J], None] = lambda _: None,
        idle: Callable[[D], None] = lambda _: None,
    ) -> None:
        super().__init__(duty, open_device)
        self._do, self._dropped, self._idle = do, dropped, idle
        self._newest_only = newest_only
        self._jobs: collections.deque[J] = collections.deque(maxlen=1 if newest_only else None)
        self._wake = threading.Condition()
        self._current: J | None = None
        self._down = self._ended = False

    def put(self, job: J) -> None:
        """Hand over a job; never blocks on the device.

        After the end, and while the device is known to be away, it is dropped at once: a slip
        that comes out minutes later is nobody's.
        """
        with self._wake:
            refused = self._ended or (self._down and not self._newest_only)
            if not refused:
                self._jobs.append(job)
                self._wake.notify()
        if refused and not self._newest_only:
            self._drop(job)

    def stop(self) -> None:
        """Ask the thread to end after the job in hand."""
        super().stop()
        with self._wake:
            self._wake.notify_all()

    def join(self, seconds: float = 5.0) -> bool:
        """Wait for the end; False when the thread still hangs in its device."""
        ended = super().join(seconds)
        if not ended and self._stop.is_set():
            self._end()
        return ended

    def _run(self) -> None:
        try:
            super()._run()
        finally:
            self._end()

    def _end(self) -> None:
        with self._wake:
            self._ended = True
        self._drop_waiting()

    def _take(self) -> J | None:
        with self._wake:
            if not self._jobs and not self._stop.is_set():
                self._wake.wait(0.25)
            return self._jobs.popleft() if self._jobs else None

    def _serve(self, device: D) -> None:
        with self._wake:
            if self._current is not None and not self._jobs:
                self._jobs.append(self._current)
        while not self._stop.is_set():
            job = self._take()
            self._beat()
            if job is None:
                self._idle(device)
                continue
            try:
                self._do(device, job)
            except Exception:
                self._give_up(job)
                raise
            self._backoff.reset()
            if self._newest_only:
                self._current = job

    def _give_up(self, job: J) -> None:
        if self._newest_only:
            self._current = job
        else:
            self._drop(job)

    def _say(self, state: PartState, detail: str = "") -> None:
        super()._say(state, detail)
        with self._wake:
            self._down = state is not PartState.READY
        if self._down:
            self._drop_waiting()

    def _drop_waiting(self) -> None:
        if self._newest_only:
            return
        with self._wake:
            waiting, self._jobs = list(self._jobs), collections.deque()
        for job in waiting:
            self._drop(job)

    def _drop(self, job: J) -> None:
        # raised here, a bug would take the thread and the rest of the jobs with it
        try:
            self._dropped(job)
        except Exception:
            log.exception("%s: dropped() raised", self.part)
