"""The rows of a signed-in operator.  Every state falls back to the list, the list to rest."""

from kiosk.domain.devices import Button
from kiosk.domain.events import (
    CardPresented,
    CodeScanned,
    DeadlinePassed,
    Examined,
    Identified,
    OperatorIdentified,
    Presented,
    Refused,
    Surveyed,
)
from kiosk.flows import cashier, desk, grooming, rest, spend, technician
from kiosk.flows.desk_states import (
    AtDesk,
    AwaitingMember,
    CheckingScreen,
    Deciding,
    Examining,
    IdentifyingMember,
    OnShift,
    PickingMeans,
    PickingPetFor,
    PickingPlan,
    Proving,
    ReadingFacts,
    ReadingFindings,
    RefusingStaff,
    SeeingToday,
    Surveying,
)
from kiosk.flows.states import Committing, Identifying, Refusing, Resting
from kiosk.flows.step import Context, Step
from kiosk.flows.table import Row, press, row

DESK = (
    AwaitingMember,
    Committing,
    Deciding,
    Examining,
    PickingPlan,
    ReadingFacts,
    RefusingStaff,
    Resting,
    SeeingToday,
    CheckingScreen,
)
"""Where A on the list may lead."""


def go_on_testing(state: CheckingScreen, event: object, context: Context) -> Step:
    """The next step of the test, or the list."""
    return technician.go_on(state, event, context) or desk.again(state, event, context)


def rows() -> list[Row]:
    """List them."""
    found: list[Row] = [
        row(Identifying, OperatorIdentified, desk.sign_in, Surveying),
        row(Surveying, Surveyed, desk.surveyed, AtDesk),
        row(Surveying, Refused, rest.no_survey, Refusing),
        row(Surveying, DeadlinePassed, rest.journal_silent, Refusing),
        press(AtDesk, Button.A, desk.choose, *DESK),
        press(AtDesk, Button.B, desk.next_item, AtDesk),
        press(AtDesk, Button.C, rest.rest, Resting),
        row(AtDesk, DeadlinePassed, rest.rest, Resting),
        press(AwaitingMember, Button.C, desk.again, Surveying),
        row(
            IdentifyingMember,
            Identified,
            desk.member_identified,
            Deciding,
            PickingPetFor,
            Proving,
            RefusingStaff,
            Surveying,
        ),
        row(IdentifyingMember, OperatorIdentified, desk.operator_identified, Surveying, Resting),
        row(IdentifyingMember, Refused, desk.not_identified, RefusingStaff),
        row(IdentifyingMember, DeadlinePassed, rest.journal_silent, Refusing),
        press(PickingPetFor, Button.A, grooming.choose_pet, Deciding, RefusingStaff),
        press(PickingPetFor, Button.B, grooming.next_pet, PickingPetFor),
        press(PickingPlan, Button.A, cashier.choose_plan, PickingMeans),
        press(PickingPlan, Button.B, cashier.next_plan, PickingPlan),
        press(PickingMeans, Button.A, cashier.choose_means, AwaitingMember),
        press(PickingMeans, Button.B, cashier.next_means, PickingMeans),
        press(Deciding, Button.A, spend.decide, Committing),
        press(ReadingFacts, Button.A, technician.next_page, ReadingFacts),
        press(ReadingFacts, Button.B, technician.next_page, ReadingFacts),
        row(Examining, Examined, technician.examined, ReadingFindings),
        press(ReadingFindings, Button.A, technician.print_findings, ReadingFindings),
        press(ReadingFindings, Button.B, technician.next_finding, ReadingFindings),
        row(CheckingScreen, DeadlinePassed, go_on_testing, CheckingScreen, Surveying),
        press(CheckingScreen, Button.C, desk.again, Surveying),
    ]
    taps: tuple[type[Presented], ...] = (CardPresented, CodeScanned)
    waiting: tuple[type[AtDesk] | type[AwaitingMember], ...] = (AtDesk, AwaitingMember)
    found += [
        row(state, tap, desk.present_member, IdentifyingMember) for tap in taps for state in waiting
    ]
    back_by_c: tuple[type[OnShift], ...] = (
        PickingPetFor,
        PickingPlan,
        PickingMeans,
        Deciding,
        Examining,
        ReadingFindings,
    )
    found += [press(state, Button.C, desk.again, Surveying) for state in back_by_c]
    read: tuple[type[OnShift], ...] = (Proving, RefusingStaff, SeeingToday)
    found += [press(state, button, desk.again, Surveying) for state in read for button in Button]
    found.append(press(ReadingFacts, Button.C, desk.again, Surveying))
    timed: tuple[type[OnShift], ...] = (*back_by_c, *read, AwaitingMember, ReadingFacts)
    found += [row(state, DeadlinePassed, desk.again, Surveying) for state in timed]
    return found
