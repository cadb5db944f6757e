"""`kiosk journal renew`: the old journal is set aside whole, the next start begins a new one."""

import datetime as dt
from pathlib import Path

import pytest

from kiosk import renewal
from kiosk.domain.errors import ConfigError, JournalError
from kiosk.domain.wire import JournalState
from kiosk.health import Status, Versions
from kiosk.journal.journal import Journal
from tests.journal import shop

NOW = dt.datetime(2026, 3, 4, 6, 0, tzinfo=dt.UTC)
GENESIS = "00" * 32


def closed(path: Path) -> str:
    """Make a journal that central has quarantined; return its id."""
    journal = Journal.open(path)
    journal.welcomed(0, GENESIS, JournalState.QUARANTINED, "another row 1 than the one applied")
    name = journal.standing().journal
    journal.close()
    return name


def test_a_closed_journal_is_set_aside_and_a_new_one_begun(path: Path) -> None:
    old = closed(path)
    told = renewal.renew(path, NOW, None, force=False)
    assert told[0] == f"{old}: 0 of 0 rows have not reached central"
    assert not path.exists()
    (kept,) = [found for found in path.parent.iterdir() if "20260304T060000Z" in found.name]
    assert str(kept) in told[1]
    new = Journal.open(path)
    try:
        assert new.standing().journal != old
        assert new.standing().state is JournalState.OPEN
    finally:
        new.close()
    again = Journal.open(kept)
    try:
        assert again.standing().journal == old, "nothing of it is deleted"
    finally:
        again.close()


def test_one_that_takes_payments_is_renewed_only_by_force(path: Path) -> None:
    journal = Journal.open(path)
    shop.grant(journal, m1_principal=50)
    journal.close()
    with pytest.raises(ConfigError, match="takes payments"):
        renewal.renew(path, NOW, None, force=False)
    assert path.exists()
    renewal.renew(path, NOW, None, force=True)
    assert not path.exists()


def test_a_damaged_one_is_renewed(path: Path) -> None:
    path.write_bytes(b"no database at all" * 1000)
    assert "cannot be read" in renewal.renew(path, NOW, None, force=False)[0]
    assert not path.exists()


def test_not_while_the_daemon_runs_and_not_out_of_nothing(path: Path) -> None:
    running = Status(NOW, 1, "s1", "k1", "synced", True, {}, None, Versions("0.1.0"))
    with pytest.raises(ConfigError, match="systemctl stop"):
        renewal.renew(path, NOW, running, force=True)
    with pytest.raises(JournalError, match="no journal"):
        renewal.renew(path, NOW, None, force=True)
