"""Time as data.  Nobody below the shells reads a clock: `now` is passed in.

A Raspberry Pi has no clock battery, so every time carries how far it can be trusted; order
comes from (journal, seq), never from time.
"""

import datetime as dt
import enum


class ClockState(enum.StrEnum):
    """How far the wall clock can be trusted."""

    SYNCED = "synced"
    RTC = "rtc"
    UNSYNCED = "unsynced"


def local_day(now: dt.datetime, utc_offset_minutes: int) -> dt.date:
    """Return the shop's calendar day at the aware UTC time `now`."""
    return (now + dt.timedelta(minutes=utc_offset_minutes)).date()


def local_time(now: dt.datetime, utc_offset_minutes: int) -> dt.datetime:
    """Return the shop's wall-clock time at the aware UTC time `now`."""
    zone = dt.timezone(dt.timedelta(minutes=utc_offset_minutes))
    return now.astimezone(zone)
