"""kill -9 at each system call of a write: the file holds the old policy or the new one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.domain.policy import Policy
from kiosk.settings.documents import Documents

WRITE = """
import sys
from pathlib import Path
from kiosk.domain.policy import Policy
from kiosk.settings.documents import Documents
documents = Documents(Path(sys.argv[1]))
documents.policy()
documents.store_policy(Policy(version=2))
"""


def trace(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Write version 2 under strace, which sees the calls on the file and its folder only."""
    strace = shutil.which("strace")
    if (
        strace is None
        or subprocess.run([strace, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("strace is not installed or may not trace here")
    temporary = path.with_name(f".{path.name}.new")
    paths = [f"--trace-path={p}" for p in (path, temporary, path.parent)]
    command = [strace, "-qq", *paths, *options, sys.executable, "-c", WRITE, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "settings.json"
    Documents(path).store_policy(Policy(version=1))
    return path


def test_it_is_on_disk_before_it_has_the_name_and_the_name_before_we_return(path: Path) -> None:
    result = trace(path, "--trace=write,fsync,/^rename", "--decode-fds=path")
    assert result.returncode == 0, result.stderr
    lines = [line for line in result.stderr.splitlines() if str(path.parent) in line]
    # rename(2) is renameat(2) where a processor has only that
    calls = [line.partition("(")[0].removesuffix("at") for line in lines]
    assert calls == ["write", "fsync", "rename", "fsync"]
    assert ".settings.json.new>" in lines[1]
    assert f"{path.parent}>" in lines[3]


@pytest.mark.parametrize(
    ("call", "which", "version"),
    [("write", 1, 1), ("fsync", 1, 1), ("/^rename", 1, 1), ("fsync", 2, 2)],
)
def test_killed_at(path: Path, call: str, which: int, version: int) -> None:
    # the signal comes as the call is entered, and in place of it
    kill = f"--inject={call}:error=EINTR:signal=KILL:when={which}"
    result = trace(path, f"--trace={call}", kill)
    assert result.returncode == -9, result.stderr
    documents = Documents(path)
    assert documents.policy() == Policy(version=version)
    documents.store_policy(Policy(version=3))
    assert documents.policy() == Policy(version=3)
    assert list(path.parent.iterdir()) == [path]
