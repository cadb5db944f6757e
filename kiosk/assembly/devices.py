"""Each configured part gets its driver and the worker that owns it.

Vendor libraries are imported when a device is first opened, on its worker's thread: a kiosk
without a printer never loads the printer's library.
"""

import dataclasses as dc
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kiosk.assembly import openers
from kiosk.assembly.relay import relay_worker
from kiosk.domain.devices import (
    Ailment,
    Lamp,
    Part,
    PartReport,
    PrintOutcome,
    ReaderLamp,
    Sound,
)
from kiosk.domain.errors import DeviceError
from kiosk.domain.events import Stimulus
from kiosk.domain.policy import Language
from kiosk.domain.screens import Screen
from kiosk.domain.slips import AnySlip
from kiosk.drivers.ports import BuzzerPort, DisplayPort, InputPort, LampsPort, Paper, PrinterPort
from kiosk.drivers.reader_signals import ReaderSignals
from kiosk.render.glass import Glass
from kiosk.render.paper import document
from kiosk.runtime.clock import Clock
from kiosk.runtime.jobs import OutputWorker
from kiosk.runtime.libraries import needed
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
    asked at each screen, since central may change it; `training` marks every screen.  `signals` is
    what the LEDs and the buzzer of readers are to say, by their names.
    """

    clock: Clock
    virtual: Virtual
    post: Callable[[Stimulus], None]
    report: Callable[[PartReport], None]
    printed: Callable[[SlipJob, PrintOutcome], None]
    language: Callable[[], Language]
    training: bool = False
    signals: Mapping[str, ReaderSignals] = dc.field(default_factory=dict)

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
        yield InputWorker(bench.duty(Part.READER, name), opener(reader, bench), bench.post)
    if config.scanner:
        scanner = opener(config.scanner, bench)
        yield InputWorker(bench.duty(Part.SCANNER), scanner, bench.post)
    if config.buttons:
        buttons = opener(config.buttons, bench)
        yield InputWorker(bench.duty(Part.BUTTONS), buttons, bench.post)


def outputs(config: options.Config, bench: Bench) -> Iterator[tuple[Part, OutputWorker[Any, Any]]]:
    """Make the workers of display, printer, lamps, buzzer and relay."""
    if config.display:
        yield Part.DISPLAY, _display_worker(opener(config.display, bench), bench)
    if config.printer:
        printer = opener(config.printer, bench)
        yield Part.PRINTER, printer_worker(config.printer, printer, bench)
    if config.lamps:
        lamps = opener(config.lamps, bench)
        yield Part.LAMPS, OutputWorker(bench.duty(Part.LAMPS), lamps, _set_lamp, newest_only=True)
    if config.buzzer:
        buzzer = opener(config.buzzer, bench)
        yield Part.BUZZER, OutputWorker(bench.duty(Part.BUZZER), buzzer, _play_sound)
    if config.relay:
        relay = opener(config.relay, bench)
        yield Part.RELAY, relay_worker(config.relay, relay, bench.duty(Part.RELAY))


def opener(section: options.Section, bench: Bench) -> Callable[[], Any]:
    """Return what opens the port that a section describes.

    A virtual part that nobody plays raises DeviceError at once; a library that its driver needs
    and that is not installed raises LibraryAbsent when it is opened.
    """
    open_port = _opener(section, bench)

    def open_with_libraries() -> Any:
        with needed():
            return open_port()

    return open_with_libraries


def _opener(section: options.Section, bench: Bench) -> Callable[[], Any]:
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
        case options.Relay():
            return openers.relay(section, bench.play)
        case options.Display():
            return openers.display(section, bench.play, bench.clock.mono)
        case options.Printer():
            return openers.printer(section, bench.play)


def reader_signals(config: options.Config, clock: Clock) -> dict[str, ReaderSignals]:
    """Make what the LEDs and the buzzer of each reader that has them are to say."""
    made = {reader.name: _signals_of(reader, clock) for reader in config.readers}
    return {name: signals for name, signals in made.items() if signals}


def _signals_of(reader: options.Reader, clock: Clock) -> ReaderSignals | None:
    none = reader.lamp is ReaderLamp.NONE
    return None if none else ReaderSignals(reader.lamp, clock.mono)


def _reader(reader: options.Reader, bench: Bench) -> Callable[[], InputPort]:
    if reader.driver is options.ReaderDriver.VIRTUAL:
        return bench.play(Part.READER)

    def open_pn532() -> InputPort:
        from kiosk.drivers.pn532 import Pn532Reader

        return Pn532Reader(reader.name, reader.device, reader.felica)

    def open_pcsc() -> InputPort:
        from kiosk.drivers.pcsc import PcscReader

        signals = bench.signals.get(reader.name) or _signals_of(reader, bench.clock)
        return PcscReader(reader.name, reader.match, reader.beeps, signals)

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
            raise DeviceError("out of paper", Ailment.NO_PAPER)


def _set_lamp(device: LampsPort, lamp: Lamp) -> None:
    device.set(lamp)


def _play_sound(device: BuzzerPort, sound: Sound) -> None:
    device.play(sound)
