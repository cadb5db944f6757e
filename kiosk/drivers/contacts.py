"""Push buttons as contacts that bounce: levels in, events out.  No device is touched here.

A press is told only after the contact was seen closed for the whole of SETTLE, and the next one
only after it was seen open as long: a button confirms a payment, so a press that is not certain
is no press.  It is told once, however long the button is down.
"""

from collections.abc import Iterator, Mapping

from kiosk.domain.devices import Button, Part, PartReport, PartState
from kiosk.domain.events import BackHeld, ButtonPressed, PartChanged, Stimulus

SETTLE = 0.02
"""Seconds for which a level must hold; the contacts of small push buttons bounce for 1 to 10 ms."""

HELD = 1.0
"""Seconds after which C counts as held down."""

STUCK = 20.0
"""Seconds after which a button counts as stuck: under a parcel, or its wire lies on ground."""


class Contacts:
    """Three contacts; `closed` is how they are at the start, so a stuck one is no press."""

    def __init__(self, closed: Mapping[Button, bool]) -> None:
        self._closed = dict(closed)
        self._since: dict[Button, float] = {}
        self._down: dict[Button, float] = {}
        self._held = closed.get(Button.C, False)
        self._stuck: tuple[Button, ...] = ()

    def see(self, closed: Mapping[Button, bool], now: float) -> list[Stimulus]:
        """Take the levels at `now` (monotonic seconds); return what has happened."""
        events: list[Stimulus] = [
            ButtonPressed(button)
            for button, level in closed.items()
            if self._pressed(button, level, now)
        ]
        for button, level in self._closed.items():
            if level:
                self._down.setdefault(button, now)
            else:
                self._down.pop(button, None)
        return [*events, *self._long(now)]

    def _pressed(self, button: Button, level: bool, now: float) -> bool:
        if level == self._closed[button]:
            self._since.pop(button, None)
            return False
        if now - self._since.setdefault(button, now) < SETTLE:
            return False
        del self._since[button]
        self._closed[button] = level
        return level

    def _long(self, now: float) -> Iterator[Stimulus]:
        if not self._closed.get(Button.C):
            self._held = False
        elif not self._held and now - self._down[Button.C] >= HELD:
            self._held = True
            yield BackHeld()
        stuck = tuple(button for button, since in self._down.items() if now - since >= STUCK)
        if stuck != self._stuck:
            self._stuck = stuck
            yield PartChanged(state(stuck))


def state(stuck: tuple[Button, ...]) -> PartReport:
    """Say how buttons are of which these are stuck: the others go on."""
    if not stuck:
        return PartReport(Part.BUTTONS, PartState.READY)
    names = " and ".join(stuck)
    return PartReport(
        Part.BUTTONS, PartState.FAULT, f"held down all the time: {names}; free it, or see its wire"
    )
