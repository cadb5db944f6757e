"""mypy --strict over the product and its tests; files and options are in setup.cfg."""

import subprocess
import sys
from pathlib import Path


def test_mypy(root: Path) -> None:
    mypy = [sys.executable, "-m", "mypy", "--no-error-summary"]
    result = subprocess.run(mypy, cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
