"""The directory: members as central last sent them, their media, and how pages arrive.

A full set starts a new generation at page 0; whoever is not in it is gone when its last page
has come.  Pages of a set come in order; a repeated page changes nothing, a gap is an error and
the set must be asked for again.  What is held on an account outlives its member.
"""

import itertools
import json
import sqlite3
from collections.abc import Iterable, Mapping

from kiosk.domain.errors import ProtocolError
from kiosk.domain.members import MemberRecord
from kiosk.domain.wire import DirectoryPage
from kiosk.journal import allowances, chain, members, operators, passes, recent, tickets


def version(db: sqlite3.Connection) -> int:
    """Return the version of the last complete set; 0 before the first."""
    found: int = db.execute("SELECT version FROM directory").fetchone()[0]
    return found


def store(db: sqlite3.Connection, page: DirectoryPage, own: Mapping[str, int]) -> None:
    """Take in a page; `own` is what this journal's rows above `page.applied` posted.

    A page that is already in, or older than what is, changes nothing.  Raises ProtocolError for
    one out of order; the set must be asked for again.
    """
    current, generation, next_page, *coming = db.execute(
        "SELECT version, generation, next_page, next_version, next_full FROM directory"
    ).fetchone()
    if not page.full and page.version < current:
        return
    expected = next_page if coming == [page.version, page.full] else 0
    if page.page and page.page != expected:
        if page.page < expected or (not next_page and page.version == current):
            return
        raise ProtocolError(f"directory {page.version}: page {page.page} came before its turn")
    if page.full and page.page == 0:
        generation += 1
    if page.operators is not None:
        operators.replace(db, page.operators)
    _replace(db, page, generation, own)
    if page.last and page.full:
        _sweep(db, generation)
    db.execute(
        "UPDATE directory SET version = ?, generation = ?, next_page = ?, next_version = ?,"
        " next_full = ?",
        (
            page.version if page.last else current,
            generation,
            0 if page.last else page.page + 1,
            page.version,
            page.full,
        ),
    )


def _replace(
    db: sqlite3.Connection, page: DirectoryPage, generation: int, own: Mapping[str, int]
) -> None:
    # all that goes before all that comes: a card or purse may move between two members of a page
    last = chain.head(db)[0]
    sent = {record.member: record for record in page.members}
    comes = passes.complete(db, sent, page.applied, last - recent.RECENT)
    gone = set(page.removed) - comes.keys()
    old = _records(db, [*comes, *gone])
    _take_back(db, comes, old)
    tickets.post(db, old, comes.values(), last)
    db.executemany("DELETE FROM member WHERE member = ?", ((m,) for m in gone))
    db.executemany(
        "INSERT INTO member VALUES (?, ?, ?, ?) ON CONFLICT (member) DO UPDATE SET"
        " generation = excluded.generation, record = excluded.record, applied = excluded.applied",
        ((m, generation, members.encoded(record), page.applied) for m, record in comes.items()),
    )
    db.executemany(
        "INSERT OR REPLACE INTO medium VALUES (?, ?)",
        ((medium.key, m) for m, record in comes.items() for medium in record.media),
    )
    allowances.post(
        db,
        (
            # the one rule of `shown`: what central posted, and our rows that it did not have yet
            (purse.account, m, purse.posted + own.get(purse.account, 0))
            for m, record in comes.items()
            for purse in record.purses
        ),
    )


def _records(db: sqlite3.Connection, names: list[str]) -> list[MemberRecord]:
    found = db.execute(
        "SELECT record FROM member WHERE member IN (SELECT value FROM json_each(?))",
        (json.dumps(names),),
    )
    return [members.decoded(row[0]) for row in found]


def _take_back(
    db: sqlite3.Connection, comes: Mapping[str, MemberRecord], old: Iterable[MemberRecord]
) -> None:
    keys, dropped = [], []
    for record in old:
        new = comes.get(record.member)
        keep = {p.account for p in new.purses} if new else set()
        kept_keys = {m.key for m in new.media} if new else set()
        keys += [(m.key, record.member) for m in record.media if m.key not in kept_keys]
        dropped += [(p.account, record.member) for p in record.purses if p.account not in keep]
    db.executemany("DELETE FROM medium WHERE key = ? AND member = ?", keys)
    allowances.disown(db, dropped)


def _sweep(db: sqlite3.Connection, generation: int) -> None:
    old = db.execute("SELECT record FROM member WHERE generation < ?", (generation,))
    while part := [members.decoded(row[0]) for row in itertools.islice(old, 500)]:
        _take_back(db, {}, part)
        tickets.post(db, part, (), 0)
    db.execute("DELETE FROM member WHERE generation < ?", (generation,))
