"""The relay of a whole kiosk: once for each row that pays for its service, and for nothing else.

Time stands still, so that a proof is shown for as long as the test needs.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.assembly import training
from kiosk.assembly.relay import LATE, RelayJob, pays_for, relay_worker
from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.events import CatalogueChanged
from kiosk.domain.members import OperatorRecord
from kiosk.domain.screens import Done, Idle, Member
from kiosk.domain.transactions import (
    CheckIn,
    CouponRedeem,
    Leg,
    ValueRedeem,
    VisitLog,
    VisitRedeem,
    Void,
)
from kiosk.drivers.virtual.cards import issued
from kiosk.drivers.virtual.outputs import VirtualRelay
from kiosk.runtime.worker import Duty
from kiosk.settings.options import Relay, SignalDriver
from tests.assembly.person import Person, StandingClock
from tests.peers.until import until

SECTION = """
[relay]
driver = "virtual"
services = ["{service}"]
"""
CARD = issued(
    training.MEMBERS[0].media[0].key.removeprefix("pm1:"), bytes.fromhex("04a1b2c3d4e5f6")
)
PULSE = 0.5


class Door(Person):
    """A kiosk with demo members beside a door, and a person in front of it."""

    def __init__(
        self, folder: Path, relay: VirtualRelay, service: str, trainees: Any = None
    ) -> None:
        self.relay = relay
        section = SECTION.format(service=service)
        super().__init__(folder, section, {Part.RELAY: relay.open}, trainees)

    def fill(self) -> None:
        """Put the demo members into the journal."""
        now = self.clock.now()
        self.kiosk.journal.submit(lambda journal: training.fill(journal, (), now), lambda _: None)
        self.kiosk.loop.post(CatalogueChanged(training.CATALOGUE))

    def spend(self, pulses: int) -> None:
        """Tap, confirm a bath, and go once the relay has closed so often in all."""
        self.confirm(CARD)
        self.until_shown(Done)
        until(lambda: len(self.relay.pulses) == pulses, f"pulse {pulses}")
        self.reader.lift()
        self.clock.stands += 3600
        self.until_shown(Idle)


@contextlib.contextmanager
def opened(door: Door) -> Iterator[Door]:
    door.kiosk.start()
    door.until_ready(Part.READER, Part.BUTTONS, Part.RELAY, Part.JOURNAL)
    yield door
    assert door.kiosk.stop() == ()


@pytest.mark.loopback
def test_it_closes_once_for_each_row_that_pays_and_never_at_a_restart(tmp_path: Path) -> None:
    relay = VirtualRelay()
    with opened(Door(tmp_path, relay, "bath")) as door:
        door.fill()
        for pulses in (1, 2):
            door.spend(pulses)
        # the card is read again, and its last row shown again
        door.reader.place(CARD)
        door.until_shown(Member)
    with opened(Door(tmp_path, relay, "bath")) as door:
        door.kiosk.loop.post(CatalogueChanged(training.CATALOGUE))
        door.reader.place(CARD)
        door.until_shown(Member)
    assert relay.pulses == [PULSE] * 2


@pytest.mark.loopback
@pytest.mark.parametrize(("service", "trainees"), [("training", None), ("bath", ())])
def test_another_service_and_mere_practice_leave_it_open(
    tmp_path: Path, service: str, trainees: tuple[OperatorRecord, ...] | None
) -> None:
    relay = VirtualRelay()
    with opened(Door(tmp_path, relay, service, trainees)) as door:
        if trainees is None:
            door.fill()
        until(lambda: door.kiosk.world.catalogue, "the price list")
        door.spend(0)
    assert relay.pulses == []


LEG = (Leg("a", 1),)
WASH = frozenset({"wash"})


@pytest.mark.parametrize(
    ("lines", "pays"),
    [
        ((VisitRedeem("wash", LEG),), True),
        ((ValueRedeem("wash", 0, ()),), True),
        ((CheckIn(dt.date(2026, 3, 4)), VisitRedeem("wash", LEG)), True),
        ((VisitRedeem("bath", LEG),), False),
        ((VisitLog("wash", ticket="t"),), False),
        ((Void(LEG),), False),
        ((CouponRedeem("wash", LEG),), False),
        ((), False),
    ],
)
def test_only_what_pays_for_its_service_counts(lines: Any, pays: bool) -> None:
    assert pays_for(lines, WASH) is pays


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


def test_what_could_not_be_done_at_once_is_not_made_up_for(
    clock: StandingClock, caplog: pytest.LogCaptureFixture
) -> None:
    relay, states = VirtualRelay(), list[PartState]()

    def report(report: PartReport) -> None:
        states.append(report.state)

    relay.unplug()
    section = Relay(SignalDriver.VIRTUAL, WASH)
    worker = relay_worker(section, relay.open, Duty(Part.RELAY, report, clock))
    worker.start()
    until(lambda: PartState.ABSENT in states, "absent")
    worker.put(RelayJob(7, clock.mono()))
    relay.plug()
    until(lambda: states[-1] is PartState.READY, "ready")
    # as if it had waited behind others
    worker.put(RelayJob(8, clock.mono() - LATE - 1))
    worker.put(RelayJob(9, clock.mono()))
    until(lambda: relay.pulses, "a pulse")
    worker.stop()
    assert worker.join()
    assert relay.pulses == [PULSE]
    said = [r.getMessage() for r in caplog.records if r.name == "kiosk.assembly.relay"]
    assert [text.partition(":")[0][-1] for text in said] == ["7", "8"]
