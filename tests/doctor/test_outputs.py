"""Display, printer, lamps and buzzer under the doctor."""

import errno
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kiosk.domain.errors import DeviceDenied
from kiosk.domain.findings import Symptom
from kiosk.drivers.escpos_printer import PrinterConfig, open_printer
from kiosk.drivers.oled import OledConfig, open_oled
from kiosk.drivers.oled_chips import I2c
from kiosk.drivers.printer_lines import Network, SerialLine
from kiosk.settings import options
from tests.doctor.terminal import Bench
from tests.peers import chips, gpio
from tests.peers.printer import SerialPrinter, TcpPrinter

DISPLAY = '[display]\ndriver = "ssd1306"\nbus = "i2c"\n'
SPI = '[display]\ndriver = "ssd1306"\nbus = "spi"\n'
LAMPS = '[lamps]\ndriver = "gpio"\n'
BUZZER = '[buzzer]\ndriver = "gpio"\n'
RELAY = '[relay]\ndriver = "gpio"\nservices = ["wash"]\n'
LINE = "dtparam=i2c_arm=on"


def i2c(bus: chips.I2cBus) -> Callable[[options.Section], Any]:
    """Return what opens a display on this bus with luma."""
    from luma.core.interface.serial import i2c

    def connect(line: object) -> Any:
        assert isinstance(line, I2c)
        return i2c(bus=bus, address=line.address)

    def open_section(section: options.Section) -> Any:
        assert isinstance(section, options.Display)
        assert isinstance(section.bus, options.I2c)
        wanted = OledConfig(bus=I2c(section.bus.port, section.bus.address))
        return open_oled(wanted, connect=connect)

    return open_section


def test_a_display_that_answers_shows_a_picture_and_is_dark_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    chip = chips.Ssd1306()
    seen: list[object] = []
    monkeypatch.setattr("kiosk.doctor.outputs.time.sleep", lambda _: seen.append(chip.frame()))
    bench.open_section = i2c(chips.I2cBus(chip))
    found = bench.find(DISPLAY, "display")
    assert (found.symptom, found.where) == (Symptom.WELL, "/dev/i2c-1, 0x3C")
    assert seen != [None]
    assert chip.frame() is None


def test_i2c_that_the_firmware_has_not_switched_on(bench: Bench) -> None:
    bench.open_section = i2c(chips.I2cBus(chips.Ssd1306(), fault=errno.ENXIO))
    assert bench.find(DISPLAY, "display").symptom is Symptom.I2C_OFF
    config = bench.root / "boot/firmware/config.txt"
    config.parent.mkdir(parents=True)
    config.write_text(f"# {LINE}\ndtparam=audio=on\n")
    found = bench.find(DISPLAY, "display")
    assert found.detail.endswith(f"config.txt has no line {LINE}")
    config.write_text(f" {LINE} \n")
    assert LINE not in bench.find(DISPLAY, "display").detail


def test_a_display_that_does_not_answer_at_either_address(bench: Bench) -> None:
    bench.device("i2c-1")
    bench.open_section = i2c(chips.I2cBus(chips.Ssd1306(), fault=errno.EREMOTEIO))
    assert bench.find(DISPLAY, "display").symptom is Symptom.DISPLAY_SILENT


@pytest.mark.parametrize(("there", "wanted"), [(0x3D, 0x3C), (0x3C, 0x3D)])
def test_a_display_at_the_other_address(bench: Bench, there: int, wanted: int) -> None:
    bench.device("i2c-1")
    bench.open_section = i2c(chips.I2cBus(chips.Ssd1306(), address=there))
    found = bench.find(f"{DISPLAY}address = {wanted}\n", "display")
    assert found.symptom is Symptom.DISPLAY_ELSEWHERE
    assert f"0x{there:02X}" in found.detail


def test_spi_that_is_off_and_spi_whose_lines_are_taken(bench: Bench) -> None:
    def refuse(_section: options.Section) -> Any:
        raise DeviceDenied("another program holds GPIO 24")

    bench.open_section = refuse
    found = bench.find(SPI, "display")
    assert (found.symptom, found.where) == (Symptom.SPI_OFF, "/dev/spidev0.0")
    bench.device("spidev0.0")
    bench.device("gpiochip0")
    assert bench.find(SPI, "display").symptom is Symptom.GPIO_HELD


def test_lamps_and_buzzer_are_used_and_left_dark(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.doctor.outputs._LAMP_SECONDS", 0.01)
    bench.device("gpiochip0")
    chip = gpio.Chip()
    with gpio.installed(chip):
        assert bench.find(LAMPS, "lamps").symptom is Symptom.WELL
        assert bench.find(BUZZER, "buzzer").symptom is Symptom.WELL
        assert {line for line, *_ in chip.waves} >= {5, 18}
        assert chip.claimed() == []


def test_a_relay_is_not_closed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.device("gpiochip0")
    chip, levels = gpio.Chip(), set[int]()
    written = chip.gpio_write

    def write(number: int, line: int, level: int) -> int:
        levels.add(level)
        return written(number, line, level)

    monkeypatch.setattr(chip, "gpio_write", write)
    with gpio.installed(chip):
        found = bench.find(RELAY, "relay")
        assert (found.symptom, found.where) == (Symptom.WELL, "GPIO 4")
        # its line high is the relay open
        assert levels <= {1}
        assert chip.claimed() == []
        chip.lines[4].held = True
        assert bench.find(RELAY, "relay").symptom is Symptom.GPIO_HELD


# --- printers


@pytest.fixture(params=["network", "serial"])
def printer(request: pytest.FixtureRequest) -> Iterator[TcpPrinter | SerialPrinter]:
    peer = TcpPrinter() if request.param == "network" else SerialPrinter()
    yield peer
    peer.stop()


def on(peer: TcpPrinter | SerialPrinter, more: str = "") -> str:
    if isinstance(peer, TcpPrinter):
        where = f'driver = "network"\nhost = "127.0.0.1"\nport = {peer.port}\n'
    else:
        where = f'driver = "serial"\ndevice = "{peer.path}"\nbaudrate = 115200\n'
    return f"[printer]\n{where}{more}"


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("state", "symptom"),
    [
        ({}, Symptom.WELL),
        ({"cover": True}, Symptom.COVER_OPEN),
        ({"paper": "out"}, Symptom.PAPER_OUT),
        ({"paper": "low"}, Symptom.PAPER_LOW),
        ({"error": True}, Symptom.PRINTER_OFFLINE),
        ({"cover": True, "paper": "low"}, Symptom.COVER_OPEN),
    ],
)
def test_what_a_printer_says_of_itself(
    bench: Bench,
    printer: TcpPrinter | SerialPrinter,
    state: dict[str, object],
    symptom: Symptom,
) -> None:
    printer.set(**state)
    assert bench.find(on(printer), "printer").symptom is symptom
    assert printer.slips == []


@pytest.mark.loopback
def test_a_printer_that_takes_the_line_and_says_nothing(
    bench: Bench, printer: TcpPrinter | SerialPrinter
) -> None:
    def impatient(section: options.Section) -> Any:
        assert isinstance(section, options.Printer)
        return open_printer(PrinterConfig(line, answers=section.answers, timeout=0.1))

    line = (
        Network("127.0.0.1", printer.port)
        if isinstance(printer, TcpPrinter)
        else SerialLine(printer.path, 115_200)
    )
    bench.open_section = impatient
    printer.set(silent=True)
    assert bench.find(on(printer), "printer").symptom is Symptom.PRINTER_SILENT
    mute = bench.find(on(printer, 'answers = "none"\n'), "printer")
    assert mute.symptom is Symptom.PRINTER_MUTE


@pytest.mark.loopback
def test_a_printer_that_is_not_there(bench: Bench) -> None:
    peer = TcpPrinter()
    peer.stop()
    assert bench.find(on(peer), "printer").symptom is Symptom.PRINTER_ABSENT
    line = SerialPrinter()
    line.stop()
    assert bench.find(on(line), "printer").symptom is Symptom.PORT_ABSENT
