"""A journal is set aside under a dated name, with its log; nothing of it is ever deleted.

Invariant: at every moment, whatever is interrupted, the file and its log are both to be found under
one name, the old or the new.  The log gets its second name first and loses its first name last;
what an interruption leaves over is a second name of a log that is safe.
"""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

from kiosk.domain.errors import JournalError
from kiosk.runtime.files import sync_directory

DAMAGED, RENEWED = "damaged", "renewed"
"""Why a journal was set aside; its new name says it."""

_LOGS = ("-wal", "-journal")


def set_aside(path: Path, now: dt.datetime, why: str = DAMAGED) -> Path:
    """Rename the journal's files and return the new name.  Raises JournalError."""
    new = _free_name(path, f".{why}-{now:%Y%m%dT%H%M%SZ}")
    try:
        logs = [(old, _with(new, suffix)) for suffix, old in _logs(path)]
        for old, kept in logs:
            os.link(old, kept)
        sync_directory(path.parent)
        path.rename(new)
        sync_directory(path.parent)
        for old, _ in logs:
            old.unlink()
        if (index := _with(path, "-shm")).exists():
            index.rename(_with(new, "-shm"))
        sync_directory(path.parent)
    except OSError as e:
        raise JournalError(f"the journal {path} cannot be set aside: {e}") from e
    return new


def finish(path: Path) -> None:
    """Finish a setting aside that was interrupted: its log has two names.  Raises OSError."""
    if not path.exists():
        for _, log in _logs(path):
            if log.stat().st_nlink > 1:
                log.unlink()


def found_beside(path: Path) -> tuple[str, ...]:
    """Name the damaged journals that were set aside here, the oldest first."""
    start = f"{path.name}.{DAMAGED}-"
    try:
        names = [p.name for p in path.parent.iterdir() if p.name.startswith(start)]
    except OSError:
        return ()
    return tuple(sorted(n for n in names if not n.endswith((*_LOGS, "-shm"))))


def _logs(path: Path) -> Iterator[tuple[str, Path]]:
    return ((suffix, log) for suffix in _LOGS if (log := _with(path, suffix)).exists())


def _free_name(path: Path, suffix: str) -> Path:
    base = _with(path, suffix)
    name, n = base, 1
    while any(_with(name, suffix).exists() for suffix in ("", *_LOGS)):
        n += 1
        name = _with(base, f"-{n}")
    return name


def _with(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
