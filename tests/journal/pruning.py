"""Letting old rows go: what central has, what its clock has seen, and what is left."""

import datetime as dt
from collections.abc import Sequence

from kiosk.domain.members import Ticket
from kiosk.journal import chain, retention
from kiosk.journal.journal import Journal
from tests.journal import shop

KEPT = 3
"""The last rows, which never go."""

DAY = dt.timedelta(days=1)
LATER = shop.NOW + 100 * DAY


def acknowledge(journal: Journal, seq: int) -> None:
    journal.witness(shop.NOW + dt.timedelta(minutes=journal.standing().last_seq))
    journal.acknowledge(seq, head(journal, seq))


def head(journal: Journal, seq: int) -> str:
    return journal.rows(seq - 1, 1)[0].hash.hex()


def apply(
    journal: Journal,
    applied: int,
    version: int = 2,
    posted_then: int = 100,
    tickets: Sequence[Ticket] = (),
) -> None:
    """A page that has these rows in it; each took one visit of what was posted before."""
    posted = dict.fromkeys(shop.KINDS, 100) | {shop.BOUGHT: posted_then - applied}
    members = [shop.record("m1", posted=posted, valid_until=None, tickets=tickets)]
    journal.apply_directory(
        shop.page(journal, members, version=version, full=False, applied=applied)
    )


def prune(journal: Journal, before: dt.datetime = LATER) -> int:
    """Let go what may go; return the last row that has gone."""
    with journal._store.unsynced() as db:
        while retention.step(db, before):
            pass
        return chain.floor(db)[0]


def first(journal: Journal) -> int:
    return journal.rows(0, 1)[0].seq


def noted(journal: Journal) -> list[tuple[int, dt.datetime]]:
    with journal._store.reading() as db:
        found = db.execute("SELECT seq, at FROM witnessed ORDER BY seq").fetchall()
    return [(seq, dt.datetime.fromisoformat(at)) for seq, at in found]
