"""Measure everything and write docs/performance.md's table and plot: `make bench`."""

import importlib
import platform
import sys
from pathlib import Path

from bench.figure import Figure, table
from bench.plot import bars

MODULES = ("spend", "media", "drain", "ack", "frame", "slip", "start")
DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- figures: make bench -->", "<!-- end of figures -->"


def main() -> None:
    """Measure the modules named, or all; with all, write them down."""
    names = sys.argv[1:] or MODULES
    figures: list[Figure] = []
    for name in names:
        print(f"bench.{name} …", file=sys.stderr)
        figures += importlib.import_module(f"bench.{name}").measure()
    print(table(figures))
    if not sys.argv[1:]:
        write(figures)


def write(figures: list[Figure]) -> None:
    """Put the table between its marks, and the plot beside it."""
    page = DOCS / "performance.md"
    before, rest = page.read_text().split(BEGIN)
    _, after = rest.split(END)
    machine = f"{platform.machine()}, Python {platform.python_version()}, SQLite {_sqlite()}"
    page.write_text(f"{before}{BEGIN}\n{machine}\n\n{table(figures)}\n{END}{after}")
    (DOCS / "performance.svg").write_text(bars(figures))


def _sqlite() -> str:
    import sqlite3

    return sqlite3.sqlite_version


if __name__ == "__main__":
    main()
