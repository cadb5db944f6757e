"""The workbench: the real daemon on virtual devices, in a process of its own.

`python -m kiosk.simulator.bench CONFIG` reads commands as JSON lines from standard input and
writes what the devices do as JSON lines to standard output.  It is a process so that a power cut
can be a kill -9.  The end of its input ends it: it never outlives the simulator.
"""

import base64
import io
import json
import logging
import resource
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kiosk.assembly import Kiosk, Station
from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Button, Part
from kiosk.domain.document import Document, Frame
from kiosk.domain.effects import Effect, Light, Play, Show
from kiosk.domain.errors import ConfigError
from kiosk.drivers.virtual.cards import StorageCard, issued
from kiosk.drivers.virtual.inputs import VirtualButtons, VirtualScanner
from kiosk.drivers.virtual.outputs import (
    VirtualBuzzer,
    VirtualDisplay,
    VirtualLamps,
    VirtualRelay,
)
from kiosk.drivers.virtual.plug import Plugged
from kiosk.drivers.virtual.printer import FULL_ROLL, Trouble, VirtualPrinter
from kiosk.drivers.virtual.reader import VirtualReader
from kiosk.render.fonts import FontMissing
from kiosk.render.proof import proof
from kiosk.render.textual import screen_lines, slip_lines
from kiosk.runtime.clock import SystemClock
from kiosk.settings.config import load
from kiosk.settings.options import Config

_PULSE = 0.1
"""Seconds between two looks at what no effect tells: slips, the link, the journal."""


_STEADY = 3
"""Looks in a row that find nothing more to come from central before the kiosk counts as ready."""


class Glass(VirtualDisplay):
    """A display in plain sight: every frame is told, None when it goes dark, and how bright."""

    def __init__(self, tell: Callable[[Frame | None], None], dim: Callable[[bool], None]) -> None:
        super().__init__()
        self._tell, self._tell_dimmed = tell, dim

    def dim(self, dimmed: bool) -> None:
        super().dim(dimmed)
        self._tell_dimmed(dimmed)

    def show(self, frame: Frame) -> None:
        super().show(frame)
        self._tell(frame)

    def unplug(self) -> None:
        """Pull the plug: it is dark at once, before anybody notices."""
        super().unplug()
        self._tell(None)

    def plug(self) -> None:
        """Put it back: what is on it is seen again, if nobody noticed that it was away."""
        super().plug()
        self._tell(self.frame)

    def close(self) -> None:
        super().close()
        self._tell(None)


class Workbench:
    """The devices, the hands that work them, and the mouth that tells what they do."""

    def __init__(self, config: Config) -> None:
        name = config.readers[0].name if config.readers else "counter"
        self.reader = VirtualReader(name)
        self.scanner, self.buttons = VirtualScanner(), VirtualButtons()
        self.lamps, self.buzzer = VirtualLamps(), VirtualBuzzer()
        self.display, self.printer = Glass(self.tell_frame, self.tell_dimmed), VirtualPrinter()
        self._mouth = threading.Lock()
        self._told: dict[str, Any] = {}
        self._slips = 0
        self._columns = config.printer.columns if config.printer else 32
        self._ready = _STEADY
        devices: dict[Part, Plugged] = {
            Part.READER: self.reader,
            Part.SCANNER: self.scanner,
            Part.BUTTONS: self.buttons,
            Part.LAMPS: self.lamps,
            Part.BUZZER: self.buzzer,
            Part.DISPLAY: self.display,
            Part.PRINTER: self.printer,
            Part.RELAY: VirtualRelay(),
        }
        self.devices = devices
        virtual = {part: device.open for part, device in devices.items()}
        self.station = Station(config, SystemClock(ClockState.SYNCED), virtual, self.see)

    @property
    def kiosk(self) -> Kiosk:
        """The kiosk of this moment: training mode replaces it."""
        return self.station.kiosk

    def say(self, **message: Any) -> None:
        """Write one line."""
        with self._mouth:
            sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
            sys.stdout.flush()

    def say_new(self, key: str, value: Any) -> None:
        """Write one line if the value is another than last time."""
        if self._told.get(key) != value:
            self._told[key] = value
            self.say(**{key: value})

    def see(self, effect: Effect) -> None:
        """Tell what the loop has just done."""
        match effect:
            case Show(screen):
                world = self.kiosk.world
                language = world.policy.language
                lines = screen_lines(screen, language, training=world.training)
                self.say(screen=lines, name=type(screen).__name__, language=language)
            case Light(lamp):
                self.say(lamp=lamp)
            case Play(sound):
                self.say(sound=sound)

    def tell_frame(self, frame: Frame | None) -> None:
        """Tell what is on the glass, pixel for pixel."""
        if frame is None:
            self.say_new("frame", None)
        else:
            bits = base64.b64encode(frame.bits).decode()
            self.say_new("frame", {"width": frame.width, "height": frame.height, "bits": bits})

    def tell_dimmed(self, dimmed: bool) -> None:
        """Tell that the display rests, or is looked at again."""
        self.say_new("dimmed", dimmed)

    def pulse(self) -> None:
        """Tell what no effect tells."""
        slips = self.printer.printed
        for document in slips[self._slips :]:
            text = slip_lines(document, self._columns)
            self.say(slip=text, paper=_picture(document, self._columns))
        self._slips = len(slips)
        self.station.turn()
        self.kiosk.journal.submit(lambda journal: journal.standing(), self._tell_standing)

    def _tell_standing(self, standing: Any) -> None:
        if isinstance(standing, Exception):
            self.say_new("journal", str(standing))
            return
        settled = (
            self.kiosk.world.online
            and standing.directory_version > 0
            and standing.pending_nonce is None
        )
        self._ready = max(0, self._ready - 1) if settled else _STEADY
        self.say_new(
            "standing",
            {
                "online": self.kiosk.world.online,
                "journal": standing.journal,
                "last": standing.last_seq,
                "waiting": standing.waiting,
                "ready": self._ready == 0,
                "offset": self.kiosk.world.policy.utc_offset_minutes,
            },
        )

    def do(self, command: Mapping[str, Any]) -> None:
        """Move a hand.  Raises KeyError or ValueError for a command there is not."""
        match command["do"]:
            case "lay":
                uid = bytes.fromhex(command["uid"])
                token = command.get("token")
                self.reader.place(issued(token, uid) if token else StorageCard(uid))
            case "lift":
                self.reader.lift()
            case "scan":
                self.scanner.scan(command["text"])
            case "press":
                self.buttons.press(Button(command["button"]))
            case "hold":
                self.buttons.hold_back()
            case "paper":
                self.printer.load(FULL_ROLL if command["on"] else 0)
            case "cover":
                self.printer.suffer(Trouble.NONE if command["on"] else Trouble.COVER_OPEN)
            case "disk":
                # no file takes a byte more: to SQLite that is an I/O error (getrlimit(2))
                _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
                resource.setrlimit(resource.RLIMIT_FSIZE, (most if command["on"] else 0, most))
            case "plug":
                device = self.devices[Part(command["part"])]
                (device.plug if command["on"] else device.unplug)()
            case "answers":
                device = self.devices[Part(command["part"])]
                (device.go_on if command["on"] else device.hang)()
            case other:
                raise ValueError(f"no such command: {other}")


def _picture(document: Document, columns: int) -> str:
    """Draw a slip as it comes out of the printer: a PNG, in base64; empty without the font."""
    png = io.BytesIO()
    try:
        proof(document, columns).save(png, "PNG")
    except FontMissing:
        return ""
    return base64.b64encode(png.getvalue()).decode()


def main(arguments: list[str]) -> int:
    """Run until the input ends."""
    logging.basicConfig(level=logging.INFO, format="%(threadName)s: %(message)s")
    try:
        bench = Workbench(load(Path(arguments[0])))
    except ConfigError as e:
        sys.stderr.write(f"{e}\n")
        return 2
    done = threading.Event()

    def listen() -> None:
        for line in sys.stdin:
            try:
                bench.do(json.loads(line))
            except (KeyError, ValueError) as e:
                bench.say(error=f"{type(e).__name__}: {e}")
        done.set()

    bench.station.start()
    threading.Thread(target=listen, name="hands", daemon=True).start()
    while not done.wait(_PULSE):
        bench.pulse()
    for device in bench.devices.values():
        device.go_on()  # a world that ends holds nobody
    hanging = bench.station.stop()
    if hanging:
        logging.error("still hanging: %s", ", ".join(hanging))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
