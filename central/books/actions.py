"""Money that central itself moves: sales at the counter, refunds, adjustments.

A debit takes from what is free only: what a terminal holds may be spent there at this moment.
Credits are announced to the terminals, which may then ask for them.  A debit that meets
HeldElsewhere has asked the terminals for it: try again in a moment, or when they are back online.
"""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from central.books import directory, epochs, purses
from central.books.recalls import HeldElsewhere, holders
from central.books.sheet import Sheet
from central.shop import catalogues
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
from kiosk.domain import members, pricing
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import Delta

__all__ = [
    "HeldElsewhere",
    "NotUsable",
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
        sheet = Sheet(store)
        sheet.load(amounts)
        movement = Movement.objects.create(kind=kind, reason=reason, user=user)
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
        return movement


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


class NotUsable(ValueError):
    """A redemption that the shop's own rules forbid; the code is one of kiosk.domain.refusals."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def redeem_at_counter(
    store: Store,
    member: Member,
    service: str,
    today: dt.date,
    pet: Pet | None = None,
    punch_pass: Pass | None = None,
    user: "User | None" = None,
) -> ServiceTicket:
    """Redeem without a card: a visit of `punch_pass`, or the price from stored value.

    The same rules as at a terminal, and only what is free: `movement` of the ticket has the
    entries.  Raises NotUsable, and HeldElsewhere after asking the terminals that hold the rest.
    """
    with directory.writing():
        if punch_pass is not None:
            _check_pass(store, member, punch_pass, service, today)
            order: tuple[PurseKind, ...] = (PurseKind.PASS_BOUGHT, PurseKind.PASS_GIFT)
            price, earned = 1, 0
        else:
            price, earned, order = _quoted(store, member, service, today, pet)
        amounts = _paid_by(member, punch_pass, order, price)
        if earned:
            amounts[purse(member, PurseKind.POINTS).pk] = earned
        movement = move(store.pk, amounts, "redeem", service, user)
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


def _check_pass(
    store: Store, member: Member, punch_pass: Pass, service: str, today: dt.date
) -> None:
    catalogue = catalogues.current(store.pk)
    if punch_pass.member_id != member.pk or punch_pass.voided:
        raise NotUsable(Reason.NOT_ALLOWED)
    if catalogue is None:
        raise NotUsable(Reason.CATALOGUE_MISSING)
    if service not in (punch_pass.services or [each.code for each in catalogue.services]):
        raise NotUsable(Reason.WRONG_SERVICE)
    if punch_pass.valid_until is not None and punch_pass.valid_until < today:
        raise NotUsable(Reason.EXPIRED)


def _quoted(
    store: Store, member: Member, service: str, today: dt.date, pet: Pet | None
) -> tuple[int, int, tuple[PurseKind, ...]]:
    """Price a service from the list in force; say what it earns and which purses pay."""
    catalogue = catalogues.current(store.pk)
    if catalogue is None:
        raise NotUsable(Reason.CATALOGUE_MISSING)
    size = members.Size(pet.size) if pet else None
    try:
        quote = pricing.quote(catalogue, service, size, members.Tier(member.tier), today)
    except pricing.NoPrice:
        raise NotUsable(Reason.WRONG_SERVICE) from None
    order = tuple(PurseKind(kind.value) for kind in pricing.stored_value_order(catalogue))
    return quote.price, quote.points, order


def _paid_by(
    member: Member, punch_pass: Pass | None, order: tuple[PurseKind, ...], amount: int
) -> dict[str, int]:
    """Take an amount from what is free on these purses, in this order."""
    found = list(Account.objects.filter(member=member, punch_pass=punch_pass, kind__in=order))
    found.sort(key=lambda account: order.index(PurseKind(account.kind)))
    amounts: dict[str, int] = {}
    rest = amount
    for account in found:
        if part := min(rest, account.posted - account.leased):
            amounts[account.pk] = -part
            rest -= part
    if not rest:
        return amounts
    if sum(account.posted for account in found) < amount:
        raise NotUsable(Reason.PASS_EMPTY if punch_pass else Reason.INSUFFICIENT_VALUE)
    held = tuple(account.pk for account in found if account.leased)
    raise HeldElsewhere(held[0], rest, holders(*held), held)


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
