"""Undo: the whole row, once, by who may, while what it gave is still there."""

import dataclasses as dc
import datetime as dt

import msgspec
import pytest

from kiosk.domain.clock import ClockState
from kiosk.domain.effects import Draft
from kiosk.domain.members import Ticket
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import AnyLine, CheckIn, Leg, Void
from kiosk.domain.views import Balance
from kiosk.journal import chain, recent, retention
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
    load,
    log,
    page,
    pay,
    record,
    sale,
    visit,
    void,
)


def refused(journal: Journal, wanted: Draft) -> Reason:
    before = (journal.standing(), shop.view(journal))
    with pytest.raises(Refusal) as refusal:
        journal.commit(wanted)
    assert (journal.standing(), shop.view(journal)) == before
    return refusal.value.reason


SPENT = (visit(), pay(), log())


@pytest.fixture
def spent(stocked: Journal) -> Journal:
    """Row 1: the groomer took two services and logged one."""
    stocked.commit(draft(*SPENT, operator=GROOMER))
    return stocked


def test_a_spend_comes_back_whole(spent: Journal) -> None:
    undone = spent.commit(void(SPENT, 1, operator=GROOMER)).view
    assert undone.balances["m1.bought"] == undone.balances["m1.principal"] == Balance(100, 50)
    assert undone.tickets == ()
    assert undone.last is None
    for _ in range(2):
        assert shop.view(spent) == undone
        assert refused(spent, void(SPENT, 1)) is Reason.NOT_ALLOWED
        spent.reopen()


def test_the_row_before_it_is_the_last_again(spent: Journal) -> None:
    spent.mark_shown(1)
    spent.commit(draft(pay(), operator=GROOMER))
    assert shop.view(spent).unshown is not None
    view = spent.commit(void([pay()], 2, operator=GROOMER)).view
    assert (view.last and view.last.seq) == 1
    assert shop.view(spent).unshown is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"operator": CASHIER}, Reason.NOT_ALLOWED),
        ({"operator": ""}, Reason.NOT_ALLOWED),
        ({"operator": "o-nobody"}, Reason.NOT_ALLOWED),
        ({"ref": 0}, Reason.NOT_ALLOWED),
        ({"ref": 2}, Reason.NOT_ALLOWED),
        ({"ref": -1}, Reason.NOT_ALLOWED),
        ({"member": "m2"}, Reason.NOT_ALLOWED),
        ({"medium": "m2.card"}, Reason.NOT_ALLOWED),
        ({"lines": (Void(),)}, Reason.NOT_ALLOWED),
        ({"lines": (Void((Leg("m1.bought", 2), Leg("m1.principal", 10))),)}, Reason.NOT_ALLOWED),
        ({"lines": (Void((Leg("m1.principal", 10), Leg("m1.bought", 1))),)}, Reason.NOT_ALLOWED),
        ({"lines": (*void(SPENT, 1).lines, pay())}, Reason.NOT_ALLOWED),
        ({"at": NOW + dt.timedelta(hours=24, seconds=1)}, Reason.NOT_ALLOWED),
    ],
)
def test_refusals(spent: Journal, changes: dict[str, object], reason: Reason) -> None:
    wanted = dc.replace(void(SPENT, 1, operator=GROOMER), **changes)  # type: ignore[arg-type]
    assert refused(spent, wanted) is reason


@pytest.mark.parametrize(
    ("clock", "medium"), [(ClockState.RTC, "m1.card"), (ClockState.UNSYNCED, "")]
)
def test_a_doubtful_clock_forbids_no_undo(spent: Journal, clock: ClockState, medium: str) -> None:
    late = NOW + dt.timedelta(days=900)
    wanted = dc.replace(void(SPENT, 1), at=late, clock=clock, medium=medium)
    assert spent.commit(wanted).view.medium == medium


def test_a_manager_undoes_what_a_member_took(stocked: Journal) -> None:
    stocked.commit(draft(visit()))
    assert refused(stocked, void([visit()], 1, operator=GROOMER)) is Reason.NOT_ALLOWED
    assert stocked.commit(void([visit()], 1, operator=MANAGER)).view.tickets == ()


@pytest.mark.parametrize("line", [CheckIn(DAY), Void()])
def test_check_ins_and_voids_stand(stocked: Journal, line: AnyLine) -> None:
    stocked.commit(draft(visit()))
    stocked.commit(void([visit()], 1) if isinstance(line, Void) else draft(line))
    assert refused(stocked, void([line], 2)) is Reason.NOT_ALLOWED


def test_a_release_stands(stocked: Journal) -> None:
    stocked.release(["m1.bought"], NOW, ClockState.SYNCED)
    assert refused(stocked, void([], 1)) is Reason.NOT_ALLOWED


def test_a_top_up_goes_from_what_is_held(stocked: Journal) -> None:
    stocked.commit(draft(load(paid=10, bonus=2)))
    undone = stocked.commit(void([load(paid=10, bonus=2)], 1, operator=CASHIER)).view
    assert undone.balances["m1.principal"] == undone.balances["m1.bonus"] == Balance(100, 50)


def test_a_top_up_that_was_spent_stays(journal: Journal) -> None:
    first = page(journal, [record(posted=0)], operators=shop.OPERATORS)
    journal.apply_directory(first)
    journal.store_catalogue(shop.CATALOGUE)
    journal.commit(draft(load(paid=10)))
    journal.commit(draft(pay(amount=1)))
    assert refused(journal, void([load(paid=10)], 1)) is Reason.INSUFFICIENT_VALUE
    journal.commit(void([pay(amount=1)], 2))
    assert journal.commit(void([load(paid=10)], 1)).view.value() == Balance(0, 0)


def test_a_pass_that_was_sold_goes_as_it_came(stocked: Journal) -> None:
    before = shop.view(stocked).record
    line = sale(plan=FEW_BATHS)
    stocked.commit(draft(line))
    visits = shop.visit_of("new.b")
    stocked.commit(draft(visits))
    assert refused(stocked, void([line], 1)) is Reason.PASS_EMPTY
    stocked.commit(void([visits], 2))
    assert stocked.commit(void([line], 1)).view.record == before
    listed = record("m1", sold={"new": (shop.purse("new", 5),)})
    for applied, page_record in ((0, record("m1")), (1, listed), (4, record("m1"))):
        stocked.apply_directory(
            page(stocked, [page_record], full=False, version=2, applied=applied)
        )
        assert shop.view(stocked).record == before
    # an id is never used again
    assert refused(stocked, draft(line)) is Reason.NOT_ALLOWED


def test_a_service_that_was_logged_is_not_unpaid(stocked: Journal) -> None:
    stocked.commit(draft(visit()))
    ticket = shop.ticket(stocked, 1)
    stocked.commit(draft(log(ticket.ticket), operator=GROOMER))
    assert refused(stocked, void([visit()], 1)) is Reason.NOT_ALLOWED
    assert stocked.commit(void([log(ticket.ticket)], 2)).view.tickets == (ticket,)
    assert stocked.commit(void([visit()], 1)).view.tickets == ()


def test_nor_one_that_was_logged_at_another_terminal(stocked: Journal) -> None:
    stocked.commit(draft(visit()))
    done = record("m1", posted={"bought": 99})
    stocked.apply_directory(page(stocked, [done], full=False, version=2, applied=1))
    assert refused(stocked, void([visit()], 1)) is Reason.NOT_ALLOWED


@pytest.mark.parametrize("applied", [0, 1, 2])
def test_a_ticket_of_another_terminal_is_open_again_as_it_was(
    stocked: Journal, applied: int
) -> None:
    theirs = Ticket("other.1.0", "bath", DAY - dt.timedelta(days=1), "p1")
    with_it = record("m1", tickets=[theirs])
    stocked.apply_directory(page(stocked, [with_it], full=False, version=2))
    closing = log(theirs.ticket, pet="p1")
    stocked.commit(draft(closing, operator=GROOMER))
    now = with_it if applied in (0, 2) else record("m1")
    assert stocked.commit(void([closing], 1)).view.tickets == (theirs,)
    stocked.apply_directory(page(stocked, [now], full=False, version=2, applied=applied))
    assert shop.view(stocked).tickets == (theirs,)
    assert [t.ticket for t in stocked.workday(GROOMER, theirs.day, NOW).tickets] == [theirs]


def test_a_card_lost_since_does_not_stop_the_undo(spent: Journal) -> None:
    lost = msgspec.structs.replace(record("m1"), media=())
    spent.apply_directory(page(spent, [lost], full=False, version=2))
    assert spent.commit(void(SPENT, 1)).seq == 2


def test_a_row_that_has_gone_is_not_undone(
    stocked: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its hash is still known where it was the last to go (retention)."""
    monkeypatch.setattr(recent, "RECENT", 1)
    stocked.reopen()
    for _ in range(3):
        stocked.commit(draft(visit()))
    stocked.acknowledge(3, stocked.rows(2, 1)[0].hash.hex())
    with_them = record("m1", posted={"bought": 97})
    stocked.apply_directory(page(stocked, [with_them], full=False, version=2, applied=3))
    stocked.witness(NOW)
    with stocked._store.unsynced() as db:
        assert retention.step(db, NOW + dt.timedelta(days=100))
        assert chain.floor(db)[0] == 2
    for seq in (1, 2):
        assert refused(stocked, void([visit()], seq)) is Reason.NOT_ALLOWED
