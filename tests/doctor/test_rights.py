"""What the daemon's user may not open, found with that user's rights: root sees no fault there."""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.doctor import rights
from kiosk.domain.errors import ConfigError
from kiosk.domain.findings import Symptom

ROOT = Path(__file__).parents[2]
PROGRAM = """
import dataclasses as dc, json, os, sys
from pathlib import Path
from kiosk.doctor import books, inputs, outputs, rights
from kiosk.doctor.machine import Machine
from kiosk.domain.errors import DeviceDenied, DeviceAbsent
from kiosk.settings import options
from tests.peers.config import configured

root = Path(sys.argv[1])
config = configured(root)
(root / "closed").mkdir(mode=0o000)
closed = dc.replace(config, journal=root / "closed/j", settings=root / "closed/s")
missing = dc.replace(config, journal=root / "missing/j", settings=root / "missing/s")
if os.geteuid() == 0:
    rights.become("nobody")
machine = Machine(root, root / "pcscd.comm")
denied = DeviceDenied("may not")
reader = options.Reader("r", options.ReaderDriver.PN532, device=str(root / "dev/nfc"))
scanner = options.Scanner(options.ScannerDriver.KEYBOARD, root / "dev/event0")
pcsc = options.Reader("r", options.ReaderDriver.PCSC)

def display(bus):
    return options.Display(options.DisplayDriver.SSD1306, bus, 0, 207)

def refuse(section):
    raise denied

found = [
    inputs.explain_pn532(reader, denied),
    inputs.explain_scanner(scanner, denied),
    inputs.explain_gpio(reader, denied, machine),
    outputs.explain_display(display(options.I2c(1, 0x3C)), denied, machine, refuse),
    outputs.explain_display(display(options.Spi(0, 0, 24, 25)), denied, machine, refuse),
    inputs.explain_pcsc(pcsc, denied, machine, refuse),
    books.probe(config).run()[0],
    books.probe(closed).run()[0],
    books.probe(missing).run()[0],
]
print(json.dumps([[f.symptom, f.detail] for f in found]))
"""


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own is closed to all but one."""
    with tempfile.TemporaryDirectory(prefix="kiosk-root-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def test_each_device_that_the_user_may_not_open_is_denied_and_its_group_named(root: Path) -> None:
    (root / "dev").mkdir()
    for name in ("nfc", "event0", "gpiochip0", "i2c-1", "spidev0.0"):
        (root / "dev" / name).touch(mode=0o000)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "pcscd.comm"))
        os.chmod(root / "pcscd.comm", 0o000)
        listener.listen()
        (root / "journal.sqlite3").touch(mode=0o000)
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(root)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [symptom for symptom, _ in found] == [
        Symptom.PORT_DENIED,
        Symptom.PORT_DENIED,
        Symptom.GPIO_DENIED,
        Symptom.I2C_DENIED,
        Symptom.SPI_DENIED,
        Symptom.PCSCD_DENIED,
        *[Symptom.JOURNAL_DENIED] * 2,
        Symptom.FOLDER_ABSENT,
    ]
    assert all("belongs to group" in detail for _, detail in found[:5])


def test_a_user_that_is_not_there_is_a_wrong_usage() -> None:
    with pytest.raises(ConfigError, match="no such user"):
        rights.become("nobody-of-that-name")
