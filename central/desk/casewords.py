"""Exception cases in plain words: what happened, what it means, and what each choice does."""

import dataclasses as dc

from django.utils.translation import gettext as _

from central.books import settlement
from central.desk import reading, settling, words
from central.desk.history import Names
from central.desk.models import Choice, Decision
from central.shop.choices import PurseKind
from central.shop.models import Account, Case, CaseKind, Member


@dc.dataclass(frozen=True, slots=True)
class Shown:
    """A case as the page shows it."""

    case: Case
    title: str
    text: str
    facts: tuple[str, ...]
    row: tuple[str, ...]
    member: Member | None
    choices: tuple[tuple[str, str, str], ...]
    decisions: tuple[Decision, ...]


def explained() -> dict[str, str]:
    """Say for each kind of case what has happened."""
    return {
        "unreadable": _("A kiosk sent a row that cannot be read. No money moved."),
        "other_identity": _("A kiosk sent a row that names another place. No money moved."),
        "not_checked": _("The row counts, but a check of it failed in our program."),
        "unknown_account": _("The kiosk moved money of a purse that nobody knows."),
        "not_covered": _("The kiosk spent more than it held. The goods are gone."),
        "other_member": _("The purse that paid belongs to another member."),
        "unknown_member": _("The row names a member that nobody knows."),
        "price_differs": _("The price taken is not the price of the list in force there."),
        "no_price": _("The price list named in the row has no such price."),
        "plan_differs": _("What was loaded is not what the plan promises."),
        "pass_exists": _("A pass of this number was sold before."),
        "unknown_operator": _("The row names an operator that nobody knows."),
        "not_allowed": _("The operator's role does not allow this."),
        "expired": _("The pass was past its last day."),
        "wrong_service": _("The pass is not for this service."),
        "wrong_purse": _("A purse of the wrong kind was used."),
        "no_ticket": _("A service was logged for a ticket that does not exist."),
        "ticket_closed": _("A service was logged for a ticket that was closed before."),
        "ticket_differs": _("The service logged is not the one that was paid."),
        "day_differs": _("The check-in names another day than the row's own."),
        "void_unknown": _("A row was undone that nobody knows."),
        "voided_twice": _(
            "A row was undone a second time: what it took came back twice. “Reverse” takes the"
            " second return away again. Of a sale, see whether cash was paid back twice."
        ),
        "void_differs": _("What was undone is not what the row had done."),
        "void_late": _("A row was undone later than the rules allow."),
        "coupon_unfit": _("A coupon or points were used in a way that the price list forbids."),
        "fork": _("Two histories of one kiosk: its memory card was copied or changed."),
        "rolled_back": _("The kiosk's memory card was set back to an earlier state."),
        "gap": _("Rows are gone from the kiosk's memory card before they were booked."),
        "journal_lost": _(
            "A journal was given up. Below is what it held then: the most that can still turn out"
            " to have been spent there."
        ),
        "after_lost": _(
            "Rows came from a journal that had been given up. They are posted: the goods are gone."
        ),
        "written_off": _(
            "What a kiosk held was taken home without waiting for it. If it gives it back, this"
            " case closes by itself."
        ),
        "points_short": _("A reversal takes points back, and the member had spent them."),
        "pass_ended": _(
            "Visits came back to a pass that was cancelled or moved meanwhile. Are they still due?"
            " Add them to another pass by “Adjust”."
        ),
        "member_merged": _(
            "The row names a member who was merged into another. What it brought stands on the old"
            " page: give it to the other member there."
        ),
    }


def shown(case: Case, names: Names) -> Shown:
    """Write a case in words."""
    stored = case.transaction
    row = reading.row(stored) if stored else None
    unit, amount = settlement.in_suspense(case)
    facts = [
        f"{label}: {value}" for label, value in _facts(case, names, said_already=row is not None)
    ]
    if amount:
        facts.append(f"{_('in suspense')}: {words.amount(amount, unit.value)}")
    said = [text for line in (row.lines if row else ()) if (text := names.line(line, row.ref))]  # type: ignore[union-attr]
    if row is not None and row.operator:
        said.append(f"{_('operator')}: {names.operator(row.operator)}")
    member = Member.objects.filter(pk=stored.member).first() if stored and stored.member else None
    return Shown(
        case,
        str(case.get_kind_display()),
        explained().get(case.kind, _("Something about this row is not as it should be.")),
        tuple(facts),
        tuple(said),
        member,
        tuple((choice.value, *_choice(choice, amount)) for choice in settling.choices(case)),
        tuple(case.decisions.all()),
    )


def _choice(choice: Choice, suspense: int) -> tuple[str, str]:
    match choice:
        case Choice.ABSORB if suspense:
            return _("The shop bears it"), _("The amount in suspense is written off.")
        case Choice.ABSORB:
            return _("Leave it as it is"), _("Nothing moves; the case is closed.")
        case Choice.REVERSE:
            return _("Reverse"), _("The whole row goes back to the purses it came from.")
        case Choice.ASK:
            return _("Ask the member"), _("Nothing moves; the case stays open with your note.")


def _facts(case: Case, names: Names, *, said_already: bool) -> list[tuple[str, str]]:
    """Write what a case notes, codes as names and 分 as yuan; the row says its service itself."""
    found = []
    labels = {
        "paid": _("paid"), "price": _("price taken"), "computed": _("price of the list"),
        "principal": _("principal"), "bonus": _("bonus"), "held": _("not held"),
        "service": _("service"), "until": _("valid until"), "day": _("day"),
        "catalogue": _("price list"), "account": _("purse"), "plan": _("plan"),
        "amount": _("amount"), "ref": _("row"), "operator": _("operator"),
        "applied": _("rows booked"), "rows": _("rows"), "returned": _("given back"),
        "into": _("merged into"),
    }  # fmt: skip
    if case.kind == CaseKind.WRITTEN_OFF:
        labels["held"] = _("held there")
    if case.kind == CaseKind.JOURNAL_LOST:
        return [
            (str(PurseKind(key).label), words.amount(int(value), key))
            for key, value in case.detail.items()
            if key in PurseKind.values
        ]
    account = Account.objects.filter(pk=str(case.detail.get("account", ""))).first()
    kind = account.kind if account else "fen"
    for key, value in case.detail.items():
        if key not in labels or value in (None, "") or (said_already and key == "service"):
            continue
        if key in ("paid", "price", "computed", "principal", "bonus"):
            text = words.money(int(value))
        elif key in ("held", "amount", "returned"):
            text = words.amount(int(value), kind)
        elif key == "service":
            text = names.service(str(value))
        elif key == "operator":
            text = names.operator(str(value))
        elif key == "account":
            text = words.purse_name(account) if account else str(value)
        else:
            text = str(value)
        found.append((labels[key], text))
    return found
