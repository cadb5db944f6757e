"""The kiosk's transition table, complete."""

from kiosk.domain.devices import Button
from kiosk.domain.events import (
    BackHeld,
    CardPresented,
    CardUnreadable,
    CatalogueChanged,
    CodeRejected,
    CodeScanned,
    Committed,
    DeadlinePassed,
    DirectoryChanged,
    Identified,
    OperatorIdentified,
    Presented,
    Refused,
    SeveralCards,
    SlipEnded,
    Started,
)
from kiosk.flows import committing, confirming, desk, desk_table, greeting, member, rest
from kiosk.flows.desk_states import Proving, RefusingStaff, Surveying
from kiosk.flows.states import (
    Committing,
    Confirming,
    Doubting,
    Finished,
    Greeting,
    Identifying,
    PickingPet,
    ReadingDetails,
    Recalling,
    Refusing,
    Resting,
    Starting,
)
from kiosk.flows.step import Context, State, Step
from kiosk.flows.table import Row, Table, press, row, stay


def present_other(
    state: Recalling | Greeting | ReadingDetails | PickingPet | Confirming,
    event: Presented,
    context: Context,
) -> Step:
    """The same medium again changes nothing; another one begins another visit."""
    medium = state.job.medium if isinstance(state, Confirming) else state.medium
    if event.medium == medium:
        return stay(state, event, context)
    return rest.present(state, event, context)


def present_after(state: Finished, event: Presented, context: Context) -> Step:
    """A card that bounces on the reader just after its own spend does not hide the result."""
    bounced = context.mono - state.since < context.policy.same_tap_seconds
    if event.medium == state.medium and bounced:
        return stay(state, event, context)
    return rest.present(state, event, context)


def misread_after(state: Finished, event: rest.Unread, context: Context) -> Step:
    """A card torn from the reader just after its own spend does not hide the result either."""
    if context.mono - state.since < context.policy.same_tap_seconds:
        return stay(state, event, context)
    return rest.misread(state, event, context)


def _begin() -> list[Row]:
    rows: list[Row] = [row(Starting, Started, rest.rest, Resting)]
    rows += [row(Resting, world, rest.rest, Resting) for world in rest.WORLD]
    rows.append(row(Resting, DeadlinePassed, rest.rest, Resting))
    taps: tuple[type[Presented], ...] = (CardPresented, CodeScanned)
    for tap in taps:
        rows += [row(s, tap, rest.present, Identifying) for s in (Resting, Refusing)]
        rows += [
            row(Recalling, tap, present_other, Recalling, Identifying),
            row(Greeting, tap, present_other, Greeting, Identifying),
            row(PickingPet, tap, present_other, PickingPet, Identifying),
            row(Confirming, tap, present_other, Confirming, Identifying),
            row(ReadingDetails, tap, present_other, ReadingDetails, Identifying),
            row(Finished, tap, present_after, Finished, Identifying),
            row(Doubting, tap, committing.still_doubt, Doubting),
        ]
    unread: tuple[type[rest.Unread], ...] = (CardUnreadable, CodeRejected, SeveralCards)
    for event in unread:
        rows += [row(s, event, rest.misread, Refusing) for s in (Resting, Refusing)]
        rows.append(row(Finished, event, misread_after, Finished, Refusing))
    return rows


def _member() -> list[Row]:
    return [
        row(Identifying, Identified, member.identified, Greeting, Recalling),
        row(Identifying, Refused, member.not_identified, Refusing),
        row(Identifying, DeadlinePassed, rest.journal_silent, Refusing),
        press(Recalling, Button.A, member.reprint, Greeting),
        press(Recalling, Button.B, member.go_on, Greeting),
        press(Recalling, Button.C, member.go_on, Greeting),
        row(Recalling, DeadlinePassed, rest.rest, Resting),
        press(Greeting, Button.A, member.choose, PickingPet, Confirming, ReadingDetails, Refusing),
        press(ReadingDetails, Button.A, member.close_details, Greeting),
        press(ReadingDetails, Button.B, member.turn_page, ReadingDetails),
        press(ReadingDetails, Button.C, member.close_details, Greeting),
        row(ReadingDetails, DeadlinePassed, rest.rest, Resting),
        press(Greeting, Button.B, greeting.next_offer, Greeting),
        press(Greeting, Button.C, member.leave, Resting),
        row(Greeting, DeadlinePassed, rest.rest, Resting),
        row(Greeting, DirectoryChanged, greeting.look_again, Greeting),
        row(Greeting, CatalogueChanged, greeting.priced_again, Greeting),
        row(Greeting, Identified, greeting.seen_again, Greeting),
        row(Greeting, OperatorIdentified, desk.sign_in, Surveying),
        row(Greeting, Refused, greeting.not_seen_again, Refusing),
        press(PickingPet, Button.A, member.choose_pet, Confirming, Refusing),
        press(PickingPet, Button.B, member.next_pet, PickingPet),
        press(PickingPet, Button.C, member.back, Greeting),
        row(PickingPet, DeadlinePassed, rest.rest, Resting),
    ]


def _spend() -> list[Row]:
    rows: list[Row] = [
        press(Confirming, Button.A, committing.commit, Committing),
        press(Confirming, Button.B, confirming.next_way, Confirming),
        press(Confirming, Button.C, member.back, Greeting),
        row(Confirming, DeadlinePassed, rest.rest, Resting),
        row(Committing, DeadlinePassed, committing.doubt, Doubting),
        row(Committing, Committed, committing.committed, Finished, Proving),
        row(Committing, Refused, committing.refused, Refusing, RefusingStaff),
        row(Doubting, Committed, committing.committed, Finished, Proving),
        row(Doubting, Refused, committing.refused, Refusing, RefusingStaff),
    ]
    rows += [press(Doubting, button, committing.still_doubt, Doubting) for button in Button]
    rows.append(press(Finished, Button.A, committing.print_offered, Finished, Resting))
    rows.append(row(Finished, SlipEnded, committing.slip_ended, Finished))
    rows.append(row(Proving, SlipEnded, committing.slip_ended, Proving))
    rows += [press(Finished, button, rest.rest, Resting) for button in (Button.B, Button.C)]
    rows += [press(Refusing, button, rest.rest, Resting) for button in Button]
    rows += [row(state, DeadlinePassed, rest.rest, Resting) for state in (Finished, Refusing)]
    rows.append(row(Refusing, DirectoryChanged, rest.bound, Refusing, Identifying))
    return rows


def _way_out(rows: list[Row]) -> list[Row]:
    """C held down ends every state but those that wait for the journal's word on a row."""
    kept = (Starting, Resting, Committing, Doubting)
    states = dict.fromkeys(one.state for one in rows if one.state not in kept)
    return [row(state, BackHeld, rest.rest, Resting) for state in states]


_ROWS = [*_begin(), *_member(), *_spend(), *desk_table.rows()]

TABLE = Table([*_ROWS, *_way_out(_ROWS)])
"""Every transition there is; docs/flows.md is drawn from it."""

START: State = Starting()
