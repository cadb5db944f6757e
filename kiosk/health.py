"""Whether the kiosk is well: heartbeats, the supervisor's watchdog, and the status file.

The watchdog is fed only while every vital thread has answered recently, so that a hung disk or a
stuck loop ends in a restart.  Neither the supervisor nor a full runtime directory may stop a
sale: what goes wrong here is logged and nothing more.
"""

import contextlib
import datetime as dt
import logging
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from kiosk.domain.errors import ConfigError, Malformed
from kiosk.runtime.clock import Clock
from kiosk.runtime.files import replace_file

log = logging.getLogger(__name__)

SEND_SECONDS = 0.5
"""Longest wait for a supervisor whose queue is full."""

MAX_DETAIL = 200

PROC = Path("/proc")
"""Where the system's processes are (proc(5))."""


class Supervisor:
    """The service manager, told over its datagram socket (systemd's sd_notify(3) protocol).

    Without NOTIFY_SOCKET every call does nothing.  `watchdog_seconds` is the longest silence that
    the manager takes, None when it does not watch this process (sd_watchdog_enabled(3)).
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self.watchdog_seconds = _watchdog_seconds(environ)

    def ready(self) -> None:
        """Start-up is finished."""
        self._send("READY=1")

    def watchdog(self) -> None:
        """This process is alive."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """Shut-down has begun."""
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """Say in one line how it is; `systemctl status` shows it."""
        # each further line would be an assignment of its own
        self._send(f"STATUS={' '.join(text.split())}")

    def _send(self, assignment: str) -> None:
        if self._address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.settimeout(SEND_SECONDS)
                sender.sendto(assignment.encode(errors="replace"), self._address)
        except OSError as e:
            log.warning("supervisor: %s not sent: %s", assignment.partition("=")[0], e)


def _address(name: str) -> str | bytes | None:
    if name.startswith("/"):
        return name
    if name.startswith("@"):
        # the abstract namespace, unix(7)
        return b"\0" + os.fsencode(name[1:])
    if name:
        log.warning("supervisor: NOTIFY_SOCKET of an unsupported kind")
    return None


def _watchdog_seconds(environ: Mapping[str, str]) -> float | None:
    microseconds, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID")
    if pid not in (None, str(os.getpid())) or not microseconds.isdecimal():
        return None
    return int(microseconds) / 1e6 or None


class Heartbeat:
    """The vital threads, by name, each with its last sign of life on the clock's `mono`.

    A beat must stand for an answer, not for a turn of a loop: the journal's is its last reply.
    """

    def __init__(
        self, beats: Mapping[str, Callable[[], float]], clock: Clock, limit_seconds: float
    ) -> None:
        self._beats, self._clock, self._limit = dict(beats), clock, limit_seconds

    def late(self) -> tuple[str, ...]:
        """Name the threads silent for longer than the limit; empty when all is well."""
        now = self._clock.mono()
        # not(... <=) so that a beat that is not a number is late as well
        return tuple(n for n, beat in self._beats.items() if not now - beat() <= self._limit)


class Watchdog:
    """Feeds the supervisor while the heart beats, and says who is late when it does not."""

    def __init__(self, supervisor: Supervisor, heartbeat: Heartbeat) -> None:
        self._supervisor, self._heartbeat = supervisor, heartbeat
        self._late: tuple[str, ...] = ()

    def turn(self) -> tuple[str, ...]:
        """Feed, or withhold; call it several times within `watchdog_seconds`.  Returns the late."""
        late = self._heartbeat.late()
        if not late:
            self._supervisor.watchdog()
        if late != self._late:
            self._late = late
            if late:
                log.error("no sign of life from: %s", ", ".join(late))
            self._supervisor.status(f"no sign of life: {', '.join(late)}" if late else "serving")
        return late


class PartStatus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """State of one part (domain.devices.PartState) and what is wrong, for a technician."""

    state: str
    detail: str = ""


class JournalStatus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the journal stands: its last row, and the last one central has acknowledged.

    `stopped` says why it takes no payments; empty while it does.
    """

    journal: str
    last_seq: int
    acknowledged: int
    stopped: str = ""

    @property
    def waiting(self) -> int:
        """Rows that central has not acknowledged."""
        return self.last_seq - self.acknowledged


class Versions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Versions of the program and of what central has sent."""

    software: str
    directory: int = 0
    catalogue: int = 0
    policy: int = 0


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `kiosk status` shows.  Has no place for member data, media keys or secrets.

    `clock_off` is how many seconds the clock is ahead of central's; None before its first word.
    """

    at: Annotated[dt.datetime, msgspec.Meta(tz=True)]
    pid: int
    store: str
    terminal: str
    clock: str
    online: bool
    parts: dict[str, PartStatus]
    journal: JournalStatus | None
    versions: Versions
    late: tuple[str, ...] = ()
    clock_off: float | None = None


def status_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the service keeps its status (systemd.exec(5), RuntimeDirectory=)."""
    return Path(environ.get("RUNTIME_DIRECTORY") or "/run/petshop-kiosk", "status.json")


class StatusFile:
    """Writes the status to `path`, whole or not at all.  One thread owns it; nothing raises."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failed = False

    def write(self, status: Status) -> None:
        """Replace the status."""
        data = msgspec.json.format(msgspec.json.encode(_shortened(status)))
        try:
            # not durable: a status means nothing after a restart
            replace_file(self._path, data + b"\n", durable=False, mode=0o640)
            self._failed = False
        except OSError as e:
            if not self._failed:
                log.warning("status file: not written: %s", e.strerror)
            self._failed = True

    def remove(self) -> None:
        """Take the status away: the kiosk has stopped."""
        with contextlib.suppress(OSError):
            self._path.unlink()


def _shortened(status: Status) -> Status:
    parts = {
        name: PartStatus(part.state, part.detail[:MAX_DETAIL])
        for name, part in status.parts.items()
    }
    return msgspec.structs.replace(status, parts=parts)


def read_status(path: Path) -> Status | None:
    """Read a status; None when there is none: the kiosk does not run.

    Raises Malformed when the file is not one, and PermissionError when it may not be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Status)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        raise Malformed(f"status file: {e}") from None


def running(path: Path | None = None) -> Status | None:
    """Read the status of a daemon that runs now; None when none does, whatever it left behind.

    Raises ConfigError where nobody but root or the daemon may tell.
    """
    path = path or status_path()
    try:
        status = read_status(path)
        if status is None:
            return None
        command = (PROC / str(status.pid) / "cmdline").read_bytes()
    except PermissionError:
        raise ConfigError(
            (f"{path} may not be read, so that nobody knows what runs: try sudo",)
        ) from None
    except FileNotFoundError:
        return None
    except Malformed as e:
        raise ConfigError((f"{path}: {e}",)) from None
    # a process id is given again after a crash
    return status if b"kiosk" in command else None
