"""`kiosk run` and `kiosk status`: the main thread, which only watches over the others."""

import functools
import os
import threading

import msgspec

from kiosk import __version__
from kiosk.assembly import Station
from kiosk.domain.errors import ConfigError, KioskError
from kiosk.domain.wire import JournalState
from kiosk.health import (
    Heartbeat,
    JournalStatus,
    PartStatus,
    Status,
    StatusFile,
    Supervisor,
    Versions,
    Watchdog,
    status_path,
)
from kiosk.runtime.clock import Clock, SystemClock
from kiosk.runtime.files import held
from kiosk.settings.options import Config

_LATE_SECONDS = 20.0
"""A vital thread that has been silent for so long does not answer any more."""

_TURN = 1.0
VITAL = ("loop", "journal", "courier")
"""The threads without which nothing is served or sent."""


class _Watch:
    """Writes the status file and feeds the watchdog."""

    def __init__(self, station: Station, config: Config, clock: Clock) -> None:
        self._station, self._config, self._clock = station, config, clock
        self.supervisor = Supervisor()
        beats = {name: functools.partial(self._beat, name) for name in VITAL}
        self._dog = Watchdog(self.supervisor, Heartbeat(beats, clock, _LATE_SECONDS))
        self._file = StatusFile(status_path())

    def turn(self) -> None:
        """Look once."""
        self._station.turn()
        self._file.write(self._status(self._dog.turn()))

    def _beat(self, name: str) -> float:
        # of the kiosk of this moment: training replaces it, and has no courier
        beat = self._station.kiosk.beats().get(name)
        return beat() if beat is not None else self._clock.mono()

    def end(self) -> None:
        """The kiosk has stopped."""
        self._file.remove()

    def _status(self, late: tuple[str, ...]) -> Status:
        world, standing = self._station.kiosk.world, self._station.standing
        versions = Versions(__version__, policy=world.policy.version)
        journal = None
        if standing is not None:
            stopped = "" if standing.state is JournalState.OPEN else standing.why or standing.state
            journal = JournalStatus(
                standing.journal, standing.last_seq, standing.acknowledged, stopped
            )
            versions = msgspec.structs.replace(
                versions,
                directory=standing.directory_version,
                catalogue=standing.catalogue_version,
            )
        return Status(
            self._clock.now(),
            os.getpid(),
            self._config.terminal.store,
            self._config.terminal.id,
            self._clock.state(),
            world.online,
            {r.key: PartStatus(r.state, r.detail) for r in world.reports()},
            journal,
            versions,
            late,
            self._station.kiosk.central_clock.off_seconds(),
        )


class LoopDied(KioskError):
    """The decision thread has ended by itself: a bug, and its traceback is in the log."""


class Hanging(KioskError):
    """Threads that did not end in time; named in the message."""


def serve(config: Config, stop: threading.Event) -> None:
    """Run the kiosk until `stop`.  Raises LoopDied, Hanging, SettingsError.

    ConfigError where another process runs on this journal: two would each spend what one holds.
    """
    with held(config.journal.parent) as alone:
        if not alone:
            fault = (
                f"another kiosk runs on {config.journal}: stop it (sudo systemctl stop kiosk), "
                "or give this terminal a journal in a folder of its own"
            )
            raise ConfigError((fault,))
        _serve(config, stop)


def _serve(config: Config, stop: threading.Event) -> None:
    clock = SystemClock()
    station = Station(config, clock)
    watch = _Watch(station, config, clock)
    station.start()
    watch.supervisor.ready()
    while not stop.wait(_TURN) and station.kiosk.loop.thread.is_alive():
        watch.turn()
    died = not stop.is_set()
    watch.supervisor.stopping()
    hanging = station.stop()
    watch.end()
    if died:
        raise LoopDied("the decision thread has ended")
    if hanging:
        raise Hanging(f"did not end: {', '.join(hanging)}")


def is_well(status: Status) -> bool:
    """Tell whether every configured part works, every thread answers and payments are taken."""
    ill = any(part.state in ("absent", "fault", "denied") for part in status.parts.values())
    stopped = status.journal is not None and status.journal.stopped
    return not ill and not status.late and not stopped


def status_text(status: Status) -> str:
    """Write a status for a person."""
    lines = [
        f"terminal   {status.store}/{status.terminal}, version {status.versions.software}",
        f"at         {status.at:%Y-%m-%d %H:%M:%S} UTC, clock {status.clock}",
        f"central    {'online' if status.online else 'offline'}",
    ]
    if journal := status.journal:
        lines.append(
            f"journal    {journal.journal}: {journal.last_seq} rows, {journal.waiting} waiting"
        )
        if journal.stopped:
            lines.append(f"           takes no payments: {journal.stopped}")
    lines += [f"{n:10} {p.state} {p.detail}".rstrip() for n, p in status.parts.items()]
    if status.late:
        lines.append(f"silent     {', '.join(status.late)}")
    return "\n".join(lines)
