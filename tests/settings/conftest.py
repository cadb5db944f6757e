"""A valid configuration, to be spoilt by each test in its own way."""

from pathlib import Path

import pytest

from kiosk.domain.errors import ConfigError
from kiosk.settings.config import load

MINIMAL = """
[terminal]
store = "s1"
id = "k1"
[journal]
path = "journal.sqlite3"
[settings]
path = "settings.json"
[mqtt]
host = "broker.local"
"""


class Folder:
    """A folder with a configuration file in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.environ: dict[str, str] = {}

    def config(self, more: str = "", base: str = MINIMAL) -> Path:
        file = self.path / "kiosk.toml"
        file.write_text(base + more, encoding="utf-8")
        return file

    def faults(self, more: str = "", base: str = MINIMAL) -> list[str]:
        """What `load` finds wrong."""
        with pytest.raises(ConfigError) as caught:
            load(self.config(more, base), environ=self.environ)
        return list(caught.value.faults)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
