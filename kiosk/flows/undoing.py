"""Undo (撤销): the operator's newest row, within the shop's minutes, as one more row."""

from kiosk.domain import desk
from kiosk.domain.effects import Draft, Show
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import PointsRedeem, ValueLoad, ValueRedeem, legs_of, undo
from kiosk.domain.views import Workday
from kiosk.flows import receipts
from kiosk.flows.desk_states import Deciding
from kiosk.flows.jobs import Shift, Undo
from kiosk.flows.rest import refuse_staff
from kiosk.flows.step import Context, Step


def ask(shift: Shift, workday: Workday, context: Context) -> Step:
    """Show what would be undone."""
    own = workday.undoable
    line = receipts.told(own.row) if own else None
    if own is None or line is None:
        return refuse_staff(shift, Reason.NOT_ALLOWED, context)
    void = undo(own.row.lines)
    is_value = isinstance(line, ValueRedeem | ValueLoad)
    amount = sum(leg.amount for leg in legs_of(line))
    is_points = isinstance(line, PointsRedeem)
    what = receipts.row_name(own.row, context)
    draft = Draft(
        context.now,
        context.clock,
        context.day,
        (void,),
        own.member,
        own.medium,
        context.catalogue.version if context.catalogue else 0,
        shift.operator.record.operator,
        own.row.seq,
    )
    screen = desk.ConfirmVoid(
        what,
        own.masked_name,
        amount if is_value else 0,
        0 if is_value or is_points else amount,
        bool(void.out),
        amount if is_points else 0,
    )
    state = Deciding(shift, draft, Undo(shift, own, what))
    return Step(state, (Show(screen),), context.policy.idle_seconds)
