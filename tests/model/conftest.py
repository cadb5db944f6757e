"""Central on databases of its own, one for each example, copied from one that was prepared."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

# Django is set up there, once for the whole session
import tests.central.conftest  # noqa: F401


@pytest.fixture(scope="session")
def _small_shop(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Path:
    from tests.model import central
    from tests.model.terminal import NOW

    file = tmp_path_factory.mktemp("model") / "central.sqlite3"
    with django_db_blocker.unblock():
        central.prepare(file, NOW)
    return file


@pytest.fixture
def small_shop(_small_shop: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """The prepared database; Django may be used."""
    with django_db_blocker.unblock():
        yield _small_shop
