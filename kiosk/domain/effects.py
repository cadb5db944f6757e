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
from kiosk.domain.slips import AnySlip
from kiosk.domain.transactions import AnyLine


@dc.dataclass(frozen=True, slots=True)
class Effect:
    """Base of all effects."""


@dc.dataclass(frozen=True, slots=True)
class Ask(Effect):
    """Base of what exactly one outcome answers, by its correlation id."""

    correlation: Correlation


@dc.dataclass(frozen=True, slots=True)
class Identify(Ask):
    """Ask the journal whose medium this is.

    Answered by Identified, OperatorIdentified or Refused.
    """

    medium: MediumKey


@dc.dataclass(frozen=True, slots=True)
class Survey(Ask):
    """Ask the journal for an operator's local `day`; what is younger than `since` may be undone.

    Answered by Surveyed or Refused.
    """

    operator: str
    day: dt.date
    since: dt.datetime


@dc.dataclass(frozen=True, slots=True)
class Examine(Ask):
    """Check every device of this terminal.  Answered by Examined, within half a minute."""


@dc.dataclass(frozen=True, slots=True)
class SwitchTraining(Effect):
    """Enter or leave training mode: the same program on an in-memory journal, sync off (S55)."""

    on: bool


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
class Commit(Ask):
    """Write this transaction.  Answered by Committed or Refused, however late."""

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
    """Print a slip for row `seq`; 0 for one that is of no row.

    The outcome goes to the print record, and to the flow as SlipEnded: to be shown, never to print
    again by itself.
    """

    seq: int
    slip: AnySlip


@dc.dataclass(frozen=True, slots=True)
class AskAllowance(Effect):
    """Ask central for what it can still give of these accounts; nothing answers the flow."""

    accounts: tuple[str, ...]


@dc.dataclass(frozen=True, slots=True)
class ReportUnknown(Effect):
    """Tell central that an unknown medium was presented, so that staff can bind it."""

    medium: MediumKey
