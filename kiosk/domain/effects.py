"""What shall be done.  Imperative.  Flows return these; the loop hands each to its port.

Identify and Commit carry a correlation id; exactly one outcome answers each.
"""

import dataclasses as dc
import datetime as dt

from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Lamp, Sound
from kiosk.domain.events import Correlation
from kiosk.domain.media import MediumKey
from kiosk.domain.screens import Screen
from kiosk.domain.slips import Slip
from kiosk.domain.transactions import AnyLine


@dc.dataclass(frozen=True, slots=True)
class Effect:
    """Base of all effects."""


@dc.dataclass(frozen=True, slots=True)
class Identify(Effect):
    """Ask the journal whose medium this is.  Answered by Identified or Refused."""

    correlation: Correlation
    medium: MediumKey


@dc.dataclass(frozen=True, slots=True)
class Draft:
    """A transaction that wants to be: the journal gives it its place in the chain."""

    at: dt.datetime
    clock: ClockState
    local_day: dt.date
    lines: tuple[AnyLine, ...]
    member: str
    medium: str
    catalogue: int
    operator: str = ""
    ref: int = 0


@dc.dataclass(frozen=True, slots=True)
class Commit(Effect):
    """Write this transaction.  Answered by Committed or Refused, however late."""

    correlation: Correlation
    draft: Draft


@dc.dataclass(frozen=True, slots=True)
class MarkShown(Effect):
    """The member has been shown the result of row `seq`."""

    seq: int


@dc.dataclass(frozen=True, slots=True)
class Show(Effect):
    """Put this screen on the display; only the newest matters."""

    screen: Screen


@dc.dataclass(frozen=True, slots=True)
class Light(Effect):
    """Set the lamps."""

    lamp: Lamp


@dc.dataclass(frozen=True, slots=True)
class Play(Effect):
    """Sound the buzzer."""

    sound: Sound


@dc.dataclass(frozen=True, slots=True)
class Print(Effect):
    """Print a slip for row `seq`.  The outcome goes to the print record, never to the flow."""

    seq: int
    slip: Slip


@dc.dataclass(frozen=True, slots=True)
class AskAllowance(Effect):
    """Ask central for what it can still give of these accounts; nothing answers the flow."""

    accounts: tuple[str, ...]


@dc.dataclass(frozen=True, slots=True)
class ReportUnknown(Effect):
    """Tell central that an unknown medium was presented, so that staff can bind it."""

    medium: MediumKey
