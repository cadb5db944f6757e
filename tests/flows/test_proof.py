"""What a member reads after a spend is what was taken, and stays long enough to be read."""

import pytest

from kiosk.domain.catalogue import Catalogue, Service
from kiosk.domain.clock import ClockState
from kiosk.domain.effects import Commit, MarkShown, Print
from kiosk.domain.events import (
    CardUnreadable,
    CodeRejected,
    Committed,
    Correlation,
    Event,
    SeveralCards,
)
from kiosk.domain.members import Size
from kiosk.domain.transactions import ValueRedeem
from kiosk.domain.views import LastRow
from kiosk.flows.states import Finished, Recalling, Refusing
from kiosk.flows.step import KEEP
from tests.flows.samples import CARD, CATALOGUE, DONE, NO_DISPLAY, NOW, ROW, context, member
from tests.flows.steps import A, found, greeted, receipt, walk


def test_the_price_shown_is_the_price_paid_when_a_newer_list_arrives_in_between() -> None:
    view = member(visits=(0, 0))
    confirming = walk(greeted(view).state, A)
    bath = Service("bath", "洗澡", "Bath", {Size.SMALL: 99_900})
    dearer = Catalogue(CATALOGUE.version + 1, "s1", (bath,))
    later = context(catalogue=dearer)
    committing = walk(confirming.state, A, ctx=later)
    (commit,) = found(Commit, committing.effects)
    (line,) = commit.draft.lines
    assert isinstance(line, ValueRedeem)
    assert (line.price, commit.draft.catalogue) == (5_220, CATALOGUE.version)
    step = walk(committing.state, Committed(Correlation(8), 42, "0" * 36, view), ctx=later)
    (printed,) = found(Print, step.effects)
    slip = receipt(printed)
    assert slip.price == 5_220
    assert sum(line.amount for line in slip.price_lines) == 5_220
    assert slip.points == 52


def test_a_recall_on_a_dark_display_does_not_count_as_shown() -> None:
    step = greeted(member(unshown=ROW), context(faults=NO_DISPLAY))
    assert isinstance(step.state, Recalling)
    assert not found(MarkShown, step.effects)


def test_the_second_slip_carries_the_number_and_the_clock_of_its_row() -> None:
    unsure = LastRow(41, NOW, ROW.lines, "0123456789abcdef", ClockState.UNSYNCED)
    again = walk(greeted(member(unshown=unsure)).state, A)
    (printed,) = found(Print, again.effects)
    slip = receipt(printed)
    assert (slip.number, slip.clock_certain) == ("01234567-000041", False)


@pytest.mark.parametrize("event", [CardUnreadable("front"), CodeRejected(), SeveralCards("front")])
def test_a_misread_just_after_a_spend_does_not_hide_the_result(event: Event) -> None:
    finished = Finished(CARD, 100.0, 42, DONE)
    soon = walk(finished, event, ctx=context(mono=101.0))
    assert (soon.state, soon.effects, soon.deadline) == (finished, (), KEEP)
    assert isinstance(walk(finished, event, ctx=context(mono=103.0)).state, Refusing)
