"""Journals that are replaced, given up, quarantined and opened again: what becomes of the money."""

import uuid

import pytest
from django.utils import timezone

from central.books import actions, allowances, apply, directory, journals, recalls
from central.desk import kiosks
from central.shop.choices import JournalReason, JournalState
from central.shop.models import (
    Account,
    Allowance,
    Case,
    CaseKind,
    Journal,
    Outgoing,
    Terminal,
    Transaction,
)
from central.sync.service import GAPS, Service
from kiosk.domain import wire
from tests.central.books import assert_sound, cases, leased, posted, send
from tests.central.till import Till, load, release, visit, void

BOUGHT, GIFT = "pass-wang-bath.bought", "pass-wang-bath.gift"


@pytest.fixture
def service() -> Service:
    service = Service()
    list(service.news())
    return service


def say(service: Service, till: Till, message: wire.Up) -> list[wire.Down]:
    return list(service.receive(till.address, message))


def journal(till: Till) -> Journal:
    return Journal.objects.select_related("terminal").get(pk=till.journal)


def replaced(service: Service, till: Till) -> Till:
    """The terminal comes with another journal."""
    new = Till()
    say(service, new, new.hello())
    return new


def test_a_new_journal_freezes_the_old_ones_allowances_until_they_come_home(
    service: Service, till: Till
) -> None:
    till.row(visit())
    new = replaced(service, till)
    old = journal(till)
    assert (old.state, old.reason) == (JournalState.FROZEN, JournalReason.REPLACED)
    grant = allowances.answer(new.journal, new.request(BOUGHT))
    assert grant.grants == [], "what the old one holds stays there"
    assert not journals.drained(old)

    # the old card is put in once more: it sends its rows, and is asked for all that it holds
    heard = say(service, till, till.hello())
    (recall,) = [message for message in heard if isinstance(message, wire.AllowanceRecall)]
    assert set(recall.accounts) == set(recalls.all_of(till.journal))
    say(service, till, till.batch())
    for held in Allowance.objects.filter(journal=old, amount__gt=0):
        till.row(release(held.account_id, held.amount))
    say(service, till, till.batch(2))
    assert journals.drained(journal(till))
    assert (posted(BOUGHT), leased(BOUGHT), cases()) == (7, 0, [])
    assert allowances.answer(new.journal, new.request(BOUGHT)).grants == [wire.Grant(BOUGHT, 7)]
    assert_sound()


def test_what_a_lost_journal_held_is_free_and_its_case_names_the_greatest_loss(
    service: Service, till: Till
) -> None:
    held = journals.held(journal(till))
    new = replaced(service, till)
    case = journals.declare_lost(journal(till))
    assert held["pass_bought"] >= 8
    assert (case.kind, case.detail) == ("journal_lost", held)
    assert journals.held(journal(till)) == {}
    assert not Account.objects.filter(leased__gt=0).exists()
    assert {row.not_to for row in Outgoing.objects.filter(kind=Outgoing.OFFER)} == {till.journal}
    grants = allowances.answer(new.journal, new.request(BOUGHT)).grants
    assert grants == [wire.Grant(BOUGHT, 8)]
    with pytest.raises(journals.NotSo, match="lost_already"):
        journals.declare_lost(journal(till))
    assert Case.objects.filter(kind=CaseKind.JOURNAL_LOST).count() == 1
    assert_sound()


def test_rows_of_a_lost_journal_are_posted_and_never_below_zero(
    service: Service, till: Till
) -> None:
    new = replaced(service, till)
    journals.declare_lost(journal(till))
    allowances.answer(new.journal, new.request(BOUGHT))  # all eight are at the new one
    till.row(visit())
    till.row(visit(GIFT))
    till.row(load("topup-500", 50_000, ("m-wang.principal", 50_000), ("m-wang.bonus", 5_000)),
             operator="o-xu")  # fmt: skip
    till.row(release(GIFT, 1))
    welcome = say(service, till, till.hello())[0]
    assert isinstance(welcome, wire.Welcome)
    assert welcome.state is wire.JournalState.FROZEN, "its terminal need not know more"
    ack = send(till)
    assert [item.outcome for item in ack.items] == ["case", "posted"]
    assert (posted(BOUGHT), leased(BOUGHT)) == (8, 8), "what the other holds is not touched"
    assert (posted(GIFT), leased(GIFT)) == (1, 0), "what is free pays for the goods"
    assert (posted("m-wang.principal"), leased("m-wang.principal")) == (70_000, 0)
    assert posted("suspense.s1.visits") == -1
    assert cases() == [(0, "journal_lost"), (1, "not_covered"), (1, "after_lost")]
    assert Case.objects.get(kind=CaseKind.AFTER_LOST).detail == {"rows": 3}
    void(till, 2)
    send(till)
    assert Case.objects.get(kind=CaseKind.AFTER_LOST).detail == {"rows": 4}
    assert (posted(GIFT), leased(GIFT)) == (2, 0)
    assert allowances.answer(till.journal, till.request()).grants == []


def test_a_journal_that_its_terminal_works_with_is_not_given_up(till: Till) -> None:
    with pytest.raises(journals.NotSo, match="still_here"):
        journals.declare_lost(journal(till))
    assert leased(BOUGHT) == 8
    Terminal.objects.update(online=False)
    journals.declare_lost(journal(till))
    assert leased(BOUGHT) == 0


def forked(till: Till) -> Till:
    """Quarantine a journal: a copy of its card had gone its own way."""
    till.row(visit())
    send(till)
    copy = Till(journal=till.journal)
    copy.row(visit(GIFT))
    apply.apply(*copy.address, copy.batch())
    found = journal(till)
    assert (found.state, found.reason) == (JournalState.QUARANTINED, JournalReason.FORK)
    return copy


def test_an_accepted_journal_goes_on_and_a_wrong_one_is_caught_again(
    service: Service, till: Till
) -> None:
    copy = forked(till)
    say(service, till, till.hello())
    list(service.news())
    journals.accept(journal(till))
    told = [message for _, message in service.news() if isinstance(message, wire.Welcome)]
    assert [welcome.state for welcome in told] == [wire.JournalState.OPEN], "told at once"
    till.row(visit())
    send(till)
    assert posted(BOUGHT) == 6
    say(service, copy, copy.hello())
    assert journal(till).reason == JournalReason.OTHER_PAST
    assert_sound()


def test_an_accepted_journal_that_was_replaced_meanwhile_is_frozen(
    service: Service, till: Till
) -> None:
    forked(till)
    replaced(service, till)
    assert journals.accept(journal(till)).state == JournalState.FROZEN


def test_a_journal_that_is_kept_closed_may_drain(service: Service, till: Till) -> None:
    forked(till)
    journals.freeze(journal(till))
    till.row(visit())
    send(till)
    assert posted(BOUGHT) == 6
    assert allowances.answer(till.journal, till.request()).grants == []
    with pytest.raises(journals.NotSo, match="not_quarantined"):
        journals.accept(journal(till))


def test_a_row_on_another_past_is_told_apart_from_a_fork(till: Till) -> None:
    till.row(visit())
    send(till)
    copy = Till(journal=till.journal)
    copy.row(visit(GIFT))
    copy.row(visit())
    apply.apply(*copy.address, copy.batch(2))
    assert journal(till).reason == JournalReason.BAD_CHAIN


def test_a_card_that_was_rolled_back_is_noted_until_the_true_one_is_back(
    service: Service, till: Till
) -> None:
    till.row(visit())
    till.row(visit())
    send(till)
    old = Till(journal=till.journal, payloads=till.payloads[:1], heads=till.heads[:2])
    say(service, old, old.hello())
    assert (journal(till).state, journal(till).reason) == ("open", JournalReason.ROLLED_BACK)
    say(service, till, till.hello())
    assert journal(till).reason == ""
    assert not Case.objects.get(kind=CaseKind.ROLLED_BACK).open
    say(service, old, old.hello())
    assert Case.objects.filter(kind=CaseKind.ROLLED_BACK, open=True).count() == 1


def test_a_late_copy_of_an_old_hello_does_not_make_rows_unspoken(
    service: Service, till: Till
) -> None:
    late = till.hello()
    for _ in range(3):
        till.row(visit())
    for hello in (till.hello(), late):
        say(service, till, hello)
        assert kiosks.shown(journal(till), current=True).outstanding == 3
    replaced(service, till)
    say(service, till, late)
    assert not journals.drained(journal(till))


def test_a_gap_that_cannot_be_filled_quarantines_after_some_hellos(
    service: Service, till: Till
) -> None:
    for _ in range(4):
        till.row(visit())
    for attempt in range(GAPS):
        assert journal(till).state == JournalState.OPEN, attempt
        say(service, till, till.hello())
        for _ in range(2):
            say(service, till, till.batch(3))
    found = journal(till)
    assert (found.state, found.reason) == (JournalState.QUARANTINED, JournalReason.GAP)
    assert cases() == [(1, "gap")]
    assert not Transaction.objects.exists()


def test_a_gap_that_is_filled_is_none(service: Service, till: Till) -> None:
    for _ in range(4):
        till.row(visit())
    for _ in range(GAPS - 1):
        say(service, till, till.hello())
        say(service, till, till.batch(3))
    say(service, till, till.batch(1, 2))
    for _ in range(GAPS - 1):
        say(service, till, till.hello())
        say(service, till, till.batch(4))
    assert journal(till).state == JournalState.OPEN


def test_what_is_written_off_is_free_and_its_case_closes_when_it_comes_back(till: Till) -> None:
    account = Account.objects.get(pk="m-wang.principal")
    with pytest.raises(actions.HeldElsewhere), directory.writing():
        actions.refund("s1", account, 100, "asked")
    (case,) = journals.write_off([account.pk])
    assert case.detail == {"account": account.pk, "held": 20_000, "returned": 0}
    assert leased(account.pk) == 0
    actions.refund("s1", account, 15_000, "asked")
    till.row(release(account.pk, 12_000))
    send(till)
    till.row(release(account.pk, 8_000))
    assert Case.objects.get(pk=case.pk).open
    send(till)
    case.refresh_from_db()
    assert (case.open, case.detail["returned"]) == (False, 20_000)
    assert cases() == [(0, "written_off")], "a release of it is no fault"
    assert posted(account.pk) == 5_000


def test_what_was_written_off_and_spent_is_the_shops_loss(till: Till) -> None:
    journals.write_off([BOUGHT])
    actions.adjust("s1", Account.objects.get(pk=BOUGHT), -8, "cancelled")
    till.row(visit())
    send(till)
    assert (posted(BOUGHT), leased(BOUGHT), posted("suspense.s1.visits")) == (0, 0, -1)
    assert cases() == [(0, "written_off"), (1, "not_covered")]


def test_nothing_held_is_nothing_written_off(till: Till) -> None:
    till.row(release(BOUGHT, 8))
    send(till)
    assert journals.write_off([BOUGHT]) == []


def test_what_the_counter_waits_for_stays_there_when_a_journal_is_lost(
    service: Service, till: Till
) -> None:
    new = replaced(service, till)
    recalls.ask([BOUGHT], timezone.now())
    journals.declare_lost(journal(till))
    assert allowances.answer(new.journal, new.request(BOUGHT)).grants == []


def test_messages_that_cannot_be_read_are_counted_for_staff(service: Service) -> None:
    for _ in range(2):
        service.dropped(("s1", "k1"))
    service.dropped(("s1", str(uuid.uuid4())))
    assert Terminal.objects.get(code="k1").dropped == 2
