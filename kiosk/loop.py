"""The mailbox: one thread decides, all others only post.

The loop owns the state, the deadline and what is known of the world (parts, link, policy,
catalogue).  `post` is the only door in, from any thread; `hands` are the only way out, one for
each kind of effect, and a hand never blocks: it puts the effect into its owner's queue.
"""

import dataclasses as dc
import logging
import queue
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from kiosk.domain import effects as ef
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.devices import NamedPart, Part, PartReport, PartState, Vitals
from kiosk.domain.events import (
    CatalogueChanged,
    Correlation,
    DeadlinePassed,
    Event,
    LinkChanged,
    Outcome,
    PartChanged,
    PolicyChanged,
    Started,
    VitalsChanged,
)
from kiosk.domain.policy import Policy
from kiosk.flows.kiosk import START, TABLE
from kiosk.flows.step import Context, Keep
from kiosk.runtime.clock import Clock

log = logging.getLogger(__name__)

Hands = Mapping[type[ef.Effect], Callable[[Any], None]]
"""Who does what: for each kind of effect, where to put it."""

_BEAT = 1.0
"""Longest sleep in seconds, so that the watchdog sees the loop alive."""


class UnknownCorrelation(AssertionError):
    """An outcome answers an effect that was never issued: a bug."""


@dc.dataclass
class World:
    """What the loop knows beside the flow's state; changed by stimuli only.

    `parts` has each part under its key, `reader` or of two, `reader counter`.
    """

    terminal: str
    policy: Policy
    catalogue: Catalogue | None = None
    online: bool = False
    waiting: int = 0
    training: bool = False
    vitals: Vitals = dc.field(default_factory=Vitals)
    parts: dict[str, PartReport] = dc.field(default_factory=dict)

    def has(self, part: Part) -> bool:
        """Tell whether this part is configured, in order or not."""
        return any(r.state is not PartState.NOT_CONFIGURED for r in self._of(part))

    def know(self, report: PartReport) -> None:
        """Take note of how a part is."""
        self.parts[report.key] = report

    def reports(self) -> tuple[PartReport, ...]:
        """Return how every part is, in the order of Part.  From any thread."""
        # a copy: the loop adds to it on its own thread
        parts, order = dict(self.parts), list(Part)
        return tuple(sorted(parts.values(), key=lambda report: order.index(report.part)))

    def faults(self) -> tuple[Part, ...]:
        """List the kinds of part of which none is in order, in the order of Part."""
        kinds = {part: self._of(part) for part in Part}
        return tuple(part for part, of in kinds.items() if of and all(r.ill for r in of))

    def limping(self) -> tuple[NamedPart, ...]:
        """List the parts that are out of order while another of their kind serves."""
        dead = self.faults()
        return tuple(
            NamedPart(r.part, r.name) for r in self.reports() if r.ill and r.part not in dead
        )

    def _of(self, part: Part) -> list[PartReport]:
        return [report for report in self.reports() if report.part is part]

    def learn(self, event: Event) -> None:
        """Take in what a stimulus says about the terminal."""
        match event:
            case PartChanged(report):
                self.know(report)
            case LinkChanged(online, waiting):
                self.online, self.waiting = online, waiting
            case VitalsChanged(vitals):
                self.vitals = vitals
            case PolicyChanged(policy):
                self.policy = policy
            case CatalogueChanged(catalogue):
                self.catalogue = catalogue


class Loop:
    """Takes events one at a time, asks the table, hands out the effects."""

    def __init__(
        self,
        world: World,
        hands: Hands,
        clock: Clock,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        missing = {e.__name__ for e in _kinds(ef.Effect)} - {e.__name__ for e in hands}
        if missing:
            raise AssertionError(f"no hand for {sorted(missing)}")
        self.world, self.state = world, START
        self.late = 0
        self.last_beat = clock.mono()
        self._hands, self._clock, self._new_id = hands, clock, new_id
        self._mailbox: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._deadline: float | None = None
        self._correlation = 0
        self.thread = threading.Thread(target=self.run, name="loop", daemon=True)

    def post(self, event: Event) -> None:
        """Tell the loop what has happened.  From any thread; never blocks."""
        self._mailbox.put(event)

    def stop(self) -> None:
        """End `run` after what is already posted."""
        self._mailbox.put(None)

    def run(self) -> None:
        """Decide until stopped."""
        self.turn(Started())
        while True:
            self.last_beat = self._clock.mono()
            try:
                event = self._mailbox.get(timeout=self._nap())
            except queue.Empty:
                self.expire()
                continue
            if event is None:
                return
            self.turn(event)
            self.expire()

    def drain(self) -> None:
        """Take what is posted, and a deadline that has passed, without waiting (virtual time)."""
        while not self._mailbox.empty():
            if (event := self._mailbox.get()) is not None:
                self.turn(event)
        self.expire()

    @property
    def deadline(self) -> float | None:
        """When DeadlinePassed comes, in the clock's mono() seconds."""
        return self._deadline

    def expire(self) -> None:
        """Fire the deadline if it has passed."""
        if self._deadline is not None and self._clock.mono() >= self._deadline:
            self._deadline = None
            self.turn(DeadlinePassed())

    def turn(self, event: Event) -> None:
        """Decide on one event.  Raises UnknownCorrelation and NoSuchRow: bugs."""
        if isinstance(event, Outcome) and not 1 <= event.correlation <= self._correlation:
            raise UnknownCorrelation(str(event.correlation))
        self.world.learn(event)
        step = TABLE.step(self.state, event, self._context())
        if step is None:
            self.late += isinstance(event, Outcome)
            log.debug("%s ignores %s", type(self.state).__name__, type(event).__name__)
            return
        if type(step.state) is not type(self.state):
            log.debug("%s -> %s", type(self.state).__name__, type(step.state).__name__)
        self.state = step.state
        if not isinstance(step.deadline, Keep):
            self._deadline = None if step.deadline is None else self._clock.mono() + step.deadline
        for effect in step.effects:
            if isinstance(effect, ef.Ask):
                self._correlation = max(self._correlation, effect.correlation)
            self._hands[type(effect)](effect)

    def _context(self) -> Context:
        world = self.world
        return Context(
            self._clock.now(),
            self._clock.mono(),
            self._clock.state(),
            world.terminal,
            world.policy,
            world.catalogue,
            Correlation(self._correlation + 1),
            world.online,
            world.waiting,
            world.faults(),
            world.has(Part.PRINTER),
            world.training,
            self._new_id(),
            world.vitals,
            world.reports(),
            world.limping(),
        )

    def _nap(self) -> float:
        if self._deadline is None:
            return _BEAT
        return min(_BEAT, max(0.0, self._deadline - self._clock.mono()))


def _kinds(base: type[ef.Effect]) -> set[type[ef.Effect]]:
    kinds = {k for k in vars(ef).values() if isinstance(k, type) and issubclass(k, base)}
    return kinds - {base, ef.Ask}
