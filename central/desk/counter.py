"""Sales and corrections at the counter: the books' own actions, each with its receipt.

Movement and receipt are one SQL transaction: what was taken in is never without who and how.
"""

import datetime as dt
from collections.abc import Callable

from django.contrib.auth.models import User

from central.books import actions, directory, recalls, settlement
from central.desk import reading
from central.desk.models import Choice, Decision, Receipt
from central.shop import policies
from central.shop.models import (
    Account,
    Member,
    Movement,
    Pass,
    PassPlan,
    Pet,
    Service,
    ServiceTicket,
    Store,
    TopUpPlan,
    Transaction,
)
from kiosk.domain import transactions as rows
from kiosk.domain.clock import local_day


class NotNow(Exception):
    """This cannot be done, or not any more; the code says why."""


def now() -> dt.datetime:
    """Return the time."""
    return dt.datetime.now(dt.UTC)


def today(store: Store) -> dt.date:
    """Return the store's local day."""
    return local_day(now(), store.utc_offset_minutes)


def once(token: str, act: Callable[[], Movement]) -> Movement:
    """Do what a form asks, once: the same form sent again raises NotNow (done_already).

    What terminals were asked to give back for it is theirs again afterwards.
    """
    with directory.writing():
        if token and Receipt.objects.filter(once=token).exists():
            raise NotNow("done_already")
        movement = act()
        taken = movement.entries.filter(amount__lt=0).values_list("account", flat=True)
        recalls.end(list(taken))
        Receipt.objects.filter(movement=movement).update(once=token or None)
        return movement


def top_up(member: Member, plan: TopUpPlan, means: str, user: User) -> Movement:
    """Sell stored value for what the plan costs."""
    with directory.writing():
        movement = actions.top_up(member, plan, user)
        receipt(movement, plan.store_id, member.pk, means, plan.pay)
        return movement


def sell_pass(member: Member, plan: PassPlan, means: str, user: User) -> Movement:
    """Sell a pass for its price."""
    with directory.writing():
        sold = actions.sell_pass(member, plan, today(plan.store), user)
        movement = Movement.objects.filter(entries__account__punch_pass=sold).distinct().get()
        receipt(movement, plan.store_id, member.pk, means, plan.price)
        return movement


def redeem(
    store: Store, member: Member, service: Service, pet: Pet | None, sold: Pass | None, user: User
) -> Movement:
    """Redeem without a card, by the rules of the terminals.  Raises HeldElsewhere, NotUsable."""
    with directory.writing():
        ticket = actions.redeem_at_counter(
            store, member, service.code, today(store), pet, sold, user
        )
        assert ticket.movement is not None
        receipt(ticket.movement, store.pk, member.pk)
        return ticket.movement


def pay_out(
    store: Store, account: Account, amount: int, paid: int, means: str, reason: str, user: User
) -> Movement:
    """Take `amount` from a purse and give `paid` 分 back to the member.

    Raises HeldElsewhere, ValueError.
    """
    with directory.writing():
        movement = actions.refund(store.pk, account, amount, reason, user)
        receipt(movement, store.pk, account.member_id or "", means, -paid)
        return movement


def adjust(store: Store, account: Account, amount: int, reason: str, user: User) -> Movement:
    """Correct a purse by `amount` of either sign.  Raises HeldElsewhere, ValueError."""
    with directory.writing():
        movement = actions.adjust(store.pk, account, amount, reason, user)
        receipt(movement, store.pk, account.member_id or "")
        return movement


def reverse(transaction: Transaction, reason: str, user: User) -> Movement:
    """冲正: post the opposite of a whole row, to the purses it came from, at most once.

    Tickets that it opened and that are still open are gone, so is a pass that it sold; money that
    was taken at the till goes back as it came.  Raises HeldElsewhere, NotNow (already_reversed,
    voided, may_be_undone, nothing_to_reverse).
    """
    with directory.writing():
        why = why_not_reversed(transaction)
        if why:
            raise NotNow(why)
        purses, suspense = settlement.posted_by(transaction)
        for unit, amount in settlement.written_off(_write_offs(transaction)).items():
            suspense[unit] = suspense.get(unit, 0) + amount
        store = transaction.journal.terminal.store
        movement = settlement.move(
            store.pk,
            {account: -amount for account, amount in purses.items() if amount},
            {unit: -amount for unit, amount in suspense.items() if amount},
            "reversal",
            reason,
            user,
        )
        paid, means = _taken(transaction)
        made = receipt(movement, store.pk, transaction.member, means, -paid)
        made.reverses = transaction
        made.save(update_fields=["reverses"])
        ServiceTicket.objects.filter(transaction=transaction, open=True).update(
            open=False, voided=True
        )
        row = reading.row(transaction)
        sold = [x.pass_id for x in (row.lines if row else ()) if isinstance(x, rows.PassLoad)]
        Pass.objects.filter(pk__in=sold).update(voided=True)
        directory.touch({transaction.member} - {""})
        return movement


def why_not_reversed(transaction: Transaction) -> str:
    """Say why a row cannot be reversed now; empty when it can.

    Within the minutes in which the kiosk itself may undo a row, it is left to the kiosk: both
    together would pay twice.
    """
    row = reading.row(transaction)
    if row is None or not transaction.entries.exists() or reading.voids(row):
        return "nothing_to_reverse"
    if Receipt.objects.filter(reverses=transaction).exists():
        return "already_reversed"
    if transaction.voided_by_id is not None:
        return "voided"
    undo = policies.of(transaction.journal.terminal.store).undo_minutes
    if row.at <= now() < row.at + dt.timedelta(minutes=undo):
        return "may_be_undone"
    return ""


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


def receipt(movement: Movement, store: str, member: str, means: str = "", paid: int = 0) -> Receipt:
    """Note beside a movement where it was made, for whom, and what was paid."""
    return Receipt.objects.create(
        movement=movement, store_id=store, member=member, means=means, paid=paid
    )
