"""A journal in a file, and one that already knows a member and holds something of each purse."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.journal.journal import Journal
from tests.journal import shop


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


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
