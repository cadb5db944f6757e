"""A journal in a file, and one that already knows a member and holds something of each purse."""

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.devices import PrintOutcome
from kiosk.journal import recent, retention
from kiosk.journal.journal import Journal
from tests.journal import shop
from tests.journal.damages import ROWS
from tests.journal.pruning import KEPT, acknowledge, apply
from tests.journal.shop import draft, visit


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, where there is one: a real flush would test this machine's disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as name:
        yield Path(name)


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal.open(path)
    yield journal
    journal.close()


@pytest.fixture
def stocked(journal: Journal) -> Journal:
    """m1 with 100 posted and 50 held on each of its purses, staff and a price list."""
    members = [shop.record("m1"), shop.record("m2")]
    journal.apply_directory(shop.page(journal, members, operators=shop.OPERATORS))
    journal.store_catalogue(shop.CATALOGUE)
    shop.grant(journal, m1_principal=50, m1_bonus=50, m1_bought=50, m1_gift=50)
    return journal


@pytest.fixture
def used(stocked: Journal, path: Path) -> Path:
    """A journal of ROWS rows, half of them acknowledged, closed."""
    for n in range(ROWS):
        stocked.commit(draft(visit()))
        if n == ROWS // 2:
            stocked.acknowledge(n, stocked.rows(n - 1, 1)[0].hash.hex())
    stocked.close()
    return path


@pytest.fixture
def few_recent_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows become old soon, and central's time is noted whenever it is heard."""
    monkeypatch.setattr(recent, "RECENT", KEPT)
    monkeypatch.setattr(retention, "EVERY", dt.timedelta())


@pytest.fixture
def lived(stocked: Journal, few_recent_rows: None) -> Journal:
    """Ten rows, a minute apart, all applied and in the directory; 8 are acknowledged."""
    stocked.reopen()  # with few recent rows
    for n in range(10):
        stocked.commit(draft(visit(), at=shop.NOW + dt.timedelta(minutes=n)))
        stocked.witness(shop.NOW + dt.timedelta(minutes=n))
        stocked.record_print(n + 1, 0, PrintOutcome.PRINTED)
    acknowledge(stocked, 8)
    apply(stocked, 8)
    return stocked
