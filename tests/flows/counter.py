"""Signing in, finding an entry of the list, tapping a member's card."""

from kiosk.domain import desk
from kiosk.domain.desk import DeskEntry, EntryItem
from kiosk.domain.effects import Commit
from kiosk.domain.events import CardPresented, Correlation, Identified, OperatorIdentified, Surveyed
from kiosk.domain.views import MemberView, OperatorView, Workday
from kiosk.flows.desk_states import AtDesk
from kiosk.flows.states import Resting
from kiosk.flows.step import Context, Step
from tests.flows.samples import CARD, OTHER_CARD, workday
from tests.flows.steps import B, found, screen, walk

ANSWER = Correlation(8)


def at_desk(who: OperatorView, day: Workday | None = None, ctx: Context | None = None) -> Step:
    tap = CardPresented(OTHER_CARD, "front")
    day = day if day is not None else workday(undoable=None)
    return walk(Resting(), tap, OperatorIdentified(ANSWER, who), Surveyed(ANSWER, day), ctx=ctx)


def select(step: Step, entry: DeskEntry, name: str = "") -> Step:
    """Press B until the entry is selected."""
    for _ in range(20):
        assert isinstance(step.state, AtDesk)
        shown = screen(step)
        assert isinstance(shown, desk.Desk)
        item = shown.items[shown.selected]
        if isinstance(item, EntryItem) and item.entry is entry and name in _english(item):
            return step
        step = walk(step.state, B)
    raise AssertionError(f"no {entry} on the list")


def _english(item: EntryItem) -> str:
    return item.name.en if item.name else ""


def tapped(step: Step, view: MemberView, ctx: Context | None = None) -> Step:
    return walk(step.state, CardPresented(CARD, "front"), Identified(ANSWER, view), ctx=ctx)


def drafted(step: Step) -> Commit:
    (commit,) = found(Commit, step.effects)
    return commit
