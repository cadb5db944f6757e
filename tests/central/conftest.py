"""Django on a data directory of its own, the demo shop in a database, on SQLite or PostgreSQL.

Every test runs on SQLite, and the modules of databases.MONEY again on PostgreSQL.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from pytest_django import DjangoDbBlocker

from tests.central.central import Central
from tests.central.databases import MONEY, POSTGRESQL, SQLITE, Shops, connected, settings_of
from tests.central.till import NOW, Till
from tests.peers.postgres import Postgres, postgres  # noqa: F401

DEMO_SHOP = Path(__file__).parents[2] / "config" / "demo-shop.toml"
_data = tempfile.TemporaryDirectory(prefix="central-tests-")
_before = dict(os.environ)
os.environ |= {"DJANGO_SETTINGS_MODULE": "central.settings", "KIOSK_CENTRAL_DATA": _data.name}
try:
    django.setup()
finally:
    # the settings are read; other tests start central on directories of their own
    os.environ.clear()
    os.environ.update(_before)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what deals with money on both databases."""
    if metafunc.module.__name__ in MONEY:
        metafunc.parametrize("database", [SQLITE, POSTGRESQL], indirect=True, scope="session")


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[str]:
    """Which database the test's own Django is on; the demo shop is in it."""
    kind: str = getattr(request, "param", SQLITE)
    if kind == SQLITE:
        yield kind
        return
    with connected(request.getfixturevalue("_on_postgres")):
        yield kind


@pytest.fixture(autouse=True)
def _database(database: str, db: None) -> None:
    """Each test in a transaction that is rolled back."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The demo shop, once for all tests."""
    from central.shop import demo

    with django_db_blocker.unblock():
        demo.fill(demo.read(DEMO_SHOP), NOW)


@pytest.fixture(scope="session")
def shops(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Shops:
    """Shops on PostgreSQL."""
    return Shops(postgres, tmp_path_factory.mktemp("shops"))


@pytest.fixture(scope="session")
def _on_postgres(shops: Shops, django_db_blocker: DjangoDbBlocker) -> dict[str, Any]:
    """Settings of a database on PostgreSQL with the demo shop in it."""
    from central.shop import demo

    settings = settings_of(shops.empty())
    with django_db_blocker.unblock(), connected(settings):
        demo.fill(demo.read(DEMO_SHOP), NOW)
    return settings


@pytest.fixture(scope="session")
def empty_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with tables and nothing in them, to be copied."""
    central = Central(tmp_path_factory.mktemp("empty") / "data")
    central.run("migrate")
    return central.data


@pytest.fixture(scope="session")
def demo_data(empty_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo shop, made by the commands, to be copied."""
    folder = tmp_path_factory.mktemp("central") / "data"
    central = Central(shutil.copytree(empty_data, folder))
    central.run("demo-data")
    return central.data


@pytest.fixture
def shop_data(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Central:
    """The demo shop in a data directory of this test's own, and on PostgreSQL in a database."""
    if database == POSTGRESQL:
        shops: Shops = request.getfixturevalue("shops")
        return shops.demo(tmp_path / "data")
    prepared: Path = request.getfixturevalue("demo_data")
    return Central(shutil.copytree(prepared, tmp_path / "data"))


@pytest.fixture
def till() -> Till:
    """A terminal that has said hello and holds everything there is."""
    from central.books import allowances
    from central.sync.service import Service

    till = Till()
    list(Service().receive(till.address, till.hello()))
    allowances.answer(till.journal, till.request())
    return till
