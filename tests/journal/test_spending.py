"""commit(): what is written, and every way it is refused."""

import dataclasses as dc
import datetime as dt
from pathlib import Path

import pytest

from kiosk.domain.clock import ClockState
from kiosk.domain.effects import Draft
from kiosk.domain.errors import JournalError
from kiosk.domain.media import MediumKey
from kiosk.domain.members import MediumStatus
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import (
    GENESIS,
    Leg,
    Release,
    ValueRedeem,
    VisitRedeem,
    Void,
    chain,
    decode,
)
from kiosk.domain.views import Balance
from kiosk.domain.wire import JournalState
from kiosk.journal.journal import Journal
from tests.journal import shop
from tests.journal.shop import DAY, MANAGER, draft, load, pay, visit

TOMORROW = DAY + dt.timedelta(days=1)


def refusal(journal: Journal, wanted: Draft) -> Reason:
    """Commit must refuse, and must leave not a trace."""
    before = (journal.standing(), shop.view(journal))
    with pytest.raises(Refusal) as refused:
        journal.commit(wanted)
    assert (journal.standing(), shop.view(journal)) == before
    return refused.value.reason


def test_a_spend_is_a_row_and_lowers_both_balances(stocked: Journal, path: Path) -> None:
    receipt = stocked.commit(draft(visit(visits=2), pay(amount=30)))
    assert receipt.seq == 1
    assert receipt.view.balances["m1.bought"] == Balance(shown=98, held=48)
    assert receipt.view.balances["m1.principal"] == Balance(shown=70, held=20)
    assert receipt.view.unshown is None
    stocked.close()
    again = Journal.open(path)
    (row,) = again.rows(0, 10)
    assert row.hash == chain(GENESIS, row.payload)
    found = decode(row.payload)
    assert (found.journal, found.seq) == (receipt.journal, 1)
    assert found.lines == (visit(visits=2), pay(amount=30))
    assert (found.member, found.medium, found.catalogue) == ("m1", "m1.card", 3)
    assert shop.view(again).balances == receipt.view.balances
    again.close()


def test_rows_are_numbered_and_chained(stocked: Journal) -> None:
    seqs = [stocked.commit(draft(visit())).seq for _ in range(5)]
    assert seqs == [1, 2, 3, 4, 5]
    prev = GENESIS
    for row in stocked.rows(0, 10):
        assert row.hash == chain(prev, row.payload)
        prev = row.hash
    assert stocked.standing().head == prev.hex()
    assert stocked.verify() == 5


def test_a_load_raises_both_balances_and_can_be_spent_at_once(stocked: Journal) -> None:
    view = stocked.commit(draft(load(paid=200, bonus=20))).view
    assert view.balances["m1.principal"] == Balance(300, 250)
    assert view.balances["m1.bonus"] == Balance(120, 70)
    assert stocked.commit(draft(pay(amount=250))).view.balances["m1.principal"].held == 0


def test_all_of_what_is_held_can_be_spent_and_not_one_more(stocked: Journal) -> None:
    stocked.commit(draft(pay(amount=50)))
    assert refusal(stocked, draft(pay(amount=1))) is Reason.HELD_ELSEWHERE


def test_lines_apply_all_or_none(stocked: Journal) -> None:
    assert refusal(stocked, draft(pay(amount=40), visit(visits=51))) is Reason.HELD_ELSEWHERE
    # two lines on one purse count together
    assert refusal(stocked, draft(pay(amount=30), pay(amount=30))) is Reason.HELD_ELSEWHERE


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (draft(visit(visits=51)), Reason.HELD_ELSEWHERE),
        (draft(visit(visits=100)), Reason.HELD_ELSEWHERE),
        (draft(visit(visits=101)), Reason.PASS_EMPTY),
        (draft(visit(visits=101, purse="gift")), Reason.PASS_EMPTY),
        (draft(pay(amount=51)), Reason.HELD_ELSEWHERE),
        (draft(pay(amount=101)), Reason.INSUFFICIENT_VALUE),
        (draft(pay(amount=101, purse="bonus")), Reason.INSUFFICIENT_VALUE),
        (draft(visit(service="training")), Reason.WRONG_SERVICE),
        (draft(visit(), day=TOMORROW), Reason.EXPIRED),
        (draft(visit(), day=TOMORROW, clock=ClockState.RTC), Reason.EXPIRED),
        # accounts of another member, of nobody, of the wrong kind
        (draft(visit("m2")), Reason.NOT_ALLOWED),
        (draft(pay("m9")), Reason.NOT_ALLOWED),
        (draft(visit(purse="principal")), Reason.NOT_ALLOWED),
        (draft(pay(purse="bought")), Reason.NOT_ALLOWED),
        (draft(load("m2")), Reason.NOT_ALLOWED),
        # a price that the legs do not pay, a visit that takes nothing
        (
            draft(ValueRedeem(service="bath", price=9, legs=(Leg("m1.principal", 8),))),
            Reason.NOT_ALLOWED,
        ),
        (draft(VisitRedeem(service="bath", legs=())), Reason.NOT_ALLOWED),
        # what would raise or move what is held without a reason
        (draft(Void(back=(Leg("m1.bought", 5),))), Reason.NOT_ALLOWED),
        (draft(Void(back=(Leg("m1.bought", 5),)), operator=MANAGER, ref=1), Reason.NOT_ALLOWED),
        (draft(Release((Leg("m1.bought", 5),))), Reason.NOT_ALLOWED),
        (draft(visit(), ref=1), Reason.NOT_ALLOWED),
        (draft(visit(), operator="o-nobody"), Reason.NOT_ALLOWED),
        (draft(visit(), member="m9"), Reason.UNKNOWN_MEDIUM),
        (draft(visit(), medium="m2.card"), Reason.BLOCKED),
    ],
)
def test_refusals(stocked: Journal, wanted: Draft, reason: Reason) -> None:
    assert refusal(stocked, wanted) is reason


def test_on_its_last_day_a_pass_is_good(stocked: Journal) -> None:
    assert stocked.commit(draft(visit(), day=DAY)).seq == 1


def test_an_unsynced_clock_refuses_nothing_for_expiry(stocked: Journal) -> None:
    late = draft(visit(), day=TOMORROW, clock=ClockState.UNSYNCED)
    seq = stocked.commit(late).seq
    assert decode(stocked.rows(seq - 1, 1)[0].payload).clock is ClockState.UNSYNCED


def test_a_pass_without_services_is_for_every_service(journal: Journal) -> None:
    journal.apply_directory(shop.page(journal, [shop.record(services=(), valid_until=None)]))
    shop.grant(journal, m1_bought=1)
    assert journal.commit(draft(visit(service="training"), day=dt.date(2099, 1, 1))).seq == 1


def test_a_card_lost_after_the_tap_is_refused_at_the_commit(stocked: Journal) -> None:
    wanted = draft(visit())
    lost = shop.record(status=MediumStatus.LOST)
    stocked.apply_directory(shop.page(stocked, [lost], full=False, version=2))
    with pytest.raises(Refusal) as refused:
        stocked.commit(wanted)
    assert refused.value.reason is Reason.BLOCKED
    with pytest.raises(Refusal) as refused:
        shop.view(stocked)
    assert refused.value.reason is Reason.BLOCKED


def test_an_unknown_medium(stocked: Journal) -> None:
    with pytest.raises(Refusal) as refused:
        stocked.identify(MediumKey("uid:DEADBEEF"))
    assert refused.value.reason is Reason.UNKNOWN_MEDIUM


def test_a_journal_that_is_not_open_refuses_every_spend(stocked: Journal) -> None:
    standing = stocked.standing()
    stocked.welcomed(0, standing.head, JournalState.FROZEN, "replaced")
    assert refusal(stocked, draft(visit())) is Reason.QUARANTINED
    assert refusal(stocked, draft(load())) is Reason.QUARANTINED


@pytest.mark.parametrize("amount", [-5, 0, 10**13])
def test_a_leg_out_of_bounds_is_never_written(stocked: Journal, amount: int) -> None:
    before = stocked.standing(), shop.view(stocked).balances
    with pytest.raises(JournalError, match="not written"):
        stocked.commit(draft(VisitRedeem(service="bath", legs=(Leg("m1.bought", amount),))))
    assert (stocked.standing(), shop.view(stocked).balances) == before
    assert not stocked.broken


def test_rows_carry_no_personal_data(stocked: Journal) -> None:
    stocked.commit(draft(visit(), pay()))
    payload = stocked.rows(0, 1)[0].payload
    record = shop.view(stocked).record
    for private in (record.masked_name, record.media[0].key, record.media[0].key.partition(":")[2]):
        assert private.encode() not in payload


def test_training_mode_leaves_no_file(tmp_path: Path) -> None:
    journal = Journal.open(None)
    journal.apply_directory(shop.page(journal, [shop.record()]))
    shop.grant(journal, m1_bought=1)
    assert journal.commit(draft(visit())).view.balances["m1.bought"] == Balance(99, 0)
    journal.mark_shown(1)
    journal.idle()
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_ids_come_from_the_caller() -> None:
    ids = iter(["00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"])
    journal = Journal.open(None, lambda: next(ids))
    assert journal.standing().journal.endswith("a")
    assert journal.open_request(None).endswith("b")
    assert dc.replace(journal.standing(), journal="").pending_nonce is not None
