"""Each configured part gets its driver and the worker that owns it.

Vendor libraries are imported when a device is first opened, on its worker's thread: a kiosk
without a printer never loads the printer's library.
"""

import dataclasses as dc
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kiosk.assembly import openers
from kiosk.domain.devices import Lamp, Part, PartReport, PrintOutcome, Sound
from kiosk.domain.errors import DeviceError
from kiosk.domain.events import Stimulus
from kiosk.domain.policy import Language
from kiosk.domain.screens import Screen
from kiosk.domain.slips import AnySlip
from kiosk.drivers.ports import BuzzerPort, DisplayPort, InputPort, LampsPort, Paper, PrinterPort
from kiosk.render.glass import Glass
from kiosk.render.paper import document
from kiosk.runtime.clock import Clock
from kiosk.runtime.jobs import OutputWorker
from kiosk.runtime.worker import Duty, InputWorker, Worker
from kiosk.settings import options

Virtual = Mapping[Part, Callable[[], Any]]
"""What the simulator opens in place of hardware, by part."""

_PAPER_SECONDS = 5.0
"""How often an idle printer is asked for its paper."""


@dc.dataclass(frozen=True)
class SlipJob:
    """A slip to print, and the row that it belongs to."""

    seq: int
    slip: AnySlip


@dc.dataclass(frozen=True)
class Bench:
    """What every worker is wired to.

    `post` and `report` go to the loop, `printed` to the journal's print record; `language` is
    asked at each screen, since central may change it; `training` marks every screen.
    """

    clock: Clock
    virtual: Virtual
    post: Callable[[Stimulus], None]
    report: Callable[[PartReport], None]
    printed: Callable[[SlipJob, PrintOutcome], None]
    language: Callable[[], Language]
    training: bool = False

    def duty(self, part: Part, name: str = "") -> Duty:
        """Make the duty of one worker."""
        return Duty(part, self.report, self.clock, name=name)

    def play(self, part: Part) -> Callable[[], Any]:
        """Return what opens the virtual `part`.  Raises DeviceError where nobody plays it."""
        if part not in self.virtual:
            raise DeviceError(f"the {part} is configured virtual, and this is no simulator")
        return self.virtual[part]


def inputs(config: options.Config, bench: Bench) -> Iterator[Worker[Any]]:
    """Make the workers of readers, scanner and buttons."""
    for reader in config.readers:
        # alone it needs no name: "reader" says which
        name = reader.name if len(config.readers) > 1 else ""
        yield InputWorker(bench.duty(Part.READER, name), _reader(reader, bench), bench.post)
    if config.scanner:
        opener = openers.scanner(config.scanner, bench.play)
        yield InputWorker(bench.duty(Part.SCANNER), opener, bench.post)
    if config.buttons:
        opener = openers.buttons(config.buttons, bench.play)
        yield InputWorker(bench.duty(Part.BUTTONS), opener, bench.post)


def outputs(config: options.Config, bench: Bench) -> Iterator[tuple[Part, OutputWorker[Any, Any]]]:
    """Make the workers of display, printer, lamps and buzzer."""
    if config.display:
        display = openers.display(config.display, bench.play, bench.clock.mono)
        yield Part.DISPLAY, _display_worker(display, bench)
    if config.printer:
        opener = openers.printer(config.printer, bench.play)
        yield Part.PRINTER, printer_worker(config.printer, opener, bench)
    if config.lamps:
        lamps = openers.lamps(config.lamps, bench.play)
        yield Part.LAMPS, OutputWorker(bench.duty(Part.LAMPS), lamps, _set_lamp, newest_only=True)
    if config.buzzer:
        buzzer = openers.buzzer(config.buzzer, bench.play)
        yield Part.BUZZER, OutputWorker(bench.duty(Part.BUZZER), buzzer, _play_sound)


def opener(section: options.Section, bench: Bench) -> Callable[[], Any]:
    """Return what opens the port that a section describes, as its worker would."""
    match section:
        case options.Reader():
            return _reader(section, bench)
        case options.Scanner():
            return openers.scanner(section, bench.play)
        case options.Buttons():
            return openers.buttons(section, bench.play)
        case options.Lamps():
            return openers.lamps(section, bench.play)
        case options.Buzzer():
            return openers.buzzer(section, bench.play)
        case options.Display():
            return openers.display(section, bench.play, bench.clock.mono)
        case options.Printer():
            return openers.printer(section, bench.play)


def _reader(reader: options.Reader, bench: Bench) -> Callable[[], InputPort]:
    if reader.driver is options.ReaderDriver.VIRTUAL:
        return bench.play(Part.READER)

    def open_pn532() -> InputPort:
        from kiosk.drivers.pn532 import Pn532Reader

        return Pn532Reader(reader.name, reader.device)

    def open_pcsc() -> InputPort:
        from kiosk.drivers.pcsc import PcscReader

        return PcscReader(reader.name, reader.match, reader.beeps)

    return open_pn532 if reader.driver is options.ReaderDriver.PN532 else open_pcsc


def _display_worker(
    open_display: Callable[[], DisplayPort], bench: Bench
) -> OutputWorker[DisplayPort, Screen]:
    glass = Glass()

    def show(device: DisplayPort, screen: Screen) -> None:
        device.show(glass.frame(screen, bench.language(), training=bench.training))

    return OutputWorker(
        bench.duty(Part.DISPLAY),
        open_display,
        show,
        newest_only=True,
        idle=lambda device: device.check(),
    )


def printer_worker(
    printer: options.Printer, open_printer: Callable[[], PrinterPort], bench: Bench
) -> OutputWorker[PrinterPort, SlipJob]:
    """Make the worker that owns the printer and watches its paper."""
    watch = _PaperWatch(bench.clock)

    def open_with_paper() -> PrinterPort:
        device = open_printer()
        try:
            watch.look(device)
        except BaseException:
            device.close()
            raise
        return device

    def print_slip(device: PrinterPort, job: SlipJob) -> None:
        outcome = device.print(document(job.slip, printer.columns))
        bench.printed(job, outcome)
        if outcome is not PrintOutcome.PRINTED:
            watch.soon()

    return OutputWorker(
        bench.duty(Part.PRINTER),
        open_with_paper,
        print_slip,
        dropped=lambda job: bench.printed(job, PrintOutcome.FAILED),
        idle=watch.idle,
    )


class _PaperWatch:
    """Asks an idle printer for its paper now and then, so that the screen tells before a slip."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._due = clock, clock.mono()

    def soon(self) -> None:
        """Ask at the next idle moment."""
        self._due = self._clock.mono()

    def idle(self, device: PrinterPort) -> None:
        """Ask if it is time.  Raises DeviceError when there is no paper."""
        if self._clock.mono() >= self._due:
            self.look(device)

    def look(self, device: PrinterPort) -> None:
        """Ask.  Raises DeviceError when there is no paper."""
        self._due = self._clock.mono() + _PAPER_SECONDS
        if device.paper() is Paper.OUT:
            raise DeviceError("out of paper")


def _set_lamp(device: LampsPort, lamp: Lamp) -> None:
    device.set(lamp)


def _play_sound(device: BuzzerPort, sound: Sound) -> None:
    device.play(sound)
