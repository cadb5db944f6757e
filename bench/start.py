"""How soon the daemon is ready, and what it takes of the memory with 100,000 members."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figure import Figure, main, milliseconds
from bench.rounds import rounds
from bench.spend import filled
from kiosk.domain.devices import PartState
from kiosk.health import read_status
from tests.peers.config import BASE
from tests.peers.until import until

LIBRARIES = (
    "escpos.printer",
    "luma.oled.device",
    "msgspec",
    "nfc",
    "paho.mqtt.client",
    "serial",
    "smartcard.scard",
    "sqlite3",
    "tinydb",
)
"""What a kiosk with every part may use; beside RPi.GPIO, which cannot be imported elsewhere."""

PARTS = """
[[reader]]
name = "counter"
driver = "pcsc"
[[reader]]
name = "module"
driver = "pn532"
device = "/dev/no-module"
[scanner]
driver = "serial"
device = "/dev/no-scanner"
[display]
driver = "ssd1306"
bus = "i2c"
port = 99
[printer]
driver = "serial"
device = "/dev/no-printer"
"""
"""A part for each library.  None of them is there: its library is imported, and it is absent."""


@contextlib.contextmanager
def running(folder: Path) -> Iterator[tuple[int, float]]:
    """Start `kiosk run`; yield its process id and the seconds until it said READY."""
    (folder / "kiosk.toml").write_text(BASE + PARTS)
    address = folder / "notify"
    address.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(address))
        ear.settimeout(60)
        environ = {
            **os.environ,
            # what is compiled is kept, as where the program is installed
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "NOTIFY_SOCKET": str(address),
            "RUNTIME_DIRECTORY": str(folder),
            # as systemd/kiosk.service says
            "MALLOC_ARENA_MAX": "2",
        }
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "kiosk.cli", "run", "--config", str(folder / "kiosk.toml")],
            env=environ,
            stderr=subprocess.DEVNULL,
        )
        try:
            while ear.recv(4096) != b"READY=1":
                pass
            yield process.pid, time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def tried_all(folder: Path) -> bool:
    """Tell whether every part of the daemon has opened its device, or tried to."""
    status = read_status(folder / "status.json")
    return status is not None and all(p.state != PartState.UNKNOWN for p in status.parts.values())


def resident(pid: int) -> int:
    """Return the bytes of memory that a process alone keeps in use (proc(5), smaps_rollup)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    return sum(int(fields[name].split()[0]) for name in ("Private_Clean", "Private_Dirty")) * 1024


def measure(count: int = 8) -> Iterator[Figure]:
    """Measure starts, and one that has tried to open every part."""
    imports = [sys.executable, "-c", f"import {', '.join(LIBRARIES)}"]
    with TemporaryDirectory() as name:
        folder = Path(name)
        filled(folder, 1_000).close()

        ready: list[float] = []

        def begin() -> None:
            with running(folder) as (_, seconds):
                ready.append(seconds)

        took = rounds(
            {"import": lambda: subprocess.run(imports, check=True), "start": begin}, count
        )
        best = sorted(ready)[len(ready) // 2]
    yield Figure(
        "ready after the start",
        "importing every library",
        took["import"] / best,
        4,
        more_is_better=True,
        detail=f"{milliseconds(took['import'])}, {milliseconds(best)}",
    )
    yield from _memory()


def _memory() -> Iterator[Figure]:
    sizes = {members: _taken(members) for members in (1_000, 100_000)}
    most = sizes[100_000]
    yield Figure(
        "memory with 100,000 members",
        "30 MB",
        most / (30 << 20),
        1,
        detail=f"{most / 2**20:.1f} MB",
    )
    yield Figure("memory with 100,000 members", "1,000 members", most / sizes[1_000], 1.1)


def _taken(members: int) -> int:
    with TemporaryDirectory() as name:
        folder = Path(name)
        filled(folder, members).close()
        with running(folder):
            # compiling takes memory too, and an installed program is compiled
            until(lambda: tried_all(folder), "every part was tried", seconds=60)
        with running(folder) as (pid, _):
            until(lambda: tried_all(folder), "every part was tried", seconds=60)
            return resident(pid)


if __name__ == "__main__":
    main(measure)
