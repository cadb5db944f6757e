"""systemd's own tools accept the system files, without a running systemd."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

SERVICES = ["kiosk", "kiosk-central", "kiosk-central-sync"]

MAX_EXPOSURE = 20
"""Tenths: `systemd-analyze security` calls 2.0 and less "OK", 10.0 is a service with no sandbox."""


def output(*command: str | Path) -> str:
    """Everything that a successful command prints."""
    result = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout


@pytest.fixture(params=SERVICES)
def unit(request: pytest.FixtureRequest, units: Path, tmp_path: Path) -> Path:
    """A copy of a unit that starts a program this machine has."""
    text = (units / f"{request.param}.service").read_text()
    copy = tmp_path / f"{request.param}.service"
    copy.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text))
    return copy


def test_a_unit_verifies_without_a_remark(unit: Path) -> None:
    # An unknown key is only a remark: the exit status is still 0.
    assert output("systemd-analyze", "verify", "--man=no", unit) == ""


def test_a_remark_would_be_seen(unit: Path) -> None:
    unit.write_text(unit.read_text().replace("[Install]", "Resart=always\n\n[Install]"))
    assert "Resart" in output("systemd-analyze", "verify", "--man=no", unit)


def test_a_service_is_sandboxed(unit: Path) -> None:
    output(
        "systemd-analyze",
        "security",
        "--no-pager",
        "--offline=yes",
        f"--threshold={MAX_EXPOSURE}",
        unit,
    )


def test_the_kiosk_reaches_its_peripherals(units: Path) -> None:
    text = (units / "kiosk.service").read_text()
    assert "PrivateDevices" not in re.findall(r"(?m)^(\w+)=", text)
    allowed = set(re.findall(r"(?m)^DeviceAllow=char-(\w+) rw$", text))
    assert allowed >= {"gpiochip", "i2c", "input", "spi", "ttyACM", "ttyAMA", "ttyUSB", "usb"}
    assert "usb_device" in allowed


def test_the_kiosk_starts_without_a_network_or_a_clock(units: Path) -> None:
    ordering = re.findall(
        r"(?m)^(?:After|Wants|Requires|BindsTo)=(.*)$", (units / "kiosk.service").read_text()
    )
    assert not {"network-online.target", "time-sync.target"} & set(" ".join(ordering).split())


@pytest.fixture
def installed(units: Path, tmp_path: Path) -> Path:
    """A root folder with the accounts that an installation makes."""
    (tmp_path / "etc").mkdir()
    output("systemd-sysusers", f"--root={tmp_path}", units / "petshop-kiosk.sysusers.conf")
    return tmp_path


def test_accounts_are_made(installed: Path) -> None:
    passwd = (installed / "etc/passwd").read_text()
    assert {line.split(":")[0] for line in passwd.splitlines()} == {"kiosk", "kiosk-central"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to the kiosk's account")
def test_folders_are_made(units: Path, installed: Path) -> None:
    tmpfiles = ("systemd-tmpfiles", f"--root={installed}", "--create")
    assert output(*tmpfiles, units / "petshop-kiosk.tmpfiles.conf") == ""
    modes = {
        path: oct((installed / path).stat().st_mode & 0o777)
        for path in [
            "etc/petshop-kiosk",
            "etc/petshop-kiosk/mqtt-password",
            "var/lib/petshop-kiosk",
        ]
    }
    assert list(modes.values()) == ["0o750", "0o600", "0o700"], modes


def test_services_run_as_accounts_that_are_made(units: Path) -> None:
    sysusers = (units / "petshop-kiosk.sysusers.conf").read_text()
    for service in SERVICES:
        [user] = re.findall(r"(?m)^User=(.*)$", (units / f"{service}.service").read_text())
        assert re.search(rf"(?m)^u {user} ", sysusers), service


def udev_remarks(rules: Path) -> list[str]:
    """What udev itself says about a rules file.

    `udevadm verify` is not in Debian 12, but every udevadm command that reads the rules complains
    about them. It reads them from /run, which a mount namespace lets us replace for one command.
    """
    script = (
        "mount -t tmpfs none /run && mkdir -p /run/udev/rules.d && cp -- $0 /run/udev/rules.d/ && "
        "udevadm test /sys/class/mem/null 2>&1"
    )
    said = output("unshare", "--map-root-user", "--mount", "sh", "-c", script, rules)
    assert f"Reading rules file: /run/udev/rules.d/{rules.name}" in said
    return [
        line for line in said.splitlines() if line.startswith(f"/run/udev/rules.d/{rules.name}")
    ]


def test_udev_takes_the_rules_without_a_remark(units: Path) -> None:
    assert udev_remarks(units / "90-petshop-kiosk.rules") == []


def test_a_udev_remark_would_be_seen(units: Path, tmp_path: Path) -> None:
    bad = tmp_path / "90-bad.rules"
    bad.write_text((units / "90-petshop-kiosk.rules").read_text().replace("KERNEL==", "KERNLE=="))
    assert any("KERNLE" in remark for remark in udev_remarks(bad))


def test_an_image_gets_every_system_file(units: Path, tmp_path: Path) -> None:
    install = units.parent / "scripts" / "install-pi"
    shutil.copytree(units, tmp_path / "checkout" / "systemd")
    shutil.copytree(units.parent / "config", tmp_path / "checkout" / "config")
    copy = tmp_path / "checkout" / "scripts" / "install-pi"
    copy.parent.mkdir()
    shutil.copy(install, copy)
    image = tmp_path / "image"
    for _ in range(2):
        output("env", f"DESTDIR={image}", copy)
    assert {str(path.relative_to(image)) for path in image.rglob("*") if path.is_file()} == {
        "etc/petshop-kiosk/kiosk.toml",
        "etc/polkit-1/rules.d/50-petshop-kiosk.rules",
        "etc/systemd/system/kiosk.service",
        "etc/udev/rules.d/90-petshop-kiosk.rules",
        "usr/lib/sysusers.d/petshop-kiosk.conf",
        "usr/lib/tmpfiles.d/petshop-kiosk.conf",
    }


def test_an_option_that_there_is_not_installs_nothing(units: Path, tmp_path: Path) -> None:
    install = [str(units.parent / "scripts" / "install-pi"), "--dry-run"]
    environ = {"DESTDIR": str(tmp_path / "image"), "PATH": os.environ["PATH"]}
    refused = subprocess.run(install, env=environ, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "usage:" in refused.stderr
    assert not (tmp_path / "image").exists()


@pytest.mark.parametrize("script", ["scripts/setup", "scripts/install-pi", ".ci/run"])
def test_a_script_parses(script: str, units: Path) -> None:
    path = units.parent / script
    assert path.stat().st_mode & 0o111
    shell = path.read_text().splitlines()[0].removeprefix("#!").split()[-1].rsplit("/", 1)[-1]
    assert output(shell, "-n", path) == ""
