"""What central says: marks, welcomes, grants; and what it must not be able to do by mistake."""

import msgspec
import pytest

from kiosk.domain import wire
from kiosk.domain.clock import ClockState
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import GENESIS, Release, chain, decode, legs_of
from kiosk.domain.views import Balance
from kiosk.domain.wire import JournalState
from kiosk.journal.journal import Journal
from kiosk.sync import ports
from tests.journal import shop
from tests.journal.shop import NOW, answer, draft, page, pay, record, visit


@pytest.fixture
def busy(stocked: Journal) -> Journal:
    """Five rows, none acknowledged."""
    for _ in range(5):
        stocked.commit(draft(visit()))
    return stocked


def head(journal: Journal, seq: int) -> str:
    return (journal.rows(seq - 1, 1)[0].hash if seq else GENESIS).hex()


def test_the_courier_can_use_this_journal(journal: Journal) -> None:
    port: ports.Journal = journal
    assert port.standing().waiting == 0


def test_an_acknowledgement_moves_the_mark_forward_only(busy: Journal) -> None:
    for seq, mark in [(2, 2), (1, 2), (2, 2), (5, 5), (0, 5)]:
        busy.acknowledge(seq, head(busy, seq))
        assert busy.standing().acknowledged == mark
    standing = busy.standing()
    assert (standing.waiting, standing.applied, standing.state) == (0, 5, JournalState.OPEN)


@pytest.mark.parametrize("seq", [0, 1, 2, 5])
def test_a_head_that_is_not_ours_quarantines(busy: Journal, seq: int) -> None:
    busy.acknowledge(2, head(busy, 2))
    busy.acknowledge(seq, "ab" * 32)
    standing = busy.standing()
    assert (standing.state, standing.acknowledged) == (JournalState.QUARANTINED, 2)
    assert f"row {seq} " in standing.why
    with pytest.raises(Refusal) as refused:
        busy.commit(draft(visit()))
    assert refused.value.reason is Reason.QUARANTINED
    # central looked into it and says that all is well
    busy.welcomed(5, head(busy, 5), JournalState.OPEN, "")
    assert busy.standing().state is JournalState.OPEN
    assert busy.commit(draft(visit())).seq == 6


@pytest.mark.parametrize("how", ["ack", "welcome"])
def test_a_rolled_back_card_never_spends_again(busy: Journal, how: str) -> None:
    if how == "ack":
        busy.acknowledge(6, "ab" * 32)
    else:
        busy.welcomed(6, "ab" * 32, JournalState.OPEN, "")
    standing = busy.standing()
    assert standing.rolled_back
    assert standing.state is JournalState.QUARANTINED
    assert "central has 6 rows, this card 5" in standing.why
    assert (standing.acknowledged, standing.applied) == (0, 6)
    # not even if central forgets: its backup, restored, has fewer rows than this card
    busy.welcomed(3, head(busy, 3), JournalState.OPEN, "")
    assert busy.standing().rolled_back
    for attempt in (
        lambda: busy.commit(draft(visit())),
        lambda: busy.open_request(None),
        lambda: busy.release(["m1.bought"], NOW, ClockState.SYNCED),
    ):
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.reason is Reason.QUARANTINED
    assert busy.standing().waiting == 2


def test_a_journal_that_contradicts_a_welcome_returns_the_row_that_shows_it(busy: Journal) -> None:
    shown = busy.welcomed(3, "ab" * 32, JournalState.OPEN, "")
    assert shown is not None
    assert (shown.first, shown.prev) == (4, head(busy, 3))
    assert [bytes(row) for row in shown.rows] == [busy.rows(3, 1)[0].payload]
    assert busy.standing().state is JournalState.QUARANTINED, "and it closes itself first"
    assert busy.welcomed(3, "ab" * 32, JournalState.FROZEN, "replaced") == shown
    assert busy.welcomed(3, "ab" * 32, JournalState.QUARANTINED, "known") is None
    assert busy.welcomed(5, "ab" * 32, JournalState.OPEN, "") is None, "its hello had said it"
    assert busy.welcomed(5, head(busy, 5), JournalState.OPEN, "") is None
    assert busy.standing().state is JournalState.OPEN


def test_a_central_restored_from_a_backup_gets_the_rows_again(busy: Journal) -> None:
    busy.acknowledge(5, head(busy, 5))
    assert busy.batch(5, 10, 10_000) is None
    busy.welcomed(2, head(busy, 2), JournalState.OPEN, "")
    standing = busy.standing()
    assert (standing.acknowledged, standing.applied, standing.waiting) == (2, 2, 3)


def test_a_welcome_carries_no_allowance(busy: Journal) -> None:
    before = shop.view(busy).balances
    busy.welcomed(5, head(busy, 5), JournalState.OPEN, "")
    assert shop.view(busy).balances == before


def test_central_may_quarantine_with_a_reason(busy: Journal) -> None:
    busy.welcomed(2, head(busy, 2), JournalState.QUARANTINED, "two cards with one journal")
    assert busy.standing().state is JournalState.QUARANTINED
    assert busy.standing().why == "two cards with one journal"
    assert busy.standing().acknowledged == 2


def test_a_batch_is_the_stored_bytes_and_proves_itself(busy: Journal) -> None:
    whole = busy.batch(0, 100, 1_000_000)
    assert whole is not None
    assert (whole.first, whole.prev) == (1, GENESIS.hex())
    prev = bytes.fromhex(whole.prev)
    for row, stored in zip(whole.rows, busy.rows(0, 100), strict=True):
        assert bytes(row) == stored.payload
        prev = chain(prev, bytes(row))
    assert prev.hex() == busy.standing().head
    # what arrives at central is byte for byte what was hashed
    received = wire.decode_up(wire.encode(whole))
    assert isinstance(received, wire.Transactions)
    assert [bytes(row) for row in received.rows] == [bytes(row) for row in whole.rows]


def test_a_batch_is_bounded_but_never_empty(busy: Journal) -> None:
    size = len(busy.rows(1, 1)[0].payload)

    def rows(after: int, most_rows: int, most_bytes: int) -> list[int]:
        batch = busy.batch(after, most_rows, most_bytes)
        assert batch is not None
        assert batch.prev == head(busy, after)
        return [decode(bytes(row)).seq for row in batch.rows]

    assert rows(1, 2, 10**6) == [2, 3]
    assert rows(1, 100, 2 * size) == [2, 3]
    assert rows(1, 100, 2 * size + 1) == [2, 3]
    assert rows(1, 100, 1) == [2]
    assert rows(4, 100, 10**6) == [5]
    assert busy.batch(5, 100, 10**6) is None
    assert busy.batch(9, 100, 10**6) is None


def test_a_nonce_is_on_disk_and_stays_until_its_grant(stocked: Journal) -> None:
    nonce = stocked.open_request(("m1.bought", "m1.gift"))
    assert stocked.standing().pending_accounts == ("m1.bought", "m1.gift")
    stocked.reopen()
    assert stocked.standing().pending_nonce == nonce
    assert stocked.open_request(None) == nonce
    assert stocked.standing().pending_accounts == ("m1.bought", "m1.gift")
    assert stocked.apply_grant(answer(stocked, nonce, m1_bought=1))
    assert stocked.standing().pending_nonce is None
    later = stocked.open_request(None)
    assert later != nonce
    assert (stocked.standing().pending_nonce, stocked.standing().pending_accounts) == (later, None)


def test_a_grant_counts_once(stocked: Journal) -> None:
    given = answer(stocked, stocked.open_request(None), m1_bought=7)
    assert [stocked.apply_grant(given) for _ in range(3)] == [True, False, False]
    assert shop.view(stocked).balances["m1.bought"] == Balance(shown=100, held=57)
    stocked.open_request(None)
    assert not stocked.apply_grant(given)
    assert shop.view(stocked).balances["m1.bought"].held == 57


def test_a_forged_grant_gives_nothing(stocked: Journal) -> None:
    nonce = stocked.open_request(None)
    forged = [
        answer(stocked, f"{1:036}", m1_bought=7),
        msgspec.structs.replace(answer(stocked, nonce, m1_bought=7), journal=f"{2:036}"),
    ]
    assert [stocked.apply_grant(one) for one in forged] == [False, False]
    assert shop.view(stocked).balances["m1.bought"].held == 50
    assert stocked.standing().pending_nonce == nonce


def test_a_grant_of_nothing_uses_up_its_nonce(stocked: Journal) -> None:
    assert stocked.apply_grant(answer(stocked, stocked.open_request(None)))
    assert stocked.standing().pending_nonce is None


def test_a_grant_may_name_an_account_twice(stocked: Journal) -> None:
    twice = wire.AllowanceGrant(
        journal=stocked.standing().journal,
        nonce=stocked.open_request(None),
        grants=[wire.Grant("m1.bought", 1), wire.Grant("m1.bought", 2)],
    )
    assert stocked.apply_grant(twice)
    assert shop.view(stocked).balances["m1.bought"].held == 53


def test_a_grant_may_come_before_its_member(journal: Journal) -> None:
    shop.grant(journal, m1_principal=30)
    journal.apply_directory(page(journal, [record(posted=40)]))
    assert shop.view(journal).balances["m1.principal"] == Balance(shown=40, held=30)
    assert journal.commit(draft(pay(amount=30))).seq == 1


def test_a_release_gives_back_what_is_held_as_a_row(stocked: Journal) -> None:
    stocked.commit(draft(visit(visits=20)))
    assert stocked.release(["m1.bought", "m2.bought", "m9.x"], NOW, ClockState.SYNCED) == 2
    found = decode(stocked.rows(1, 1)[0].payload)
    (line,) = found.lines
    assert isinstance(line, Release)
    assert [(leg.account, leg.amount) for leg in line.legs] == [("m1.bought", 30)]
    assert found.member == ""
    balance = shop.view(stocked).balances["m1.bought"]
    assert balance == Balance(shown=80, held=0)
    assert stocked.release(["m1.bought"], NOW, ClockState.SYNCED) is None
    with pytest.raises(Refusal) as refused:
        stocked.commit(draft(visit()))
    assert refused.value.reason is Reason.HELD_ELSEWHERE


def test_a_release_of_very_many_accounts_fits_a_row(journal: Journal) -> None:
    accounts = [f"{'x' * 60}{n:04}" for n in range(250)]
    nonce = journal.open_request(None)
    everything = wire.AllowanceGrant(
        journal=journal.standing().journal,
        nonce=nonce,
        grants=[wire.Grant(account, 10**12) for account in accounts],
    )
    assert journal.apply_grant(everything)
    seqs = [journal.release(accounts, NOW, ClockState.SYNCED) for _ in range(4)]
    assert seqs == [1, 2, 3, None]
    lines = [line for row in journal.rows(0, 9) for line in decode(row.payload).lines]
    given = [leg.account for line in lines for leg in legs_of(line)]
    assert sorted(given) == accounts
