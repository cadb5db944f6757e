"""Wait for something to become true, with a time-out that only a failure reaches."""

import time
from collections.abc import Callable

SECONDS = 20.0


def until(condition: Callable[[], object], what: str = "", seconds: float = SECONDS) -> None:
    """Return as soon as `condition` holds.  Raises AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what or condition}"
        time.sleep(0.005)
