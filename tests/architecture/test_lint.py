"""The whole tree is formatted and lint-free."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("command", [["format", "--check"], ["check"]], ids=["format", "check"])
def test_ruff(command: list[str], root: Path) -> None:
    ruff = [sys.executable, "-m", "ruff", *command, "--quiet", "."]
    result = subprocess.run(ruff, cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
