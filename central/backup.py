"""A copy of the database while everything runs, and the word that one was put back.

SQLite is copied by its own online backup (sqlite3, Connection.backup): one moment of the books,
whatever is written meanwhile.  For PostgreSQL pg_dump does the same; its password comes from the
same place as central's own, and is never an argument.
"""

import contextlib
import datetime as dt
import os
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from kiosk.domain.errors import ConfigError


def make(database: dict[str, Any], file: Path) -> None:
    """Write a backup to a new file, for its owner's eyes only; on the disk when this returns.

    `database` is Django's settings of it.  Raises FileExistsError, OSError, ConfigError.
    """
    new = file.with_name(f".{file.name}.new")
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        if database["ENGINE"].endswith("sqlite3"):
            _copy(str(database["NAME"]), new)
        else:
            _dump(database, new)
        with new.open("rb") as written:
            os.fsync(written.fileno())
        new.replace(file)
    except BaseException:
        new.unlink(missing_ok=True)
        file.unlink(missing_ok=True)
        raise


def make_in(directory: Path, database: dict[str, Any], now: dt.datetime, keep: int) -> Path:
    """Write a backup named by its time, and remove all but the newest `keep`.  Raises as `make`."""
    suffix = "sqlite3" if database["ENGINE"].endswith("sqlite3") else "dump"
    file = directory / f"central-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}.{suffix}"
    make(database, file)
    made = sorted(path for path in directory.glob("central-*Z.*") if path.stat().st_size)
    for old in made[: max(0, len(made) - keep)]:
        old.unlink()
    return file


def how_to_check(database: dict[str, Any], file: Path) -> str:
    """Say how somebody sees for himself that a backup can be read, and that its books add up."""
    if database["ENGINE"].endswith("sqlite3"):
        return (
            "its integrity was checked. To add up its books, copy it to a new folder as"
            " central.sqlite3 and run: kiosk-central --data FOLDER verify"
        )
    return f"to read what is in it: pg_restore --list {file}"


def _copy(name: str, new: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(f"file:{name}?mode=ro", uri=True)) as source,
        contextlib.closing(sqlite3.connect(new)) as target,
    ):
        source.backup(target)
        found = target.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise OSError(f"the copy is damaged, and the database may be: {found}")


def _dump(database: dict[str, Any], new: Path) -> None:
    """Run pg_dump; the password is in its environment, and what is no secret in its arguments."""
    from psycopg.conninfo import make_conninfo

    found = {"user": "USER", "host": "HOST", "port": "PORT", "password": "PASSWORD"}
    given = {name: str(database[key]) for name, key in found.items() if database[key]}
    options = {"dbname": database["NAME"]} | database["OPTIONS"] | given
    secret = {"PGPASSWORD": word} if (word := options.pop("password", "")) else {}
    command = ["pg_dump", "--format=custom", "--no-owner", f"--file={new}"]
    try:
        done = subprocess.run(
            [*command, f"--dbname={make_conninfo(**options)}"],
            env=os.environ | secret,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise ConfigError(("pg_dump is not installed: apt install postgresql-client",)) from None
    if done.returncode != 0:
        raise OSError(done.stderr.strip())
