"""`kiosk run` as the supervisor starts it, with no device there: it serves and says so."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.config import BASE
from tests.peers.until import until

pytestmark = pytest.mark.loopback

SECTIONS = """
[[reader]]
name = "counter"
driver = "pcsc"
match = "No Such Reader"
[display]
driver = "ssd1306"
bus = "i2c"
port = 99
[printer]
driver = "network"
host = "127.0.0.1"
port = 1
"""


class Service:
    """The daemon under a supervisor that listens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "kiosk.toml"
        self.config.write_text(BASE + SECTIONS)
        self._ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ear.bind(str(folder / "notify"))
        self._ear.settimeout(20)
        self.environ = {
            **os.environ,
            "NOTIFY_SOCKET": str(folder / "notify"),
            "WATCHDOG_USEC": "30000000",
            "RUNTIME_DIRECTORY": str(folder),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kiosk.cli", "run", "--config", str(self.config)],
            env=self.environ,
            stderr=subprocess.PIPE,
            text=True,
        )

    def told(self) -> str:
        return self._ear.recv(4096).decode()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kiosk.cli", *words]
        return subprocess.run(
            command, env=self.environ, capture_output=True, text=True, check=False
        )

    def close(self) -> None:
        self._ear.close()
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with contextlib.closing(Service(tmp_path)) as service:
        yield service


def test_it_serves_with_nothing_attached_and_stops_in_order(service: Service) -> None:
    until(lambda: service.told() == "READY=1", "ready")
    until(lambda: service.told() == "WATCHDOG=1", "the watchdog is fed")
    status = service.folder / "status.json"
    until(status.exists, "a status")

    def missing() -> set[str]:
        parts = json.loads(status.read_text())["parts"]
        return {name for name, part in parts.items() if part["state"] == "absent"}

    until(lambda: missing() >= {"reader", "display", "printer"}, "each absent part is named")
    shown = service.command("status")
    assert shown.returncode == 1
    assert "s1/k1" in shown.stdout
    assert "journal    ready" in shown.stdout
    verified = service.command("journal", "verify", "--config", str(service.config))
    assert verified.returncode == 0, verified.stderr
    assert "0 rows, the chain is whole" in verified.stdout
    # with a runtime directory of its own, so that the status file does not give the other one away
    service.environ["RUNTIME_DIRECTORY"] = str(service.folder / "other")
    for words in (["run"], ["journal", "renew", "--force"]):
        second = service.command(*words, "--config", str(service.config))
        assert second.returncode == 2, words
        assert "another kiosk" in second.stderr
    service.environ["RUNTIME_DIRECTORY"] = str(service.folder)
    examined = service.command(
        "doctor",
        "--config",
        str(service.config),
        "--only",
        "display",
        "--only",
        "printer",
        "--json",
    )
    assert examined.returncode == 1, examined.stderr
    found = json.loads(examined.stdout)
    assert found["daemon"] is True
    assert [line["symptom"] for line in found["findings"]] == ["i2c_off", "printer_absent"]
    service.process.send_signal(signal.SIGTERM)
    until(lambda: service.told() == "STOPPING=1", "it says so")
    assert service.process.wait(20) == 0
    assert not status.exists()
    assert service.command("status").returncode == 1


def test_a_wrong_configuration_is_told_whole_and_starts_nothing(tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text((BASE + SECTIONS).replace("match", "mach").replace("host", "hots"))
    command = [sys.executable, "-m", "kiosk.cli", "run", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "did you mean match?" in done.stderr
    assert "mqtt.hots: unknown key; did you mean host?" in done.stderr
    assert not (tmp_path / "journal.sqlite3").exists()


def test_a_virtual_part_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(BASE + SECTIONS.replace('"pcsc"\nmatch = "No Such Reader"', '"virtual"'))
    command = [sys.executable, "-m", "kiosk.cli", "run", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "reader[1].driver" in done.stderr
