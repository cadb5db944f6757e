"""A deadline that is passed the time: when to do something again, with a growing pause."""

import math

from kiosk.runtime.worker import Backoff


class Timer:
    """At rest `due` is infinite.  Pauses in seconds, doubling from `first` up to `most`."""

    def __init__(self, first: float, most: float) -> None:
        self.due = math.inf
        self._backoff = Backoff(first, most)

    @property
    def armed(self) -> bool:
        """Whether there is something to wait for."""
        return self.due < math.inf

    def start(self, mono: float) -> None:
        """Wait the shortest pause from now."""
        self._backoff.reset()
        self.again(mono)

    def again(self, mono: float) -> None:
        """Wait the next, longer pause from now."""
        self.due = mono + self._backoff.pause()

    def at(self, mono: float) -> None:
        """Wait until then, leaving the growth of the pauses as it is."""
        self.due = mono

    def postpone(self, mono: float) -> None:
        """If waiting, wait at least the shortest pause from now: the answer is on its way."""
        if self.armed:
            self.due = max(self.due, mono + self._backoff.first)

    def rest(self) -> None:
        """Wait for nothing, leaving the growth of the pauses as it is."""
        self.due = math.inf

    def shorten(self) -> None:
        """Begin with the shortest pause next time; what is waited for now is still waited for."""
        self._backoff.reset()

    def reset(self) -> None:
        """Wait for nothing, and begin with the shortest pause next time."""
        self._backoff.reset()
        self.due = math.inf

    def passed(self, mono: float) -> bool:
        """Tell whether the time has come."""
        return mono >= self.due
