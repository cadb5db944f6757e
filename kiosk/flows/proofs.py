"""The proof of what staff did: its screen and its slip, from the job and the member after it."""

import dataclasses as dc

from kiosk.domain import desk
from kiosk.domain.desk import Proof
from kiosk.domain.events import Committed
from kiosk.domain.slips import AnySlip, LoadSlip, Slip
from kiosk.domain.transactions import pass_accounts
from kiosk.domain.views import NOTHING, MemberView
from kiosk.flows import earlier, receipts
from kiosk.flows.jobs import Load, Log, Undo
from kiosk.flows.step import Context


def screen(job: Log | Load | Undo, view: MemberView) -> Proof:
    """Say what was done and what the member has now."""
    match job:
        case Log():
            visits, value = _left(job, view)
            pet = job.pet.name if job.pet else ""
            return desk.Logged(job.service, pet, job.masked_name, visits, value, job.follow_up)
        case Load():
            return desk.Loaded(view.record.masked_name, job.plan, *_loaded(job, view))
        case Undo():
            return desk.Voided(job.what, job.own.masked_name)


def slip(job: Log | Load | Undo, event: Committed, context: Context) -> AnySlip | None:
    """Write the slip; None for an undone row that had none."""
    view = event.view
    match job:
        case Log():
            return _log_slip(job, event, context)
        case Load():
            value, visits = _loaded(job, view)
            return LoadSlip(
                **receipts.new_heading(event, view.record.masked_name, context),
                operator_name=job.shift.operator.record.name,
                plan=job.plan,
                means=job.means,
                value_left=value,
                visits_left=visits,
            )
        case Undo():
            name = job.shift.operator.record.name
            return earlier.slip(view, job.own.row, context, voided=True, operator=name)


def _log_slip(job: Log, event: Committed, context: Context) -> Slip:
    name = job.shift.operator.record.name
    if job.taken is not None:
        taken = receipts.slip(job.taken, event, context)
        return dc.replace(taken, operator_name=name, follow_up=job.follow_up)
    return Slip(
        **receipts.new_heading(event, job.masked_name, context),
        pet_name=job.pet.name if job.pet else "",
        service=job.service,
        qr=receipts.qr(event.journal, event.seq, context),
        operator_name=name,
        follow_up=job.follow_up,
    )


def _left(job: Log, view: MemberView) -> tuple[int | None, int | None]:
    """Visits or 分 left, of what paid; neither where the service had been paid before."""
    if job.taken is None:
        return None, None
    if job.taken.offer.punch_pass is not None:
        return view.visits(job.taken.offer.punch_pass).shown, None
    return None, view.value().shown


def _loaded(job: Load, view: MemberView) -> tuple[int | None, int | None]:
    """分 of stored value, or visits of the new pass, that the member has now."""
    if not job.pass_id:
        return view.value().shown, None
    accounts = pass_accounts(job.pass_id)
    return None, sum(view.balances.get(account, NOTHING).shown for account in accounts)
