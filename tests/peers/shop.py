"""A prepared shop, to be copied: making the demo data takes longer than a visit."""

from pathlib import Path

import pytest

from kiosk.simulator.shop import SECOND, Shop


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop with two kiosks that was prepared and never started."""
    folder = tmp_path_factory.mktemp("prepared")
    Shop(folder, others={SECOND: lambda _: None}).prepare()
    return folder
