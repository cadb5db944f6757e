"""Scanners and buttons under the doctor."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.findings import Symptom
from kiosk.drivers.serial_scanner import SerialScanner
from kiosk.settings import options
from tests.doctor.terminal import Bench
from tests.peers import gpio, scanner

BUTTONS = '[buttons]\ndriver = "gpio"\n'
A, B, C = 17, 27, 22


@pytest.fixture
def serial(tmp_path: Path) -> Iterator[scanner.SerialScanner]:
    peer = scanner.SerialScanner(tmp_path / "kiosk-scanner")
    yield peer
    peer.stop()


def on(path: Path, driver: str = "serial") -> str:
    return f'[scanner]\ndriver = "{driver}"\ndevice = "{path}"\n'


def test_a_serial_scanner_that_opens_is_well(bench: Bench, serial: scanner.SerialScanner) -> None:
    found = bench.find(on(serial.link), "scanner")
    assert (found.symptom, found.exercised) == (Symptom.WELL, "port at 9600 baud")


def test_a_serial_scanner_that_is_unplugged_held_or_something_else(
    bench: Bench, serial: scanner.SerialScanner, tmp_path: Path
) -> None:
    owner = SerialScanner(str(serial.link))
    assert bench.find(on(serial.link), "scanner").symptom is Symptom.PORT_HELD
    owner.close()
    serial.unplug()
    assert bench.find(on(serial.link), "scanner").symptom is Symptom.PORT_ABSENT
    (tmp_path / "file").touch()
    assert bench.find(on(tmp_path / "file"), "scanner").symptom is Symptom.WRONG_KIND
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    found = bench.find(on(tmp_path / "link"), "scanner")
    assert (found.symptom, "a link to nothing" in found.detail) == (Symptom.PORT_ABSENT, True)


@pytest.mark.parametrize(
    ("said", "symptom", "detail"),
    [
        (b"PM1:tok_0123456789\r", Symptom.WELL, "a code was read"),
        (bytes(range(0x80, 0xA0)) + b"\r", Symptom.GARBLED, "what came is no member code"),
        (b"", Symptom.NOTHING_CAME, "nothing within 0.2 s"),
    ],
)
def test_what_a_scanner_says_while_it_is_waited_for(
    bench: Bench, serial: scanner.SerialScanner, said: bytes, symptom: Symptom, detail: str
) -> None:
    bench.wait = 10.0 if said else 0.2
    open_section = bench.open_section

    def open_and_scan(section: options.Section) -> Any:
        # what was scanned before the port was open is nobody's
        device = open_section(section)
        serial.send(said)
        return device

    bench.open_section = open_and_scan
    found = bench.find(on(serial.link), "scanner")
    assert (found.symptom, found.detail) == (symptom, detail)


def test_a_keyboard_scanner(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peer = scanner.KeyboardScanner(tmp_path / "event-kbd")
    # a FIFO knows no EVIOCGRAB
    monkeypatch.setattr("fcntl.ioctl", lambda file, *_: peer.grab(file))
    section = on(peer.path, "keyboard")
    assert bench.find(section, "scanner").symptom is Symptom.WELL
    peer.held = True
    assert bench.find(section, "scanner").symptom is Symptom.PORT_HELD
    peer.unplug()
    assert bench.find(section, "scanner").symptom is Symptom.PORT_ABSENT
    peer.stop()
    # what knows no EVIOCGRAB is no event device
    monkeypatch.undo()
    assert bench.find(on(Path(os.devnull), "keyboard"), "scanner").symptom is Symptom.WRONG_KIND


@pytest.fixture
def chip() -> Iterator[gpio.Chip]:
    chip = gpio.Chip()
    with gpio.installed(chip):
        yield chip


def test_buttons_that_answer_are_well(bench: Bench, chip: gpio.Chip) -> None:
    bench.device("gpiochip0")
    found = bench.find(BUTTONS, "buttons")
    assert (found.symptom, found.where) == (Symptom.WELL, "GPIO 17, 27, 22")
    assert chip.claimed() == []


def test_a_machine_without_gpio(bench: Bench, chip: gpio.Chip) -> None:
    chip.refuses = "can not open gpiochip"
    assert bench.find(BUTTONS, "buttons").symptom is Symptom.GPIO_ABSENT


def test_a_line_that_another_program_holds(bench: Bench, chip: gpio.Chip) -> None:
    bench.device("gpiochip0")
    chip.lines[B].held = True
    found = bench.find(BUTTONS, "buttons")
    assert (found.symptom, "GPIO 27" in found.detail) == (Symptom.GPIO_HELD, True)
    assert chip.claimed() == []


def test_a_chip_that_fails(bench: Bench, chip: gpio.Chip) -> None:
    bench.device("gpiochip0")
    chip.broken = "unknown error"
    assert bench.find(BUTTONS, "buttons").symptom is Symptom.BROKEN
