"""Central's clock as the kiosk overhears it."""

import datetime as dt

from kiosk.domain import wire
from kiosk.domain.wire import JournalState, Welcome
from kiosk.runtime.clock import VirtualClock
from kiosk.sync.ports import CameDown, Connected, LinkEvent
from kiosk.sync.witness import CentralClock

NOW = dt.datetime(2026, 3, 1, 2, 30, tzinfo=dt.UTC)
HOURS = dt.timedelta(hours=3)


def welcome(now: dt.datetime) -> bytes:
    return wire.encode(
        Welcome(
            journal="0" * 36,
            state=JournalState.OPEN,
            applied=0,
            head="0" * 64,
            directory_version=0,
            now=now,
        )
    )


def test_the_last_welcome_tells_how_far_the_clock_is_off_also_once_it_was_set() -> None:
    clock = VirtualClock(NOW + HOURS)
    central = CentralClock(clock)
    passed: list[LinkEvent] = []
    post = central.overhearing(passed.append)
    assert (central.off_seconds(), central.now()) == (None, None)
    events: list[LinkEvent] = [
        Connected(),
        CameDown(b"garbage", lambda: None),
        CameDown(b'{"welcome"', lambda: None),
    ]
    for event in events:
        post(event)
    assert central.off_seconds() is None
    post(CameDown(welcome(NOW), lambda: None))
    assert passed[:3] == events
    assert len(passed) == 4
    assert central.off_seconds() == HOURS.total_seconds()
    clock.advance(100)
    assert central.now() == NOW + dt.timedelta(seconds=100)
    assert central.off_seconds() == HOURS.total_seconds()
    clock.jump(NOW + dt.timedelta(seconds=100))
    assert central.off_seconds() == 0.0
    post(CameDown(welcome(NOW + HOURS), lambda: None))
    assert central.off_seconds() == 100 - HOURS.total_seconds()
