"""The real path: a card on a real pcscd, through real luma, escpos, paho, to central's books.

Only the world outside is played: the card's answers, the display's chip, the printer at the end
of a TCP connection.  Pixels and slip are read back from the bytes that were sent.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.assembly import Kiosk
from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Button, Part, PartState
from kiosk.domain.document import Frame
from kiosk.domain.effects import Effect, Show
from kiosk.domain.policy import Language
from kiosk.domain.screens import Done, Idle, Looking, Member, Screen
from kiosk.drivers import oled_luma
from kiosk.drivers.oled_chips import I2c, Spi
from kiosk.drivers.virtual.cards import StorageCard, issued
from kiosk.drivers.virtual.inputs import VirtualButtons
from kiosk.journal.journal import Journal
from kiosk.render.glass import Glass
from kiosk.runtime.clock import SystemClock
from kiosk.settings.config import load
from kiosk.simulator.shop import Shop, demo_cards
from tests.endtoend.conftest import Books
from tests.peers.chips import I2cBus, Ssd1306
from tests.peers.pcscd import Pcscd
from tests.peers.printer import TcpPrinter
from tests.peers.until import until
from tests.peers.vpicc import VirtualHand

pytestmark = pytest.mark.loopback

CONFIG = """
[terminal]
store = "s1"
id = "k1"

[journal]
path = "journal.sqlite3"

[settings]
path = "settings.json"

[mqtt]
host = "127.0.0.1"
port = {port}
username = "s1.k1"
password_file = "mqtt.password"

[[reader]]
name = "counter"
driver = "pcsc"
match = "Kiosk Reader A"

[buttons]
driver = "virtual"

[display]
driver = "ssd1306"
bus = "i2c"

[printer]
driver = "network"
host = "127.0.0.1"
port = {printer}
"""


class Counter:
    """A kiosk on a counter: real drivers, and a person in front of it."""

    def __init__(self, folder: Path, shop: Shop, printer: TcpPrinter, chip: Ssd1306) -> None:
        self.chip, self.buttons = chip, VirtualButtons()
        self.screens: list[Screen] = []
        config = folder / "kiosk" / "kiosk.toml"
        config.write_text(CONFIG.format(port=shop.port, printer=printer.port))
        virtual: dict[Part, Callable[[], Any]] = {Part.BUTTONS: self.buttons.open}
        self.kiosk = Kiosk(load(config), SystemClock(ClockState.SYNCED), virtual, self._see)
        self._glass = Glass()

    def _see(self, effect: Effect) -> None:
        if isinstance(effect, Show):
            self.screens.append(effect.screen)

    def drawn(self, screen: Screen) -> Frame:
        return self._glass.frame(screen, Language.ZH)

    def until_shown(self, kind: type[Screen]) -> Any:
        """Wait until the loop shows such a screen and the glass has it, pixel for pixel."""
        found: list[Screen] = []

        def shown() -> bool:
            # the newest each time: what becomes of the slip draws a proof anew
            found[:] = self.screens[-1:]
            on_glass = self.chip.frame()
            return any(isinstance(s, kind) and on_glass == self.drawn(s) for s in found)

        until(shown, f"{kind.__name__} on the glass")
        return found[0]


@pytest.fixture
def printer() -> Iterator[TcpPrinter]:
    printer = TcpPrinter()
    yield printer
    printer.stop()


@pytest.fixture
def counter(
    folder: Path, shop: Shop, printer: TcpPrinter, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Counter]:
    from luma.core.interface.serial import i2c

    chip = Ssd1306()
    bus = I2cBus(chip)

    def connect(line: I2c | Spi) -> object:
        assert isinstance(line, I2c)
        return i2c(bus=bus, address=line.address)

    monkeypatch.setattr(oled_luma, "interface", connect)
    shop.prepare()
    shop.start_without_kiosk()
    counter = Counter(folder, shop, printer, chip)
    counter.kiosk.start()
    yield counter
    assert counter.kiosk.stop() == ()


def asked(kiosk: Kiosk, question: Callable[[Journal], Any]) -> Any:
    """Ask the journal on its own thread, after all that was submitted before."""
    answers: list[Any] = []
    kiosk.journal.submit(question, answers.append)
    until(lambda: answers, "the journal answers")
    return answers[0]


def held(kiosk: Kiosk) -> bool:
    """Tell whether central's answers are all in: the directory and the allowances."""
    standing = asked(kiosk, lambda journal: journal.standing())
    return bool(standing.directory_version) and standing.pending_nonce is None


def test_a_card_on_a_real_reader_becomes_a_row_in_centrals_books(
    counter: Counter, printer: TcpPrinter, pcscd: Pcscd, books: Books
) -> None:
    kiosk = counter.kiosk
    until(lambda: kiosk.world.online and held(kiosk), "online, with directory and allowances", 30)
    parts = kiosk.world.parts
    until(lambda: all(parts[p].state is PartState.READY for p in parts), "all parts ready", 20)
    counter.until_shown(Idle)
    hand = VirtualHand(pcscd.ports[0])
    card = demo_cards()["wang"]
    hand.lay(StorageCard(bytes.fromhex(card["uid"])))
    member = counter.until_shown(Member)
    assert (member.masked_name, member.value, member.choices[0].visits) == ("王*明", 23_000, 10)
    counter.buttons.press(Button.A)
    until(lambda: type(counter.screens[-1]).__name__ == "Confirm")
    counter.buttons.press(Button.A)
    done = counter.until_shown(Done)
    assert done.visits_left == 9
    assert printer.wait_for(1)
    slip = "\n".join(printer.lines())
    for word in ("王*明", "洗澡", "豆豆", "9 次"):
        assert word in slip
    until(lambda: books.rows() == [1, 2], "check-in and visit applied", 20)
    until(lambda: kiosk.world.waiting == 0, "nothing left to send", 20)
    assert books.posted("m-wang", "pass_bought") == 7
    books.check()
    # the slip is cut before the printer has said so, and that before the journal notes it
    until(lambda: [r.outcome for r in asked(kiosk, lambda j: j.prints(2))] == ["printed"], "noted")
    hand.lift()
    pcscd.until_empty()


def test_an_issued_card_is_known_by_its_token(counter: Counter, pcscd: Pcscd) -> None:
    kiosk = counter.kiosk
    until(lambda: kiosk.world.online and held(kiosk), "online, with directory and allowances", 30)
    until(lambda: kiosk.world.parts[Part.READER].state is PartState.READY, "reader", 20)
    hand = VirtualHand(pcscd.ports[0])
    card = demo_cards()["li"]
    hand.lay(issued(card["token"], bytes.fromhex("04FFEEDDCCBBAA")))
    assert counter.until_shown(Member).masked_name == "李*"
    hand.lift()
    pcscd.until_empty()


def test_it_serves_with_every_device_absent_and_says_which(
    counter: Counter, printer: TcpPrinter
) -> None:
    printer.stop()
    until(lambda: Part.PRINTER in counter.kiosk.world.faults(), "the printer is missed", 20)
    seen: list[Screen] = []

    def missed() -> bool:
        seen[:] = counter.screens[-1:]
        return bool(seen) and isinstance(seen[0], Idle) and Part.PRINTER in seen[0].faults

    until(missed, "the idle screen says so")
    assert time.monotonic() - counter.kiosk.loop.last_beat < 5
    assert not any(isinstance(screen, Looking) for screen in counter.screens)
