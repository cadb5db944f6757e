"""`kiosk doctor` as it is typed: table, JSON, exit status, and the daemon beside it."""

import json
import os
from pathlib import Path

import pytest

from kiosk import cli
from kiosk.doctor import report, rights
from kiosk.domain.clock import ClockState
from kiosk.domain.findings import Subject, Symptom, Verdict, judge
from kiosk.health import PartStatus, Status, StatusFile, Versions, running
from kiosk.runtime.clock import SystemClock
from tests.peers import scanner
from tests.peers.broker import Mosquitto
from tests.peers.config import BASE, configured

PARTS = """
[scanner]
driver = "serial"
device = "{scanner}"
[[reader]]
name = "counter"
driver = "pn532"
device = "/dev/no-such-module"
[[reader]]
name = "back"
driver = "pn532"
device = "/dev/no-such-module-either"
"""


@pytest.fixture(autouse=True)
def as_oneself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give up nothing for good in pytest's own process, and see no daemon of this machine's."""
    monkeypatch.setattr(rights, "become", lambda _: "tester")
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    monkeypatch.setattr(SystemClock, "state", lambda _: ClockState.SYNCED)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    configured(tmp_path, PARTS.format(scanner=tmp_path / "kiosk-scanner"))
    return tmp_path / "kiosk.toml"


def doctor(config: Path, *arguments: str) -> int:
    return cli.main(["doctor", "--config", str(config), *arguments])


def test_the_table_says_where_what_and_what_next(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor(config, "--only", "reader", "--only", "disk", "--only", "clock") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "terminal s1/k1, with the rights of user tester"
    heads = [line.split("  ")[0] for line in lines[2:7]]
    assert heads == ["DEVICE", "reader counter", "reader back", "clock", "disk"]
    assert lines[3].split()[2:] == ["/dev/no-such-module", "chip", "and", "field", "FAULT"]
    assert "reader back: port absent" in lines
    assert lines[lines.index("reader back: port absent") + 2].startswith("    next: plug it in")
    assert lines[-1] == "2 of 4 need attention"
    assert "LG_WD" not in os.environ, "what lgpio needed for a moment is gone again"


@pytest.mark.parametrize(("only", "count"), [("counter", 1), ("reader", 2), ("printer", 1)])
def test_only_takes_a_part_or_a_reader_by_its_name(
    config: Path, capsys: pytest.CaptureFixture[str], only: str, count: int
) -> None:
    status = doctor(config, "--only", only, "--json")
    found = json.loads(capsys.readouterr().out)
    assert len(found["findings"]) == count
    assert status == (0 if found["well"] else 1) == (0 if only == "printer" else 1)


@pytest.mark.loopback
def test_a_terminal_where_all_is_well_exits_with_nought(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peer = scanner.SerialScanner(tmp_path / "kiosk-scanner")
    with Mosquitto() as broker:
        sections = f'[scanner]\ndriver = "serial"\ndevice = "{peer.link}"\n'
        file = tmp_path / "kiosk.toml"
        file.write_text(BASE.replace("port = 1", f"port = {broker.port}") + sections)
        names = ["scanner", "lamps", "journal", "battery_clock", "clock"]
        assert doctor(file, *(word for name in names for word in ("--only", name))) == 0
        assert capsys.readouterr().out.endswith("all well\n")
        # broker and central are one look: central never spoke here
        assert doctor(file, "--only", "central", "--json") == 1
        broker_line, central_line = json.loads(capsys.readouterr().out)["findings"]
        assert (broker_line["verdict"], central_line["symptom"]) == ("well", "central_silent")
    peer.stop()


def test_the_json_keeps_its_form(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(config, "--json", "--only", "counter") == 1
    found = json.loads(capsys.readouterr().out)
    at = found.pop("at")
    assert at.endswith("Z")
    assert found == {
        "version": 1,
        "store": "s1",
        "terminal": "k1",
        "daemon": False,
        "well": False,
        "findings": [
            {
                "subject": "reader",
                "name": "counter",
                "where": "/dev/no-such-module",
                "exercised": "chip and field",
                "verdict": "fault",
                "symptom": "port_absent",
                "fault": "technician",
                "step": "plug it in; what there is: ls -l /dev/kiosk-* /dev/input/by-id",
                "detail": "/dev/no-such-module is not there",
            }
        ],
    }
    assert found["version"] == report.VERSION


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        (BASE, ["--only", "toaster"], "--only toaster: expected one of"),
        (BASE.replace("host", "hots"), [], "did you mean host?"),
        (BASE + '[printer]\ndriver = "virtual"\n', [], "printer.driver: expected real hardware"),
    ],
)
def test_wrong_usage_and_a_wrong_configuration_exit_with_two(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    arguments: list[str],
    said: str,
) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(text)
    assert doctor(file, *arguments) == 2
    assert said in capsys.readouterr().err


# --- with a daemon


def write_status(folder: Path, pid: int) -> None:
    parts = {
        "reader counter": PartStatus("ready"),
        "reader back": PartStatus("absent", "no PN532 answers at /dev/no-such-module-either"),
        "scanner": PartStatus("ready"),
        "printer": PartStatus("fault", "printer at 192.168.1.50:9100: cover open"),
        "display": PartStatus("fault", "hangs: its driver does not come back"),
    }
    now = SystemClock().now()
    status = Status(now, pid, "s1", "k1", "synced", True, parts, None, Versions("0"))
    StatusFile(folder / "status.json").write(status)


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A status whose process is this one, which the table of processes calls a kiosk."""
    write_status(tmp_path, os.getpid())
    proc = tmp_path / "proc" / str(os.getpid())
    proc.mkdir(parents=True)
    (proc / "cmdline").write_bytes(b"/opt/petshop-kiosk/venv/bin/kiosk\0run\0")
    monkeypatch.setattr("kiosk.health.PROC", tmp_path / "proc")
    return proc / "cmdline"


@pytest.mark.usefixtures("daemon")
def test_beside_a_daemon_its_devices_are_left_to_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peer = scanner.SerialScanner(tmp_path / "kiosk-scanner")
    more = '[printer]\ndriver = "network"\nhost = "192.168.1.50"\n'
    display = '[display]\ndriver = "ssd1306"\nbus = "i2c"\n[lamps]\ndriver = "gpio"\n'
    configured(tmp_path, PARTS.format(scanner=peer.link) + more + display)
    names = ("reader", "scanner", "printer", "display", "lamps")
    only = [word for name in names for word in ("--only", name)]
    file = tmp_path / "kiosk.toml"
    assert doctor(file, "--json", "--wait", "5", *only) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["daemon"] is True
    assert {line["exercised"] for line in found["findings"]} == {"the daemon's report"}
    assert [(line["name"] or line["subject"], line["symptom"]) for line in found["findings"]] == [
        ("counter", Symptom.WELL),
        ("back", Symptom.PORT_ABSENT),
        ("scanner", Symptom.WELL),
        ("lamps", Symptom.NOT_ASKED),
        ("display", Symptom.HANGS),
        ("printer", Symptom.COVER_OPEN),
    ]
    assert doctor(file, *only) == 1
    said = capsys.readouterr().out
    assert f"The daemon runs (process {os.getpid()}) and keeps its devices" in said
    assert "sudo systemctl stop kiosk" in said
    peer.stop()


def test_what_a_dead_daemon_left_behind_counts_for_nothing(tmp_path: Path, daemon: Path) -> None:
    assert running() is not None
    daemon.write_bytes(b"/usr/bin/python3\0-m\0http.server\0")
    assert running() is None
    daemon.unlink()
    assert running() is None
    (tmp_path / "status.json").unlink()
    assert running() is None


@pytest.mark.usefixtures("daemon")
def test_a_status_that_cannot_be_read_is_no_reason_to_take_the_devices(
    tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "status.json").write_text("{")
    assert doctor(config) == 2
    assert "status file" in capsys.readouterr().err


def test_the_page_in_docs_lists_every_code() -> None:
    page = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text()
    for code in (*Subject, *Verdict):
        assert f"`{code.value}`" in page, code
    for symptom in Symptom:
        judged = judge(symptom)
        whose = judged.fault.value if judged.fault else "–"
        assert f"| `{symptom.value}` | {judged.verdict.value} | {whose} | " in page, symptom
