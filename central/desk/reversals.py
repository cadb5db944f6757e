"""冲正: the opposite of a whole row, or of what was done at the desk, at most once each.

Everything goes back to the purses it came from, from what is free only; of a member who was merged
since, to and from the survivor's (central.books.transfers).  Points that it earned are
taken back as far as the member still has them; the rest is booked to suspense, with a case, so that
the books show what was given away.  A check-in's points stay: the member was there.
"""

import datetime as dt

from django.contrib.auth.models import User
from django.db.models import QuerySet

from central.books import directory, settlement, transfers
from central.desk import counter, reading
from central.desk.counter import NotNow, receipt
from central.desk.models import Choice, Decision, Receipt
from central.shop import policies
from central.shop.choices import PurseKind
from central.shop.models import (
    Account,
    Case,
    CaseKind,
    FollowUp,
    Movement,
    Pass,
    ServiceTicket,
    Transaction,
)
from kiosk.domain import transactions as rows
from kiosk.domain.units import Unit

REVERSIBLE = ("top_up", "sell_pass", "redeem")
"""Movements of the desk that may be reversed; the others are corrected by one of their own."""


def reverse(transaction: Transaction, reason: str, user: User) -> Movement:
    """Post the opposite of a whole row.

    Tickets that it opened and that are still open are gone, so is a pass that it sold; money that
    was taken at the till goes back as it came.  Raises HeldElsewhere, NotNow (already_reversed,
    voided, may_be_undone, nothing_to_reverse).
    """
    with directory.writing():
        # as it is now: the kiosk's void may have come since the page was made
        transaction = Transaction.objects.get(pk=transaction.pk)
        why = why_not_reversed(transaction)
        if why:
            raise NotNow(why)
        purses, suspense = settlement.posted_by(transaction)
        for unit, amount in settlement.written_off(_write_offs(transaction)).items():
            suspense[unit] = suspense.get(unit, 0) + amount
        _keep_check_in(transaction, purses)
        store = transaction.journal.terminal.store
        movement, short = _opposite(store.pk, purses, suspense, reason, user)
        paid, means = _taken(transaction)
        made = receipt(movement, store.pk, transaction.member, means, -paid)
        made.reverses = transaction
        made.save(update_fields=["reverses"])
        _gone(ServiceTicket.objects.filter(transaction=transaction))
        FollowUp.objects.filter(transaction=transaction, done=False).update(cancelled=True)
        _unsold(Pass.objects.filter(transaction=transaction))
        directory.touch({transaction.member} - {""})
        _note(movement, short, store.pk, transaction)
        return movement


def reverse_movement(done: Movement, reason: str, user: User) -> Movement:
    """Post the opposite of a sale or a redemption at the desk.

    Raises HeldElsewhere, NotNow (already_reversed, nothing_to_reverse).
    """
    with directory.writing():
        why = why_not_undone(done)
        if why:
            raise NotNow(why)
        beside = done.receipt
        purses, suspense = settlement.posted_by(done)
        movement, short = _opposite(beside.store_id, purses, suspense, reason, user)
        made = receipt(movement, beside.store_id, beside.member, beside.means, -beside.paid)
        made.undoes = done
        made.save(update_fields=["undoes"])
        _gone(ServiceTicket.objects.filter(movement=done))
        if done.kind == "sell_pass":
            _unsold(Pass.objects.filter(accounts__in=list(purses)).distinct())
        directory.touch({beside.member} - {""})
        _note(movement, short, beside.store_id)
        return movement


def why_not_reversed(transaction: Transaction) -> str:
    """Say why a row cannot be reversed now; empty when it can.

    Within the minutes in which the kiosk itself may undo a row, it is left to the kiosk: both
    together would pay twice.  A void is reversed only where it undid nothing: its row was undone
    before, so the money came back a second time.
    """
    row = reading.row(transaction)
    purses, suspense = settlement.posted_by(transaction)
    _keep_check_in(transaction, purses)
    if row is None or not any((*purses.values(), *suspense.values())):
        return "nothing_to_reverse"
    if Receipt.objects.filter(reverses=transaction).exists():
        return "already_reversed"
    if reading.voids(row):
        return "nothing_to_reverse" if transaction.voids.exists() else ""
    if transaction.voided_by_id is not None:
        return "voided"
    undo = policies.of(transaction.journal.terminal.store).undo_minutes
    if row.at <= counter.now() < row.at + dt.timedelta(minutes=undo):
        return "may_be_undone"
    return ""


def why_not_undone(done: Movement) -> str:
    """Say why a movement of the desk cannot be reversed; empty when it can."""
    if done.kind not in REVERSIBLE or not hasattr(done, "receipt"):
        return "nothing_to_reverse"
    return "already_reversed" if hasattr(done, "undone_by") else ""


def _opposite(
    store: str, purses: dict[str, int], suspense: dict[Unit, int], reason: str, user: User
) -> tuple[Movement, dict[str, int]]:
    """Move the opposite; return what of the points was not there any more, by account."""
    back = transfers.with_survivors({account: -amount for account, amount in purses.items()})
    suspended = {unit: -amount for unit, amount in suspense.items() if amount}
    short: dict[str, int] = {}
    for points in Account.objects.filter(pk__in=back, kind=PurseKind.POINTS):
        if (missing := -back[points.pk] - points.posted) > 0:
            short[points.pk] = missing
            back[points.pk] += missing
            suspended[Unit.POINTS] = suspended.get(Unit.POINTS, 0) - missing
    movement = settlement.move(store, back, suspended, "reversal", reason, user)
    return movement, short


def _note(
    movement: Movement, short: dict[str, int], store: str, row: Transaction | None = None
) -> None:
    """Open a case for points that were gone, and for visits that went back to an ended pass."""
    place = {"store_id": store, "journal": row and row.journal, "seq": row.seq if row else 0}
    for account, amount in short.items():
        detail = {"account": account, "suspense": amount}
        Case.objects.create(kind=CaseKind.POINTS_SHORT, transaction=row, detail=detail, **place)
    back = movement.entries.filter(amount__gt=0).exclude(account__punch_pass__ended="")
    for entry in back.exclude(account__punch_pass=None).order_by("pk"):
        detail = {"account": entry.account_id, "amount": entry.amount}
        Case.objects.create(kind=CaseKind.PASS_ENDED, detail=detail, **place)


def _keep_check_in(transaction: Transaction, purses: dict[str, int]) -> None:
    for check_in in transaction.check_ins.all():
        points = Account.objects.filter(member=check_in.member_id, kind=PurseKind.POINTS).first()
        if points is not None and points.pk in purses:
            purses[points.pk] -= check_in.points


def _gone(tickets: QuerySet[ServiceTicket]) -> None:
    tickets.filter(open=True).update(open=False, voided=True)


def _unsold(passes: QuerySet[Pass]) -> None:
    """End what was sold, also where it is a merged member's since."""
    now = [transfers.heir(sold).pk for sold in passes]
    Pass.objects.filter(pk__in=now).update(voided=True)


def _write_offs(transaction: Transaction) -> list[int]:
    """List the movements by which the shop has already borne a part of this row."""
    made = Decision.objects.filter(
        case__transaction=transaction, choice=Choice.ABSORB, movement__isnull=False
    )
    return list(made.values_list("movement", flat=True))


def _taken(transaction: Transaction) -> tuple[int, str]:
    """Sum what was paid at the till for a row's loads, and how."""
    row = reading.row(transaction)
    lines = row.lines if row else ()
    loads = [line for line in lines if isinstance(line, rows.ValueLoad | rows.PassLoad)]
    return sum(line.paid for line in loads), loads[0].means.value if loads else ""
