"""Bad configurations: each class of fault by example, and all of them at once."""

from pathlib import Path

import pytest

from kiosk.domain.errors import ConfigError
from kiosk.settings.config import load
from tests.settings.conftest import MINIMAL, Folder

DISPLAY = '[display]\ndriver = "ssd1306"\n'
NAME = "1 to 64 letters, digits, dots, dashes or underscores"
HOST = "a host name or an address, without scheme or port"

ONE_FAULT = {
    # wrong types and bounds
    "port = 0": "mqtt.port: expected a whole number from 1 to 65535, found 0",
    "port = 65536": "mqtt.port: expected a whole number from 1 to 65535, found 65536",
    "port = true": "mqtt.port: expected a whole number from 1 to 65535, found true",
    "port = 1883.0": "mqtt.port: expected a whole number from 1 to 65535, found 1883.0",
    'port = "1883"': 'mqtt.port: expected a whole number from 1 to 65535, found "1883"',
    "port = [1883]": "mqtt.port: expected a whole number from 1 to 65535, found a list",
    f"port = 0x{'f' * 9000}": (
        f"mqtt.port: expected a whole number from 1 to 65535, found 0x{'f' * 55}..."
    ),
    "port = {}": "mqtt.port: expected a whole number from 1 to 65535, found a section",
    "port = 07:32:00": "mqtt.port: expected a whole number from 1 to 65535, found a date or a time",
    'tls = "yes"': 'mqtt.tls: expected true or false, found "yes"',
    'username = ""': 'mqtt.username: expected a user name, found ""',
    # unknown keys, the nearest one, or all
    "prot = 1883": "mqtt.prot: unknown key; did you mean port?",
    "USERNAME = 'k1'": "mqtt.USERNAME: unknown key; did you mean username?",
    "'a b' = 1": 'mqtt."a b": unknown key; valid here: tls, username, password_file, host, port,'
    " ca_file",
    "[printr]\ndriver = 'virtual'": "printr: unknown key; did you mean printer?",
    "[lamps]\ndriver = 'virtual'\nx = 1": (
        "lamps.x: unknown key; valid here: driver, green, red, blue"
    ),
    # sections
    "[[printer]]\ndriver = 'virtual'": "printer: expected a section [printer], found a list",
    "[reader]\nname = 'a'": "reader: expected sections [[reader]], found one section [reader]",
    "[lamps]": 'lamps.driver: expected "gpio" or "virtual", found nothing',
    # readers are counted from 1
    "[[reader]]\nname = 'a'\ndriver = 'virtual'\n[[reader]]\nname = 'b'\ndriver = 'usb'": (
        'reader[2].driver: expected "pcsc" or "pn532" or "virtual", found "usb"'
    ),
    "[[reader]]\nname = 'a'\ndriver = 'pcsc'\n[[reader]]\nname = 'a'\ndriver = 'virtual'": (
        'reader[2].name: expected a name of its own, found "a" again'
    ),
    "[[reader]]\nname = 'a'\ndriver = 'pcsc'\n[[reader]]\nname = 'b'\ndriver = 'pcsc'": (
        "reader[2].match: expected another text than in reader[1]"
    ),
    "[[reader]]\nname = 'a'\ndriver = 'pn532'": (
        'reader[1].device: expected a device file like /dev/kiosk-nfc, or "usb", found nothing'
    ),
    "[[reader]]\nname = 'a'\ndriver = 'pn532'\ndevice = 'tty:USB0'": (
        'reader[1].device: expected a device file like /dev/kiosk-nfc, or "usb", found "tty:USB0"'
    ),
    "[[reader]]\nname = 'a'\ndriver = 'pn532'\ndevice = '/dev/n'\n"
    "[[reader]]\nname = 'b'\ndriver = 'pn532'\ndevice = '/dev/n'": (
        "reader[2].device: expected another one than in reader[1]"
    ),
    # options of another choice
    "tls = true": "mqtt.ca_file: expected a path, found nothing",
    "ca_file = 'ca.pem'": "mqtt.ca_file: belongs to tls = true, and would have no effect here",
    "password_file = 'p'": (
        "mqtt.password_file: belongs to a username, and would have no effect here"
    ),
    "[printer]\ndriver = 'network'\nhost = 'p'\nbaudrate = 9600": (
        'printer.baudrate: belongs to driver = "serial", and would have no effect here'
    ),
    "[printer]\ndriver = 'serial'\ndevice = '/dev/p'\nhost = 'p'": (
        'printer.host: belongs to driver = "network", and would have no effect here'
    ),
    "[printer]\ndriver = 'virtual'\nport = 9100": (
        'printer.port: belongs to driver = "network", and would have no effect here'
    ),
    "[printer]\ndriver = 'usb'\ndevice = '/dev/usb/lp0'": (
        'printer.device: belongs to driver = "serial" or "file", and would have no effect here'
    ),
    "[printer]\ndriver = 'file'\ndevice = '/dev/usb/lp0'\nmatch = '04b8:0e15'": (
        'printer.match: belongs to driver = "usb", and would have no effect here'
    ),
    "[printer]\ndriver = 'usb'\nmatch = 'Epson'": (
        'printer.match: expected vendor and product as lsusb shows them, like "04b8:0e15", '
        'found "Epson"'
    ),
    "[printer]\ndriver = 'usb'\nanswers = 'yes'": (
        'printer.answers: expected "none" or "real-time" or "ordered", found "yes"'
    ),
    f"{DISPLAY}bus = 'spi'\naddress = 0x3C": (
        'display.address: belongs to bus = "i2c", and would have no effect here'
    ),
    f"{DISPLAY}bus = 'i2c'\ngpio_dc = 24": (
        'display.gpio_dc: belongs to bus = "spi", and would have no effect here'
    ),
    "[[reader]]\nname = 'a'\ndriver = 'virtual'\nmatch = 'ACR'": (
        'reader[1].match: belongs to driver = "pcsc", and would have no effect here'
    ),
    "[[reader]]\nname = 'a'\ndriver = 'pcsc'\ndevice = '/dev/n'": (
        'reader[1].device: belongs to driver = "pn532", and would have no effect here'
    ),
    "[scanner]\ndriver = 'keyboard'\ndevice = '/dev/input/event0'\nbaudrate = 9600": (
        'scanner.baudrate: belongs to driver = "serial", and would have no effect here'
    ),
    "[scanner]\ndriver = 'virtual'\ndevice = 's'": (
        'scanner.device: belongs to driver = "serial" or "keyboard", and would have no effect here'
    ),
    "[scanner]\ndriver = 'serial'": "scanner.device: expected a path, found nothing",
    "[scanner]\ndriver = 'serial'\ndevice = 's'\nbaudrate = 300": (
        "scanner.baudrate: expected 9600 or 19200 or 38400 or 57600 or 115200, found 300"
    ),
    "[buttons]\ndriver = 'virtual'\nb = 4": (
        'buttons.b: belongs to driver = "gpio", and would have no effect here'
    ),
    # lines
    "[buttons]\ndriver = 'gpio'\na = 28": (
        "buttons.a: expected a whole number from 0 to 27, found 28"
    ),
    "[buttons]\ndriver = 'gpio'\nc = 27": (
        "buttons.c: expected a line of its own, found 27, which is buttons.b's"
    ),
    "[lamps]\ndriver = 'gpio'\nblue = 5": (
        "lamps.blue: expected a line of its own, found 5, which is lamps.green's"
    ),
    "[relay]\ndriver = 'gpio'": (
        "relay.services: expected a list of codes of services, found nothing"
    ),
    "[relay]\ndriver = 'gpio'\nservices = []": (
        "relay.services: expected a list of codes of services, found a list"
    ),
    "[relay]\ndriver = 'gpio'\nservices = ['Wash']": (
        "relay.services: expected a list of codes of services, found a list"
    ),
    "[relay]\ndriver = 'virtual'\nservices = ['wash']\nactive_low = true": (
        'relay.active_low: belongs to driver = "gpio", and would have no effect here'
    ),
    "[relay]\ndriver = 'gpio'\nservices = ['wash']\n[buzzer]\ndriver = 'gpio'\ngpio = 4": (
        "relay.gpio: expected a line of its own, found 4, which is buzzer.gpio's"
    ),
    "[[reader]]\nname = 'door'\ndriver = 'pcsc'\nlamp = 'acr128'": (
        'reader[1].lamp: expected "none" or "acr122u" or "acr1252u", found "acr128"'
    ),
    "[buttons]\ndriver = 'gpio'\n[buzzer]\ndriver = 'gpio'\ngpio = 22": (
        "buzzer.gpio: expected a line of its own, found 22, which is buttons.c's"
    ),
    f"{DISPLAY}bus = 'i2c'\n[lamps]\ndriver = 'gpio'\nred = 3": (
        "lamps.red: expected a line of its own, found 3, which is the I2C bus's"
    ),
    f"{DISPLAY}bus = 'spi'\n[lamps]\ndriver = 'gpio'\nred = 8": (
        "lamps.red: expected a line of its own, found 8, which is the SPI bus's"
    ),
    f"{DISPLAY}bus = 'spi'\n[buzzer]\ndriver = 'gpio'\ngpio = 25": (
        "buzzer.gpio: expected a line of its own, found 25, which is display.gpio_reset's"
    ),
    # a fault in the choice does not condemn the options that hang on it
    "[printer]\ndriver = 'lan'\nbaudrate = 9600": (
        'printer.driver: expected "network" or "serial" or "usb" or "file" or "virtual", '
        'found "lan"'
    ),
    f"{DISPLAY}gpio_dc = 24": 'display.bus: expected "i2c" or "spi", found nothing',
    # values of the display and the printer
    f"{DISPLAY}bus = 'i2c'\naddress = 60.0": "display.address: expected 0x3c or 0x3d, found 60.0",
    f"{DISPLAY}bus = 'i2c'\nrotate = 90": "display.rotate: expected 0 or 180, found 90",
    f"{DISPLAY}bus = 'spi'\ngpio_reset = 24": (
        "display.gpio_reset: expected another line than gpio_dc, 24"
    ),
    "[printer]\ndriver = 'virtual'\ncolumns = 42": "printer.columns: expected 32 or 48, found 42",
    "[printer]\ndriver = 'network'": f"printer.host: expected {HOST}, found nothing",
    "[printer]\ndriver = 'serial'\ndevice = ''": 'printer.device: expected a path, found ""',
}


@pytest.mark.parametrize("more", ONE_FAULT)
def test_one_fault(folder: Folder, more: str) -> None:
    assert folder.faults(more) == [ONE_FAULT[more]]


@pytest.mark.parametrize(
    ("replaced", "by", "fault"),
    [
        ('"s1"', '"s/1"', f'terminal.store: expected {NAME}, found "s/1"'),
        ('"k1"', '"+"', f'terminal.id: expected {NAME}, found "+"'),
        ('id = "k1"', "", f"terminal.id: expected {NAME}, found nothing"),
        ('"k1"', '"k1"\nlanguage = ""', 'terminal.language: expected "zh-CN" or "en", found ""'),
        ("broker.local", "mqtt://b", f'mqtt.host: expected {HOST}, found "mqtt://b"'),
        ("broker.local", "broker:1883", f'mqtt.host: expected {HOST}, found "broker:1883"'),
        ("journal.sqlite3", "a\\u0000", 'journal.path: expected a path, found "a\ufffd"'),
        ("settings.json", "journal.sqlite3", "settings.path: expected another file than journal"),
        ("[mqtt]\n", "[mqqt]\n", "mqtt: expected a section [mqtt], found nothing"),
    ],
)  # fmt: skip
def test_faults_of_what_must_be_there(folder: Folder, replaced: str, by: str, fault: str) -> None:
    assert folder.faults(base=MINIMAL.replace(replaced, by))[0] == fault


def test_a_line_that_is_no_line_is_one_fault_and_not_two(folder: Folder) -> None:
    faults = folder.faults("[buttons]\ndriver = 'gpio'\na = 99\nb = 98\nc = 0")
    assert [fault.split(":")[0] for fault in faults] == ["buttons.a", "buttons.b"]


def test_an_unreadable_ca_file(folder: Folder) -> None:
    [fault] = folder.faults("tls = true\nca_file = 'ca.pem'")
    assert fault.startswith("mqtt.ca_file: expected a file of CA certificates (PEM), found none at")


def test_all_faults_at_once_in_the_order_of_the_sections(folder: Folder) -> None:
    faults = folder.faults(
        'prot = 1\n[[reader]]\n[printer]\ndriver = "network"\nhost = "p"\ncolumns = 1\nbaudrate = 1'
        '\n[display]\ndriver = "ssd1306"\nbus = "i2c"\nrotate = 1\ncontrast = 256\n[led]',
        base=MINIMAL.replace('"k1"', "1").replace('"settings.json"', "false"),
    )
    assert [fault.split(":")[0] for fault in faults] == [
        "terminal.id",
        "settings.path",
        "mqtt.prot",
        "reader[1].name",
        "reader[1].driver",
        "display.rotate",
        "display.contrast",
        "printer.columns",
        "printer.baudrate",
        "led",
    ]


def test_an_empty_file_names_every_missing_section(folder: Folder) -> None:
    missing = [fault.split(":")[0] for fault in folder.faults(base="")]
    assert missing == ["terminal", "journal", "settings", "mqtt"]


@pytest.mark.parametrize(
    "content",
    [
        b"[terminal\n",
        b"a = 1\na = 2\n",
        b"\xff\xfe[\x00",
        b"a = " + b"[" * 100_000,
        b"a = " + b"9" * 10_000,
        b"a" * (1024 * 1024 + 1),
    ],
    ids=["syntax", "twice", "utf-16", "nested", "digits", "large"],
)
def test_what_is_not_toml_at_all(folder: Folder, content: bytes) -> None:
    path = folder.config()
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    [fault] = caught.value.faults
    assert fault.startswith(f"{path}: ")
    assert len(fault) < len(str(path)) + 200


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.toml"
    with pytest.raises(ConfigError, match=r"nowhere\.toml: there is no such file") as caught:
        load(nowhere, environ={})
    (said,) = caught.value.faults
    assert "sudo scripts/install-pi" in said
    assert f"cp config/kiosk.toml {nowhere}" in said
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path, environ={})
