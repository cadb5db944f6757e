"""The real clock and a virtual one.  Only shells hold a clock; flows are passed `now`."""

import ctypes
import datetime as dt
import threading
import time
from pathlib import Path
from typing import Protocol

from kiosk.domain.clock import ClockState

_STA_UNSYNC = 0x0040
"""adjtimex(2): the kernel's clock is not disciplined by a time source."""

_EARLIEST = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
"""A wall clock before this program was written was never set."""


_RTC = Path("/sys/class/rtc/rtc0/since_epoch")
"""The battery clock's own time in whole seconds since 1970 (Linux, ABI/testing/rtc-cdev)."""

_TIMESYNC = Path("/run/systemd/timesync/synchronized")
"""Made by systemd-timesyncd when it first sets the clock of this boot (systemd-timesyncd(8))."""

_AGREE = 60.0
"""Seconds by which a battery clock may differ from the wall clock that was set from it."""


class _Timex(ctypes.Structure):
    """The head of struct timex (adjtimex(2)); what follows `status` is only room for the kernel."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("_rest", ctypes.c_byte * 256),
    )


class Clock(Protocol):
    """Wall time for people, monotonic seconds for deadlines."""

    def now(self) -> dt.datetime:
        """Return the wall clock, aware, in UTC."""

    def mono(self) -> float:
        """Return seconds that never go back."""

    def state(self) -> ClockState:
        """Tell how far `now` can be trusted."""


class SystemClock:
    """The machine's clock; its state is the kernel's own opinion (adjtimex(2)).

    A clock that is not synced counts as RTC where a battery clock agreed with it at the start, or
    where it has been synced before and runs on.  A Pi without a battery wakes at the time of its
    last shutdown: that is UNSYNCED.  With `assume` nobody is asked: a simulation must not depend
    on the machine that it runs on.
    """

    def __init__(self, assume: ClockState | None = None) -> None:
        self._assumed = assume
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._kept = _battery_agrees(self.now())

    def now(self) -> dt.datetime:
        """Return the wall clock, whole milliseconds, in UTC."""
        now = dt.datetime.now(dt.UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def mono(self) -> float:
        """Return CLOCK_MONOTONIC in seconds."""
        return time.monotonic()

    def state(self) -> ClockState:
        """Ask the kernel; a date before the program's own is never trusted."""
        if self._assumed is not None:
            return self._assumed
        if self.now() < _EARLIEST:
            return ClockState.UNSYNCED
        if self._synced():
            self._kept = True
            return ClockState.SYNCED
        return ClockState.RTC if self._kept else ClockState.UNSYNCED

    def _synced(self) -> bool:
        kernel = _Timex()
        if self._libc.adjtimex(ctypes.byref(kernel)) < 0:
            # a sandbox without the system calls of @clock forbids even to ask
            return _TIMESYNC.exists()
        return not kernel.status & _STA_UNSYNC


def _battery_agrees(now: dt.datetime) -> bool:
    try:
        return abs(int(_RTC.read_text("ascii")) - now.timestamp()) < _AGREE
    except (OSError, ValueError):
        return False


class VirtualClock:
    """A clock that moves only when told; safe to read from any thread."""

    def __init__(self, now: dt.datetime, state: ClockState = ClockState.SYNCED) -> None:
        self._lock = threading.Lock()
        self._now, self._mono, self._state = now, 0.0, state

    def now(self) -> dt.datetime:
        """Return the virtual wall clock."""
        with self._lock:
            return self._now

    def mono(self) -> float:
        """Return the virtual seconds since the start."""
        with self._lock:
            return self._mono

    def state(self) -> ClockState:
        """Return the state last set."""
        with self._lock:
            return self._state

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self._mono += seconds
            self._now += dt.timedelta(seconds=seconds)

    def jump(self, now: dt.datetime, state: ClockState | None = None) -> None:
        """Set the wall clock alone, as a time server would."""
        with self._lock:
            self._now = now
            self._state = state or self._state
