"""A whole kiosk on virtual parts, with a person in front of it, for whom time stands still."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from kiosk.assembly.kiosk import Kiosk
from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Button, Part, PartState
from kiosk.domain.effects import Effect, Show
from kiosk.domain.members import OperatorRecord
from kiosk.domain.screens import Confirm, Member, Screen
from kiosk.drivers.virtual.cards import VirtualCard
from kiosk.drivers.virtual.inputs import VirtualButtons
from kiosk.drivers.virtual.reader import VirtualReader
from kiosk.runtime.clock import SystemClock
from tests.peers.config import configured
from tests.peers.until import until

SECTIONS = """
[[reader]]
name = "counter"
driver = "virtual"
[buttons]
driver = "virtual"
"""


class StandingClock(SystemClock):
    """It goes on only when it is told to."""

    def __init__(self) -> None:
        self.stands = 1000.0
        super().__init__(ClockState.SYNCED)

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 3, 4, 2, tzinfo=dt.UTC) + dt.timedelta(seconds=self.stands)

    def mono(self) -> float:
        return self.stands


class Person:
    """Has a kiosk with a reader, buttons and what `sections` add; sees what is shown."""

    def __init__(
        self,
        folder: Path,
        sections: str,
        parts: dict[Part, Callable[[], object]],
        trainees: tuple[OperatorRecord, ...] | None,
    ) -> None:
        self.reader, self.buttons = VirtualReader(), VirtualButtons()
        self.clock, self.screens = StandingClock(), list[Screen]()
        virtual = {Part.READER: self.reader.open, Part.BUTTONS: self.buttons.open, **parts}
        config = configured(folder, SECTIONS + sections)
        self.kiosk = Kiosk(config, self.clock, virtual, self._see, trainees=trainees)

    def _see(self, effect: Effect) -> None:
        if isinstance(effect, Show):
            self.screens.append(effect.screen)

    def until_ready(self, *parts: Part) -> None:
        for part in parts:
            until(lambda p=part: self.kiosk.world.parts[p].state is PartState.READY, part)  # type: ignore[misc]

    def until_shown(self, kind: type[Screen]) -> None:
        until(lambda: self.screens and isinstance(self.screens[-1], kind), kind.__name__)

    def confirm(self, card: VirtualCard) -> None:
        """Tap, and confirm what is offered first."""
        self.reader.place(card)
        self.until_shown(Member)
        # news of the link may draw a screen anew: one press for each kind of screen
        while not isinstance(self.screens[-1], Confirm):
            shown = type(self.screens[-1])
            self.buttons.press(Button.A)
            until(lambda before=shown: type(self.screens[-1]) is not before)  # type: ignore[misc]
        self.buttons.press(Button.A)
