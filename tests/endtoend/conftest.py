"""A shop for each test, copied from the prepared one."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.simulator.shop import Shop


@pytest.fixture
def folder(prepared: Path, tmp_path: Path) -> Path:
    """A copy of the prepared shop."""
    copy = tmp_path / "shop"
    shutil.copytree(prepared, copy)
    return copy


@pytest.fixture
def shop(folder: Path) -> Iterator[Shop]:
    """A shop that is stopped at the end; the test starts it."""
    shop = Shop(folder)
    yield shop
    shop.stop()


class Books:
    """Central's books, read from its database beside its own processes."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "central" / "central.sqlite3"

    def rows(self) -> list[int]:
        """List the seqs applied, in the order in which they were."""
        return [int(seq) for (seq,) in self._read("SELECT seq FROM shop_transaction ORDER BY id")]

    def posted(self, member: str, kind: str) -> int:
        """Sum what is posted in a member's purses of a kind."""
        sql = "SELECT sum(posted) FROM shop_account WHERE member_id = ? AND kind = ?"
        return self._number(sql, member, kind)

    def journals(self) -> list[tuple[str, str]]:
        """List state and reason of the journals, in the order in which they were first heard."""
        return self._read("SELECT state, reason FROM shop_journal ORDER BY first_heard")

    def cases(self) -> int:
        """Count the exception cases."""
        return self._number("SELECT count(*) FROM shop_case")

    def seen(self) -> int:
        """Count the unknown cards that terminals have told of."""
        return self._number("SELECT count(*) FROM shop_seenmedium")

    def check(self) -> None:
        """Balances are the sums of their entries, and no allowance exceeds a balance."""
        wrong = self._read(
            "SELECT a.id FROM shop_account a LEFT JOIN shop_entry e ON e.account_id = a.id"
            " GROUP BY a.id HAVING a.posted <> coalesce(sum(e.amount), 0)"
        )
        assert wrong == []
        overdrawn = self._read(
            "SELECT a.id FROM shop_account a JOIN shop_allowance l ON l.account_id = a.id"
            " GROUP BY a.id HAVING sum(l.amount) > a.posted OR a.posted < 0"
        )
        assert overdrawn == []

    def _number(self, sql: str, *values: str) -> int:
        return int(self._read(sql, *values)[0][0])

    def _read(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        db = sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=10)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()


@pytest.fixture
def books(folder: Path) -> Books:
    """Central's books of the shop."""
    return Books(folder)
