"""`kiosk journal renew`: begin a new journal; the old file is set aside and never deleted.

For a journal that takes no payments any more (rolled back, forked, kept closed).  The next start
makes a new one with an id of its own; central freezes what the old one holds until staff have
given it up, or its card has drained.
"""

import datetime as dt
from pathlib import Path

from kiosk.domain.errors import ConfigError, JournalError
from kiosk.domain.wire import JournalState
from kiosk.health import Status
from kiosk.journal.aside import RENEWED, set_aside
from kiosk.journal.journal import Journal
from kiosk.runtime.files import held


def renew(path: Path, now: dt.datetime, running: Status | None, *, force: bool) -> list[str]:
    """Set the journal at `path` aside; return what to tell the technician.

    Raises ConfigError while the daemon runs, and without `force` for a journal that still takes
    payments; JournalError when there is none, or it cannot be moved.
    """
    if running is not None:
        raise ConfigError(("the daemon has it open: sudo systemctl stop kiosk",))
    if not path.is_file():
        raise JournalError(f"there is no journal {path}: the next start makes one")
    with held(path.parent) as alone:
        if not alone:
            raise ConfigError((f"another kiosk has {path} open: stop it first",))
        return _renewed(path, now, force)


def _renewed(path: Path, now: dt.datetime, force: bool) -> list[str]:
    told, works = _told(path)
    if works and not force:
        raise ConfigError(
            (f"{told}; it takes payments, and nothing is wrong with it.  --force sets it aside",)
        )
    kept = set_aside(path, now, RENEWED)
    return [
        told,
        f"set aside as {kept}; keep it until staff have settled it",
        "the next start begins a new journal: sudo systemctl start kiosk",
        "then staff open Kiosks at the desk and press “Old journal lost”",
    ]


def _told(path: Path) -> tuple[str, bool]:
    """Describe the journal, and whether it takes payments; a damaged one does not."""
    try:
        journal = Journal.open(path, create=False)
    except JournalError as e:
        return f"{path} cannot be read: {e}", False
    try:
        found = journal.standing()
    finally:
        journal.close()
    waiting = f"{found.waiting} of {found.last_seq} rows have not reached central"
    return f"{found.journal}: {waiting}", found.state is JournalState.OPEN
