"""Clock and disk.

Whether the clock is right is judged by two witnesses and no guess: the kernel's own word on being
synchronised (adjtimex(2)), and, where the running daemon has one, central's time.
"""

import os
import shutil
from pathlib import Path

from kiosk.doctor.machine import Machine, no_folder
from kiosk.doctor.probe import Found, Probe
from kiosk.domain.clock import ClockState
from kiosk.domain.findings import Subject, Symptom
from kiosk.runtime.clock import Clock

OFF_SECONDS = 300.0
"""Further from central's time, a clock is wrong; less may be two clocks that are set by hand."""

FULL_PERCENT, FILLING_PERCENT = 95, 85


def clock_probe(clock: Clock, off_seconds: float | None = None) -> Probe:
    """Make the probe of the clock; `off_seconds` is how far it is ahead of central's, if known."""

    def look() -> tuple[Found]:
        if off_seconds is not None and abs(off_seconds) > OFF_SECONDS:
            side = "ahead of" if off_seconds > 0 else "behind"
            return (Found(Symptom.CLOCK_WRONG, f"{_span(off_seconds)} {side} central's"),)
        now = f"{clock.now():%Y-%m-%d %H:%M:%S} UTC"
        match clock.state():
            case ClockState.UNSYNCED:
                return (Found(Symptom.CLOCK_UNSYNCED, f"{now}, never set since power-on"),)
            case ClockState.RTC:
                return (Found(Symptom.CLOCK_ON_BATTERY, now),)
            case ClockState.SYNCED:
                return (Found(detail=now),)

    exercised = "kernel's word" if off_seconds is None else "kernel's word, central's time"
    return Probe((Subject.CLOCK,), look, exercised=exercised)


def _span(seconds: float) -> str:
    minutes = round(abs(seconds) / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def battery_probe(machine: Machine) -> Probe:
    """Make the probe of the battery clock (RTC): a Pi 4 and older has none."""
    rtc = machine.root / "sys/class/rtc/rtc0"

    def look() -> tuple[Found]:
        return (Found() if rtc.exists() else Found(Symptom.NO_BATTERY_CLOCK),)

    return Probe((Subject.BATTERY_CLOCK,), look, where=str(rtc), exercised="is there")


def disk_probe(folder: Path) -> Probe:
    """Make the probe of the disk that the journal is on: its bytes and its inodes."""

    def look() -> tuple[Found]:
        if absent := no_folder(folder):
            return (absent,)
        try:
            usage, files = shutil.disk_usage(folder), os.statvfs(folder)
        except OSError as e:
            return (Found(Symptom.BROKEN, f"{folder}: {e.strerror}"),)
        # `free` leaves out what is kept back for root, which the daemon is not
        used = 100 - usage.free * 100 // max(1, usage.free + usage.used)
        if files.f_files:
            used = max(used, 100 - files.f_favail * 100 // files.f_files)
        said = f"{used} % full, {usage.free // 2**20} MiB free"
        if used >= FULL_PERCENT:
            return (Found(Symptom.DISK_FULL, said),)
        return (Found(Symptom.DISK_FILLING if used >= FILLING_PERCENT else Symptom.WELL, said),)

    return Probe((Subject.DISK,), look, where=str(folder), exercised="bytes, inodes")
