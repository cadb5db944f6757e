"""Ways in which a journal's file is spoilt, and some in which it only cannot be opened."""

import sqlite3
from pathlib import Path

from kiosk.domain.transactions import chain

ROWS = 40
"""Rows of the journal that they are made for (conftest.used)."""


def sql(path: Path, statement: str) -> None:
    db = sqlite3.connect(path)
    db.execute(statement)
    db.commit()
    db.close()


def spoil_page_with(path: Path, text: bytes) -> None:
    content = bytearray(path.read_bytes())
    at = content.index(text) // 1024 * 1024
    content[at : at + 64] = bytes(64)
    path.write_bytes(content)


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all, but long enough " * 99)


def header_only(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + bytes(5000))


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoilt_row(path: Path) -> None:
    spoil_page_with(path, b'"seq":7,')


def changed_row(path: Path) -> None:
    sql(path, "UPDATE chain SET payload = CAST(replace(payload, 'bath', 'bite') AS BLOB)")


def missing_row(path: Path) -> None:
    sql(path, "DELETE FROM chain WHERE seq = 7")


def missing_end(path: Path) -> None:
    sql(path, "DELETE FROM chain WHERE seq > 5")


def no_identity(path: Path) -> None:
    sql(path, "DELETE FROM journal")


def empty_beside_its_log(path: Path) -> None:
    path.with_name(path.name + "-wal").write_bytes(b"rows" * 500)
    path.write_bytes(b"")


DAMAGES = [
    garbage,
    header_only,
    cut_short,
    spoilt_row,
    changed_row,
    missing_row,
    missing_end,
    no_identity,
    empty_beside_its_log,
]


def newer_schema(path: Path) -> None:
    sql(path, "PRAGMA user_version = 99")


def another_program(path: Path) -> None:
    path.unlink()
    sql(path, "CREATE TABLE notes (text)")


def newer_row(path: Path) -> None:
    """Its hash is right, so that it is what was written; this program cannot read it."""
    db = sqlite3.connect(path)
    prev, old = db.execute(
        "SELECT (SELECT hash FROM chain WHERE seq = 39), payload FROM chain WHERE seq = 40"
    ).fetchone()
    new = old.replace(b"visit.redeem", b"visit.future")
    db.execute("UPDATE chain SET payload = ?, hash = ? WHERE seq = 40", (new, chain(prev, new)))
    db.commit()
    db.close()
