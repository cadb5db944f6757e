"""Each scenario file, played on a real broker, a real central and the real daemon."""

import shutil
from pathlib import Path

import pytest

from kiosk.domain.errors import ConfigError
from kiosk.simulator import scenario
from kiosk.simulator.runner import run

pytestmark = pytest.mark.loopback


@pytest.mark.parametrize("name", scenario.names())
def test_the_scenario_passes(name: str, prepared: Path, tmp_path: Path) -> None:
    script = scenario.load(name)
    folder = tmp_path / "shop"
    if script.language == "zh-CN" and script.prices:
        shutil.copytree(prepared, folder)
    said: list[str] = []
    missing = run(script, folder, said.append)
    assert missing == [], "\n".join([*said, (folder / "logs" / "kiosk.log").read_text()])


def test_a_scenario_that_does_not_come_true_fails(prepared: Path, tmp_path: Path) -> None:
    shutil.copytree(prepared, tmp_path / "shop")
    table = {
        "title": "t",
        "about": "a",
        "seconds": 0.5,
        "step": [{"say": "nothing", "expect": {"slips": 1}}],
    }
    missing = run(scenario.parse(table), tmp_path / "shop", lambda _: None)
    assert missing == ["step 1 (nothing): expected 1 slips, found 0"]


def test_faults_of_a_scenario_file_are_all_told() -> None:
    steps = [{"say": "x", "lift": True, "press": "A"}, {"say": "y", "kill": "cat"}]
    with pytest.raises(ConfigError) as caught:
        scenario.parse({"title": "t", "about": "a", "step": steps})
    assert len(caught.value.faults) == 2
    with pytest.raises(ConfigError, match="presss"):
        scenario.parse({"title": "t", "about": "a", "step": [{"say": "x", "presss": "A"}]})
    with pytest.raises(ConfigError, match="member-bath"):
        scenario.load("nosuch")
