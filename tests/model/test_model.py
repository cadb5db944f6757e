"""The real journal, session and apply against a model in plain integers (machine.py, disasters.py).

`make model` runs it for long, prints what it did, and plants every mistake of breakages.py.
"""

import os
from pathlib import Path

import pytest
from django.db import DatabaseError
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.breakages import OTHERS, QUICKLY_FOUND, Breakage
from tests.model.disasters import Shop
from tests.model.world import World

LONG = "KIOSK_MODEL_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("KIOSK_MODEL_EXAMPLES", "24"))
STEPS = int(os.environ.get("KIOSK_MODEL_STEPS", "40"))

MUST_HAPPEN = {
    "Void written", "cards put back", "ends: books are goods", "kiosk killed",
    "refused: held_elsewhere", "terminals reflashed",
}  # fmt: skip
"""Without these a run has shown nothing; a long one has more."""
IN_A_LONG_RUN = {
    "accounts written off", "broker killed", "central killed at work",
    "central killed before its answer", "desk: correction", "desk: reversed", "ends: stopped",
    "journals given up", "network: again", "network: cut", "network: double", "network: lose",
    "network: reorder", "old cards again",
}  # fmt: skip

BUDGET = settings(
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=not LONG,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def run(prepared: Path, budget: settings) -> None:
    shop = type("Machine", (Shop,), {"prepared": prepared})
    run_state_machine_as_test(shop, settings=budget)


def test_books_are_goods(small_shop: Path) -> None:
    World.did.clear()
    phases = [p for p in Phase if p is not Phase.shrink or "KIOSK_MODEL_QUICK" not in os.environ]
    run(small_shop, settings(BUDGET, max_examples=EXAMPLES, phases=phases))
    for what, times in sorted(World.did.items()):
        print(f"{times:8} {what}")
    wanted = MUST_HAPPEN | IN_A_LONG_RUN if EXAMPLES >= 500 else MUST_HAPPEN
    assert not wanted - World.did.keys()


@pytest.mark.parametrize(
    "breakage", QUICKLY_FOUND + (OTHERS if LONG else ()), ids=lambda found: found.__name__
)
def test_model_catches(
    breakage: Breakage, small_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    breakage(monkeypatch)
    with pytest.raises((AssertionError, DatabaseError, BaseExceptionGroup)) as found:
        run(small_shop, settings(BUDGET, max_examples=400, phases=[Phase.generate]))
    leaves = [found.value]
    while leaves and isinstance(leaves[0], BaseExceptionGroup):
        leaves = list(leaves[0].exceptions)
    assert isinstance(leaves[0], AssertionError | DatabaseError), leaves
    print(f"{breakage.__name__}: {str(leaves[0])[:100]}")
