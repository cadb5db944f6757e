"""A few hundred taps with every fault there is; and that the soak itself would notice.

The long form is `make soak`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.domain import effects as ef
from kiosk.domain.devices import Lamp
from kiosk.journal.journal import Journal
from tests.soak.gauges import Bounds, Mark, growth
from tests.soak.witness import Witness

TAPS = "240"


@pytest.mark.loopback
def test_a_few_hundred_taps_with_random_faults(prepared: Path) -> None:
    seed = os.environ.get("SOAK_SEED", "1")
    command = [sys.executable, "-m", "tests.soak", "--taps", TAPS, "--seed", seed]
    done = subprocess.run(
        [*command, "--shop", str(prepared)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def mark(taps: int, **changed: int) -> Mark:
    weights = {"threads": 20, "files": 30, "memory": 60 << 20, "heap": 9 << 20} | changed
    weights = {"blocks": 200_000} | weights
    return Mark(taps=taps, waiting=0, entries=500, objects={"kiosk.A": 5}, **weights)


def test_growth_is_told() -> None:
    warm, bounds = mark(4000), Bounds()
    assert growth(warm, mark(10_000, memory=61 << 20, blocks=201_000), bounds) == []
    more = {"threads": 21, "files": 31, "memory": 70 << 20, "heap": 12 << 20, "blocks": 206_000}
    for name, much in more.items():
        [told] = growth(warm, mark(10_000, **{name: much}), bounds)
        assert str(much) in told or "more after 6000 taps" in told


def test_a_success_without_a_row_is_told(tmp_path: Path) -> None:
    Journal.open(tmp_path / "journal").close()
    witness = Witness(tmp_path / "journal")
    witness.see(ef.Light(Lamp.OK))
    assert witness.wrong == ["Light without anything to write"]
