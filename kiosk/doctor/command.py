"""`kiosk doctor`: examine this terminal, beside the daemon or without it."""

import contextlib
import dataclasses as dc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from kiosk.doctor import rights
from kiosk.doctor.access import Access, Open, Opened, Told
from kiosk.doctor.examination import Circumstances, chosen, probes
from kiosk.doctor.machine import Machine
from kiosk.doctor.probe import examine
from kiosk.doctor.report import Report, report, table
from kiosk.domain.findings import Finding
from kiosk.runtime.clock import Clock
from kiosk.settings.config import load, refuse_virtual
from kiosk.settings.options import Config


@dc.dataclass(frozen=True)
class Daemon:
    """A daemon that runs: its parts by key, each with state and detail, as it last said."""

    pid: int
    parts: dict[str, tuple[str, str]]
    clock_off: float | None = None


@dc.dataclass(frozen=True)
class Wish:
    """What the command line asks for."""

    config: Path
    only: tuple[str, ...] = ()
    wait: float = 0.0
    user: str | None = None


@dc.dataclass(frozen=True)
class Shell:
    """What the program that asks brings along: a clock, what opens a device, the daemon if any."""

    clock: Clock
    open_section: Open
    daemon: Daemon | None
    machine: Machine = dc.field(default_factory=Machine)


def read_config(path: Path) -> Config:
    """Read the configuration as the service does.  Raises ConfigError.

    systemd hands the daemon its password as a credential, which it takes from a file beside the
    configuration; so does this.
    """
    environ = {"CREDENTIALS_DIRECTORY": str(path.absolute().parent), **os.environ}
    config = load(path, environ=environ)
    refuse_virtual(config)
    return config


def run(wish: Wish, shell: Shell) -> tuple[Report, Iterator[str]]:
    """Examine; return the report and, for a person, its lines.  Raises ConfigError.

    Gives up root for good, where it has it.
    """
    config = read_config(wish.config)
    daemon = shell.daemon
    access: Access = Opened(shell.open_section) if daemon is None else Told(daemon.parts)
    off = daemon.clock_off if daemon else None
    given = Circumstances(
        access, shell.open_section, shell.clock, shell.machine, wish.wait, clock_off=off
    )
    wanted = chosen(probes(config, given), wish.only)
    who = rights.become(wish.user)
    with _pipes():
        findings = examine(wanted)
    terminal = config.terminal
    made = report(
        findings, shell.clock.now(), terminal.store, terminal.id, daemon=daemon is not None
    )
    return made, _lines(findings, daemon, made, who)


@contextlib.contextmanager
def _pipes() -> Iterator[None]:
    """Give lgpio a folder for its pipe: its own choice need not be one that this user may write."""
    if "LG_WD" in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="kiosk-doctor-", ignore_cleanup_errors=True) as folder:
        os.environ["LG_WD"] = folder
        try:
            yield
        finally:
            del os.environ["LG_WD"]


def written(made: Report) -> str:
    """Write a report as JSON, one object."""
    return msgspec.json.format(msgspec.json.encode(made)).decode()


def _lines(
    findings: tuple[Finding, ...], daemon: Daemon | None, made: Report, who: str
) -> Iterator[str]:
    yield f"terminal {made.store}/{made.terminal}, with the rights of user {who}"
    if daemon is not None:
        yield (
            f"The daemon runs (process {daemon.pid}) and keeps its devices: they are shown as it"
            " reports them."
        )
        yield (
            "To light, sound and wait on each: sudo systemctl stop kiosk; sudo kiosk doctor;"
            " sudo systemctl start kiosk"
        )
    yield ""
    yield from table(findings)
    yield ""
    ill = sum(line.verdict in ("fault", "unknown") for line in made.findings)
    yield "all well" if made.well else f"{ill} of {len(made.findings)} need attention"
