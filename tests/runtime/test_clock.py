"""The machine's clock against its kernel, and the virtual one."""

import ctypes
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.clock import ClockState
from kiosk.runtime import clock as module
from kiosk.runtime.clock import SystemClock, VirtualClock

NOW = dt.datetime(2026, 11, 20, 2, 30, tzinfo=dt.UTC)
STA_PLL, STA_UNSYNC = 0x0001, 0x0040


class Kernel:
    """What adjtimex(2) does for a caller that only asks."""

    def __init__(self, status: int | None) -> None:
        self.status = status

    def adjtimex(self, timex: Any) -> int:
        if self.status is None:
            return -1
        assert timex._obj.modes == 0, "asking must not set the clock"
        timex._obj.status = self.status
        return 0


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "_RTC", tmp_path / "since_epoch")
    monkeypatch.setattr(module, "_TIMESYNC", tmp_path / "synchronized")
    return tmp_path


def clock_on(status: int | None) -> SystemClock:
    clock = SystemClock()
    clock._libc = Kernel(status)  # type: ignore[assignment]
    return clock


def test_the_real_kernel_answers() -> None:
    clock = SystemClock()
    now = clock.now()
    assert now.utcoffset() == dt.timedelta(0)
    assert now.microsecond % 1000 == 0
    assert abs(now - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert clock.mono() <= clock.mono()
    assert clock.state() in ClockState


def test_struct_timex_is_laid_out_as_the_kernel_s() -> None:
    # offsetof(struct timex, status): 40 on 64-bit systems, 20 on 32-bit ARM (bits/timex.h)
    expected = {8: 40, 4: 20}[ctypes.sizeof(ctypes.c_long)]
    assert module._Timex.status.offset == expected
    assert ctypes.sizeof(module._Timex) >= 208


def test_a_disciplined_clock_is_synced() -> None:
    assert clock_on(STA_PLL).state() is ClockState.SYNCED


def test_without_a_battery_a_clock_that_was_never_set_is_not_trusted() -> None:
    assert clock_on(STA_UNSYNC | STA_PLL).state() is ClockState.UNSYNCED


@pytest.mark.parametrize(
    ("drift", "expected"), [(0, ClockState.RTC), (-30, ClockState.RTC), (900, ClockState.UNSYNCED)]
)
def test_a_battery_clock_counts_if_it_agrees(
    places: Path, drift: int, expected: ClockState
) -> None:
    since_epoch = int(dt.datetime.now(dt.UTC).timestamp()) + drift
    (places / "since_epoch").write_text(f"{since_epoch}\n")
    assert clock_on(STA_UNSYNC).state() is expected


@pytest.mark.parametrize("content", ["", "0\n", "soon\n"])
def test_an_empty_or_broken_battery_clock_does_not_count(places: Path, content: str) -> None:
    (places / "since_epoch").write_text(content)
    assert clock_on(STA_UNSYNC).state() is ClockState.UNSYNCED


def test_a_clock_that_was_synced_runs_on_without_the_network() -> None:
    clock = clock_on(STA_PLL)
    assert clock.state() is ClockState.SYNCED
    clock._libc = Kernel(STA_UNSYNC)  # type: ignore[assignment]
    assert clock.state() is ClockState.RTC


def test_where_the_sandbox_forbids_to_ask_the_time_service_s_mark_counts(places: Path) -> None:
    clock = clock_on(None)
    assert clock.state() is ClockState.UNSYNCED
    (places / "synchronized").touch()
    assert clock.state() is ClockState.SYNCED


def test_a_date_before_the_program_was_written_is_never_trusted() -> None:
    class Early(SystemClock):
        def now(self) -> dt.datetime:
            return dt.datetime(2024, 12, 31, tzinfo=dt.UTC)

    clock = Early()
    clock._libc = Kernel(STA_PLL)  # type: ignore[assignment]
    assert clock.state() is ClockState.UNSYNCED


def test_a_simulation_may_assume_a_state() -> None:
    assert SystemClock(assume=ClockState.RTC).state() is ClockState.RTC


def test_virtual_time_moves_only_when_told() -> None:
    clock = VirtualClock(NOW)
    assert (clock.now(), clock.mono(), clock.state()) == (NOW, 0.0, ClockState.SYNCED)
    clock.advance(90.5)
    assert clock.now() == NOW + dt.timedelta(seconds=90.5)
    assert clock.mono() == 90.5


def test_a_jump_of_the_wall_clock_leaves_the_deadlines() -> None:
    clock = VirtualClock(NOW, ClockState.UNSYNCED)
    clock.advance(5)
    clock.jump(NOW + dt.timedelta(days=365), ClockState.SYNCED)
    assert clock.mono() == 5
    assert clock.state() is ClockState.SYNCED
    clock.jump(NOW)
    assert (clock.now(), clock.state()) == (NOW, ClockState.SYNCED)
