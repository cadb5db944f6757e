"""Good configurations: defaults, paths, overrides, what is virtual, and the dump."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.domain.devices import PrinterAnswers, ReaderLamp
from kiosk.domain.errors import ConfigError
from kiosk.domain.policy import Language
from kiosk.settings.config import dump, load, refuse_virtual
from kiosk.settings.options import (
    ButtonLines,
    Buttons,
    Buzzer,
    Display,
    DisplayDriver,
    I2c,
    LampLines,
    Lamps,
    Network,
    Printer,
    PrinterDriver,
    Reader,
    ReaderDriver,
    Relay,
    Scanner,
    ScannerDriver,
    Serial,
    SignalDriver,
    Spi,
    Usb,
)
from tests.settings.conftest import MINIMAL, Folder

CONFIG = Path(__file__).parents[2] / "config"

NOT_FITTED = "# --- Parts that are not fitted here"

EVERYTHING = """
username = "k1"
password_file = "password"
tls = true
ca_file = "ca.pem"
[[reader]]
name = "counter"
driver = "pcsc"
match = "ACR122U"
lamp = "acr122u"
[[reader]]
name = "door"
driver = "virtual"
[[reader]]
name = "bath"
driver = "pn532"
device = "/dev/kiosk-nfc"
felica = true
[scanner]
driver = "serial"
device = "scanner"
baudrate = 115200
[buttons]
driver = "gpio"
a = 1
b = 4
c = 12
[lamps]
driver = "gpio"
green = 13
red = 16
blue = 19
[buzzer]
driver = "virtual"
[display]
driver = "sh1106"
bus = "spi"
port = 1
device = 2
gpio_dc = 5
gpio_reset = 6
rotate = 180
contrast = 0
dim_seconds = 0
dim_contrast = 255
shift_seconds = 86400
[printer]
driver = "serial"
device = "/dev/kiosk-printer"
baudrate = 115200
columns = 48
native_qr = false
cutter = false
[relay]
driver = "gpio"
gpio = 26
active_low = false
milliseconds = 50
services = ["wash", "door", "wash"]
"""


@pytest.fixture
def everything(folder: Folder) -> Path:
    (folder.path / "ca.pem").touch()
    password = folder.path / "password"
    password.touch(0o600)
    password.write_text("hunter2\n")
    return folder.config(EVERYTHING)


def test_the_least_has_no_parts(folder: Folder) -> None:
    config = load(folder.config(), environ={})
    assert (config.terminal.store, config.terminal.id) == ("s1", "k1")
    assert config.terminal.language is Language.ZH
    assert config.journal == folder.path / "journal.sqlite3"
    assert config.settings == folder.path / "settings.json"
    assert (config.mqtt.host, config.mqtt.port, config.mqtt.tls) == ("broker.local", 1883, False)
    assert (config.mqtt.username, config.mqtt.password) == ("", None)
    assert config.readers == ()
    assert (config.scanner, config.display, config.printer) == (None, None, None)
    assert config.virtual_parts() == ()
    refuse_virtual(config)


@pytest.mark.parametrize(
    ("lines", "link"),
    [
        ('driver = "usb"', Usb("")),
        ('driver = "usb"\nmatch = "04B8:0e15"', Usb("04B8:0e15")),
        ('driver = "file"\ndevice = "/dev/usb/lp1"', Path("/dev/usb/lp1")),
    ],
)
def test_a_printer_plugged_in_by_usb(everything: Path, lines: str, link: Usb | Path) -> None:
    start, _ = everything.read_text().split("[printer]")
    everything.write_text(f'{start}[printer]\n{lines}\nanswers = "ordered"\n')
    config = load(everything, environ={})
    assert config.printer is not None
    assert (config.printer.link, config.printer.answers) == (link, PrinterAnswers.ORDERED)
    again = everything.with_name("again.toml")
    again.write_text(dump(config))
    assert load(again, environ={}).printer == config.printer


def test_every_option_arrives(everything: Path) -> None:
    config = load(everything, environ={})
    assert config.mqtt.port == 8883
    assert config.mqtt.ca_file == everything.parent / "ca.pem"
    assert config.mqtt.password is not None
    assert config.mqtt.password.reveal() == "hunter2"
    assert config.readers == (
        Reader("counter", ReaderDriver.PCSC, "ACR122U", lamp=ReaderLamp.ACR122U),
        Reader("door", ReaderDriver.VIRTUAL),
        Reader("bath", ReaderDriver.PN532, device="/dev/kiosk-nfc", felica=True),
    )
    assert config.scanner is not None
    assert config.scanner.driver is ScannerDriver.SERIAL
    assert config.scanner.link == Serial(everything.parent / "scanner", 115200)
    assert config.buttons == Buttons(SignalDriver.GPIO, ButtonLines(1, 4, 12))
    assert config.lamps == Lamps(SignalDriver.GPIO, LampLines(13, 16, 19))
    assert config.buzzer == Buzzer(SignalDriver.VIRTUAL)
    assert config.display == Display(DisplayDriver.SH1106, Spi(1, 2, 5, 6), 180, 0, 0, 255, 86400)
    link = Serial(Path("/dev/kiosk-printer"), 115200)
    assert config.printer == Printer(PrinterDriver.SERIAL, link, 48, False, False)
    services = frozenset({"wash", "door"})
    assert config.relay == Relay(SignalDriver.GPIO, services, 26, active_low=False, milliseconds=50)


def test_the_dump_reads_back_to_the_same(everything: Path, folder: Folder) -> None:
    config = load(everything, environ={})
    again = folder.path / "dump.toml"
    again.write_text(dump(config), encoding="utf-8")
    assert load(again, environ={}) == config
    assert load(again, environ={}, overrides={"printer.columns": 32}) != config


@pytest.mark.parametrize("host", ["broker", "10.0.0.7", "::1", "fe80::1", "my_broker.shop"])
def test_hosts(folder: Folder, host: str) -> None:
    path = folder.config()
    assert load(path, {"mqtt.host": host}, {}).mqtt.host == host


def test_a_byte_order_mark_is_no_fault(folder: Folder) -> None:
    path = folder.config(base="\N{ZERO WIDTH NO-BREAK SPACE}" + MINIMAL)
    assert load(path, environ={}).terminal.store == "s1"


def test_overrides_are_checked_like_the_file(folder: Folder) -> None:
    path = folder.config()
    overrides: dict[str, object] = {"mqtt.port": 18830, "printer.driver": "virtual"}
    config = load(path, overrides, {})
    assert config.mqtt.port == 18830
    assert config.virtual_parts() == ("printer",)
    with pytest.raises(ConfigError) as caught:
        load(path, {"mqtt.port": 0, "mqtt.prot": 1, "terminal.id.x": 1}, {})
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["mqtt.port", "mqtt.prot"]


def test_run_refuses_each_virtual_part(everything: Path) -> None:
    config = load(everything, environ={})
    assert config.virtual_parts() == ("reader[2]", "buzzer")
    with pytest.raises(ConfigError) as caught:
        refuse_virtual(config)
    assert [f.split(":")[0] for f in caught.value.faults] == ["reader[2].driver", "buzzer.driver"]


def test_the_config_for_a_pi_is_real() -> None:
    config = load(CONFIG / "kiosk.toml", environ={})
    refuse_virtual(config)
    assert config.readers == (Reader("counter", ReaderDriver.PCSC),)
    assert config.display == Display(DisplayDriver.SSD1306, I2c(1, 0x3C), 0, 207, 120, 8, 180)
    assert config.printer is not None
    assert config.printer.link == Network("192.168.1.50", 9100)


def test_the_config_for_the_simulator_is_all_virtual() -> None:
    config = load(CONFIG / "simulate.toml", environ={})
    parts = ("scanner", "buttons", "lamps", "buzzer", "display", "printer")
    assert config.virtual_parts() == ("reader[1]", *parts)
    assert config.mqtt.host == "127.0.0.1"


def test_commented_options_show_the_real_defaults(tmp_path: Path) -> None:
    """Uncommenting a default changes nothing, and no option is left out of the file."""
    fitted, _, _ = (CONFIG / "kiosk.toml").read_text(encoding="utf-8").partition(NOT_FITTED)
    lines = fitted.splitlines()
    left_out = ("password_file", "ca_file", "match", "device", "baudrate", "felica", "gpio_", "tls")
    uncommented = [
        line[1:]
        if line.startswith("#") and line[1:2].isalpha() and not line[1:].startswith(left_out)
        else line
        for line in lines
    ]
    assert uncommented != lines
    path = tmp_path / "kiosk.toml"
    path.write_text("\n".join(uncommented), encoding="utf-8")
    assert load(path, environ={}) == load(CONFIG / "kiosk.toml", environ={})


def test_parts_that_are_not_fitted_are_fitted_by_taking_away_the_comment(folder: Folder) -> None:
    _, _, parts = (CONFIG / "kiosk.toml").read_text(encoding="utf-8").partition(NOT_FITTED)
    full = re.sub(r"(?m)^#(?=[a-z\[])", "", "#" + parts)
    config = load(folder.config(full), environ={})
    refuse_virtual(config)
    assert config.scanner == Scanner(ScannerDriver.SERIAL, Serial(Path("/dev/kiosk-scanner"), 9600))
    assert config.lamps == Lamps(SignalDriver.GPIO, LampLines(5, 6, 13))
    assert config.relay == Relay(SignalDriver.GPIO, frozenset({"wash"}), 4)
    # what is shown are the defaults
    short = "\n".join(re.findall(r"(?m)^(?:\[.*|driver.*|device.*|blue.*|services.*)$", full))
    assert load(folder.config(short), environ={}) == config


def test_a_keyboard_scanner(folder: Folder) -> None:
    path = folder.config('[scanner]\ndriver = "keyboard"\ndevice = "/dev/input/by-id/s-event-kbd"')
    config = load(path, environ={})
    assert config.scanner == Scanner(ScannerDriver.KEYBOARD, Path("/dev/input/by-id/s-event-kbd"))
    again = folder.path / "dump.toml"
    again.write_text(dump(config), encoding="utf-8")
    assert load(again, environ={}) == config


def test_reading_a_config_imports_no_library_that_is_slow() -> None:
    program = "import sys, kiosk.settings.config as c; print(*sys.modules)"
    run = [sys.executable, "-c", program]
    modules = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert not {"tinydb", "paho", "asyncio", "sqlite3", "PIL"} & set(modules)
