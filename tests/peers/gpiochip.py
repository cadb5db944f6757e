"""Run a function of a test module in a process where /dev/gpiochip0 is a peer (gpiochip.c).

There the whole of rpi-lgpio and lgpio is real, its C library and threads too.
"""

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol, cast

import pytest

HERE = Path(__file__)
ROOT = HERE.parents[2]


class Chip(Protocol):
    """The functions of gpiochip.c that stand for the world outside the chip."""

    def chip_drive(self, line: int, level: int, /) -> int: ...
    def chip_hold(self, line: int, held: int, /) -> int: ...
    def chip_refuse(self, error: int, /) -> int: ...
    def chip_level(self, line: int, /) -> int: ...
    def chip_claimed(self, line: int, /) -> int: ...
    def chip_changes(self, line: int, /) -> int: ...
    def chip_opened(self) -> int: ...


def world() -> Chip:
    """Return the world outside; to be called in the process that run() starts."""
    return cast(Chip, ctypes.CDLL(None))


def build(folder: Path) -> Path:
    """Compile the peer."""
    library = folder / "gpiochip.so"
    command = ["gcc", "-Wall", "-Werror", "-shared", "-fPIC", "-O1", "-o", str(library)]
    source = str(HERE.with_suffix(".c"))
    result = subprocess.run([*command, source, "-ldl"], capture_output=True, text=True, check=False)
    if result.returncode:
        pytest.fail(f"the GPIO peer does not compile: {result.stderr}")
    return library


def run(library: Path, module: str, function: str, folder: Path) -> Any:
    """Return what the function returns there, through JSON."""
    program = f"import json, {module} as m; print(json.dumps(m.{function}()))"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=folder,
        env=os.environ
        | {"LD_PRELOAD": str(library), "RPI_LGPIO_REVISION": "c03114", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Error" not in result.stderr
    return json.loads(result.stdout)
