"""One kiosk at a time: the real one, or one in training mode in its place.

The main thread owns the station.  Training is left by a restart too: it is written nowhere.
"""

import shutil
import threading
from collections.abc import Callable

from kiosk import __version__
from kiosk.assembly.devices import Virtual
from kiosk.assembly.kiosk import Kiosk
from kiosk.domain.devices import Stopped, Vitals
from kiosk.domain.effects import Effect
from kiosk.domain.events import VitalsChanged
from kiosk.domain.members import OperatorRecord
from kiosk.domain.wire import Health, JournalState, PartHealth
from kiosk.journal import aside
from kiosk.journal.standing import Standing
from kiosk.runtime.clock import Clock
from kiosk.settings.options import Config

_PATIENCE = 5.0
"""Seconds to wait for the journal to name the operators."""


class Station:
    """Builds, watches and replaces the kiosk.  `standing` is the journal's last answer."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        virtual: Virtual | None = None,
        watch: Callable[[Effect], None] = lambda _: None,
    ) -> None:
        self._config, self._clock, self._virtual, self._watch = config, clock, virtual, watch
        self._wanted: bool | None = None
        self._vitals = Vitals()
        self._stuck: dict[str, threading.Thread] = {}
        self._health: Health | None = None
        self.standing: Standing | None = None
        self.kiosk = self._build(None)

    def start(self) -> None:
        """Start the kiosk."""
        self.kiosk.start(self._stuck)

    def stop(self) -> tuple[str, ...]:
        """Stop it; name the threads that still hang."""
        return self.kiosk.stop()

    def turn(self) -> None:
        """Look once, every second or so: parts that hang, the vitals, and a wish to switch."""
        if self._wanted is not None:
            self._switch(self._wanted)
        self.kiosk.crew.look()
        self.kiosk.journal.submit(lambda journal: journal.standing(), self._learn)

    def _build(self, operators: tuple[OperatorRecord, ...] | None) -> Kiosk:
        return Kiosk(self._config, self._clock, self._virtual, self._watch, self._want, operators)

    def _want(self, on: bool) -> None:
        self._wanted = on

    def _switch(self, on: bool) -> None:
        self._wanted = None
        if on == self.kiosk.world.training:
            return
        operators = self._operators() if on else None
        self.kiosk.stop()
        # where one of these waits in its turn, it ends with the one it waits for
        self._stuck = {k: t for k, t in self._stuck.items() if t.is_alive()}
        self._stuck = self.kiosk.crew.stuck() | self._stuck
        self.standing, self._health = None, None
        self.kiosk = self._build(operators)
        self.kiosk.start(self._stuck)

    def _operators(self) -> tuple[OperatorRecord, ...]:
        answers: list[object] = []
        there = threading.Event()

        def take(answer: object) -> None:
            answers.append(answer)
            there.set()

        self.kiosk.journal.submit(lambda journal: journal.operators(), take)
        there.wait(_PATIENCE)
        return answers[0] if answers and isinstance(answers[0], tuple) else ()

    def _learn(self, answer: object) -> None:
        if not isinstance(answer, Standing):
            self.standing = None
            return
        self.standing = answer
        vitals = Vitals(
            __version__,
            answer.journal,
            answer.last_seq,
            answer.acknowledged,
            answer.directory_version,
            self._disk_free(),
            _stopped(answer),
            self._set_aside(answer),
        )
        if vitals != self._vitals:
            self._vitals = vitals
            self.kiosk.loop.post(VitalsChanged(vitals))
        self._report_health(answer)

    def _report_health(self, standing: Standing) -> None:
        """Tell central how the parts are; the courier sends only what is new."""
        if self.kiosk.courier is None:
            return
        health = Health(
            waiting=standing.waiting,
            clock=self._clock.state(),
            parts=[PartHealth(r.key, r.state) for r in self.kiosk.world.reports()],
        )
        if health != self._health:
            self._health = health
            self.kiosk.courier.report_health(health)

    def _set_aside(self, standing: Standing) -> int:
        if standing.journal == self._vitals.journal:
            return self._vitals.set_aside
        return len(aside.found_beside(self._config.journal))

    def _disk_free(self) -> int | None:
        try:
            usage = shutil.disk_usage(self._config.journal.parent)
        except OSError:
            return None
        return usage.free * 100 // usage.total


def _stopped(standing: Standing) -> Stopped | None:
    if standing.rolled_back:
        return Stopped.ROLLED_BACK
    return None if standing.state is JournalState.OPEN else Stopped(standing.state.value)
