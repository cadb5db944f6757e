"""Each scenario file, played on a real broker, a real central and the real daemon."""

import shutil
from pathlib import Path

import pytest

from kiosk.domain.devices import Lamp
from kiosk.domain.errors import ConfigError
from kiosk.simulator import scenario
from kiosk.simulator.runner import run
from kiosk.simulator.scenario import Awaited, Expect, Scenario, Seen
from tests.endtoend.conftest import Books

pytestmark = pytest.mark.loopback


@pytest.mark.parametrize("name", [name for name in scenario.names() if name != "two-kiosks"])
def test_the_scenario_passes(name: str, prepared: Path, tmp_path: Path) -> None:
    script = scenario.load(name)
    folder = tmp_path / "shop"
    if script.language == "zh-CN" and script.prices:
        shutil.copytree(prepared, folder)
    _play(script, folder)


def test_what_two_kiosks_took_is_what_central_has_posted(prepared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(prepared, folder)
    before = Books(folder).posted("m-wang", "pass_bought")
    _play(scenario.load("two-kiosks"), folder)
    assert before - Books(folder).posted("m-wang", "pass_bought") == 2
    assert Books(folder).cases() == 0


def _play(script: Scenario, folder: Path) -> None:
    said: list[str] = []
    missing = run(script, folder, said.append)
    logs = [log.read_text() for log in (folder / "logs").glob("kiosk*.log")]
    assert missing == [], "\n".join([*said, *logs])
    Books(folder).check()


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


def test_a_proof_that_has_passed_counts_with_the_row_that_central_confirms_later() -> None:
    """On a busy machine a proof is shown for its seconds, and the confirmation takes longer."""
    awaited = Awaited(Expect(screen=["成功"], lamp=Lamp.OK, acknowledged=2))
    proof = Seen(screen=["成功"], rows=2)
    assert len(awaited.missing(proof)) == 2
    proof.lamp = Lamp.OK
    assert awaited.missing(proof) == ["2 rows acknowledged, found 0"]
    rest = Seen(screen=["请刷卡"], lamp=Lamp.READY, rows=2)
    assert awaited.missing(rest) == ["2 rows acknowledged, found 0"]
    rest.acknowledged = 2
    assert awaited.missing(rest) == []


def test_faults_of_a_scenario_file_are_all_told() -> None:
    steps = [{"say": "x", "lift": True, "press": "A"}, {"say": "y", "kill": "cat"}]
    with pytest.raises(ConfigError) as caught:
        scenario.parse({"title": "t", "about": "a", "step": steps})
    assert len(caught.value.faults) == 2
    with pytest.raises(ConfigError, match="presss"):
        scenario.parse({"title": "t", "about": "a", "step": [{"say": "x", "presss": "A"}]})
    with pytest.raises(ConfigError, match="k3"):
        scenario.parse({"title": "t", "about": "a", "step": [{"say": "x", "at": "k3"}]})
    with pytest.raises(ConfigError, match="member-bath"):
        scenario.load("nosuch")
