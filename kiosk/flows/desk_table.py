"""The rows of a signed-in operator.  Every state falls back to the list, the list to rest."""

from kiosk.domain.devices import Button
from kiosk.domain.events import (
    CardPresented,
    CardUnreadable,
    CatalogueChanged,
    CodeRejected,
    CodeScanned,
    DeadlinePassed,
    DirectoryChanged,
    Examined,
    Identified,
    OperatorIdentified,
    Presented,
    Refused,
    SeveralCards,
    Surveyed,
)
from kiosk.flows import cashier, committing, desk, desk_taps, rest, technician, walk_in
from kiosk.flows.desk_states import (
    AtDesk,
    AwaitingMember,
    CheckingScreen,
    Deciding,
    Examining,
    Gathering,
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
from kiosk.flows.rest import Unread
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

BEGUN = (Deciding, PickingPetFor, RefusingStaff)
"""Where a member's card leads when all is here."""

BOUND = (AwaitingMember, Deciding, Gathering, PickingMeans, PickingPetFor, PickingPlan)
"""What goes on when a card that came in between was not for it."""


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
        row(AtDesk, CatalogueChanged, desk.priced_again, AtDesk),
        press(AwaitingMember, Button.C, desk.again, Surveying),
        row(Gathering, DirectoryChanged, walk_in.look_again, Gathering),
        row(Gathering, Identified, walk_in.seen_again, Gathering, *BEGUN),
        row(Gathering, OperatorIdentified, desk.sign_in, Surveying),
        row(Gathering, Refused, walk_in.not_seen_again, RefusingStaff),
        row(Gathering, DeadlinePassed, walk_in.do_without, *BEGUN),
        press(Gathering, Button.C, desk.again, Surveying),
        press(PickingPetFor, Button.A, walk_in.choose_pet, Deciding, RefusingStaff),
        press(PickingPetFor, Button.B, walk_in.next_pet, PickingPetFor),
        press(PickingPlan, Button.A, cashier.choose_plan, PickingMeans),
        press(PickingPlan, Button.B, cashier.next_plan, PickingPlan),
        press(PickingMeans, Button.A, cashier.choose_means, AwaitingMember),
        press(PickingMeans, Button.B, cashier.next_means, PickingMeans),
        press(Deciding, Button.A, committing.decide, Committing),
        press(Deciding, Button.B, walk_in.next_way, Deciding),
        press(Deciding, Button.C, desk.back, Surveying, PickingPetFor),
        press(ReadingFacts, Button.A, technician.next_page, ReadingFacts),
        press(ReadingFacts, Button.B, technician.next_page, ReadingFacts),
        row(Examining, Examined, technician.examined, ReadingFindings),
        press(ReadingFindings, Button.A, technician.print_findings, ReadingFindings),
        press(ReadingFindings, Button.B, technician.next_finding, ReadingFindings),
        row(CheckingScreen, DeadlinePassed, go_on_testing, CheckingScreen, Surveying),
        press(CheckingScreen, Button.C, desk.again, Surveying),
    ]
    found += _taps()
    back_by_c: tuple[type[OnShift], ...] = (
        PickingPetFor,
        PickingPlan,
        PickingMeans,
        Examining,
        ReadingFacts,
        ReadingFindings,
    )
    found += [press(state, Button.C, desk.again, Surveying) for state in back_by_c]
    read: tuple[type[OnShift], ...] = (Proving, RefusingStaff, SeeingToday)
    found += [press(state, button, desk.again, Surveying) for state in read for button in Button]
    timed: tuple[type[OnShift], ...] = (*back_by_c, *read, AwaitingMember, Deciding)
    found += [row(state, DeadlinePassed, desk.again, Surveying) for state in timed]
    return found


def _taps() -> list[Row]:
    taps: tuple[type[Presented], ...] = (CardPresented, CodeScanned)
    found: list[Row] = []
    for tap in taps:
        free: tuple[type[desk_taps.Free], ...] = (AtDesk, RefusingStaff, SeeingToday)
        found += [row(state, tap, desk_taps.present, IdentifyingMember) for state in free]
        found += [
            row(AwaitingMember, tap, desk_taps.present, IdentifyingMember),
            row(Proving, tap, desk_taps.present, Proving, IdentifyingMember),
            row(PickingPetFor, tap, desk_taps.present, PickingPetFor, IdentifyingMember),
            row(Gathering, tap, desk_taps.present, Gathering, IdentifyingMember),
            row(Deciding, tap, desk_taps.present, Deciding, IdentifyingMember),
            row(PickingPlan, tap, desk_taps.present, IdentifyingMember),
            row(PickingMeans, tap, desk_taps.present, IdentifyingMember),
        ]
    found += [
        row(
            IdentifyingMember,
            Identified,
            desk_taps.member_identified,
            Deciding,
            Gathering,
            PickingMeans,
            PickingPetFor,
            PickingPlan,
            Proving,
            RefusingStaff,
            Surveying,
        ),
        row(
            IdentifyingMember,
            OperatorIdentified,
            desk_taps.operator_identified,
            Resting,
            Surveying,
            *BOUND,
        ),
        row(IdentifyingMember, Refused, desk_taps.not_identified, RefusingStaff, *BOUND),
        row(IdentifyingMember, DeadlinePassed, rest.journal_silent, Refusing),
    ]
    unread: tuple[type[Unread], ...] = (CardUnreadable, CodeRejected, SeveralCards)
    for event in unread:
        found += [
            row(AtDesk, event, desk_taps.misread, RefusingStaff),
            row(RefusingStaff, event, desk_taps.misread, RefusingStaff),
            row(AwaitingMember, event, desk_taps.misread, AwaitingMember),
        ]
    return found
