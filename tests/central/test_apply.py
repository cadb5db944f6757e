"""Applying rows: once, in order, and whatever is wrong with them stands in a case."""

import json

import pytest
from django.db import connection

from central.books import apply, batch
from central.shop.models import (
    Account,
    Case,
    Entry,
    Journal,
    Member,
    Outgoing,
    Transaction,
)
from central.sync import greeting
from central.sync.service import Service
from kiosk.domain import wire
from kiosk.domain.errors import ProtocolError
from kiosk.domain.transactions import AnyLine
from kiosk.domain.wire import AckItem, ItemOutcome, JournalState
from tests.central.books import assert_sound, cases, leased, posted, tickets
from tests.central.till import Till, load, pay, release, visit

BOUGHT = "pass-wang-bath.bought"


def send(till: Till, first: int = 1, last: int | None = None) -> wire.Ack:
    ack = apply.apply(*till.address, till.batch(first, last))
    assert_sound()
    return ack


def test_a_visit_is_taken_once_however_often_it_is_sent(till: Till) -> None:
    till.row(visit())
    first, again = send(till), send(till)
    assert first.items == [AckItem(1, 1, ItemOutcome.POSTED)]
    assert again.items == [AckItem(1, 1, ItemOutcome.DUPLICATE)]
    assert first.applied_through == again.applied_through == 1
    assert first.head == again.head == till.head
    assert (posted(BOUGHT), leased(BOUGHT)) == (7, 7)
    assert Transaction.objects.get().payload == till.payloads[0]
    ticket = tickets().get()
    assert (ticket.member, ticket.pet, ticket.service) == ("m-wang", "p-doudou", "bath")
    assert (str(ticket.day), ticket.open) == ("2026-03-04", True)
    assert Member.objects.get(pk="m-wang").last_pet == "p-doudou"


def test_paying_from_stored_value_mints_points_in_the_same_transaction(till: Till) -> None:
    # bath for a medium dog at the gold rate: 8800 x 0.9 = 7920
    seq = till.row(pay(7920, ("m-wang.principal", 7920)))
    assert send(till).items == [AckItem(1, 1, ItemOutcome.POSTED)]
    assert posted("m-wang.principal") == 20000 - 7920
    assert posted("m-wang.points") == 320 + 79
    minted = Entry.objects.get(account="m-wang.points", transaction__isnull=False)
    assert minted.transaction is not None
    assert (minted.amount, minted.transaction.seq) == (79, seq)
    offered = Outgoing.objects.filter(kind=Outgoing.OFFER).values_list("accounts", flat=True)
    assert ["m-wang.points"] not in list(offered), "no terminal spends points"


def test_the_first_points_make_their_account(till: Till) -> None:
    Entry.objects.filter(account="m-wang.points").delete()
    Account.objects.get(pk="m-wang.points").allowances.all().delete()
    Account.objects.filter(pk="m-wang.points").delete()
    till.row(pay(7920, ("m-wang.principal", 7920)))
    send(till)
    assert Account.objects.get(member="m-wang", kind="points").posted == 79


def test_a_gap_is_answered_with_the_mark_and_nothing_above_it_is_taken(till: Till) -> None:
    for _ in range(4):
        till.row(visit())
    ack = send(till, 3)
    assert (ack.applied_through, ack.items, ack.state) == (0, [], JournalState.OPEN)
    assert send(till, 1, 2).applied_through == 2
    ack = send(till, 2)
    assert ack.applied_through == 4
    assert ack.items == [
        AckItem(2, 2, ItemOutcome.DUPLICATE),
        AckItem(3, 4, ItemOutcome.POSTED),
    ]
    assert posted(BOUGHT) == 4


def test_another_row_in_an_applied_place_quarantines_the_journal(till: Till) -> None:
    till.row(visit())
    till.row(visit())
    send(till)
    other = Till(journal=till.journal)
    other.row(visit())
    other.row(visit(amount=2))
    other.row(visit())
    ack = send(other)
    assert ack.state is JournalState.QUARANTINED
    assert (ack.applied_through, ack.head) == (2, till.head)
    assert cases() == [(2, "fork")]
    assert bytes(Case.objects.get().evidence) == other.payloads[1]
    till.row(visit())
    assert send(till, 3).applied_through == 2, "a quarantined journal is not applied"
    assert posted(BOUGHT) == 6


def test_a_next_row_on_another_past_is_a_fork(till: Till) -> None:
    till.row(visit())
    send(till)
    other = Till(journal=till.journal)
    other.row(visit(amount=2))
    other.row(visit())
    assert send(other, 2).state is JournalState.QUARANTINED
    assert (posted(BOUGHT), cases()) == (7, [(2, "fork")])


@pytest.mark.parametrize("payload", [b'"garbage"', b"{}", b"null", b'{"journal":"x"}'])
def test_an_unreadable_payload_is_stored_and_blocks_nothing(till: Till, payload: bytes) -> None:
    till.row(visit())
    till.raw(payload)
    till.row(visit())
    ack = send(till)
    assert ack.items == [
        AckItem(1, 1, ItemOutcome.POSTED),
        AckItem(2, 2, ItemOutcome.CASE),
        AckItem(3, 3, ItemOutcome.POSTED),
    ]
    assert ack.applied_through == 3
    assert bytes(Transaction.objects.get(seq=2).payload) == payload
    assert (posted(BOUGHT), cases()) == (6, [(2, "unreadable")])


def test_a_payload_of_another_row_moves_no_money(till: Till) -> None:
    till.row(visit())
    till.raw(till.payloads[0])
    assert send(till).applied_through == 2
    assert (posted(BOUGHT), cases()) == (7, [(2, "other_identity")])


def test_an_unknown_account_goes_to_suspense(till: Till) -> None:
    till.row(visit("no-such-account"), visit())
    till.row(load("topup-500", 50000, ("nobody", 50000)))
    till.row(release("nobody", 3))
    send(till)
    assert posted("suspense.s1.visits") == -1
    assert posted("suspense.s1.fen") == 50000
    assert posted(BOUGHT) == 7
    assert (1, "unknown_account") in cases()
    assert (3, "unknown_account") in cases()


def test_a_suspense_account_cannot_be_named(till: Till) -> None:
    till.row(visit("no-such-account"))
    till.row(visit("suspense.s1.visits"))
    send(till)
    assert posted("suspense.s1.visits") == -2
    assert (2, "unknown_account") in cases()


def test_more_than_was_held_is_taken_from_what_is_free_then_from_suspense(till: Till) -> None:
    other = Till(terminal="k2")
    greeting.meet(Journal.objects.get().terminal.store.terminals.get(code="k2"), other.hello())
    other.row(visit(amount=5))
    ack = send(other)
    assert ack.items == [AckItem(1, 1, ItemOutcome.CASE)]
    # k1 holds all eight: not one of them may be taken from it
    assert (posted(BOUGHT), leased(BOUGHT)) == (8, 8)
    assert posted("suspense.s1.visits") == -5
    till.row(release(BOUGHT, 6))
    send(till)
    other.row(visit(amount=7))
    send(other, 2)
    assert (posted(BOUGHT), leased(BOUGHT)) == (2, 2)
    assert posted("suspense.s1.visits") == -5 - 1
    held = Case.objects.filter(kind="not_covered").order_by("pk").last()
    assert held is not None
    assert held.detail == {"account": BOUGHT, "held": 7, "suspense": 1}


def test_a_release_lowers_what_is_held_and_no_more_than_that(till: Till) -> None:
    till.row(release(BOUGHT, 3))
    send(till)
    assert (posted(BOUGHT), leased(BOUGHT), cases()) == (8, 5, [])
    till.row(release(BOUGHT, 6))
    send(till, 2)
    assert (posted(BOUGHT), leased(BOUGHT)) == (8, 0)
    assert cases() == [(2, "not_covered")]


def test_a_top_up_raises_balance_and_allowance(till: Till) -> None:
    plan = load("topup-500", 50000, ("m-wang.principal", 50000), ("m-wang.bonus", 5000))
    till.row(plan, operator="o-xu")
    send(till)
    assert (posted("m-wang.principal"), leased("m-wang.principal")) == (70000, 70000)
    assert (posted("m-wang.bonus"), leased("m-wang.bonus")) == (8000, 8000)
    assert cases() == []


@pytest.mark.parametrize(
    ("line", "member", "kind"),
    [
        (pay(7000, ("m-wang.principal", 7000)), "m-wang", "price_differs"),
        (pay(7920, ("m-wang.principal", 7000)), "m-wang", "price_differs"),
        (pay(100, ("m-wang.principal", 100), service="flying"), "m-wang", "no_price"),
        (pay(7920, ("m-wang.principal", 7920)), "m-li", "other_member"),
        (pay(7920, ("m-wang.principal", 7920)), "m-none", "unknown_member"),
        (pay(7920, ("m-wang.points", 200)), "m-wang", "wrong_purse"),
        (visit(service="training"), "m-wang", "wrong_service"),
        (visit("pass-chen-bath.bought"), "m-chen", "expired"),
        (load("topup-500", 40000, ("m-wang.principal", 40000)), "m-wang", "plan_differs"),
        (load("no-plan", 50000, ("m-wang.principal", 50000)), "m-wang", "plan_differs"),
    ],
)  # fmt: skip
def test_what_looks_wrong_is_posted_with_a_case(
    till: Till, line: AnyLine, member: str, kind: str
) -> None:
    till.row(line, member=member)
    assert send(till).items == [AckItem(1, 1, ItemOutcome.CASE)]
    assert (1, kind) in cases()
    assert Entry.objects.filter(transaction__seq=1).exists()


def test_a_bug_in_a_check_stops_no_journal(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> list[object]:
        raise KeyError("bug")

    till.row(visit())
    monkeypatch.setattr(batch, "findings", broken)
    assert send(till).items == [AckItem(1, 1, ItemOutcome.CASE)]
    assert (posted(BOUGHT), cases()) == (7, [(1, "not_checked")])


def test_a_catalogue_that_central_never_published(till: Till) -> None:
    till.row(pay(7920, ("m-wang.principal", 7920)), catalogue=9)
    send(till)
    assert cases() == [(1, "no_price")]
    assert (posted("m-wang.principal"), posted("m-wang.points")) == (12080, 320)


def test_a_journal_of_another_terminal_is_not_accepted(till: Till) -> None:
    till.row(visit())
    with pytest.raises(ProtocolError):
        apply.apply("s1", "k2", till.batch())
    with pytest.raises(ProtocolError):
        list(Service().receive(("s1", "k2"), till.hello(terminal="k2")))
    assert posted(BOUGHT) == 8


def test_the_database_itself_refuses_a_purse_below_what_is_leased(till: Till) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE shop_account SET posted = 7 WHERE id = %s", [BOUGHT])


def test_cases_and_stored_rows_name_nobody(till: Till) -> None:
    till.row(visit("no-such-account"), member="m-li")
    send(till)
    texts = [json.dumps(case.detail, ensure_ascii=False) for case in Case.objects.all()]
    assert texts
    assert not any("李" in text or "1380000" in text for text in texts)
