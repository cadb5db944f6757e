"""Moving what members have: a purse or a pass to another member, a merge, the end of a pass.

The rule of design §6: central lowers P from what is free only, and what is moved or ended as a
whole must be home as a whole.  Otherwise HeldElsewhere: the terminals were asked, try again when
they have answered, or write the rest off (central.books.journals).  A pass that is moved becomes a
new pass with purses of its own, so that each entry stays with the member whom it concerned.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from central.books import actions, directory, purses
from central.books.recalls import HeldElsewhere, holders
from central.shop.choices import PassEnd, PurseKind
from central.shop.models import (
    Account,
    BonusRelease,
    FollowUp,
    Medium,
    Member,
    Movement,
    Pass,
    Pet,
    ServiceTicket,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PURSES = (PurseKind.PRINCIPAL, PurseKind.BONUS, PurseKind.POINTS)
"""What a member has in purses that are no pass's."""


class NotMovable(ValueError):
    """This cannot be moved or ended; the code says why."""


def move_value(
    store: str, account: Account, to: Member, amount: int, reason: str, user: "User | None" = None
) -> Movement:
    """Give `amount` > 0 of a purse to another member's purse of the same kind.

    Raises HeldElsewhere, NotMovable (same_member, merged, no_amount, not_a_purse).
    """
    with directory.writing():
        if amount <= 0:
            raise NotMovable("no_amount")
        if account.kind not in PURSES:
            raise NotMovable("not_a_purse")
        _check(account.member_id, to)
        other = actions.purse(to, PurseKind(account.kind))
        return actions.move(
            store, {account.pk: -amount, other.pk: amount}, "transfer", reason, user
        )


def move_pass(
    store: str, sold: Pass, to: Member, reason: str, user: "User | None" = None
) -> Movement:
    """Give a pass with all its visits to another member, on the same terms.

    Raises HeldElsewhere, NotMovable (same_member, merged, ended).
    """
    with directory.writing():
        _check(sold.member_id, to)
        _check_home(Account.objects.filter(punch_pass=sold))
        return actions.move(store, _moved(sold, to), "transfer", reason, user)


def cancel_pass(store: str, sold: Pass, reason: str, user: "User | None" = None) -> Movement:
    """End a pass: its unused visits are gone.  What is paid back is `worth` of it.

    Raises HeldElsewhere, NotMovable (ended).
    """
    with directory.writing():
        found = Account.objects.filter(punch_pass=sold)
        _check_home(found)
        amounts = {account.pk: -account.posted for account in found if account.posted}
        _end(sold, PassEnd.CANCELLED)
        return actions.move(store, amounts, "cancel_pass", reason, user)


def worth(sold: Pass) -> int:
    """Say what the unused visits of a pass are worth, in 分.

    The rule: each unused bought visit at the price that was paid for it, half a 分 up; gift visits
    cost nothing and are forfeited.  Visits that came with an import have no price.
    """
    if not sold.bought:
        return 0
    bought = Account.objects.filter(punch_pass=sold, kind=PurseKind.PASS_BOUGHT)
    left = min(sum(bought.values_list("posted", flat=True)), sold.bought)
    return (2 * sold.price * left + sold.bought) // (2 * sold.bought)


def merge(
    store: str, source: Member, target: Member, reason: str, user: "User | None" = None
) -> Movement:
    """Bring all that one member has to another; terminals know only the other afterwards.

    Rows of the first that are still under way count as they are, each with a case.  Raises
    HeldElsewhere, NotMovable (same_member, merged).
    """
    with directory.writing():
        _check(source.pk, target)
        if not _stands(source):
            raise NotMovable("merged")
        found = Account.objects.filter(member=source)
        _check_home(found)
        amounts: dict[str, int] = {}
        for account in found.filter(kind__in=PURSES, posted__gt=0):
            other = actions.purse(target, PurseKind(account.kind))
            amounts |= {account.pk: -account.posted, other.pk: account.posted}
        for sold in source.passes.filter(voided=False):
            amounts |= _moved(sold, target)
        movement = actions.move(store, amounts, "merge", reason, user)
        _hand_over(source, target)
        return movement


def with_survivors(amounts: Mapping[str, int]) -> dict[str, int]:
    """Change what accounts are to change by, so that it concerns whom a merged member is now.

    What comes back goes to the survivor's purse of the same kind, or to the pass that a pass has
    become, and what is taken is taken there: all that the merged member had is there since.  But
    first from the old purse, as far as a row that came after the merge has filled it.
    """
    found: Counter[str] = Counter()
    merged = Account.objects.filter(pk__in=amounts, member__merged_into__isnull=False)
    old = {account.pk: account for account in merged.select_related("member", "punch_pass")}
    for pk, amount in amounts.items():
        account = old.get(pk)
        here = max(amount, -account.posted) if account and amount < 0 else 0
        found[pk] += here if account else amount
        if account and amount != here:
            found[_heirs(account)] += amount - here
    return {pk: amount for pk, amount in found.items() if amount}


def _heirs(account: Account) -> str:
    """Find, or open, the account that stands for one of a merged member."""
    kind, sold, member = PurseKind(account.kind), account.punch_pass, account.member
    if sold is not None:
        now = heir(sold)
        return account.pk if now == sold else actions.purse(now.member, kind, now).pk
    if member is None or kind not in PURSES:
        return account.pk
    while member.merged_into is not None:
        member = member.merged_into
    return actions.purse(member, kind).pk


def heir(sold: Pass) -> Pass:
    """Return what a pass has become by merges of its member: the pass itself without any."""
    while sold.member.merged_into is not None:
        named = {"pk": purses.moved_pass(sold.pk), "member": sold.member.merged_into}
        found = Pass.objects.filter(**named).first()
        if found is None:
            break
        sold = found
    return sold


def _hand_over(source: Member, target: Member) -> None:
    """Give the target what is no money: pets, cards, open work, promises; bury the source."""
    for model in (Pet, Medium, FollowUp):
        model._default_manager.filter(member=source).update(member=target)
    ServiceTicket.objects.filter(member=source.pk, open=True).update(member=target.pk)
    promised = BonusRelease.objects.filter(account__member=source, movement=None)
    if promised.exists():
        promised.update(account=actions.purse(target, PurseKind.BONUS))
    # a coupon is its purse: it goes as it is
    Account.objects.filter(member=source, kind=PurseKind.COUPON).update(member=target)
    source.merged_into = target
    source.save(update_fields=["merged_into"])
    directory.bury(source.pk)
    directory.touch({target.pk})


def _moved(sold: Pass, to: Member) -> dict[str, int]:
    """Open a pass of the same terms for `to`; return what its purses and the old ones change."""
    _end(sold, PassEnd.MOVED)
    made = Pass.objects.create(
        pk=purses.moved_pass(sold.pk),
        member=to,
        name_zh=sold.name_zh,
        name_en=sold.name_en,
        services=sold.services,
        valid_until=sold.valid_until,
        price=sold.price,
        bought=sold.bought,
    )
    amounts: dict[str, int] = {}
    for account in Account.objects.filter(punch_pass=sold):
        other = actions.purse(to, PurseKind(account.kind), made)
        if account.posted:
            amounts |= {account.pk: -account.posted, other.pk: account.posted}
    return amounts


def _end(sold: Pass, how: PassEnd) -> None:
    locked = Pass.objects.select_for_update().get(pk=sold.pk)
    if locked.voided:
        raise NotMovable("ended")
    locked.voided, locked.ended = True, how
    locked.save(update_fields=["voided", "ended"])


def _check(owner: str | None, to: Member) -> None:
    if owner == to.pk:
        raise NotMovable("same_member")
    if not _stands(to):
        raise NotMovable("merged")


def _stands(member: Member) -> bool:
    """Whether a member was not merged into another: as it is now, not as a page read it."""
    return Member.objects.filter(pk=member.pk, merged_into=None).exists()


def _check_home(accounts: Iterable[Account]) -> None:
    out = [account for account in accounts if account.leased]
    if out:
        ids = tuple(account.pk for account in out)
        raise HeldElsewhere(ids[0], out[0].leased, holders(*ids), ids)
