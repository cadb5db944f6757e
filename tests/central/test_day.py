"""The lines of a day in the shop: sales, visits logged, check-ins, voids."""

import datetime as dt
import uuid

import msgspec
import pytest

from central.shop.models import (
    Account,
    CheckIn,
    Entry,
    FollowUp,
    Member,
    Pass,
    Store,
    Terminal,
    Transaction,
)
from central.sync import greeting
from kiosk.domain import transactions as tx
from kiosk.domain import wire
from kiosk.domain.clock import ClockState
from tests.central.books import cases, leased, posted, send, tickets
from tests.central.till import NOW, Till, load, log, pay, sale, visit, void

BOUGHT = "pass-wang-bath.bought"
TODAY = dt.date(2026, 3, 4)


def test_a_pass_that_is_sold_at_a_terminal(till: Till) -> None:
    till.row(sale("p1"), operator="o-xu")
    send(till)
    sold = Pass.objects.get(pk="p1")
    assert (sold.member_id, sold.name_zh, sold.services) == ("m-wang", "洗澡十次卡", ["bath"])
    assert (sold.valid_until, sold.price) == (TODAY + dt.timedelta(days=365), 60000)
    assert sold.transaction == Transaction.objects.get()
    for account, kind, amount in (("p1.b", "pass_bought", 10), ("p1.g", "pass_gift", 2)):
        found = Account.objects.get(pk=account)
        assert (found.kind, found.member_id, found.punch_pass) == (kind, "m-wang", sold)
        assert (found.posted, found.leased) == (amount, amount)
    assert cases() == []
    till.row(visit("p1.b"))
    send(till)
    assert (posted("p1.b"), leased("p1.b"), cases()) == (9, 9, [])


def test_a_sale_and_a_visit_of_it_in_one_message_and_in_one_row(till: Till) -> None:
    till.row(sale("p1", gift=0), operator="o-xu")
    till.row(visit("p1.b"))
    till.row(sale("p2"), visit("p2.b"), operator="o-xu")
    send(till)
    assert (posted("p1.b"), posted("p2.b"), posted("p2.g")) == (9, 9, 2)
    assert not Account.objects.filter(pk="p1.g").exists()
    assert cases() == [(1, "plan_differs")], "without the gift it is not that plan"


@pytest.mark.parametrize(
    "line",
    [
        sale("p1", plan="no-such-plan"),
        sale("p1", paid=1),
        sale("p1", bought=11),
        sale("p1", gift=3),
    ],
)
def test_a_sale_that_differs_from_its_plan_is_a_sale(till: Till, line: tx.PassLoad) -> None:
    till.row(line, operator="o-xu")
    send(till)
    assert cases() == [(1, "plan_differs")]
    assert posted("p1.b") == line.bought.amount
    assert Pass.objects.get(pk="p1").price == line.paid


def test_a_pass_is_sold_once_and_the_second_sale_is_in_suspense(till: Till) -> None:
    till.row(sale("p1"), operator="o-xu")
    again = till.row(sale("p1"), member="m-li", operator="o-xu")
    send(till)
    assert (posted("p1.b"), posted("p1.g"), posted("suspense.s1.visits")) == (10, 2, 12)
    assert (again, "pass_exists") in cases()
    assert cases().count((again, "unknown_account")) == 2
    void(till, again)
    send(till)
    assert (posted("p1.b"), posted("p1.g"), posted("suspense.s1.visits")) == (10, 2, 0)
    assert not Pass.objects.get(pk="p1").voided


@pytest.mark.parametrize(
    ("changes", "member", "kind"),
    [
        ({"bought": tx.Leg(BOUGHT, 10)}, "m-wang", "plan_differs"),
        ({"bought": tx.Leg("nobody", 10)}, "m-wang", "unknown_account"),
        ({}, "m-none", "unknown_account"),
        ({"pass_id": "p" * 63}, "m-wang", "unknown_account"),
    ],
)
def test_a_sale_of_what_is_not_its_own(
    till: Till, changes: dict[str, object], member: str, kind: str
) -> None:
    before = sum(Entry.objects.values_list("amount", flat=True))
    till.row(msgspec.structs.replace(sale("p1"), **changes), member=member, operator="o-xu")
    send(till)
    assert (1, kind) in cases()
    assert sum(Entry.objects.values_list("amount", flat=True)) == before + 12


def test_the_end_of_the_calendar_sells_a_pass_for_ever(till: Till) -> None:
    till.row(sale("p1"), operator="o-xu", after=dt.datetime(9998, 12, 30, tzinfo=dt.UTC) - NOW)
    send(till)
    assert Pass.objects.get(pk="p1").valid_until is not None


def test_the_first_top_up_opens_the_purses(till: Till) -> None:
    Member.objects.create(pk="m-new", name="新人")
    line = load("topup-500", 50000, ("m-new.principal", 50000), ("m-new.bonus", 5000))
    till.row(line, member="m-new", operator="o-xu")
    send(till)
    assert (posted("m-new.principal"), leased("m-new.bonus"), cases()) == (50000, 5000, [])
    till.row(load("topup-500", 50000, ("m-li.bonus", 1), ("m-new.principal", 1)), operator="o-xu")
    send(till)
    assert (2, "other_member") in cases()


@pytest.mark.parametrize(
    ("line", "operator", "kind"),
    [
        (sale("p1"), "", "not_allowed"),
        (sale("p1"), "o-he", "not_allowed"),
        (sale("p1"), "o-nobody", "unknown_operator"),
        (log(), "", "not_allowed"),
    ],
)
def test_whose_work_it_is(till: Till, line: tx.AnyLine, operator: str, kind: str) -> None:
    till.row(visit(), line, operator=operator)
    send(till)
    assert cases() == [(1, kind)]


def test_a_visit_is_logged_once_and_takes_nothing(till: Till) -> None:
    till.row(visit())
    ticket = tx.ticket_id(till.journal, 1, 0)
    due = TODAY + dt.timedelta(days=21)
    till.row(log(ticket, follow_up=due), member="", operator="o-he")
    send(till)
    found = tickets().get(ticket=ticket)
    assert (found.open, found.operator, found.closed_on) == (False, "o-he", TODAY)
    assert found.closed_by == Transaction.objects.get(seq=2)
    follow_up = FollowUp.objects.get()
    assert (follow_up.member_id, follow_up.pet_id, follow_up.due_on) == ("m-wang", "p-doudou", due)
    till.row(log(ticket, follow_up=due), operator="o-he")
    till.row(log("nobody's"), operator="o-he")
    till.row(log(), operator="o-he")
    send(till)
    assert cases() == [(3, "ticket_closed"), (4, "no_ticket"), (5, "no_ticket")]
    assert (FollowUp.objects.count(), posted(BOUGHT)) == (1, 7)


def test_redeem_and_log_in_one_row(till: Till) -> None:
    till.row(visit(), pay(7920, ("m-wang.principal", 7920)), log(), log(), operator="o-he")
    send(till)
    assert {t.open for t in tickets()} == {False}
    assert cases() == []


def test_a_ticket_of_one_terminal_is_closed_at_the_other(till: Till) -> None:
    other = Till(terminal="k2")
    greeting.meet(Terminal.objects.get(code="k2"), other.hello())
    till.row(visit())
    send(till)
    other.row(log(tx.ticket_id(till.journal, 1, 0)), operator="o-he")
    send(other)
    assert not tickets().get().open


def test_a_log_of_another_service_closes_the_ticket_with_a_case(till: Till) -> None:
    till.row(visit())
    till.row(log(tx.ticket_id(till.journal, 1, 0), service="training"), operator="o-he")
    send(till)
    assert cases() == [(2, "ticket_differs")]
    assert not tickets().get().open


def test_a_check_in_counts_once_a_day_over_all_terminals(till: Till) -> None:
    other = Till(terminal="k2")
    greeting.meet(Terminal.objects.get(code="k2"), other.hello())
    till.row(tx.CheckIn(TODAY))
    till.row(tx.CheckIn(TODAY), visit())
    send(till)
    other.row(tx.CheckIn(TODAY))
    assert send(other).items[0].outcome is wire.ItemOutcome.POSTED
    assert posted("m-wang.points") == 325
    assert CheckIn.objects.get().points == 5
    till.row(tx.CheckIn(TODAY + dt.timedelta(days=1)), after=dt.timedelta(days=1))
    till.row(tx.CheckIn(TODAY), member="m-none")
    send(till)
    assert posted("m-wang.points") == 330
    assert cases() == [(4, "unknown_member")]


def test_a_check_in_for_another_day(till: Till) -> None:
    till.row(tx.CheckIn(TODAY + dt.timedelta(days=9)))
    till.row(tx.CheckIn(dt.date(1970, 1, 1)), clock=ClockState.UNSYNCED)
    send(till)
    assert cases() == [(1, "day_differs")]


def test_texts_too_long_for_the_books_stop_nothing(till: Till) -> None:
    till.row(visit(pet="p" * 500), member="m" * 500, operator="o" * 500)
    till.row(log("t" * 500, pet="p" * 500), operator="o-he")
    send(till)
    assert Transaction.objects.get(seq=1).member == "m" * 64


def test_a_ticket_of_another_store_is_not_this_ones(till: Till) -> None:
    there = Store.objects.create(code="s2", name="分店")
    Terminal.objects.create(store=there, code="k1")
    other = Till(store="s2", journal=str(uuid.uuid4()))
    greeting.meet(Terminal.objects.get(store=there), other.hello())
    till.row(visit())
    send(till)
    other.row(log(tx.ticket_id(till.journal, 1, 0)), operator="o-he")
    send(other)
    assert tickets().get().open
    assert {kind for _, kind in cases()} == {"no_ticket", "unknown_operator"}
