"""The workers of a kiosk's peripherals, all together."""

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from kiosk.runtime.worker import Worker

Stuck = Mapping[str, threading.Thread]
"""Threads of earlier workers, by part, that did not end because their device holds them."""


class Crew:
    """Starts, watches and stops every worker.  A thread that hangs is never doubled."""

    def __init__(self, workers: Iterable[Worker[Any]]) -> None:
        self.workers = tuple(workers)

    def start(self, stuck: Stuck) -> None:
        """Start every thread; that of a part in `stuck` opens its device after that one ended."""
        for worker in self.workers:
            worker.start(stuck.get(worker.key))

    def look(self) -> None:
        """Say of each part that hangs that it does; every second or so."""
        for worker in self.workers:
            worker.look()

    def stop(self) -> None:
        """Ask every thread to end."""
        for worker in self.workers:
            worker.stop()

    def join(self, seconds: float) -> tuple[str, ...]:
        """Wait for all of them, `seconds` in all; name those that still hang."""
        end = time.monotonic() + seconds
        late = [w for w in self.workers if not w.join(max(0.0, end - time.monotonic()))]
        return tuple(worker.key for worker in late)

    def stuck(self) -> dict[str, threading.Thread]:
        """Return the threads, by part, that live."""
        return {w.key: w.thread for w in self.workers if w.thread.is_alive()}
