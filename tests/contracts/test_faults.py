"""The fault matrix: whatever befalls a part, it is said, the rest goes on, and it comes back.

docs/drivers.md has it as a table.
"""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.devices import PartState
from tests.contracts.counter import Counter, Rig
from tests.contracts.fault_rigs import RIGS, rigged

pytestmark = pytest.mark.loopback


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    with rigged(request.param, tmp_path, request.getfixturevalue) as rig:
        yield rig


@pytest.fixture
def counter(rig: Rig) -> Iterator[Counter]:
    threads = threading.active_count()
    counter = Counter(rig)
    yield counter
    rig.go_on()
    counter.end()
    assert threading.active_count() <= threads


def test_absent_at_the_start_plugged_in_unplugged_in_use_and_put_back(
    rig: Rig, counter: Counter
) -> None:
    rig.unplug()
    counter.start()
    for _ in range(2):
        counter.is_(rig.gone)
        rig.plug()
        counter.is_(PartState.READY)
        rig.use(counter)
        rig.unplug()
    counter.is_(rig.gone)


def test_hanging(rig: Rig, counter: Counter) -> None:
    counter.start()
    counter.is_(PartState.READY)
    rig.hang()
    counter.is_(rig.hung)
    rig.go_on()
    counter.is_(PartState.READY)
    rig.use(counter)


def test_garbage_and_torn_in_the_middle(rig: Rig, counter: Counter) -> None:
    counter.start()
    counter.is_(PartState.READY)
    for befalls in (rig.garbage, rig.tear):
        befalls(counter)
        rig.use(counter)
        counter.is_(PartState.READY)
