"""A terminal's configuration to add devices to; nobody answers at its broker's port."""

from pathlib import Path

from kiosk.settings.config import load
from kiosk.settings.options import Config

BASE = """
[terminal]
store = "s1"
id = "k1"
[journal]
path = "journal.sqlite3"
[settings]
path = "settings.json"
[mqtt]
host = "127.0.0.1"
port = 1
"""


def configured(folder: Path, sections: str = "") -> Config:
    """Read a configuration with these sections, from a file in this folder."""
    file = folder / "kiosk.toml"
    file.write_text(BASE + sections)
    return load(file, environ={})
