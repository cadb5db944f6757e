"""Asking an input device for a while."""

import time

from kiosk.domain.events import Stimulus
from kiosk.drivers.ports import InputPort


def during(device: InputPort, seconds: float) -> list[Stimulus]:
    """Return what comes in this time."""
    end = time.monotonic() + seconds
    seen = list(device.poll(0))
    while (left := end - time.monotonic()) > 0:
        seen += device.poll(min(left, 0.25))
    return seen
