"""The workbench: the real daemon on virtual devices, in a process of its own.

`python -m kiosk.simulator.bench CONFIG` reads commands as JSON lines from standard input and
writes what the devices do as JSON lines to standard output.  It is a process so that a power cut
can be a kill -9.  The end of its input ends it: it never outlives the simulator.
"""

import json
import logging
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kiosk.assembly import Kiosk
from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Button, Part
from kiosk.domain.effects import Effect, Light, Play, Show
from kiosk.domain.errors import ConfigError
from kiosk.drivers.virtual.cards import StorageCard, issued
from kiosk.drivers.virtual.inputs import VirtualButtons, VirtualScanner
from kiosk.drivers.virtual.outputs import VirtualBuzzer, VirtualDisplay, VirtualLamps
from kiosk.drivers.virtual.plug import Plugged
from kiosk.drivers.virtual.printer import FULL_ROLL, Trouble, VirtualPrinter
from kiosk.drivers.virtual.reader import VirtualReader
from kiosk.render.textual import screen_lines, slip_lines
from kiosk.runtime.clock import SystemClock
from kiosk.settings.config import load
from kiosk.settings.options import Config

_PULSE = 0.1
"""Seconds between two looks at what no effect tells: slips, the link, the journal."""


_STEADY = 3
"""Looks in a row that find nothing more to come from central before the kiosk counts as ready."""


class Workbench:
    """The devices, the hands that work them, and the mouth that tells what they do."""

    def __init__(self, config: Config) -> None:
        name = config.readers[0].name if config.readers else "counter"
        self.reader = VirtualReader(name)
        self.scanner, self.buttons = VirtualScanner(), VirtualButtons()
        self.lamps, self.buzzer = VirtualLamps(), VirtualBuzzer()
        self.display, self.printer = VirtualDisplay(), VirtualPrinter()
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
        }
        self.devices = devices
        virtual = {part: device.open for part, device in devices.items()}
        self.kiosk = Kiosk(config, SystemClock(ClockState.SYNCED), virtual, self.see)

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
                language = self.kiosk.world.policy.language
                self.say(screen=screen_lines(screen, language), name=type(screen).__name__)
            case Light(lamp):
                self.say(lamp=lamp)
            case Play(sound):
                self.say(sound=sound)

    def pulse(self) -> None:
        """Tell what no effect tells."""
        slips = self.printer.printed
        for document in slips[self._slips :]:
            self.say(slip=slip_lines(document, self._columns))
        self._slips = len(slips)
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
            case "paper":
                self.printer.load(FULL_ROLL if command["on"] else 0)
            case "cover":
                self.printer.suffer(Trouble.NONE if command["on"] else Trouble.COVER_OPEN)
            case "plug":
                device = self.devices[Part(command["part"])]
                (device.plug if command["on"] else device.unplug)()
            case other:
                raise ValueError(f"no such command: {other}")


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

    bench.kiosk.start()
    threading.Thread(target=listen, name="hands", daemon=True).start()
    while not done.wait(_PULSE):
        bench.pulse()
    hanging = bench.kiosk.stop()
    if hanging:
        logging.error("still hanging: %s", ", ".join(hanging))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
