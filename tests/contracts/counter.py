"""The kiosk around one part: its worker, a neighbour that works, and what the screen says."""

import datetime as dt
from typing import Any, Protocol

from kiosk.domain.devices import Button, Part, PartReport, PartState
from kiosk.domain.events import ButtonPressed, CodeScanned, PartChanged, Stimulus
from kiosk.domain.media import MediumKey
from kiosk.domain.policy import Language, Policy
from kiosk.domain.screens import Idle
from kiosk.drivers.virtual.inputs import VirtualButtons, VirtualScanner
from kiosk.loop import World
from kiosk.render.textual import screen_lines
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.worker import Backoff, Duty, InputWorker, Worker
from tests.peers.until import until

NOW = dt.datetime(2026, 11, 22, 10, 32, tzinfo=dt.UTC)
TOKEN = "tok_0123456789"
CODE = f"PM1:{TOKEN}"
SCANNED = CodeScanned(MediumKey(f"pm1:{TOKEN}"))


class Rig(Protocol):
    """`gone` is how its part is while it is unplugged, `hung` while it does not answer: READY
    where silence is no fault.  `use` has it do its work once, and sees that it was done.
    """

    part: Part
    gone: PartState
    hung: PartState

    def worker(self, duty: Duty, post: Any) -> Worker[Any]: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...
    def hang(self) -> None: ...
    def go_on(self) -> None: ...
    def use(self, counter: "Counter") -> None: ...
    def garbage(self, counter: "Counter") -> None: ...
    def tear(self, counter: "Counter") -> None: ...


class Counter:
    """One part on its worker, a neighbour on another, and what the kiosk knows of them."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.events = rig, list[Stimulus]()
        self.world = World("k1", Policy())
        # one that is only slow, on a machine that is busy, hangs for no test but that of hanging
        patience = 0.6 if rig.hung is PartState.FAULT else 60.0
        clock = SystemClock()
        duty = Duty(rig.part, self.world.know, clock, Backoff(0.02, 0.1), patience=patience)
        self.worker = rig.worker(duty, self._post)
        self._other = Part.BUTTONS if rig.part is Part.SCANNER else Part.SCANNER
        self._buttons, self._scanner = VirtualButtons(), VirtualScanner()
        self._device = self._buttons if rig.part is Part.SCANNER else self._scanner
        self.neighbour = InputWorker(
            Duty(self._other, self.world.know, clock), self._device.open, self._post
        )
        for part in (rig.part, self._other):
            self.world.know(PartReport(part, PartState.UNKNOWN))

    def _post(self, event: Stimulus) -> None:
        self.world.learn(event)
        if not isinstance(event, PartChanged):
            self.events.append(event)

    def start(self) -> None:
        for worker in (self.neighbour, self.worker):
            worker.start()

    def end(self) -> None:
        """Stop both; no thread is left."""
        for worker in (self.worker, self.neighbour):
            worker.stop()
        # what is unplugged comes back at once
        self._device.unplug()
        self.rig.unplug()
        for worker in (self.worker, self.neighbour):
            assert worker.join(20)

    def is_(self, state: PartState) -> None:
        """Wait until the part is so, and is shown so; the neighbour works all the time."""
        until(lambda: self._state() is state, f"{self.rig.part} {state}, but {self.world.parts}")
        said = "\n".join(screen_lines(Idle("店", NOW, faults=self.world.faults()), Language.ZH))
        assert ("不可用" in said) == (state is not PartState.READY)
        self.neighbour_works()

    def _state(self) -> PartState:
        self.worker.look()
        return self.world.parts[self.rig.part].state

    def comes(self, *wanted: Stimulus) -> None:
        """Wait until exactly these have come since the last time."""
        until(lambda: len(self.events) >= len(wanted), f"{wanted}, but {self.events}")
        came, self.events = self.events, []
        assert came == list(wanted)

    def neighbour_works(self) -> None:
        before = len(self.events)
        if self._other is Part.BUTTONS:
            self._buttons.press(Button.B)
        else:
            self._scanner.scan(CODE)
        expected = ButtonPressed(Button.B) if self._other is Part.BUTTONS else SCANNED
        until(lambda: expected in self.events[before:], "the neighbour")
        self.events.remove(expected)
