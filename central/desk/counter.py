"""Sales and corrections at the counter: the books' own actions, each with its receipt.

Movement and receipt are one SQL transaction: what was taken in is never without who and how.
"""

import datetime as dt
from collections.abc import Callable

from django.contrib.auth.models import User

from central.books import actions, directory, recalls
from central.books.actions import Reduced
from central.desk.models import Receipt
from central.desk.words import MONEY
from central.shop.models import (
    Account,
    Member,
    Movement,
    Pass,
    PassPlan,
    Pet,
    Service,
    Store,
    TopUpPlan,
)
from kiosk.domain.clock import local_day


class NotNow(Exception):
    """This cannot be done, or not any more; the code says why."""


class Outdated(NotNow):
    """What the page showed has changed since: look again."""


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
    return noted(
        lambda: actions.top_up(member, plan, user), plan.store_id, member.pk, means, plan.pay
    )


def sell_pass(member: Member, plan: PassPlan, means: str, user: User) -> Movement:
    """Sell a pass for its price."""
    with directory.writing():
        sold = actions.sell_pass(member, plan, today(plan.store), user)
        movement = Movement.objects.filter(entries__account__punch_pass=sold).distinct().get()
        receipt(movement, plan.store_id, member.pk, means, plan.price)
        return movement


def redeem(
    store: Store,
    member: Member,
    service: Service,
    pet: Pet | None,
    how: Pass | Reduced | None,
    user: User,
    price: int | None = None,
) -> Movement:
    """Redeem without a card, by the rules of the terminals.

    `price` 分 is what was shown; another one is not taken.  Raises HeldElsewhere,
    NotUsable, Outdated (price_changed).
    """
    with directory.writing():
        ticket = actions.redeem_at_counter(
            store, member, service.code, today(store), pet, how, user
        )
        assert ticket.movement is not None
        paid = ticket.movement.entries.filter(account__kind__in=MONEY)
        if price is not None and price != -sum(paid.values_list("amount", flat=True)):
            raise Outdated("price_changed")
        receipt(ticket.movement, store.pk, member.pk)
        return ticket.movement


def pay_out(
    store: Store, account: Account, amount: int, paid: int, means: str, reason: str, user: User
) -> Movement:
    """Take `amount` from a purse and give `paid` 分 back to the member.

    Raises HeldElsewhere, ValueError.
    """
    return noted(
        lambda: actions.refund(store.pk, account, amount, reason, user),
        store.pk,
        account.member_id or "",
        means,
        -paid,
    )


def adjust(store: Store, account: Account, amount: int, reason: str, user: User) -> Movement:
    """Correct a purse by `amount` of either sign.  Raises HeldElsewhere, ValueError."""
    return noted(
        lambda: actions.adjust(store.pk, account, amount, reason, user),
        store.pk,
        account.member_id or "",
    )


def noted(
    act: Callable[[], Movement], store: str, member: str, means: str = "", paid: int = 0
) -> Movement:
    """Do what moves, and note it, in one SQL transaction.  Raises what it raises."""
    with directory.writing():
        movement = act()
        receipt(movement, store, member, means, paid)
        return movement


def receipt(movement: Movement, store: str, member: str, means: str = "", paid: int = 0) -> Receipt:
    """Note beside a movement where it was made, for whom, and what was paid."""
    return Receipt.objects.create(
        movement=movement, store_id=store, member=member, means=means, paid=paid
    )
