"""What staff write: logs, top-ups, passes, check-ins; and whose card it is."""

import dataclasses as dc
import datetime as dt

import msgspec
import pytest

from kiosk.domain.effects import Draft
from kiosk.domain.members import MediumStatus, Pet, PurseKind, Role, Size, Ticket
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import CheckIn, Leg
from kiosk.domain.views import Balance, MemberView, OperatorView
from kiosk.journal.journal import Journal
from tests.journal import shop
from tests.journal.shop import (
    CASHIER,
    DAY,
    FEW_BATHS,
    GROOMER,
    MANAGER,
    NOW,
    draft,
    key,
    load,
    log,
    page,
    pay,
    record,
    sale,
    visit,
)

TOMORROW = DAY + dt.timedelta(days=1)
LOST = MediumStatus.LOST


def refused(journal: Journal, wanted: Draft) -> Reason:
    """Commit must refuse, and must leave not a trace."""
    before = (journal.standing(), shop.view(journal, wanted.member))
    with pytest.raises(Refusal) as refusal:
        journal.commit(wanted)
    assert (journal.standing(), shop.view(journal, wanted.member)) == before
    return refusal.value.reason


def identified(journal: Journal, who: str) -> MemberView | OperatorView | Reason:
    try:
        return journal.identify(key(who))
    except Refusal as e:
        return e.reason


# --- whose card


def test_an_operator_is_known_by_the_card(stocked: Journal) -> None:
    assert identified(stocked, GROOMER) == OperatorView(shop.OPERATORS[0], "o-groomer.card")
    assert isinstance(identified(stocked, "m1"), MemberView)
    assert sorted(o.operator for o in stocked.operators()) == [CASHIER, GROOMER, MANAGER]


def test_the_list_of_operators_is_whole(stocked: Journal) -> None:
    lost = shop.operator(CASHIER, Role.CASHIER, LOST)
    stocked.apply_directory(page(stocked, [], full=False, version=2, operators=[lost]))
    assert identified(stocked, GROOMER) is Reason.UNKNOWN_MEDIUM
    assert identified(stocked, CASHIER) is Reason.BLOCKED
    stocked.apply_directory(page(stocked, [], full=False, version=3))
    assert identified(stocked, CASHIER) is Reason.BLOCKED
    assert refused(stocked, draft(visit(), operator=GROOMER)) is Reason.NOT_ALLOWED


def test_a_card_of_a_member_and_of_an_operator_is_nobodys(stocked: Journal) -> None:
    both = msgspec.structs.replace(shop.operator(GROOMER, Role.GROOMER), media=record("m1").media)
    stocked.apply_directory(page(stocked, [], full=False, version=2, operators=[both]))
    assert identified(stocked, "m1") is Reason.NOT_ALLOWED


# --- logs and tickets


def test_a_ticket_is_opened_by_a_redemption_and_closed_by_its_log(stocked: Journal) -> None:
    paid = stocked.commit(draft(visit(), pay()))
    first, second = (shop.ticket(stocked, 1, n) for n in (0, 1))
    assert paid.view.tickets == (first, second)
    done = stocked.commit(draft(log(second.ticket), medium="", operator=GROOMER))
    assert done.view.tickets == (first,) == shop.view(stocked).tickets
    assert done.view.balances == paid.view.balances
    assert done.view.medium == ""
    again = draft(log(second.ticket), operator=GROOMER)
    assert refused(stocked, again) is Reason.NOT_ALLOWED


def test_a_service_taken_and_logged_at_once_leaves_no_ticket(stocked: Journal) -> None:
    assert stocked.commit(draft(visit(), log(), operator=GROOMER)).view.tickets == ()
    two = draft(visit(), pay(), log(), operator=GROOMER)
    assert stocked.commit(two).view.tickets == (shop.ticket(stocked, 2, 1),)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (draft(visit(), log()), Reason.NOT_ALLOWED),
        (draft(log(), operator=GROOMER), Reason.NOT_ALLOWED),
        (draft(visit(), log(), log(), operator=GROOMER), Reason.NOT_ALLOWED),
        (draft(visit(), log(service="training"), operator=GROOMER), Reason.NOT_ALLOWED),
        (draft(visit(), log(pet="p1"), operator=GROOMER), Reason.NOT_ALLOWED),
        (draft(log("nobody.1.0"), operator=GROOMER), Reason.NOT_ALLOWED),
        (draft(visit(), log("nobody.1.0"), operator=GROOMER), Reason.NOT_ALLOWED),
        (draft(visit(), log(), operator=GROOMER, medium=""), Reason.BLOCKED),
        (draft(visit(), medium=""), Reason.BLOCKED),
        (draft(load(), operator=GROOMER), Reason.NOT_ALLOWED),
        (draft(sale(), operator=GROOMER), Reason.NOT_ALLOWED),
        (draft(load(), operator="o-nobody"), Reason.NOT_ALLOWED),
        (draft(load(paid=31)), Reason.NOT_ALLOWED),
        (dc.replace(draft(load()), catalogue=2), Reason.CATALOGUE_MISSING),
        (dc.replace(draft(sale()), catalogue=9), Reason.CATALOGUE_MISSING),
        (dc.replace(draft(load()), operator=""), Reason.NOT_ALLOWED),
        (draft(msgspec.structs.replace(load(), paid=9)), Reason.NOT_ALLOWED),
        (draft(msgspec.structs.replace(load(), legs=load(bonus=2).legs)), Reason.NOT_ALLOWED),
        (draft(msgspec.structs.replace(load("m2"))), Reason.NOT_ALLOWED),
        (draft(msgspec.structs.replace(sale(), plan="bath-5")), Reason.NOT_ALLOWED),
        (draft(msgspec.structs.replace(sale(), paid=1)), Reason.NOT_ALLOWED),
        (draft(msgspec.structs.replace(sale(), gift=None)), Reason.NOT_ALLOWED),
        (draft(msgspec.structs.replace(sale(), bought=Leg("new.b", 11))), Reason.NOT_ALLOWED),
        (draft(msgspec.structs.replace(sale(), bought=Leg("m1.bought", 10))), Reason.NOT_ALLOWED),
        (draft(sale("m1.pass")), Reason.NOT_ALLOWED),
        (draft(sale(), sale()), Reason.NOT_ALLOWED),
        (draft(CheckIn(TOMORROW)), Reason.NOT_ALLOWED),
        (draft(CheckIn(DAY), CheckIn(DAY)), Reason.SAME_TAP),
    ],
)
def test_refusals(stocked: Journal, wanted: Draft, reason: Reason) -> None:
    assert refused(stocked, wanted) is reason


def test_a_ticket_of_another_member_or_service_is_refused(stocked: Journal) -> None:
    stocked.commit(draft(visit()))
    name = shop.ticket(stocked, 1).ticket
    assert refused(stocked, draft(log(name), member="m2", operator=GROOMER)) is Reason.NOT_ALLOWED
    other = draft(log(name, service="training"), operator=GROOMER)
    assert refused(stocked, other) is Reason.NOT_ALLOWED


# --- top-ups and passes


@pytest.mark.parametrize("operator", [CASHIER, MANAGER])
def test_a_pass_is_on_the_card_at_once(stocked: Journal, operator: str) -> None:
    sold = stocked.commit(draft(sale(), operator=operator)).view
    assert sold == dc.replace(shop.view(stocked), unshown=None)
    new = sold.record.passes[-1]
    assert (new.pass_id, new.services) == ("new", ("bath",))
    assert new.valid_until == DAY + dt.timedelta(days=shop.BATHS.valid_days)
    assert sold.visits(new) == Balance(12, 12)
    assert [p.kind for p in sold.record.purses[-2:]] == [PurseKind.PASS_BOUGHT, PurseKind.PASS_GIFT]
    spent = stocked.commit(draft(shop.visit_of("new.b"), shop.visit_of("new.g"))).view
    assert spent.visits(new) == Balance(10, 10)


def test_a_pass_sold_here_stays_until_central_lists_it(stocked: Journal) -> None:
    stocked.commit(draft(visit()))
    stocked.commit(draft(sale(plan=FEW_BATHS)))
    stocked.commit(draft(shop.visit_of("new.b")))
    stale = page(stocked, [record("m1", posted=99)], full=False, version=2, applied=1)
    stocked.apply_directory(stale)
    view = shop.view(stocked)
    assert view.balances["new.b"] == Balance(4, 4)
    assert view.record.passes[-1].name_en == "5 baths"
    named = {"new": (shop.purse("new", 5),)}
    stocked.apply_directory(
        page(stocked, [record("m1", posted=99, sold=named)], full=False, version=3, applied=2)
    )
    view = shop.view(stocked)
    assert view.balances["new.b"] == Balance(4, 4)
    assert view.record.passes[-1].name_en == "Baths"
    # central closed it: its word counts
    stocked.apply_directory(page(stocked, [record("m1")], full=False, version=4, applied=3))
    assert "new.b" not in shop.view(stocked).balances
    assert refused(stocked, draft(shop.visit_of("new.b"))) is Reason.NOT_ALLOWED
    # what was held of it is still there, and goes home
    assert stocked.release(["new.b"], NOW, draft().clock) == 4


def test_a_top_up_needs_its_plan_of_that_price_list(stocked: Journal) -> None:
    wanted = draft(load(paid=10, bonus=2))
    assert stocked.commit(wanted).view.balances["m1.bonus"] == Balance(102, 52)
    dearer = msgspec.structs.replace(shop.CATALOGUE, version=4, top_up_plans=())
    stocked.store_catalogue(dearer)
    assert refused(stocked, dc.replace(wanted, catalogue=4)) is Reason.NOT_ALLOWED
    assert stocked.commit(wanted).seq == 2


# --- check-ins


def test_one_check_in_a_day(stocked: Journal) -> None:
    first = stocked.commit(draft(CheckIn(DAY)))
    assert first.view.checked_in == DAY
    assert shop.view(stocked) == first.view
    assert refused(stocked, draft(CheckIn(DAY))) is Reason.SAME_TAP
    assert stocked.commit(draft(CheckIn(DAY), member="m2")).seq == 2
    assert stocked.commit(draft(CheckIn(TOMORROW), day=TOMORROW)).view.checked_in == TOMORROW
    stocked.reopen()
    assert shop.view(stocked).checked_in == TOMORROW


def test_neither_check_in_nor_log_hides_the_last_spend(stocked: Journal) -> None:
    stocked.commit(draft(visit()))
    stocked.commit(draft(CheckIn(DAY)))
    stocked.commit(draft(log(shop.ticket(stocked, 1).ticket), operator=GROOMER))
    for _ in range(2):
        view = shop.view(stocked)
        assert (view.last and view.last.seq) == 1
        assert view.unshown == view.last
        stocked.reopen()
    stocked.commit(draft(load()))
    view = shop.view(stocked)
    assert (view.last and view.last.seq, view.unshown) == (4, None)


# --- the day


def test_a_day_of_an_operator(stocked: Journal) -> None:
    pet = Pet("p1", "豆豆", Size.SMALL)
    theirs = Ticket("other.9.0", "bath", DAY, "p1")
    old = Ticket("other.8.0", "bath", DAY - dt.timedelta(days=1))
    listed = msgspec.structs.replace(record("m2", tickets=[theirs, old]), pets=(pet,))
    stocked.apply_directory(page(stocked, [listed], full=False, version=2))
    stocked.commit(draft(visit(), pay()))
    stocked.commit(draft(pay(), log(), operator=GROOMER))
    stocked.commit(draft(log(shop.ticket(stocked, 1).ticket), operator=GROOMER))
    stocked.commit(draft(pay(), log(), operator=MANAGER))
    for _ in range(2):
        day = stocked.workday(GROOMER, DAY, NOW)
        assert [t.ticket for t in day.tickets] == [theirs, shop.ticket(stocked, 1, 1)]
        assert (day.tickets[0].member, day.tickets[0].pet) == ("m2", pet)
        assert (day.tickets[1].masked_name, day.tickets[1].pet) == ("王*明", None)
        assert day.done == {"bath": 2}
        assert day.undoable is not None
        assert (day.undoable.row.seq, day.undoable.member) == (3, "m1")
        assert (day.undoable.medium, day.undoable.masked_name) == ("m1.card", "王*明")
        assert stocked.workday(GROOMER, DAY, NOW + dt.timedelta(seconds=1)).undoable is None
        stocked.reopen()
    tomorrow = stocked.workday(GROOMER, TOMORROW, NOW)
    assert (tomorrow.tickets, tomorrow.done) == ((), {})
    stocked.commit(shop.void([log(shop.ticket(stocked, 1).ticket)], 3, operator=GROOMER))
    day = stocked.workday(GROOMER, DAY, NOW)
    assert (len(day.tickets), day.done) == (3, {"bath": 1})
    assert (day.undoable and day.undoable.row.seq) == 2


def test_the_list_of_tickets_is_bounded_oldest_first(stocked: Journal) -> None:
    shop.grant(stocked, m1_bought=50)
    for _ in range(60):
        stocked.commit(draft(visit()))
    day = stocked.workday(GROOMER, DAY, NOW)
    assert [t.ticket for t in day.tickets] == [shop.ticket(stocked, n) for n in range(1, 51)]
