"""A bench in a folder of its own."""

from pathlib import Path

import pytest

from tests.doctor.terminal import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
