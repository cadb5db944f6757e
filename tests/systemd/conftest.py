"""The system files under inspection."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def units() -> Path:
    return Path(__file__).parents[2] / "systemd"
