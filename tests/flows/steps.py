"""Walking through the table, and looking at what a step does."""

from collections.abc import Sequence
from typing import TypeVar

from kiosk.domain import screens
from kiosk.domain.devices import Button
from kiosk.domain.effects import Effect, Print, Show
from kiosk.domain.events import ButtonPressed, CardPresented, Correlation, Event, Identified
from kiosk.domain.slips import Slip
from kiosk.domain.views import MemberView
from kiosk.flows.kiosk import TABLE
from kiosk.flows.states import Resting
from kiosk.flows.step import Context, State, Step
from tests.flows.samples import CARD, context

A, B, C = (ButtonPressed(button) for button in Button)
T = TypeVar("T", bound=Effect)


def walk(state: State, *events: Event, ctx: Context | None = None) -> Step:
    """Step through events, each of which must have a row."""
    step = Step(state)
    for event in events:
        taken = TABLE.step(step.state, event, ctx or context())
        assert taken is not None, f"{type(step.state).__name__} ignores {event}"
        step = taken
    return step


def greeted(view: MemberView, ctx: Context | None = None) -> Step:
    tap = CardPresented(CARD, "front")
    return walk(Resting(), tap, Identified(Correlation(8), view), ctx=ctx)


def found(kind: type[T], effects: Sequence[Effect]) -> list[T]:
    return [e for e in effects if isinstance(e, kind)]


def receipt(printed: Print) -> Slip:
    """Return the slip of a service."""
    assert isinstance(printed.slip, Slip)
    return printed.slip


def screen(step: Step) -> screens.Screen:
    shown = found(Show, step.effects)
    assert len(shown) == 1
    return shown[0].screen
