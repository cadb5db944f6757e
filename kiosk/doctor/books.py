"""The journal's file and whose it is, looked at without changing a byte.

Opening a journal as the daemon does would migrate it and could make its log anew; this reads the
file's own header and asks SQLite read-only.  What only a full reading can tell is left to
`kiosk journal verify`.
"""

import contextlib
import os
import sqlite3
from pathlib import Path

from kiosk.doctor.machine import no_folder
from kiosk.doctor.probe import Found, Probe
from kiosk.domain.errors import LibraryAbsent, SettingsError
from kiosk.domain.findings import Subject, Symptom
from kiosk.journal.soundness import APPLICATION
from kiosk.journal.store import BUSY_SECONDS
from kiosk.runtime.libraries import needed
from kiosk.settings.documents import Documents
from kiosk.settings.options import Config

_MAGIC = b"SQLite format 3\0"
_WAL = 2
"""Read and write version of a file in write-ahead-log mode (sqlite.org/fileformat.html, 1.3)."""


def probe(config: Config) -> Probe:
    """Make the probe of the journal."""
    path = config.journal

    def look() -> tuple[Found]:
        # rights first: what may not be read looks missing, or damaged
        folders = (path.parent, config.settings.parent)
        wrong = next((found for folder in folders if (found := _folder(folder))), None)
        return (wrong or _of_another(config) or _file(path) or _content(path),)

    return Probe((Subject.JOURNAL,), look, where=str(path), exercised="rights, mode, whose it is")


def _folder(folder: Path) -> Found | None:
    """Look whether files can be made in a folder, as SQLite's log and every replaced file are."""
    if absent := no_folder(folder):
        return absent
    try:
        if os.statvfs(folder).f_flag & os.ST_RDONLY:
            return Found(Symptom.JOURNAL_READ_ONLY, f"{folder} is on a read-only file system")
    except OSError as e:
        return Found(Symptom.JOURNAL_DENIED, f"{folder}: {e.strerror}")
    if os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return None
    return Found(Symptom.JOURNAL_DENIED, f"{folder} may not be read and written")


def _of_another(config: Config) -> Found | None:
    """Compare the terminal that this storage was installed as with the configured one."""
    try:
        with needed():
            identity = Documents(config.settings).identity()
    except LibraryAbsent as e:
        return Found(Symptom.LIBRARY_ABSENT, str(e))
    except SettingsError as e:
        return Found(Symptom.JOURNAL_DAMAGED, str(e))
    here = config.terminal.store, config.terminal.id
    if identity is None or (identity.store, identity.terminal) == here:
        return None
    return Found(
        Symptom.OTHER_TERMINAL,
        f"the storage is {identity.store}/{identity.terminal}'s, the configuration is"
        f" {here[0]}/{here[1]}'s",
    )


def _file(path: Path) -> Found | None:
    """Look at the file as such; None where it is one to read."""
    log = path.with_name(path.name + "-wal")
    if not path.exists():
        if log.exists():
            return Found(Symptom.JOURNAL_DAMAGED, f"{path} is gone and its log is there")
        return Found(Symptom.JOURNAL_UNBORN, "none yet")
    for file in (path, log):
        if file.exists() and not os.access(file, os.R_OK | os.W_OK):
            return Found(Symptom.JOURNAL_DENIED, f"{file} may not be read and written")
    return None


def _content(path: Path) -> Found:
    """Look at the header, and ask SQLite."""
    try:
        with path.open("rb") as file:
            header = file.read(20)
    except OSError as e:
        return Found(Symptom.JOURNAL_DAMAGED, f"{path}: {e.strerror}")
    if not header:
        return Found(Symptom.JOURNAL_UNBORN, "an empty file")
    if not header.startswith(_MAGIC):
        return Found(Symptom.JOURNAL_DAMAGED, "not an SQLite file")
    try:
        said = _ask(path)
    except sqlite3.Error as e:
        return Found(Symptom.JOURNAL_DAMAGED, str(e))
    if said is None:
        return Found(Symptom.JOURNAL_DAMAGED, "an SQLite file that is no journal")
    if (header[18], header[19]) != (_WAL, _WAL):
        return Found(Symptom.JOURNAL_NOT_DURABLE, "not in write-ahead-log mode")
    return Found(detail=said)


def _ask(path: Path) -> str | None:
    """Read which journal it is and how many rows it has; None for something else's file."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as db:
        if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            return None
        (own,) = db.execute("SELECT id FROM journal").fetchone() or ("?",)
        (rows,) = db.execute("SELECT coalesce(max(seq), 0) FROM chain").fetchone()
        return f"journal {own[:8]}, {rows} rows"
