"""One transition table.  Every transition of the kiosk is a row here; there are no others.

Theory of operation.  A row says: in this state, on this event (a type, or one button), do this,
and end in one of these states.  `step` looks the row up and checks that the act kept its word.

- A *stimulus* without a row is a deliberate IGNORE: the state, and its deadline, stay.
- An *outcome* answers the effect whose correlation id the state carries.  One for another id is
  late: its state has been left, it is ignored here (the loop records it).  One that the state
  waits for and that has no row is a bug, and raises.
"""

import dataclasses as dc
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from kiosk.domain.devices import Button
from kiosk.domain.events import ButtonPressed, Event, Outcome
from kiosk.flows.step import KEEP, Context, State, Step

S = TypeVar("S", bound=State)
E = TypeVar("E", bound=Event)

On = type[Event] | Button


class NoSuchRow(AssertionError):
    """The program broke its own table: a bug."""


@dc.dataclass(frozen=True, slots=True)
class Row:
    """One transition: `act` is pure, and its result's state is one of `to`."""

    state: type[State]
    on: On
    act: Callable[[Any, Any, Context], Step]
    to: tuple[type[State], ...]


def row(state: type[S], on: type[E], act: Callable[[S, E, Context], Step], *to: type[State]) -> Row:
    """Make a row; the act's parameters are checked against the state and the event."""
    return Row(state, on, act, to)


def press(
    state: type[S],
    button: Button,
    act: Callable[[S, ButtonPressed, Context], Step],
    *to: type[State],
) -> Row:
    """Make a row for one button."""
    return Row(state, button, act, to)


class Table:
    """The rows, looked up.  Raises NoSuchRow at once when two rows claim one pair."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        self._by_pair: dict[tuple[type[State], On], Row] = {}
        for one in self.rows:
            if (one.state, one.on) in self._by_pair:
                raise NoSuchRow(f"two rows for {one.state.__name__} on {one.on}")
            self._by_pair[one.state, one.on] = one

    def find(self, state: State, event: Event) -> Row | None:
        """Look up the row of this pair."""
        on: On = event.button if isinstance(event, ButtonPressed) else type(event)
        return self._by_pair.get((type(state), on))

    def step(self, state: State, event: Event, context: Context) -> Step | None:
        """Take one step; None is IGNORE.  Raises NoSuchRow for a bug, never for a stimulus."""
        found = self.find(state, event)
        if isinstance(event, Outcome):
            if getattr(state, "correlation", None) != event.correlation:
                return None
            if found is None:
                raise NoSuchRow(f"{type(state).__name__} has no row for {type(event).__name__}")
        if found is None:
            return None
        step = found.act(state, event, context)
        if type(step.state) not in found.to:
            raise NoSuchRow(f"{found.state.__name__} on {found.on} may not go to {step.state}")
        return step


def stay(state: State, _event: object, _context: Context) -> Step:
    """Do nothing on purpose, where a row says so."""
    return Step(state, (), KEEP)
