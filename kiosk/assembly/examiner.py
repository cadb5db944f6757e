"""The check of the devices that a technician asks for on the terminal itself."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from kiosk.assembly.devices import Bench
from kiosk.domain.events import Correlation, Event, Examined
from kiosk.runtime.worker import Worker
from kiosk.settings.options import Config


class Examiner:
    """Checks the devices of a running kiosk, on a thread of its own, and posts what was found."""

    def __init__(
        self,
        config: Config,
        bench: Bench,
        workers: Iterable[Worker[Any]],
        clock_off: Callable[[], float | None],
    ) -> None:
        self._config, self._bench = config, bench
        self._workers, self._clock_off = tuple(workers), clock_off

    def begin(self, correlation: Correlation, post: Callable[[Event], None]) -> None:
        """Begin to check; returns at once.  Every probe has its time-out, and so has the whole."""
        clock_off = self._clock_off()

        def check() -> None:
            # the doctor is imported when it is asked for: no start waits for it
            from kiosk.assembly.examination import examined

            found = examined(self._config, self._bench, self._workers, clock_off)
            post(Examined(correlation, found))

        threading.Thread(target=check, name="doctor", daemon=True).start()
