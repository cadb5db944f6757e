"""Central's clock, overheard from its welcomes: the one time from outside that a kiosk gets.

It tells a technician that a clock is wrong which the kernel believes in, and the journal how old
its rows are.  No money is decided by it.
"""

import datetime as dt
from collections.abc import Callable

from kiosk.domain import wire
from kiosk.domain.errors import Malformed
from kiosk.runtime.clock import Clock
from kiosk.sync.ports import CameDown, LinkEvent

_MOST = 4096
"""No welcome is longer, in bytes; everything longer is not looked into."""


class CentralClock:
    """Set on the link's thread; read from any."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start: dt.datetime | None = None

    def overhearing(self, post: Callable[[LinkEvent], None]) -> Callable[[LinkEvent], None]:
        """Return a mailbox that passes everything on, and notes the time of a welcome."""

        def both(event: LinkEvent) -> None:
            if isinstance(event, CameDown):
                self._note(event.payload)
            post(event)

        return both

    def _note(self, payload: bytes) -> None:
        if len(payload) > _MOST or b'"welcome"' not in payload:
            return
        try:
            message = wire.decode_down(payload)
        except Malformed:
            return  # the session counts it
        if isinstance(message, wire.Welcome):
            # central's time when mono() was 0: it stays true when the wall clock is set meanwhile
            self._start = message.now - dt.timedelta(seconds=self._clock.mono())

    def now(self) -> dt.datetime | None:
        """Return central's time as it is by now; None before the first welcome."""
        if self._start is None:
            return None
        return self._start + dt.timedelta(seconds=self._clock.mono())

    def off_seconds(self) -> float | None:
        """Return how far the wall clock is ahead of central's; None before the first welcome."""
        central = self.now()
        return None if central is None else (self._clock.now() - central).total_seconds()
