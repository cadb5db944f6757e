"""The probes of the configured parts: what is asked, and how a refusal is explained."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kiosk.doctor import inputs, outputs
from kiosk.doctor.access import Access, Open, Opened, Question
from kiosk.doctor.machine import Machine
from kiosk.doctor.probe import SECONDS, Found, Probe
from kiosk.domain.devices import Part
from kiosk.domain.errors import DeviceError, LibraryAbsent
from kiosk.domain.findings import Subject, Symptom
from kiosk.settings import options

Explain = Callable[[DeviceError], Found]


class Parts:
    """Makes the probes.  `wait` seconds are given to a person to use each input, where alone."""

    def __init__(
        self,
        config: options.Config,
        access: Access,
        open_section: Open,
        machine: Machine | None = None,
        wait: float = 0.0,
    ) -> None:
        self._config, self._access, self._open = config, access, open_section
        self._machine, self._wait = machine or Machine(), wait if access.alone else 0.0

    def probes(self) -> list[Probe]:
        """List them in the order of the parts; one that is not configured says so."""
        config = self._config
        found = [self._reader(reader) for reader in config.readers]
        single: Sequence[tuple[Subject, Any, Callable[[Any], Probe]]] = (
            (Subject.SCANNER, config.scanner, self._scanner),
            (Subject.BUTTONS, config.buttons, self._buttons),
            (Subject.LAMPS, config.lamps, self._lamps),
            (Subject.BUZZER, config.buzzer, self._buzzer),
            (Subject.DISPLAY, config.display, self._display),
            (Subject.PRINTER, config.printer, self._printer),
            (Subject.RELAY, config.relay, self._relay),
        )
        if not found:
            found = [_not_configured(Subject.READER)]
        for subject, section, make in single:
            found.append(_not_configured(subject) if section is None else make(section))
        return found

    def _reader(self, reader: options.Reader) -> Probe:
        match reader.driver:
            case options.ReaderDriver.PN532:
                ask, where = self._then_wait(inputs.ask_pn532), reader.device
                explain: Explain = functools.partial(inputs.explain_pn532, reader)
                return self._probe(Part.READER, reader, where, "chip and field", ask, explain)
            case options.ReaderDriver.PCSC:
                where = f"pcscd, match {reader.match!r}" if reader.match else "pcscd"
                explain = functools.partial(
                    inputs.explain_pcsc,
                    reader,
                    machine=self._machine,
                    open_section=self._open,
                )
                # pcscd shares its readers: a second look takes nothing from the daemon
                access = self._access if self._access.alone else Opened(self._open)
                ask = self._card_reader if access is self._access else _is_there
                return self._probe(
                    Part.READER, reader, where, "pcscd, reader", ask, explain, access
                )
            case _:
                return self._virtual(Part.READER, reader, self._input)

    def _scanner(self, scanner: options.Scanner) -> Probe:
        match scanner.link:
            case None:
                return self._virtual(Part.SCANNER, scanner, self._input)
            case options.Serial(device, baudrate):
                where, exercised = str(device), f"port at {baudrate} baud"
            case path:
                where, exercised = str(path), "event device, grabbed"
        explain = functools.partial(inputs.explain_scanner, scanner)
        return self._probe(Part.SCANNER, scanner, where, exercised, self._input, explain)

    def _buttons(self, buttons: options.Buttons) -> Probe:
        if (lines := buttons.lines) is None:
            return self._virtual(Part.BUTTONS, buttons, self._input)
        where = f"GPIO {lines.a}, {lines.b}, {lines.c}"
        return self._gpio(Part.BUTTONS, buttons, where, "levels", self._input)

    def _lamps(self, lamps: options.Lamps) -> Probe:
        ask = self._if_alone(outputs.light_lamps)
        if (lines := lamps.lines) is None:
            return self._virtual(Part.LAMPS, lamps, ask)
        numbers = [n for n in (lines.green, lines.red, lines.blue) if n is not None]
        where = f"GPIO {', '.join(map(str, numbers))}"
        return self._gpio(Part.LAMPS, lamps, where, "each lit", ask)

    def _buzzer(self, buzzer: options.Buzzer) -> Probe:
        ask = self._if_alone(outputs.sound_buzzer)
        if buzzer.line is None:
            return self._virtual(Part.BUZZER, buzzer, ask)
        return self._gpio(Part.BUZZER, buzzer, f"GPIO {buzzer.line}", "a sound", ask)

    def _relay(self, relay: options.Relay) -> Probe:
        if relay.line is None:
            return self._virtual(Part.RELAY, relay, _is_there)
        # to close it would let somebody in, or start a machine that nobody paid for
        where, exercised = f"GPIO {relay.line}", "its line, not closed"
        return self._gpio(Part.RELAY, relay, where, exercised, _is_there)

    def _display(self, display: options.Display) -> Probe:
        ask: Question = outputs.show_board if self._access.alone else outputs.check_glass
        match display.bus:
            case options.I2c(port, address):
                where = f"/dev/i2c-{port}, 0x{address:02X}"
            case options.Spi(port, device):
                where = f"/dev/spidev{port}.{device}"
            case _:
                return self._virtual(Part.DISPLAY, display, ask)
        explain = functools.partial(
            outputs.explain_display, display, machine=self._machine, open_section=self._open
        )
        return self._probe(Part.DISPLAY, display, where, "a picture", ask, explain)

    def _printer(self, printer: options.Printer) -> Probe:
        match printer.link:
            case None:
                return self._virtual(Part.PRINTER, printer, outputs.ask_paper)
            case options.Network(host, port):
                where = f"{host}:{port}"
            case options.Serial(device):
                where = str(device)
            case options.Usb(match):
                where = f"USB {match}".rstrip()
            case path:
                where = str(path)
        explain = functools.partial(outputs.explain_printer, printer)
        ask = outputs.ask_paper
        return self._probe(Part.PRINTER, printer, where, "cover and paper", ask, explain)

    def _gpio(
        self, part: Part, section: options.Section, where: str, exercised: str, ask: Question
    ) -> Probe:
        explain = functools.partial(inputs.explain_gpio, section, machine=self._machine)
        return self._probe(part, section, where, exercised, ask, explain)

    def _virtual(self, part: Part, section: options.Section, ask: Question) -> Probe:
        explain: Explain = _broken
        if isinstance(section, options.Printer):
            explain = functools.partial(outputs.explain_printer, section)
        return self._probe(part, section, "simulator", "", ask, explain)

    def _probe(
        self,
        part: Part,
        section: options.Section,
        where: str,
        exercised: str,
        ask: Question,
        explain: Explain,
        access: Access | None = None,
    ) -> Probe:
        access = access or self._access
        name = section.name if isinstance(section, options.Reader) else ""
        # as everywhere, one that is the only one of its kind has no name of its own
        own = name if len(self._config.readers) > 1 else ""

        def look() -> Iterator[Found]:
            try:
                yield access.use(part, own, section, ask)
            except DeviceError as e:
                yield _of_any(e) or explain(e)

        exercised = exercised if access.asks else "the daemon's report"
        seconds = SECONDS + self._wait
        subject = Subject(part.value)
        return Probe((subject,), lambda: list(look()), name, where, exercised, seconds)

    def _input(self, device: Any) -> Found:
        # its owner polls an input all the time: that it is open says that it answers
        return inputs.await_use(device, self._wait) if self._access.alone else Found()

    def _card_reader(self, device: Any) -> Found:
        signals, used = inputs.ask_signals(device), self._input(device)
        if not signals:
            return used
        return used._replace(detail="; ".join(filter(None, (used.detail, signals))))

    def _then_wait(self, ask: Question) -> Question:
        def both(device: Any) -> Found:
            found = ask(device)
            if found.symptom is not Symptom.WELL or not self._wait:
                return found
            return inputs.await_use(device, self._wait)

        return both

    def _if_alone(self, ask: Question) -> Question:
        return ask if self._access.alone else _is_there


def _is_there(_device: Any) -> Found:
    return Found()


def _broken(error: DeviceError) -> Found:
    return Found(Symptom.BROKEN, str(error))


def _of_any(error: DeviceError) -> Found | None:
    """Explain what no part is to blame for, by the words that a daemon's status repeats.

    The watch over the workers says it of a part whose driver does not come back.
    """
    said = str(error)
    if said.startswith(LibraryAbsent.SAID):
        return Found(Symptom.LIBRARY_ABSENT, said)
    return Found(Symptom.HANGS, said) if said.startswith("hangs") else None


def _not_configured(subject: Subject) -> Probe:
    return Probe((subject,), lambda: (Found(Symptom.NOT_CONFIGURED),))
