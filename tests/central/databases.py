"""The databases that the books are tested on: SQLite in memory, and PostgreSQL."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.central.central import Central
from tests.peers.postgres import Postgres

SQLITE, POSTGRESQL = "sqlite", "postgresql"

MONEY = frozenset(
    f"tests.central.{name}"
    for name in (
        "test_allowances",
        "test_apply",
        "test_bad_network",
        "test_books_property",
        "test_concurrency",
        "test_coupons",
        "test_day",
        "test_directory",
        "test_end_to_end",
        "test_epochs",
        "test_given_up",
        "test_hostile",
        "test_journals",
        "test_operations",
        "test_paying",
        "test_recalls",
        "test_restore",
        "test_service",
        "test_staff",
        "test_transfers",
        "test_verify",
        "test_voids",
    )
)
"""Test modules that run on both.  The others run on SQLite."""


@contextmanager
def connected(settings: dict[str, Any]) -> Iterator[None]:
    """Put Django on another database; the one before stays open, and comes back."""
    from django.db import connections

    before = connections["default"], connections.settings["default"]
    connections.settings["default"] = settings
    connections["default"] = other = connections.create_connection("default")
    try:
        yield
    finally:
        other.close()
        connections["default"], connections.settings["default"] = before


def settings_of(url: str) -> dict[str, Any]:
    """Write Django's settings of a database, as central makes them from its URL."""
    from django.db import connections

    from central import settings

    made = connections.configure_settings({"default": settings.database(url)})
    return dict(made["default"])


class Shops:
    """Shops on PostgreSQL, each a copy of one that was prepared: faster than making one."""

    def __init__(self, server: Postgres, folder: Path) -> None:
        self._server, self._folder, self._made = server, folder, 0
        Central(folder / "empty", server.create("empty")).run("migrate")
        prepared = Central(folder / "shop", server.create("shop", "empty"))
        prepared.run("demo-data")

    def empty(self) -> str:
        """Make a database with tables and nothing in them; return its URL."""
        return self._copy("empty")

    def demo(self, data: Path) -> Central:
        """Make the demo shop, in a data directory and a database of its own."""
        return Central(shutil.copytree(self._folder / "shop", data), self._copy("shop"))

    def _copy(self, of: str) -> str:
        self._made += 1
        return self._server.create(f"{of}{self._made}", of)
