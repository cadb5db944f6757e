"""Writing the effective configuration back as TOML, every default spelt out, secrets masked."""

import dataclasses as dc
import json
from collections.abc import Iterator
from pathlib import Path

from kiosk.settings.options import (
    Buttons,
    Buzzer,
    Config,
    Display,
    I2c,
    Lamps,
    Mqtt,
    Network,
    Printer,
    ReaderDriver,
    Relay,
    Scanner,
    Serial,
    Spi,
    Usb,
)
from kiosk.settings.secret import MASK

Value = str | int | bool | Path | None


def _write(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _:
            # JSON's string is TOML's basic string; control characters never get this far
            return json.dumps(str(value), ensure_ascii=False)


def _section(header: str, **options: Value) -> Iterator[str]:
    yield f"\n{header}"
    for key, value in options.items():
        if value is not None and value != "":
            yield f"{key} = {_write(value)}"


def _mqtt(mqtt: Mqtt) -> Iterator[str]:
    yield from _section(
        "[mqtt]",
        host=mqtt.host,
        port=mqtt.port,
        username=mqtt.username,
        password_file=mqtt.password_file,
        tls=mqtt.tls,
        ca_file=mqtt.ca_file,
    )
    yield f"# password: {MASK if mqtt.password else 'none'}"


def _display(display: Display) -> Iterator[str]:
    yield from _section(
        "[display]",
        driver=display.driver,
        rotate=display.rotate,
        contrast=display.contrast,
        dim_seconds=display.dim_seconds,
        dim_contrast=display.dim_contrast,
        shift_seconds=display.shift_seconds,
    )
    match display.bus:
        case I2c(port, address):
            yield from ('bus = "i2c"', f"port = {port}", f"address = {address:#04x}")
        case Spi(port, device, dc, reset):
            yield from ('bus = "spi"', f"port = {port}", f"device = {device}")
            yield from (f"gpio_dc = {dc}", f"gpio_reset = {reset}")


def _printer(printer: Printer) -> Iterator[str]:
    yield from _section(
        "[printer]",
        driver=printer.driver,
        columns=printer.columns,
        native_qr=printer.native_qr,
        cutter=printer.cutter,
        answers=printer.answers,
    )
    match printer.link:
        case Network(host, port):
            yield from (f"host = {_write(host)}", f"port = {port}")
        case Serial(device, baudrate):
            yield from (f"device = {_write(device)}", f"baudrate = {baudrate}")
        case Usb(match):
            yield f"match = {_write(match)}"
        case Path() as device:
            yield f"device = {_write(device)}"


def _scanner(scanner: Scanner) -> Iterator[str]:
    match scanner.link:
        case Serial(device, baudrate):
            line: dict[str, Value] = {"device": device, "baudrate": baudrate}
        case device:
            line = {"device": device}
    yield from _section("[scanner]", driver=scanner.driver, **line)


def _signals(name: str, part: Buttons | Lamps | Buzzer) -> Iterator[str]:
    match part:
        case Buzzer(_, line):
            lines: dict[str, Value] = {"gpio": line}
        case _:
            lines = dc.asdict(part.lines) if part.lines else {}
    yield from _section(f"[{name}]", driver=part.driver, **lines)


def _relay(relay: Relay) -> Iterator[str]:
    wired = relay.line is not None
    yield from _section(
        "[relay]",
        driver=relay.driver,
        gpio=relay.line,
        active_low=relay.active_low if wired else None,
        milliseconds=relay.milliseconds if wired else None,
    )
    yield f"services = [{', '.join(map(_write, sorted(relay.services)))}]"


def _lines(config: Config) -> Iterator[str]:
    terminal = config.terminal
    yield from _section(
        "[terminal]", store=terminal.store, id=terminal.id, language=terminal.language
    )
    yield from _section("[journal]", path=config.journal, keep_days=config.keep_days)
    yield from _section("[settings]", path=config.settings)
    yield from _mqtt(config.mqtt)
    for reader in config.readers:
        yield from _section(
            "[[reader]]",
            name=reader.name,
            driver=reader.driver,
            match=reader.match,
            device=reader.device,
            beeps=reader.beeps if reader.driver is ReaderDriver.PCSC else None,
            lamp=reader.lamp if reader.driver is ReaderDriver.PCSC else None,
            felica=reader.felica if reader.driver is ReaderDriver.PN532 else None,
        )
    if config.scanner:
        yield from _scanner(config.scanner)
    for name in ("buttons", "lamps", "buzzer"):
        if part := getattr(config, name):
            yield from _signals(name, part)
    if config.display:
        yield from _display(config.display)
    if config.printer:
        yield from _printer(config.printer)
    if config.relay:
        yield from _relay(config.relay)


def dump(config: Config) -> str:
    """Write the effective configuration; `load` reads it back to an equal Config."""
    return "\n".join(_lines(config)).lstrip("\n") + "\n"
