"""Transfers, merges and cancelled passes at the desk: the books' actions, each with its receipt."""

from django.contrib.auth.models import User

from central.books import directory, transfers
from central.books.transfers import NotMovable
from central.desk.counter import noted, receipt
from central.shop.models import Account, Member, Movement, Pass, Store


def give(
    store: Store, account: Account, to: Member, amount: int, reason: str, user: User
) -> Movement:
    """Give an amount of a purse to another member.  Raises HeldElsewhere, NotMovable."""
    return noted(
        lambda: transfers.move_value(store.pk, account, to, amount, reason, user),
        store.pk,
        account.member_id or "",
    )


def give_pass(store: Store, sold: Pass, to: Member, reason: str, user: User) -> Movement:
    """Give a pass to another member.  Raises HeldElsewhere, NotMovable."""
    return noted(
        lambda: transfers.move_pass(store.pk, sold, to, reason, user), store.pk, sold.member_id
    )


def cancel(
    store: Store,
    sold: Pass,
    means: str,
    reason: str,
    user: User,
    paid: int | None = None,
    seen: str = "",
) -> Movement:
    """End a pass and pay back what it is worth, or `paid` 分.

    `seen` is the worth that `paid` was decided on: while a kiosk is waited for, visits may come
    in that were used there.  Raises HeldElsewhere, NotMovable (ended, worth_changed).
    """
    with directory.writing():
        worth = transfers.worth(sold)
        if seen and seen != str(worth):
            raise NotMovable("worth_changed")
        back = worth if paid is None else paid
        movement = transfers.cancel_pass(store.pk, sold, reason, user)
        receipt(movement, store.pk, sold.member_id, means, -back)
        return movement


def merge(store: Store, source: Member, target: Member, reason: str, user: User) -> Movement:
    """Bring all that one member has to another.  Raises HeldElsewhere, NotMovable."""
    return noted(
        lambda: transfers.merge(store.pk, source, target, reason, user), store.pk, source.pk
    )
