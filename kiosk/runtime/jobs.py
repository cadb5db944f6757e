"""A worker that is given jobs, for a device that does something: print, show, light, play."""

import collections
import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from kiosk.domain.devices import Ailment, PartState
from kiosk.runtime.worker import D, Duty, Worker

log = logging.getLogger(__name__)

J = TypeVar("J")


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

    def _tell(self, state: PartState, detail: str, ailment: Ailment | None) -> None:
        super()._tell(state, detail, ailment)
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
            log.exception("%s: dropped() raised", self.key)
