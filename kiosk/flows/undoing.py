"""Undo (撤销): the operator's newest row, within the shop's minutes, as one more row."""

from kiosk.domain import desk
from kiosk.domain.effects import Show
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import (
    AnyLine,
    CouponRedeem,
    PassLoad,
    PointsRedeem,
    ValueLoad,
    ValueRedeem,
    VisitRedeem,
    legs_of,
    undo,
)
from kiosk.domain.views import Workday
from kiosk.flows import earlier
from kiosk.flows.committing import staff_draft
from kiosk.flows.desk_states import Deciding
from kiosk.flows.jobs import Shift, Undo
from kiosk.flows.rest import refuse_staff
from kiosk.flows.step import Context, Step


def ask(shift: Shift, workday: Workday, context: Context) -> Step:
    """Show what would be undone."""
    own = workday.undoable
    if own is None or earlier.told(own.row) is None:
        return refuse_staff(shift, Reason.NOT_ALLOWED, context)
    lines = own.row.lines
    void = undo(lines)
    what = earlier.row_name(own.row, context)
    draft = staff_draft(shift, (void,), own.member, own.medium, context, own.row.seq)
    screen = desk.ConfirmVoid(
        what,
        own.masked_name,
        _sum(lines, ValueRedeem, ValueLoad),
        _sum(lines, VisitRedeem, PassLoad),
        bool(void.out),
        _sum(lines, PointsRedeem),
        _sum(lines, CouponRedeem),
    )
    state = Deciding(shift, draft, Undo(shift, own, what))
    return Step(state, (Show(screen),), context.staff_seconds)


def _sum(lines: tuple[AnyLine, ...], *kinds: type[AnyLine]) -> int:
    return sum(leg.amount for line in lines if isinstance(line, kinds) for leg in legs_of(line))
