"""The store server's units, its installer and its broker's configuration."""

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from central import broker
from kiosk.simulator.processes import free_port
from tests.peers.broker import Mosquitto
from tests.peers.until import until
from tests.systemd.test_units import MAX_EXPOSURE, output

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config" / "mosquitto"
SERVICES = ["kiosk-central-backup", "petshop-broker-files"]


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest, units: Path, tmp_path: Path) -> Path:
    """A copy of a unit that starts programs this machine has."""
    text = (units / f"{request.param}.service").read_text()
    copy = tmp_path / f"{request.param}.service"
    copy.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text))
    return copy


def test_a_service_verifies_and_is_sandboxed(service: Path) -> None:
    assert output("systemd-analyze", "verify", "--man=no", service) == ""
    threshold = f"--threshold={MAX_EXPOSURE}"
    output("systemd-analyze", "security", "--no-pager", "--offline=yes", threshold, service)


@pytest.mark.parametrize("name", ["kiosk-central-backup.timer", "petshop-broker-files.path"])
def test_what_starts_a_service_verifies(name: str, units: Path, tmp_path: Path) -> None:
    started = f"{name.rpartition('.')[0]}.service"
    for file in (name, started):
        text = (units / file).read_text()
        (tmp_path / file).write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text))
    assert output("systemd-analyze", "verify", "--man=no", tmp_path / name) == ""


def test_an_image_gets_every_system_file(tmp_path: Path) -> None:
    for folder in ("systemd", "config", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / "checkout" / folder)
    install, image = tmp_path / "checkout" / "scripts" / "install-central", tmp_path / "image"
    for options in ([], ["--tls"], ["--tls"]):
        output("env", f"DESTDIR={image}", install, *options)
    assert {str(path.relative_to(image)) for path in image.rglob("*") if path.is_file()} == {
        "etc/mosquitto/conf.d/petshop-listener.conf",
        "etc/mosquitto/conf.d/petshop.conf",
        "etc/systemd/system/kiosk-central-backup.service",
        "etc/systemd/system/kiosk-central-backup.timer",
        "etc/systemd/system/kiosk-central-sync.service",
        "etc/systemd/system/kiosk-central.service",
        "etc/systemd/system/petshop-broker-files.path",
        "etc/systemd/system/petshop-broker-files.service",
        "usr/lib/sysusers.d/petshop-kiosk.conf",
        "usr/lib/tmpfiles.d/petshop-central.conf",
        "usr/local/bin/kiosk-central",
    }
    listener = (image / "etc/mosquitto/conf.d/petshop-listener.conf").read_text()
    assert "listener 8883" in listener
    refused = subprocess.run([install, "--tsl"], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "usage:" in refused.stderr


@pytest.mark.parametrize("script", ["install-central", "kiosk-central"])
def test_a_script_parses(script: str) -> None:
    path = ROOT / "scripts" / script
    assert path.stat().st_mode & 0o111
    assert output("sh", "-n", path) == ""


@pytest.mark.loopback
@pytest.mark.parametrize("listener", ["plain", "tls"])
def test_the_broker_takes_its_configuration(listener: str, tmp_path: Path) -> None:
    """The files as they are shipped; only folders and ports are this test's own."""
    credential = tmp_path / "k1.password"
    broker.prepare(tmp_path, [("s1", "k1")])
    broker.add_user(tmp_path, "s1.k1", credential)
    lan, loopback = free_port(), free_port()
    text = "\n".join((CONFIG / f"petshop{n}.conf").read_text() for n in ("", f"-{listener}"))
    for shipped, ours in (
        ("/etc/mosquitto/petshop/server", "{folder}/server"),
        ("/etc/mosquitto/petshop", str(tmp_path)),
        ("listener 1883 127.0.0.1", f"listener {loopback} 127.0.0.1"),
        ("listener 1883", f"listener {lan} 127.0.0.1"),
        ("listener 8883", f"listener {lan} 127.0.0.1"),
    ):
        text = text.replace(shipped, ours)
    with Mosquitto(tls=True) as certified:
        text = text.replace("{folder}", str(certified.folder))
        config = tmp_path / "mosquitto.conf"
        config.write_text(f"user root\nlog_dest stderr\n{text}")
        program = shutil.which("mosquitto", path="/usr/bin:/usr/sbin:/usr/local/sbin")
        assert program is not None
        with (tmp_path / "log").open("w") as log:
            running = subprocess.Popen([program, "-c", config], stdout=log, stderr=log)
        try:
            until(lambda: _listens(lan), (tmp_path / "log").read_text())
            authority = certified.ca_file if listener == "tls" else None
            assert _login(lan, "s1.k1", credential.read_text().strip(), authority) == "Success"
            assert _login(lan, "s1.k1", "wrong", authority) == "Not authorized"
        finally:
            running.kill()
            running.wait()
    assert "Error" not in (tmp_path / "log").read_text()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _login(port: int, user: str, password: str, authority: Path | None) -> str:
    said: list[str] = []
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(user, password)
    if authority is not None:
        client.tls_set(str(authority))
    client.on_connect = lambda _c, _u, _f, code, _p: said.append(str(code))
    client.connect("127.0.0.1", port)
    client.loop_start()
    until(lambda: said, "an answer to the login")
    client.disconnect()
    client.loop_stop()
    return said[0]
