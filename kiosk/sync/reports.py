"""What the kiosk tells central beside its rows: unknown cards, and how the terminal is.

Nothing of it is on disk, and central answers none of it.  Offline the latest unknown cards are
remembered for some minutes: the person with the new card may still stand at the counter.
"""

import math

import msgspec

from kiosk.domain.wire import Health, MediumSeen
from kiosk.sync.actions import Publish
from kiosk.sync.counters import Counters
from kiosk.sync.options import Timing

MOST_SEEN = 20


class Reports:
    """What is to be told.  A state of health is sent when it changed, not more often than paced."""

    def __init__(self, timing: Timing, counters: Counters) -> None:
        self._timing, self._counters = timing, counters
        self._seen: dict[str, tuple[float, MediumSeen]] = {}
        self._health: Health | None = None
        self._told: Health | None = None
        self._next = -math.inf

    @property
    def due(self) -> float:
        """When `step` has something to do, in monotonic seconds."""
        if self._seen:
            return -math.inf
        return math.inf if self._health == self._told else self._next

    def saw(self, message: MediumSeen, mono: float) -> None:
        """Remember an unknown card; the same card again replaces the earlier time."""
        self._seen.pop(message.key, None)
        self._seen[message.key] = mono, message
        if len(self._seen) > MOST_SEEN:
            del self._seen[next(iter(self._seen))]
            self._counters.dropped += 1

    def felt(self, health: Health) -> None:
        """Note how the terminal is; the number of waiting rows is filled in when it is sent."""
        self._health = msgspec.structs.replace(health, waiting=0)

    def restart(self) -> None:
        """Tell how the terminal is after each welcome."""
        self._told, self._next = None, -math.inf

    def step(self, waiting: int, mono: float) -> list[Publish]:
        """Return what to send now that central answers."""
        oldest = mono - self._timing.seen_most
        fresh = [message for at, message in self._seen.values() if at >= oldest]
        self._counters.dropped += len(self._seen) - len(fresh)
        self._seen.clear()
        messages = [Publish.of(message) for message in fresh]
        if self._health is not None and self._health != self._told and mono >= self._next:
            self._told, self._next = self._health, mono + self._timing.health
            messages.append(Publish.of(msgspec.structs.replace(self._health, waiting=waiting)))
        return messages
