"""The counter: the kiosk as assembled, its devices, a broker and a central, all within reach.

Real drivers on their peers: a PN532 and a code scanner on pseudo-terminals, an SSD1306 on a bus, a
printer behind a TCP connection.  A second reader, the buttons, lamps and buzzer are virtual.
"""

import collections
import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

from kiosk.assembly import Kiosk, Station
from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Part, PartState
from kiosk.domain.events import VitalsChanged
from kiosk.drivers import oled_luma
from kiosk.drivers.oled_chips import I2c, Spi
from kiosk.drivers.virtual.inputs import VirtualButtons
from kiosk.drivers.virtual.outputs import VirtualBuzzer, VirtualLamps
from kiosk.drivers.virtual.reader import VirtualReader
from kiosk.flows.step import State
from kiosk.journal.standing import Standing
from kiosk.runtime.clock import SystemClock
from kiosk.settings.config import load
from kiosk.simulator.cable import Cable
from kiosk.simulator.shop import Shop
from kiosk.sync.courier import Courier
from tests.peers.chips import I2cBus, Ssd1306
from tests.peers.pn532 import Pn532
from tests.peers.printer import TcpPrinter
from tests.peers.scanner import SerialScanner
from tests.peers.until import until
from tests.soak.witness import Witness

CONFIG = """
[terminal]
store = "s1"
id = "k1"
[journal]
path = "journal.sqlite3"
keep_days = 3650
[settings]
path = "settings.json"
[mqtt]
host = "127.0.0.1"
port = {port}
username = "s1.k1"
password_file = "mqtt.password"
[[reader]]
name = "counter"
driver = "virtual"
[[reader]]
name = "door"
driver = "pn532"
device = "{folder}/kiosk-nfc"
[scanner]
driver = "serial"
device = "{folder}/kiosk-scanner"
[buttons]
driver = "virtual"
[lamps]
driver = "virtual"
[buzzer]
driver = "virtual"
[display]
driver = "ssd1306"
bus = "i2c"
[printer]
driver = "network"
host = "127.0.0.1"
port = {printer}
"""
SECONDS = 30.0
"""Patience that only a failure reaches."""


class Clock(SystemClock):
    """Goes `ahead` seconds before the machine's; the wall clock `off` besides, and as `trusted`."""

    def __init__(self) -> None:
        self.ahead, self.off = 0.0, dt.timedelta()
        super().__init__()
        self.trusted = ClockState.SYNCED

    def mono(self) -> float:
        return super().mono() + self.ahead

    def now(self) -> dt.datetime:
        return super().now() + self.off

    def state(self) -> ClockState:
        return self.trusted


class Bus(I2cBus):
    """A bus that keeps no record of what went over it, and hangs while its `gate` is shut."""

    def __init__(self) -> None:
        super().__init__(Ssd1306())
        self.log = collections.deque(maxlen=1)  # type: ignore[assignment]
        self.gate = threading.Event()
        self.gate.set()

    def _transfer(self, address: int, payload: bytes) -> None:
        self.gate.wait()
        super()._transfer(address, payload)


class Counter:
    """Everything, in a shop that is prepared; `close` leaves nothing running."""

    def __init__(self, shop: Shop) -> None:
        folder = shop.folder / "kiosk"
        self.shop, self.clock = shop, Clock()
        self.cable = Cable(shop.port)
        self.reader, self.door = VirtualReader(), Pn532(folder / "kiosk-nfc")
        self.door.plug()
        self.scanner = SerialScanner(folder / "kiosk-scanner")
        self.buttons = VirtualButtons()
        self.lamps, self.buzzer = VirtualLamps(), VirtualBuzzer()
        self.printer, self.bus = TcpPrinter(), Bus()
        vars(oled_luma)["interface"] = self._connect
        file = folder / "kiosk.toml"
        text = CONFIG.format(port=self.cable.port, folder=folder, printer=self.printer.port)
        file.write_text(text)
        config = load(file, environ={})
        self.journal = config.journal
        self.witness = Witness(config.journal)
        virtual = {
            Part.READER: self.reader.open,
            Part.BUTTONS: self.buttons.open,
            Part.LAMPS: self.lamps.open,
            Part.BUZZER: self.buzzer.open,
        }
        self.station = Station(config, self.clock, virtual, self.witness.see)

    def _connect(self, _line: I2c | Spi) -> Any:
        from luma.core.interface.serial import i2c

        return i2c(bus=self.bus, address=self.bus.address)

    @property
    def kiosk(self) -> Kiosk:
        """The kiosk of this moment: training mode replaces it."""
        return self.station.kiosk

    @property
    def state(self) -> State:
        """Where its flow is."""
        return self.kiosk.loop.state

    def start(self) -> None:
        """Open the shop, and wait until the kiosk has all that central gives it."""
        self.shop.start_without_kiosk()
        self.station.start()
        self.until_well()
        self.until(lambda: self.kiosk.world.catalogue is not None, "a price list")
        self.until(lambda: self._standing().directory_version > 0, "a directory")

    def close(self) -> None:
        """Stop everything."""
        self.witness.wrong += [f"{part} still hangs" for part in self.station.stop()]
        self.printer.stop()
        self.door.unplug()
        self.scanner.stop()
        self.cable.close()
        self.shop.stop()

    def until(self, condition: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
        """Wait; raises AssertionError when it does not come."""
        end = self.clock.mono() - self.clock.ahead + seconds
        while not self.witness.wait(condition, 0.1):
            world = self.kiosk.world
            so = [f"{key}: {r.state} {r.detail}" for key, r in world.parts.items()]
            late = SystemClock().mono() > end
            assert not late, f"not within {seconds:.0f} s: {what}; {self.state}; {so}"

    def until_ready(self, key: str) -> None:
        """Wait until this part is ready."""
        parts = self.kiosk.world.parts
        self.until(lambda: parts[key].state is PartState.READY, f"{key} ready")

    def until_well(self) -> None:
        """Wait until every part is ready and central answers, helping timers along."""

        def well() -> bool:
            world = self.kiosk.world
            return world.online and all(r.state is PartState.READY for r in world.reports())

        end = SystemClock().mono() + SECONDS
        while not self.witness.wait(well, 1.0):
            self.pass_time(5.0)
            self.station.turn()
            assert SystemClock().mono() < end, [
                f"{r.key}: {r.state} {r.detail}" for r in self.kiosk.world.reports()
            ]

    def pass_time(self, seconds: float) -> None:
        """Let time go by, and let the loop notice."""
        self.clock.ahead += seconds
        self.kiosk.loop.post(VitalsChanged(self.kiosk.world.vitals))

    def _standing(self) -> Standing:
        answers: list[Any] = []
        self.kiosk.journal.submit(lambda journal: journal.standing(), answers.append)
        until(lambda: answers, "the journal answers")
        standing = answers[0]
        assert isinstance(standing, Standing), standing
        return standing

    def go_round(self) -> None:
        """Have courier and journal take up something new, and so let go what they had in hand."""
        for _ in range(2):
            self._standing()
            if (courier := self.kiosk.courier) is not None:
                before = courier.last_beat
                courier.committed()
                self._until_later(courier, before)

    def _until_later(self, courier: Courier, before: float) -> None:
        self.until(lambda: courier.last_beat > before, "the courier's next turn")

    def sweep(self) -> None:
        """Forget what the peers remember: only the kiosk is to be measured."""
        with self.printer.changed:
            self.printer.slips.clear()
            self.printer.received = b""
        self.lamps.said.clear()
        self.buzzer.played.clear()
        self.door.commands.clear()
        threads, connections = self.printer._threads, self.printer._connections
        threads[1:] = [t for t in threads[1:] if t.is_alive()]
        connections[:] = [c for c in connections if c.fileno() >= 0]
