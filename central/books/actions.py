"""Money that central itself moves: sales at the counter, refunds, adjustments.

A debit takes from what is free only: what a terminal holds may be spent there at this moment.
Credits are announced to the terminals, which may then ask for them.  A debit that meets
HeldElsewhere has asked the terminals for it: try again in a moment, or when they are back online.
"""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from central.books import directory, epochs, paying, purses
from central.books.paying import NotUsable, Reduced
from central.books.recalls import HeldElsewhere, holders
from central.books.sheet import Sheet
from central.shop.choices import PurseKind, new_id
from central.shop.models import (
    Account,
    Member,
    Movement,
    Pass,
    PassPlan,
    Pet,
    ServiceTicket,
    Store,
    TopUpPlan,
)
from kiosk.domain.transactions import Delta

__all__ = [
    "HeldElsewhere",
    "NotUsable",
    "Reduced",
    "adjust",
    "holders",
    "move",
    "purse",
    "redeem_at_counter",
    "refund",
    "sell_pass",
    "top_up",
]

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def move(
    store: str, amounts: Mapping[str, int], kind: str, reason: str = "", user: "User | None" = None
) -> Movement:
    """Change these accounts by these amounts, all or none.

    Raises HeldElsewhere when a debit is above what is free, LookupError for an unknown account.
    """
    with directory.writing():
        epochs.wait_before_debits(amounts)
        movement = Movement.objects.create(kind=kind, reason=reason, user=user)
        _post(store, amounts, movement)
        return movement


def _post(store: str, amounts: Mapping[str, int], movement: Movement) -> None:
    sheet = Sheet(store)
    sheet.load(amounts)
    for account_id, amount in amounts.items():
        account = sheet.purse(account_id)
        if account is None:
            raise LookupError(account_id)
        if account.posted + amount < account.leased:
            raise HeldElsewhere(
                account_id, account.leased - account.posted - amount, holders(account_id)
            )
        sheet.post(account, Delta(posted=amount), movement)
    sheet.write()


def purse(
    member: Member, kind: PurseKind, punch_pass: Pass | None = None, account_id: str = ""
) -> Account:
    """Return the member's account of this kind, made empty when it is not there."""
    found, _ = Account.objects.get_or_create(
        member=member,
        kind=kind,
        punch_pass=punch_pass,
        defaults={"id": account_id or _new_account_id(member, kind, punch_pass)},
    )
    return found


def _new_account_id(member: Member, kind: PurseKind, punch_pass: Pass | None) -> str:
    return new_id() if punch_pass else purses.account_id(member.pk, kind)


def top_up(member: Member, plan: TopUpPlan, user: "User | None" = None) -> Movement:
    """Sell stored value at the counter: principal and the plan's bonus."""
    with directory.writing():
        amounts = {purse(member, PurseKind.PRINCIPAL).pk: plan.pay}
        if plan.bonus:
            amounts[purse(member, PurseKind.BONUS).pk] = plan.bonus
        return move(plan.store_id, amounts, "top_up", plan.code, user)


def sell_pass(member: Member, plan: PassPlan, today: dt.date, user: "User | None" = None) -> Pass:
    """Sell a pass at the counter on the shop's local day `today`."""
    with directory.writing():
        sold = Pass.objects.create(
            member=member,
            name_zh=plan.name_zh,
            name_en=plan.name_en,
            services=plan.services,
            valid_until=today + dt.timedelta(days=plan.valid_days),
            price=plan.price,
            bought=plan.bought,
        )
        amounts = {purse(member, PurseKind.PASS_BOUGHT, sold).pk: plan.bought}
        if plan.gift:
            amounts[purse(member, PurseKind.PASS_GIFT, sold).pk] = plan.gift
        move(plan.store_id, amounts, "sell_pass", plan.code, user)
        return sold


def redeem_at_counter(
    store: Store,
    member: Member,
    service: str,
    today: dt.date,
    pet: Pet | None = None,
    how: Pass | Reduced | None = None,
    user: "User | None" = None,
) -> ServiceTicket:
    """Redeem without a card: a visit of a pass, or the price from stored value.

    The same rules as at a terminal (central.books.paying): `movement` of the ticket has the
    entries.  Raises NotUsable, and HeldElsewhere after asking the terminals that hold the rest.
    """
    with directory.writing():
        if isinstance(how, Pass):
            cost = paying.by_pass(store, member, service, today, how)
        else:
            cost = paying.by_value(store, member, service, today, pet, how or Reduced())
        movement = move(store.pk, cost.amounts, "redeem", service, user)
        if cost.earned:
            _post(store.pk, {purse(member, PurseKind.POINTS).pk: cost.earned}, movement)
        Member.objects.filter(pk=member.pk).update(
            last_service=service, last_pet=pet.pk if pet else member.last_pet
        )
        directory.touch({member.pk})
        return ServiceTicket.objects.create(
            ticket=f"counter.{movement.pk}",
            store=store,
            movement=movement,
            member=member.pk,
            pet=pet.pk if pet else "",
            service=service,
            day=today,
        )


def refund(
    store: str, account: Account, amount: int, reason: str, user: "User | None" = None
) -> Movement:
    """Take back `amount` > 0 from an account.  Raises HeldElsewhere, ValueError."""
    if amount <= 0 or not reason:
        raise ValueError("a refund takes a positive amount and a reason")
    return move(store, {account.pk: -amount}, "refund", reason, user)


def adjust(
    store: str, account: Account, amount: int, reason: str, user: "User | None" = None
) -> Movement:
    """Correct an account by `amount` of either sign.  Raises HeldElsewhere, ValueError."""
    if not reason:
        raise ValueError("an adjustment takes a reason")
    return move(store, {account.pk: amount}, "adjust", reason, user)
