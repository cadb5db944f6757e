"""From the printer's thread to the proof on the screen: what became of a slip is told, and no more.

Time stands still, so that a proof is shown for as long as the test needs.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.assembly.kiosk import Kiosk
from kiosk.domain.devices import Ailment, Button, Part, PartState, SlipFate
from kiosk.domain.effects import Effect, Show
from kiosk.domain.screens import Confirm, Done, Idle, Member, Screen
from kiosk.drivers.virtual.cards import StorageCard
from kiosk.drivers.virtual.inputs import VirtualButtons
from kiosk.drivers.virtual.printer import Trouble, VirtualPrinter
from kiosk.drivers.virtual.reader import VirtualReader
from kiosk.runtime.clock import SystemClock
from tests.peers.config import configured
from tests.peers.until import until

SECTIONS = """
[[reader]]
name = "counter"
driver = "virtual"
[buttons]
driver = "virtual"
[printer]
driver = "virtual"
"""


class StandingClock(SystemClock):
    """Its mono() goes on only when it is told to."""

    stands = 1000.0

    def mono(self) -> float:
        return self.stands


class Visit:
    """A kiosk in training mode, and a person in front of it."""

    def __init__(self, folder: Path) -> None:
        self.reader, self.buttons, self.printer = (
            VirtualReader(),
            VirtualButtons(),
            VirtualPrinter(),
        )
        self.clock, self.screens = StandingClock(), list[Screen]()
        virtual: dict[Part, Callable[[], object]] = {
            Part.READER: self.reader.open,
            Part.BUTTONS: self.buttons.open,
            Part.PRINTER: self.printer.open,
        }
        config = configured(folder, SECTIONS)
        self.kiosk = Kiosk(config, self.clock, virtual, self._see, trainees=())

    def _see(self, effect: Effect) -> None:
        if isinstance(effect, Show):
            self.screens.append(effect.screen)

    def until(self, kind: type[Screen], fate: SlipFate | None = None) -> None:
        def shown() -> bool:
            newest = self.screens[-1] if self.screens else None
            return isinstance(newest, kind) and fate in (None, getattr(newest, "slip", None))

        until(shown, f"{kind.__name__} {fate}")

    def spend(self) -> None:
        """Tap, and confirm a bath."""
        self.reader.place(StorageCard(bytes.fromhex("04a1b2c3d4e5f6")))
        self.until(Member)
        while not isinstance(self.screens[-1], Confirm):
            before = type(self.screens[-1])
            self.buttons.press(Button.A)
            until(lambda kind=before: type(self.screens[-1]) is not kind)  # type: ignore[misc]
        self.buttons.press(Button.A)


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Visit]:
    visit = Visit(tmp_path)
    visit.kiosk.start()
    part = visit.kiosk.world.parts
    until(lambda: part["printer"].state is PartState.READY, "the printer")
    until(lambda: part["reader"].state is PartState.READY, "the reader")
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
    visit.until(Done, fate)
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
