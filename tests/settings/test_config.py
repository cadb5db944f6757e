"""Good configurations: defaults, paths, overrides, what is virtual, and the dump."""

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.domain.errors import ConfigError
from kiosk.domain.policy import Language
from kiosk.settings.config import dump, load, refuse_virtual
from kiosk.settings.options import (
    Display,
    DisplayDriver,
    I2c,
    Network,
    Printer,
    PrinterDriver,
    Reader,
    ReaderDriver,
    Serial,
    Spi,
    VirtualPart,
)
from tests.settings.conftest import MINIMAL, Folder

CONFIG = Path(__file__).parents[2] / "config"

EVERYTHING = """
username = "k1"
password_file = "password"
tls = true
ca_file = "ca.pem"
[[reader]]
name = "counter"
driver = "pcsc"
match = "ACR122U"
[[reader]]
name = "door"
driver = "virtual"
[lamps]
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
[printer]
driver = "serial"
device = "/dev/kiosk-printer"
baudrate = 115200
columns = 48
native_qr = false
cutter = false
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


def test_every_option_arrives(everything: Path) -> None:
    config = load(everything, environ={})
    assert config.mqtt.port == 8883
    assert config.mqtt.ca_file == everything.parent / "ca.pem"
    assert config.mqtt.password is not None
    assert config.mqtt.password.reveal() == "hunter2"
    assert config.readers == (
        Reader("counter", ReaderDriver.PCSC, "ACR122U"),
        Reader("door", ReaderDriver.VIRTUAL),
    )
    assert config.lamps == VirtualPart()
    assert config.display == Display(DisplayDriver.SH1106, Spi(1, 2, 5, 6), 180, 0)
    link = Serial(Path("/dev/kiosk-printer"), 115200)
    assert config.printer == Printer(PrinterDriver.SERIAL, link, 48, False, False)


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
    assert config.virtual_parts() == ("reader[2]", "lamps")
    with pytest.raises(ConfigError) as caught:
        refuse_virtual(config)
    assert [f.split(":")[0] for f in caught.value.faults] == ["reader[2].driver", "lamps.driver"]


def test_the_config_for_a_pi_is_real() -> None:
    config = load(CONFIG / "kiosk.toml", environ={})
    refuse_virtual(config)
    assert config.readers == (Reader("counter", ReaderDriver.PCSC),)
    assert config.display == Display(DisplayDriver.SSD1306, I2c(1, 0x3C), 0, 207)
    assert config.printer is not None
    assert config.printer.link == Network("192.168.1.50", 9100)


def test_the_config_for_the_simulator_is_all_virtual() -> None:
    config = load(CONFIG / "simulate.toml", environ={})
    parts = ("scanner", "buttons", "lamps", "buzzer", "display", "printer")
    assert config.virtual_parts() == ("reader[1]", *parts)
    assert config.mqtt.host == "127.0.0.1"


def test_commented_options_show_the_real_defaults(tmp_path: Path) -> None:
    """Uncommenting a default changes nothing, and no option is left out of the file."""
    lines = (CONFIG / "kiosk.toml").read_text(encoding="utf-8").splitlines()
    left_out = ("password_file", "ca_file", "match", "device", "baudrate", "gpio_", "tls")
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


def test_reading_a_config_imports_no_library_that_is_slow() -> None:
    program = "import sys, kiosk.settings.config as c; print(*sys.modules)"
    run = [sys.executable, "-c", program]
    modules = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert not {"tinydb", "paho", "asyncio", "sqlite3", "PIL"} & set(modules)
