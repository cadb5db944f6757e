"""A small shop for the journal's tests: members, pages, grants and drafts in one line each."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from kiosk.domain import wire
from kiosk.domain.catalogue import Catalogue, PassPlan, Service, TopUpPlan
from kiosk.domain.clock import ClockState
from kiosk.domain.effects import Draft
from kiosk.domain.media import MediumKey
from kiosk.domain.members import (
    Medium,
    MediumStatus,
    MemberRecord,
    OperatorRecord,
    PunchPass,
    Purse,
    PurseKind,
    Role,
    Size,
    Ticket,
)
from kiosk.domain.transactions import (
    AnyLine,
    Leg,
    Means,
    PassLoad,
    ValueLoad,
    ValueRedeem,
    VisitLog,
    VisitRedeem,
    pass_accounts,
    ticket_id,
    undo,
)
from kiosk.domain.views import MemberView
from kiosk.journal.journal import Journal

NOW = dt.datetime(2026, 3, 14, 2, 32, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 14)
PRINCIPAL, BONUS, BOUGHT, GIFT = "principal", "bonus", "bought", "gift"
KINDS = {
    PRINCIPAL: PurseKind.PRINCIPAL,
    BONUS: PurseKind.BONUS,
    BOUGHT: PurseKind.PASS_BOUGHT,
    GIFT: PurseKind.PASS_GIFT,
}

PLANS = tuple(TopUpPlan(f"p{n}-{b}", n, b) for n in (*range(1, 31), 200) for b in (0, 2, 20))
BATHS = PassPlan("bath-10", "洗澡十次卡", "10 baths", ("bath",), 600, 10, 2, valid_days=30)
FEW_BATHS = PassPlan("bath-5", "洗澡五次卡", "5 baths", ("bath",), 300, 5)
CATALOGUE = Catalogue(
    version=3,
    store="s1",
    services=(Service("bath", "洗澡", "Bath", {Size.SMALL: 10}),),
    top_up_plans=PLANS,
    pass_plans=(BATHS, FEW_BATHS),
)
GROOMER, CASHIER, MANAGER = "o-groomer", "o-cashier", "o-manager"


def operator(name: str, role: Role, status: MediumStatus = MediumStatus.ACTIVE) -> OperatorRecord:
    return OperatorRecord(name, name[2:], role, (Medium(f"{name}.card", key(name), status),))


def account(member: str, purse: str) -> str:
    return f"{member}.{purse}"


def key(member: str) -> MediumKey:
    return MediumKey(f"uid:04{member.encode().hex().upper()}")


OPERATORS = (
    operator(GROOMER, Role.GROOMER),
    operator(CASHIER, Role.CASHIER),
    operator(MANAGER, Role.MANAGER),
)


def record(
    member: str = "m1",
    *,
    posted: int | dict[str, int] = 100,
    services: tuple[str, ...] = ("bath",),
    valid_until: dt.date | None = DAY,
    status: MediumStatus = MediumStatus.ACTIVE,
    purses: Iterable[str] = KINDS,
    tickets: Sequence[Ticket] = (),
    sold: Mapping[str, tuple[Purse, ...]] | None = None,
) -> MemberRecord:
    amounts = posted if isinstance(posted, dict) else dict.fromkeys(KINDS, posted)
    pass_id = f"{member}.pass"
    return MemberRecord(
        member=member,
        masked_name="王*明",
        passes=(
            PunchPass(pass_id, "洗澡次卡", "Bath pass", services, valid_until),
            *(PunchPass(name, "洗澡卡", "Baths", services) for name in sold or {}),
        ),
        purses=tuple(
            Purse(
                account(member, p),
                KINDS[p],
                amounts.get(p, 0),
                pass_id if p in (BOUGHT, GIFT) else "",
            )
            for p in purses
        )
        + tuple(purse for found in (sold or {}).values() for purse in found),
        media=(Medium(f"{member}.card", key(member), status),),
        tickets=tuple(tickets),
    )


def page(
    journal: Journal,
    members: Sequence[MemberRecord],
    *,
    version: int = 1,
    number: int = 0,
    full: bool = True,
    last: bool = True,
    applied: int = 0,
    removed: Sequence[str] = (),
    operators: Sequence[OperatorRecord] | None = None,
) -> wire.DirectoryPage:
    return wire.DirectoryPage(
        journal=journal.standing().journal,
        full=full,
        page=number,
        last=last,
        version=version,
        applied=applied,
        members=list(members),
        removed=list(removed),
        operators=None if operators is None else list(operators),
    )


def grant(journal: Journal, **amounts: int) -> None:
    """Ask, and be granted: `m1_bought=5` is 5 of the account m1.bought."""
    assert journal.apply_grant(answer(journal, journal.open_request(None), **amounts))


def answer(journal: Journal, nonce: str, **amounts: int) -> wire.AllowanceGrant:
    return wire.AllowanceGrant(
        journal=journal.standing().journal,
        nonce=nonce,
        grants=[wire.Grant(a.replace("_", "."), n) for a, n in amounts.items()],
    )


def visit(
    member: str = "m1", visits: int = 1, *, purse: str = BOUGHT, service: str = "bath"
) -> VisitRedeem:
    return VisitRedeem(service=service, legs=(Leg(account(member, purse), visits),))


def pay(member: str = "m1", amount: int = 10, *, purse: str = PRINCIPAL) -> ValueRedeem:
    return ValueRedeem(service="bath", price=amount, legs=(Leg(account(member, purse), amount),))


def load(member: str = "m1", paid: int = 10, bonus: int = 0) -> ValueLoad:
    legs = [Leg(account(member, PRINCIPAL), paid)]
    if bonus:
        legs.append(Leg(account(member, BONUS), bonus))
    return ValueLoad(f"p{paid}-{bonus}", paid, Means.CASH, tuple(legs))


def sale(pass_id: str = "new", plan: PassPlan = BATHS) -> PassLoad:
    bought, gift = pass_accounts(pass_id)
    extra = Leg(gift, plan.gift) if plan.gift else None
    return PassLoad(plan.code, plan.price, Means.WECHAT, pass_id, Leg(bought, plan.bought), extra)


def log(ticket: str = "", *, service: str = "bath", pet: str = "") -> VisitLog:
    return VisitLog(service, pet, ticket)


def ticket(journal: Journal, seq: int, line: int = 0, day: dt.date = DAY) -> Ticket:
    """The ticket of a bath that row `seq` of this journal opened."""
    return Ticket(ticket_id(journal.standing().journal, seq, line), "bath", day)


def visit_of(name: str) -> VisitRedeem:
    """One visit from this account."""
    return VisitRedeem("bath", (Leg(name, 1),))


def purse(pass_id: str, posted: int) -> Purse:
    return Purse(pass_accounts(pass_id)[0], PurseKind.PASS_BOUGHT, posted, pass_id)


def draft(
    *lines: AnyLine,
    member: str = "m1",
    medium: str | None = None,
    clock: ClockState = ClockState.SYNCED,
    day: dt.date = DAY,
    operator: str = "",
    ref: int = 0,
    at: dt.datetime = NOW,
) -> Draft:
    """A member's own transaction, or staff's where a line needs one."""
    card = f"{member}.card" if medium is None else medium
    if not operator and any(isinstance(line, ValueLoad | PassLoad) for line in lines):
        operator = CASHIER
    return Draft(at, clock, day, lines, member, card, CATALOGUE.version, operator, ref)


def void(
    lines: Sequence[AnyLine], ref: int, *, member: str = "m1", operator: str = MANAGER
) -> Draft:
    return draft(undo(tuple(lines)), member=member, operator=operator, ref=ref)


def view(journal: Journal, member: str = "m1") -> MemberView:
    """What a tap of this member's card shows."""
    return view_of(journal, key(member))


def view_of(journal: Journal, medium: MediumKey) -> MemberView:
    found = journal.identify(medium)
    assert isinstance(found, MemberView)
    return found
