"""Voids: a row undone as a whole, once, with all that it brought about."""

import datetime as dt

from central.shop.models import (
    CheckIn,
    FollowUp,
    Pass,
    Transaction,
)
from kiosk.domain import transactions as tx
from kiosk.domain import wire
from kiosk.domain.clock import ClockState
from tests.central.books import cases, leased, posted, send, tickets
from tests.central.till import Till, load, log, pay, release, sale, visit, void

BOUGHT = "pass-wang-bath.bought"
TODAY = dt.date(2026, 3, 4)


def payload(till: Till, seq: int) -> tuple[tx.AnyLine, ...]:
    return tx.decode(till.payloads[seq - 1]).lines


def test_a_void_undoes_all_of_a_row_but_its_check_in(till: Till) -> None:
    due = TODAY + dt.timedelta(days=21)
    till.row(
        tx.CheckIn(TODAY),
        visit(),
        pay(7920, ("m-wang.principal", 4920), ("m-wang.bonus", 3000)),
        log(follow_up=due),
        operator="o-he",
    )
    send(till)
    assert posted("m-wang.points") == 320 + 79 + 5
    void(till, 1)
    send(till)
    assert (posted(BOUGHT), leased(BOUGHT)) == (8, 8)
    assert (posted("m-wang.principal"), posted("m-wang.bonus")) == (20000, 3000)
    assert posted("m-wang.points") == 325
    assert CheckIn.objects.count() == 1
    assert set(tickets().values_list("open", "voided")) == {(False, True)}
    assert FollowUp.objects.get().cancelled
    assert Transaction.objects.get(seq=1).voided_by == Transaction.objects.get(seq=2)
    assert cases() == []


def test_in_one_message_with_what_it_undoes(till: Till) -> None:
    till.row(pay(7920, ("m-wang.principal", 7920)))
    void(till, 1)
    till.row(pay(7920, ("m-wang.principal", 7920)))
    till.row(log(tx.ticket_id(till.journal, 3, 0)), operator="o-he")
    void(till, 4)
    void(till, 3)
    ack = send(till)
    assert ack.items == [wire.AckItem(1, 6, wire.ItemOutcome.POSTED)]
    assert (posted("m-wang.principal"), posted("m-wang.points")) == (20000, 320)
    assert leased("m-wang.principal") == 20000
    assert set(tickets().values_list("open", "voided")) == {(False, True)}


def test_a_ticket_that_was_closed_is_open_again(till: Till) -> None:
    till.row(visit())
    ticket = tx.ticket_id(till.journal, 1, 0)
    till.row(log(ticket), operator="o-he")
    void(till, 2)
    send(till)
    found = tickets().get()
    assert (found.open, found.operator, found.closed_by, found.closed_on) == (True, "", None, None)
    till.row(log(ticket), operator="o-he")
    send(till)
    assert not tickets().get().open
    assert cases() == []


def test_a_sale_undone(till: Till) -> None:
    plan = load("topup-500", 50000, ("m-wang.principal", 50000), ("m-wang.bonus", 5000))
    till.row(sale("p1"), operator="o-xu")
    till.row(plan, operator="o-xu")
    void(till, 1)
    void(till, 2)
    send(till)
    assert (posted("p1.b"), posted("p1.g"), Pass.objects.get(pk="p1").voided) == (0, 0, True)
    assert (posted("m-wang.principal"), posted("m-wang.bonus")) == (20000, 3000)
    assert cases() == []


def test_points_that_are_gone_come_from_suspense(till: Till) -> None:
    from central.books import actions

    till.row(pay(7920, ("m-wang.principal", 7920)))
    till.row(release("m-wang.points", 320))
    send(till)
    actions.move("s1", {"m-wang.points": -390}, "adjust", "spent")
    void(till, 1)
    send(till)
    assert (posted("m-wang.points"), posted("suspense.s1.points")) == (0, -70)
    assert cases() == [(3, "not_covered")]


def test_a_void_of_what_is_not_there(till: Till) -> None:
    till.row(release(BOUGHT, 1))
    back = tx.Void(back=(tx.Leg(BOUGHT, 1),))
    for ref in (0, 1, 2, 3, 99):
        till.row(back, ref=ref)
    till.raw(b"{}")
    till.row(back, ref=7)
    till.row(back, ref=2)
    send(till)
    assert [kind for seq, kind in cases() if seq != 7] == ["void_unknown"] * 7
    assert (posted(BOUGHT), leased(BOUGHT)) == (8 + 7, 7 + 7), "posted all the same"


def test_a_row_is_voided_once(till: Till) -> None:
    till.row(pay(7920, ("m-wang.principal", 7920)))
    void(till, 1)
    void(till, 1)
    again = tx.undo(payload(till, 1))
    till.row(visit())
    till.row(tx.undo(payload(till, 4)), tx.undo(payload(till, 4)), ref=4)
    send(till)
    assert again.back
    assert cases() == [(3, "voided_twice"), (5, "voided_twice")]
    assert posted("m-wang.principal") == 20000 + 7920
    assert posted("m-wang.points") == 320, "they are taken back once"


def test_a_chain_of_voids_of_any_length(till: Till) -> None:
    till.row(visit())
    for ref in range(1, 40):
        till.row(tx.undo(payload(till, ref)), visit(), ref=ref)
    send(till)
    assert (posted(BOUGHT), cases()) == (7, [])


def test_a_void_of_other_amounts_or_of_another_member(till: Till) -> None:
    till.row(visit())
    till.row(tx.Void(back=(tx.Leg(BOUGHT, 2),)), ref=1)
    till.row(visit())
    void(till, 3, member="m-li")
    send(till)
    assert (2, "void_differs") in cases()
    assert (4, "void_differs") in cases()
    assert posted(BOUGHT) == 8 - 1 + 2 - 1 + 1


def test_a_late_void_where_the_clocks_say_so(till: Till) -> None:
    late = dt.timedelta(minutes=7)
    till.row(visit())
    void(till, 1, after=late)
    till.row(visit())
    void(till, 3, after=late, clock=ClockState.RTC)
    till.row(visit())
    void(till, 5, after=dt.timedelta(minutes=5, seconds=30))
    send(till)
    assert cases() == [(2, "void_late")]
    assert posted(BOUGHT) == 8


def test_a_row_that_the_desk_reversed_is_undone(till: Till) -> None:
    from django.contrib.auth.models import User

    from central.desk import reversals

    till.row(pay(7920, ("m-wang.principal", 7920)))
    send(till)
    till.row(release("m-wang.principal", 1))
    send(till)
    user = User.objects.create(username="manager")
    reversals.reverse(Transaction.objects.get(seq=1), "asked", user)
    void(till, 1)
    send(till)
    assert cases() == [(3, "voided_twice")]
