"""The one batch that may be in flight.

A row is done when central's application answers for it, never on the broker's PUBACK: a broker
killed with its default settings loses messages that it has acknowledged (docs/decisions/0004).
Until then the same bytes are sent again.
"""

from kiosk.domain import wire
from kiosk.sync.actions import Publish, ReadBatch
from kiosk.sync.options import Limits
from kiosk.sync.ports import Standing
from kiosk.sync.timer import Timer


class Outbox:
    """What has been read and sent, and is not yet answered for."""

    def __init__(self, limits: Limits, timer: Timer) -> None:
        self.flight: Publish | None = None
        self.timer = timer
        self._limits = limits
        self._rows = limits.rows
        self._reading: ReadBatch | None = None
        self._sent = 0
        self._nudged = False

    def nudge(self) -> None:
        """There may be rows that the last standing does not show."""
        self._nudged = True

    def forget(self) -> None:
        """Drop what is in flight; its rows stay above the mark and are read again."""
        self.flight = self._reading = None
        self.timer.reset()

    def next_read(self, standing: Standing) -> ReadBatch | None:
        """Return what to read now, if nothing is under way and something may be waiting."""
        if self.flight is not None or self._reading is not None:
            return None
        if not self._nudged and standing.last_seq <= standing.acknowledged:
            return None
        self._nudged = False
        self._reading = ReadBatch(standing.acknowledged, self._rows, self._limits.bytes)
        return self._reading

    def took(
        self, action: ReadBatch, batch: wire.Transactions | None, mono: float
    ) -> Publish | None:
        """Take rows that were read; what to send, if this reading is still wanted."""
        if action is not self._reading:
            return None
        self._reading = None
        if batch is None:
            return None
        self.flight, self._sent = Publish.of(batch), 1
        self.timer.start(mono)
        return self.flight

    def answered(self, acknowledged: int) -> None:
        """Central has moved the mark: what is left of the flight is read anew from there."""
        if self.flight is None or not isinstance(self.flight.message, wire.Transactions):
            return
        if acknowledged >= self.flight.message.first:
            self._rows = min(self._rows * 2, self._limits.rows)
            self.forget()

    def overdue(self, mono: float) -> Publish | None:
        """Return the flight to send again; None when it was sent often enough: smaller, later."""
        if self._sent >= self._limits.sends:
            self.shrink()
            self.forget()
            return None
        self._sent += 1
        self.timer.again(mono)
        return self.flight

    def shrink(self) -> None:
        """Send fewer rows at a time: this many were not answered for, or not taken."""
        self._rows = max(self._rows // 2, 1)
