"""Django on a data directory of its own, a database in memory, and the demo shop in it."""

import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest
from pytest_django import DjangoDbBlocker

from tests.central.central import Central
from tests.central.till import NOW, Till

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


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Each test in a transaction that is rolled back."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The demo shop, once for all tests."""
    from central.shop import demo

    with django_db_blocker.unblock():
        demo.fill(demo.read(DEMO_SHOP), NOW)


@pytest.fixture(scope="session")
def _shop_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo shop, made by the commands."""
    central = Central(tmp_path_factory.mktemp("central") / "data")
    central.run("migrate")
    central.run("demo-data")
    return central.data


@pytest.fixture
def shop_data(_shop_data: Path, tmp_path: Path) -> Central:
    """The demo shop in a data directory of this test's own."""
    return Central(shutil.copytree(_shop_data, tmp_path / "data"))


@pytest.fixture
def till() -> Till:
    """A terminal that has said hello and holds everything there is."""
    from central.books import allowances
    from central.sync.service import Service

    till = Till()
    list(Service().receive(till.address, till.hello()))
    allowances.answer(till.journal, till.request())
    return till
