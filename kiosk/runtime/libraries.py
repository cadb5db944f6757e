"""A library that is not installed is told from a bug, in one place for all parts.

Vendor libraries are imported when a device is first opened, so that a missing one is met then.
"""

import contextlib
from collections.abc import Iterator

from kiosk.domain.errors import LibraryAbsent


@contextlib.contextmanager
def needed() -> Iterator[None]:
    """Turn a failed import inside into LibraryAbsent; where a module of ours is at fault, it stays.

    A library that is there and does not load (its own shared library is gone) is missing too.
    """
    try:
        yield
    except ImportError as e:
        if (e.name or "").partition(".")[0] == "kiosk":
            raise
        raise LibraryAbsent(str(e)) from e
