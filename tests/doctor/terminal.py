"""A terminal to examine: a configuration of one part, its real driver, a fake root folder."""

import dataclasses as dc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.assembly.examination import opens
from kiosk.doctor.access import Access, Opened
from kiosk.doctor.examination import chosen
from kiosk.doctor.machine import Machine
from kiosk.doctor.parts import Parts
from kiosk.doctor.probe import examine
from kiosk.domain.findings import Finding
from kiosk.runtime.clock import SystemClock
from kiosk.settings import options
from tests.peers.config import configured


@dc.dataclass
class Bench:
    """Where a part is examined; `root` holds the device files that the machine has."""

    folder: Path
    wait: float = 0.0
    access: Access | None = None
    open_section: Callable[[options.Section], Any] = dc.field(
        default_factory=lambda: opens(SystemClock())
    )

    @property
    def root(self) -> Path:
        """The machine's root folder."""
        root = self.folder / "root"
        (root / "dev").mkdir(parents=True, exist_ok=True)
        return root

    def device(self, name: str) -> Path:
        """Let there be a device file of this name."""
        file = self.root / "dev" / name
        file.touch()
        return file

    def find(self, sections: str, subject: str) -> Finding:
        """Examine the one subject."""
        config = configured(self.folder, sections)
        access = self.access or Opened(self.open_section)
        parts = Parts(config, access, self.open_section, Machine(self.root), self.wait)
        (finding,) = examine(chosen(parts.probes(), [subject]))
        return finding
