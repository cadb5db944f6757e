"""Who is late."""

import math

import pytest

from kiosk.health import Heartbeat
from kiosk.runtime.clock import VirtualClock
from tests.health.conftest import START


@pytest.mark.parametrize(
    ("silence", "late"), [(0.0, ()), (5.0, ()), (5.001, ("loop",)), (math.inf, ("loop",))]
)
def test_late_begins_beyond_the_limit(silence: float, late: tuple[str, ...]) -> None:
    clock = VirtualClock(START)
    clock.advance(100.0)
    assert Heartbeat({"loop": lambda: 100.0 - silence}, clock, 5.0).late() == late


def test_what_is_not_a_number_is_late() -> None:
    assert Heartbeat({"loop": lambda: math.nan}, VirtualClock(START), 5.0).late() == ("loop",)


def test_a_jump_of_the_wall_clock_makes_nobody_late() -> None:
    clock = VirtualClock(START)
    heartbeat = Heartbeat({"loop": lambda: 0.0}, clock, 5.0)
    clock.jump(START.replace(year=2036))
    assert heartbeat.late() == ()
