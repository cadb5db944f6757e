"""Push buttons as contacts that bounce: levels in, presses out.  No device is touched here.

A press is reported only after the contact was seen closed for the whole of SETTLE, and the next
one only after it was seen open as long: a button confirms a payment, so a press that is not
certain is no press.
"""

from collections.abc import Mapping

from kiosk.domain.devices import Button

SETTLE = 0.02
"""Seconds for which a level must hold; the contacts of small push buttons bounce for 1 to 10 ms."""


class Contacts:
    """Three contacts; `closed` is how they are at the start, so a stuck one is no press."""

    def __init__(self, closed: Mapping[Button, bool]) -> None:
        self._closed = dict(closed)
        self._since: dict[Button, float] = {}

    def see(self, closed: Mapping[Button, bool], now: float) -> list[Button]:
        """Take the levels at `now` (monotonic seconds); return the buttons just pressed."""
        return [button for button, level in closed.items() if self._pressed(button, level, now)]

    def _pressed(self, button: Button, level: bool, now: float) -> bool:
        if level == self._closed[button]:
            self._since.pop(button, None)
            return False
        if now - self._since.setdefault(button, now) < SETTLE:
            return False
        del self._since[button]
        self._closed[button] = level
        return level
