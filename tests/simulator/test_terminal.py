"""What is typed at `kiosk simulate --terminal` reaches the workbench's devices."""

from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.devices import Button
from kiosk.domain.events import BackHeld, ButtonPressed
from kiosk.drivers.virtual.printer import Trouble
from kiosk.simulator.bench import Workbench
from kiosk.simulator.shop import Shop
from kiosk.simulator.terminal import PLAYED, Hand
from kiosk.simulator.till import Till
from tests.peers.config import configured

pytestmark = pytest.mark.loopback  # a shop looks for free ports


class WiredTill(Till):
    """The kiosk's process, without a process: commands go straight to a workbench."""

    def wire(self, bench: Workbench) -> None:
        self.bench = bench

    def do(self, **command: Any) -> None:
        self.bench.do(command)


class Desk:
    """Somebody who types."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        shop = Shop(folder / "shop", "en", lambda _: None)
        till = WiredTill(folder / "kiosk.toml", folder / "kiosk.log")
        self.bench = Workbench(configured(folder))
        till.wire(self.bench)
        shop.kiosk = till
        self.hand = Hand(shop, self.said.append)

    def type(self, *lines: str) -> None:
        for line in lines:
            assert self.hand.do(line)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_c_is_pressed_and_held(desk: Desk) -> None:
    desk.type("c", "cc")
    came = desk.bench.buttons.poll(0)
    assert came == [ButtonPressed(Button.C), ButtonPressed(Button.C), BackHeld()]


@pytest.mark.parametrize("part", PLAYED)
def test_every_part_hangs_and_goes_on_is_unplugged_and_plugged_in(desk: Desk, part: str) -> None:
    devices = {str(name): device for name, device in desk.bench.devices.items()}
    device = devices[part]
    desk.type(f"hang {part}")
    assert (device.hangs, device.plugged) == (True, True)
    desk.type(f"u {part}", f"hang {part}")
    assert (device.hangs, device.plugged) == (False, False)
    desk.type(f"u {part}")
    assert (device.hangs, device.plugged) == (False, True)
    assert desk.said[0] == f"answers of {part}: off"
    assert desk.said[-1] == f"plug of {part}: on"


def test_the_printers_paper_and_cover(desk: Desk) -> None:
    printer = desk.bench.printer
    desk.type("p", "o")
    assert (printer.roll, printer.trouble) == (0, Trouble.COVER_OPEN)
    desk.type("p", "o")
    assert printer.roll > 0
    assert printer.trouble is Trouble.NONE


def test_what_is_not_understood_is_answered_by_the_list(desk: Desk) -> None:
    desk.type("hang up", "u", "toaster")
    assert len(desk.said) == 3
    for said in desk.said:
        assert "hold C down" in said
        assert "printer" in said
    assert not desk.hand.do("q")
