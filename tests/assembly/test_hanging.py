"""A whole kiosk with two readers: the one that fails is told by its name, the rest goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.assembly.crew import Crew
from kiosk.assembly.kiosk import Kiosk
from kiosk.domain.devices import NamedPart, Part, PartState
from kiosk.drivers.virtual.inputs import VirtualButtons
from kiosk.drivers.virtual.reader import VirtualReader
from kiosk.health import Heartbeat
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.worker import Duty, InputWorker
from tests.peers.config import configured
from tests.peers.until import until

SECTIONS = """
[[reader]]
name = "door"
driver = "pn532"
device = "{device}"
[[reader]]
name = "counter"
driver = "virtual"
[buttons]
driver = "virtual"
"""
PATIENCE = 20.0


class AheadClock(SystemClock):
    """Goes `ahead` seconds before the others."""

    ahead = 0.0

    def mono(self) -> float:
        return super().mono() + self.ahead


class Rig:
    """A kiosk in training mode, which needs no broker, and its virtual parts."""

    def __init__(self, folder: Path) -> None:
        self.reader, self.buttons, self.clock = VirtualReader(), VirtualButtons(), AheadClock()
        virtual = {Part.READER: self.reader.open, Part.BUTTONS: self.buttons.open}
        config = configured(folder, SECTIONS.format(device=folder / "kiosk-nfc"))
        self.kiosk = Kiosk(config, self.clock, virtual, trainees=())

    def late(self) -> tuple[str, ...]:
        """Name the vital threads that are late; as the daemon does, ask the journal first."""
        self.kiosk.journal.submit(lambda _: None, lambda _: None)
        return Heartbeat(self.kiosk.beats(), self.clock, PATIENCE).late()

    def state(self, key: str) -> PartState:
        self.kiosk.crew.look()
        return self.kiosk.world.parts[key].state


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    rig.kiosk.start()
    yield rig
    rig.reader.go_on()
    assert rig.kiosk.stop() == ()


def test_one_absent_reader_of_two_is_named_everywhere(rig: Rig) -> None:
    until(lambda: rig.state("reader counter") is PartState.READY)
    until(lambda: rig.state("reader door") is PartState.ABSENT)
    world = rig.kiosk.world
    assert (world.faults(), world.limping()) == ((), (NamedPart(Part.READER, "door"),))
    keys = [report.key for report in world.reports()]
    assert keys == ["reader door", "reader counter", "buttons", "journal"]


def test_a_reader_that_hangs_is_a_fault_and_nobody_is_late_for_the_watchdog(rig: Rig) -> None:
    until(lambda: rig.state("reader counter") is PartState.READY)
    rig.reader.hang()
    rig.clock.ahead = PATIENCE + 1
    until(lambda: rig.state("reader counter") is PartState.FAULT)
    until(lambda: rig.state("buttons") is PartState.READY)
    assert "hangs" in rig.kiosk.world.parts["reader counter"].detail
    until(lambda: not rig.late())
    rig.reader.go_on()
    until(lambda: rig.state("reader counter") is PartState.READY)


def test_a_crew_waits_for_all_its_hanging_threads_together_and_names_them() -> None:
    device, clock = VirtualReader(), SystemClock()
    device.hang()
    crew = Crew(
        InputWorker(
            Duty(Part.READER, lambda _: None, clock, name=name), device.open, lambda _: None
        )
        for name in ("a", "b", "c")
    )
    crew.start({})
    crew.stop()
    began = clock.mono()
    assert crew.join(1.0) == ("reader a", "reader b", "reader c")
    assert clock.mono() - began < 1.0 * 3
    assert set(crew.stuck()) == {"reader a", "reader b", "reader c"}
    device.go_on()
    assert crew.join(20) == ()
    assert crew.stuck() == {}
