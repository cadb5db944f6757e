"""The status file."""

import threading
from pathlib import Path

import msgspec
import pytest

from kiosk.domain.errors import Malformed
from kiosk.health import (
    MAX_DETAIL,
    JournalStatus,
    PartStatus,
    Status,
    StatusFile,
    Versions,
    read_status,
    status_path,
)
from tests.health.conftest import START

STATUS = Status(
    at=START,
    pid=4711,
    store="s1",
    terminal="k1",
    clock="synced",
    online=True,
    parts={"reader": PartStatus("ready"), "printer": PartStatus("fault", "no paper")},
    journal=JournalStatus("5b0c6a0e-4a0f-4c57-b0de-6c1f1b7c7a55", last_seq=12, acknowledged=10),
    versions=Versions("0.1.0", directory=3),
    late=("journal",),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "status.json"


def test_what_is_written_is_read(path: Path) -> None:
    StatusFile(path).write(STATUS)
    status = read_status(path)
    assert status == STATUS
    assert status.journal is not None
    assert status.journal.waiting == 2
    assert path.read_text().startswith('{\n  "at": "2026-03-01T02:30:00Z",\n')
    assert list(path.parent.iterdir()) == [path]


def test_no_file_is_no_kiosk(path: Path) -> None:
    assert read_status(path) is None
    file = StatusFile(path)
    file.write(STATUS)
    file.remove()
    assert read_status(path) is None
    file.remove()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"at": 1', b"\xff", b"[" * 100_000])
def test_what_is_not_a_status(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(Malformed, match="status file: "):
        read_status(path)


def test_a_reader_never_sees_half_of_it(path: Path) -> None:
    file, stop = StatusFile(path), threading.Event()
    file.write(STATUS)

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            parts = {f"part{i}": PartStatus("fault", "x" * (n % MAX_DETAIL)) for i in range(50)}
            file.write(msgspec.structs.replace(STATUS, parts=parts))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        pids = {status.pid for _ in range(300) if (status := read_status(path))}
    finally:
        stop.set()
        writer.join()
    assert pids == {4711}


def test_a_driver_that_says_too_much_is_cut_short(path: Path) -> None:
    parts = {"reader": PartStatus("fault", "长" * 5000)}
    StatusFile(path).write(msgspec.structs.replace(STATUS, parts=parts))
    status = read_status(path)
    assert status is not None
    assert status.parts["reader"].detail == "长" * MAX_DETAIL


def test_a_full_runtime_folder_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "gone"
    file = StatusFile(folder / "status.json")
    file.write(STATUS)
    file.write(STATUS)
    assert [r.message for r in caplog.records] == [
        "status file: not written: No such file or directory"
    ]
    folder.mkdir()
    file.write(STATUS)
    assert read_status(folder / "status.json") == STATUS


def test_the_path_is_the_runtime_directory_of_the_service() -> None:
    assert status_path({"RUNTIME_DIRECTORY": "/run/x"}) == Path("/run/x/status.json")
    assert status_path({}) == Path("/run/petshop-kiosk/status.json")
