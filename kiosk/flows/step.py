"""What a flow is given and what it answers."""

import dataclasses as dc
import datetime as dt
from collections.abc import Sequence

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.clock import ClockState, local_day, local_time
from kiosk.domain.devices import NamedPart, Part, PartReport, Vitals
from kiosk.domain.effects import Effect
from kiosk.domain.events import Correlation
from kiosk.domain.policy import Policy
from kiosk.domain.refusals import Reason


@dc.dataclass(frozen=True, slots=True)
class State:
    """Base of every state; a state is all that a flow remembers."""


@dc.dataclass(frozen=True, slots=True)
class Context:
    """What every step may know besides its state and the event.

    `now` is aware UTC, `mono` seconds that never go back; `correlation` is the id for the one
    asking effect that this step may return; `faults` are kinds of configured part of
    which none is in order, `limping` parts out of order beside one that is; `fresh` is a random
    id that no other step gets, for what this step may create.
    """

    now: dt.datetime
    mono: float
    clock: ClockState
    terminal: str
    policy: Policy
    catalogue: Catalogue | None
    correlation: Correlation
    online: bool = False
    waiting: int = 0
    faults: tuple[Part, ...] = ()
    has_printer: bool = False
    training: bool = False
    fresh: str = ""
    vitals: Vitals = dc.field(default_factory=Vitals)
    parts: tuple[PartReport, ...] = ()
    limping: tuple[NamedPart, ...] = ()

    @property
    def day(self) -> dt.date:
        """The shop's calendar day."""
        return local_day(self.now, self.policy.utc_offset_minutes)

    @property
    def sure_day(self) -> dt.date | None:
        """The shop's calendar day; None where the clock cannot be trusted."""
        return None if self.clock is ClockState.UNSYNCED else self.day

    @property
    def local(self) -> dt.datetime:
        """The shop's wall-clock time."""
        return local_time(self.now, self.policy.utc_offset_minutes)

    @property
    def staff_seconds(self) -> float:
        """How long staff's half-done work waits: they dry a hand first, or count the money."""
        return self.policy.idle_seconds * 2


@dc.dataclass(frozen=True, slots=True)
class Keep:
    """Leave the running deadline as it is."""


KEEP = Keep()


@dc.dataclass(frozen=True, slots=True)
class Step:
    """Where to go, what to do, and after how many seconds DeadlinePassed shall come.

    `deadline` None waits for ever; KEEP leaves the running one.
    """

    state: State
    effects: Sequence[Effect] = ()
    deadline: float | Keep | None = None


@dc.dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal that the flow itself can tell, before it asks the journal."""

    reason: Reason
    missing: int = 0
