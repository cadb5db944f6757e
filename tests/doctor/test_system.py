"""Clock, battery clock, disk and journal under the doctor; full and read-only disks are real."""

import datetime as dt
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.doctor import advice, books, system
from kiosk.doctor.machine import Machine
from kiosk.domain.clock import ClockState
from kiosk.domain.findings import Symptom
from kiosk.journal.journal import Journal
from kiosk.runtime.clock import VirtualClock
from kiosk.settings.config import load
from kiosk.settings.documents import Documents
from tests.peers.config import BASE, configured

NOW = dt.datetime(2026, 3, 1, 2, 30, tzinfo=dt.UTC)
ROOT = Path(__file__).parents[2]
HOUR = 3600.0


@pytest.mark.parametrize(
    ("state", "off", "symptom"),
    [
        (ClockState.SYNCED, None, Symptom.WELL),
        (ClockState.SYNCED, 4.0, Symptom.WELL),
        (ClockState.SYNCED, 3 * HOUR, Symptom.CLOCK_WRONG),
        (ClockState.RTC, -3 * HOUR, Symptom.CLOCK_WRONG),
        (ClockState.RTC, None, Symptom.CLOCK_ON_BATTERY),
        (ClockState.UNSYNCED, None, Symptom.CLOCK_UNSYNCED),
        (ClockState.UNSYNCED, -1.0, Symptom.CLOCK_UNSYNCED),
    ],
)
def test_the_clock_has_two_witnesses(
    state: ClockState, off: float | None, symptom: Symptom
) -> None:
    (found,) = system.clock_probe(VirtualClock(NOW, state), off).run()
    assert found.symptom is symptom
    if symptom is Symptom.CLOCK_WRONG:
        assert off is not None
        assert found.detail == f"3 h 0 min {'ahead of' if off > 0 else 'behind'} central's"


def test_a_battery_clock_is_there_or_not(tmp_path: Path) -> None:
    assert system.battery_probe(Machine(tmp_path)).run()[0].symptom is Symptom.NO_BATTERY_CLOCK
    (tmp_path / "sys/class/rtc/rtc0").mkdir(parents=True)
    assert system.battery_probe(Machine(tmp_path)).run()[0].symptom is Symptom.WELL


def journal(folder: Path) -> Symptom:
    return books.probe(configured(folder)).run()[0].symptom


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if not p.name.endswith("-shm")}


def test_a_journal_is_looked_at_beside_its_owner_and_after_it_and_is_not_changed(
    tmp_path: Path,
) -> None:
    config = configured(tmp_path)
    assert journal(tmp_path) is Symptom.JOURNAL_UNBORN
    assert not config.journal.exists()
    opened = Journal.open(config.journal)
    own = opened.standing().journal
    before = bytes_of(tmp_path)
    (found,) = books.probe(config).run()
    assert (found.symptom, found.detail) == (Symptom.WELL, f"journal {own[:8]}, 0 rows")
    assert bytes_of(tmp_path) == before
    opened.close()
    assert journal(tmp_path) is Symptom.WELL


def test_a_journal_that_is_damaged_missing_or_of_another_kind(tmp_path: Path) -> None:
    config = configured(tmp_path)
    path = config.journal
    path.write_bytes(b"")
    assert journal(tmp_path) is Symptom.JOURNAL_UNBORN
    path.write_bytes(b"not a database at all")
    assert journal(tmp_path) is Symptom.JOURNAL_DAMAGED
    path.unlink()
    Journal.open(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:1024] + b"\xff" * (len(whole) - 1024))
    assert journal(tmp_path) is Symptom.JOURNAL_DAMAGED
    path.unlink()
    path.with_name(path.name + "-wal").write_bytes(b"rows")
    assert journal(tmp_path) is Symptom.JOURNAL_DAMAGED


def test_a_data_folder_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    data, other = tmp_path / "data", tmp_path / "other"
    text = BASE.replace('"journal.', '"data/journal.').replace('"settings.', '"other/settings.')
    file.write_text(text)
    config = load(file, environ={})
    for probe in (books.probe(config), system.disk_probe(config.journal.parent)):
        (found,) = probe.run()
        assert (found.symptom, found.where) == (Symptom.FOLDER_ABSENT, str(data))
        step = advice.step(found)
        assert "correct journal.path" in step
        assert step.endswith(f"sudo install -d -o kiosk -g kiosk -m 700 {data}")
    data.mkdir()
    (found,) = books.probe(config).run()
    assert (found.symptom, found.where) == (Symptom.FOLDER_ABSENT, str(other))
    other.mkdir()
    (found,) = books.probe(config).run()
    assert (found.symptom, found.where) == (Symptom.JOURNAL_UNBORN, str(config.journal))


def test_a_journal_that_is_not_in_its_mode(tmp_path: Path) -> None:
    import sqlite3

    config = configured(tmp_path)
    Journal.open(config.journal).close()
    with sqlite3.connect(config.journal) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    assert journal(tmp_path) is Symptom.JOURNAL_NOT_DURABLE


def test_the_storage_of_another_terminal(tmp_path: Path) -> None:
    config = configured(tmp_path)
    documents = Documents(config.settings)
    documents.store_identity("s1", "k1", NOW)
    assert journal(tmp_path) is Symptom.JOURNAL_UNBORN
    documents.store_identity("s1", "k2", NOW)
    (found,) = books.probe(config).run()
    assert found.symptom is Symptom.OTHER_TERMINAL
    assert "s1/k2" in found.detail
    config.settings.write_text("{")
    assert journal(tmp_path) is Symptom.JOURNAL_DAMAGED


PROGRAM = """
import json, sys
from pathlib import Path
from kiosk.doctor import books, system
from tests.peers.config import configured
folder = Path(sys.argv[1])
if sys.argv[2] == "read-only":
    import subprocess
    from kiosk.journal.journal import Journal
    config = configured(folder)
    Journal.open(config.journal).close()
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    found = books.probe(config).run()[0]
else:
    size = int(sys.argv[2]) * 10 * 1024 * 1024 // 100
    (folder / "filling").write_bytes(bytes(size))
    found = system.disk_probe(folder).run()[0]
print(json.dumps([found.symptom, found.detail]))
"""


@pytest.mark.parametrize(
    ("state", "symptom"),
    [
        ("50", Symptom.WELL),
        ("90", Symptom.DISK_FILLING),
        ("96", Symptom.DISK_FULL),
        ("read-only", Symptom.JOURNAL_READ_ONLY),
    ],
)
def test_a_disk_of_ten_megabytes(tmp_path: Path, state: str, symptom: Symptom) -> None:
    if shutil.which("unshare") is None:
        pytest.fail("this test needs unshare; `make test` installs it")
    disk = tmp_path / "disk"
    disk.mkdir()
    script = f'mount -t tmpfs -o size=10m tmpfs {disk} && exec "$0" -c "$1" {disk} {state}'
    user = [] if tmp_path.owner() == "root" else ["--map-root-user"]
    command = ["unshare", *user, "--mount", "--propagation", "private", "sh", "-c", script]
    done = subprocess.run(
        [*command, sys.executable, PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found, detail = json.loads(done.stdout)
    assert found == symptom
    if state.isdecimal():
        assert abs(int(detail.partition(" ")[0]) - int(state)) <= 1
