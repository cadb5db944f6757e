"""From the printer's thread to the proof on the screen: what became of a slip is told, and no more.

Time stands still, so that a proof is shown for as long as the test needs.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.domain.devices import Ailment, Part, SlipFate
from kiosk.domain.screens import Done, Idle
from kiosk.drivers.virtual.cards import StorageCard
from kiosk.drivers.virtual.printer import Trouble, VirtualPrinter
from tests.assembly.person import Person
from tests.peers.until import until

SECTION = """
[printer]
driver = "virtual"
"""


class Visit(Person):
    """A kiosk in training mode, and a person in front of it."""

    def __init__(self, folder: Path) -> None:
        self.printer = VirtualPrinter()
        super().__init__(folder, SECTION, {Part.PRINTER: self.printer.open}, trainees=())

    def until_fate(self, fate: SlipFate) -> None:
        def shown() -> bool:
            newest = self.screens[-1] if self.screens else None
            return isinstance(newest, Done) and newest.slip is fate

        until(shown, str(fate))

    def spend(self) -> None:
        """Tap, and confirm a bath."""
        self.confirm(StorageCard(bytes.fromhex("04a1b2c3d4e5f6")))


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Visit]:
    visit = Visit(tmp_path)
    visit.kiosk.start()
    visit.until_ready(Part.PRINTER, Part.READER)
    until(lambda: visit.kiosk.world.catalogue, "the price list")
    yield visit
    assert visit.kiosk.stop() == ()


@pytest.mark.parametrize(
    ("hand", "fate", "slips"),
    [
        (lambda printer: printer.suffer(Trouble.NONE), SlipFate.PRINTED, 1),
        (lambda printer: printer.suffer(Trouble.SILENT), SlipFate.UNSURE, 1),
        (lambda printer: printer.suffer(Trouble.COVER_OPEN), SlipFate.FAILED, 0),
        (lambda printer: printer.load(0), SlipFate.FAILED, 0),
        (lambda printer: printer.unplug(), SlipFate.FAILED, 0),
    ],
    ids=["well", "silent", "cover", "paper", "unplugged"],
)
def test_what_became_of_the_slip_is_on_the_screen(
    visit: Visit, hand: Callable[[VirtualPrinter], None], fate: SlipFate, slips: int
) -> None:
    hand(visit.printer)
    visit.spend()
    visit.until_fate(fate)
    assert len(visit.printer.printed) == slips
    told = [screen.slip for screen in visit.screens if isinstance(screen, Done)]
    assert told in ([SlipFate.PRINTING, fate], [fate])
    assert SlipFate.PRINTED not in told[:-1]


def test_the_idle_screen_says_what_ails_the_printer(visit: Visit) -> None:
    visit.printer.load(0)
    visit.clock.stands += 3600

    def shown() -> bool:
        newest = visit.screens[-1]
        return isinstance(newest, Idle) and newest.how is Ailment.NO_PAPER

    until(shown, "no paper")
