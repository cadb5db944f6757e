"""Who may import whom. Contracts between our packages are in setup.cfg, the rest is here."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

MAX_LINES = 300

VENDORS = ["smartcard", "nfc", "serial", "RPi.GPIO", "luma", "escpos", "paho", "tinydb"]
"""Each is imported in one module of the kiosk at most, where its errors are translated."""

IMPURE = ["time", "threading", "random", "sqlite3", "logging"]
"""A flow is told the time and returns effects; it has no other way in or out."""


def imports(file: Path) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it, by statement or by literal name."""
    for node in ast.walk(ast.parse(file.read_bytes(), filename=str(file))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.Call(
                func=ast.Name("__import__" | "import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def importers(package: Path, library: str) -> set[str]:
    """The modules of a package that import a library or anything inside it."""
    return {
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        if any(f"{name}.".startswith(f"{library}.") for name in imports(file))
    }


def test_import_contracts(root: Path) -> None:
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    result = subprocess.run(
        [sys.executable, "-c", lint], cwd=root, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("library", VENDORS)
def test_only_one_kiosk_module_imports_a_vendor_library(library: str, root: Path) -> None:
    assert len(importers(root / "kiosk", library)) <= 1, importers(root / "kiosk", library)


def test_one_central_module_imports_paho(root: Path) -> None:
    assert len(importers(root / "central", "paho")) == 1, importers(root / "central", "paho")


@pytest.mark.parametrize("library", IMPURE)
def test_flows_are_pure(library: str, root: Path) -> None:
    assert importers(root / "kiosk" / "flows", library) == set()


@pytest.mark.parametrize("package", ["kiosk", "central", "tests"])
def test_files_stay_short(package: str, root: Path) -> None:
    lengths = {
        str(file.relative_to(root)): len(file.read_bytes().splitlines())
        for file in (root / package).rglob("*.py")
        if file.parent.name != "migrations"  # Django writes these
    }
    assert {file: lines for file, lines in lengths.items() if lines > MAX_LINES} == {}


def test_imports_are_seen_in_every_form(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "import nfc.clf\n"
        "def f():\n    from RPi import GPIO\n"
        "import importlib\nimportlib.import_module('escpos.printer')\n"
        "from .serial import port\nimport timeit\n"
    )
    seen = {name for name in [*VENDORS, *IMPURE] if importers(tmp_path, name)}
    assert seen == {"nfc", "RPi.GPIO", "escpos"}
