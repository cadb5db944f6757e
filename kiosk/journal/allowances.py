"""Accounts and allowances: what may be spent here, and how it came here (design, §6).

Invariants:
- `held` is never below zero: the guard is in the UPDATE itself, and a CHECK stands behind it;
- only `add_grant` and this journal's own loads raise `held`; a directory or a welcome never does;
- a nonce is on the disk before its request leaves, and is used up in the transaction that adds
  its grant: one nonce, one grant, however often either is repeated.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import Delta
from kiosk.domain.views import Balance

_MOVE = """
UPDATE account SET held = held + :held, shown = shown + :posted
WHERE account = :account AND (:owner IS NULL OR owner = :owner) AND held + :held >= 0
"""


def balances(db: sqlite3.Connection, accounts: Sequence[str]) -> dict[str, Balance]:
    """Read accounts; one that is not there has no entry."""
    marks = ",".join("?" * len(accounts))
    found = db.execute(
        f"SELECT account, shown, held FROM account WHERE account IN ({marks})", accounts
    )
    return {account: Balance(shown, held) for account, shown, held in found}


class Short(Exception):
    """An account has not enough, neither held here nor shown; nothing more is known here."""

    def __init__(self, account: str) -> None:
        super().__init__(account)
        self.account = account


def move(db: sqlite3.Connection, changes: Mapping[str, Delta], owner: str | None) -> None:
    """Apply what a transaction does to accounts, each of them `owner`'s (None: anybody's).

    Raises Refusal(NOT_ALLOWED) for another's account, Refusal(HELD_ELSEWHERE) where what is shown
    would have been enough, Short otherwise.
    """
    for account, delta in changes.items():
        values = {"held": delta.held, "posted": delta.posted, "account": account, "owner": owner}
        if db.execute(_MOVE, values).rowcount != 1:
            row = db.execute(
                "SELECT owner, shown FROM account WHERE account = ?", (account,)
            ).fetchone()
            if row is None or (owner is not None and row[0] != owner):
                raise Refusal(Reason.NOT_ALLOWED)
            if row[1] >= -delta.held:
                raise Refusal(Reason.HELD_ELSEWHERE)
            raise Short(account)


def held(db: sqlite3.Connection, accounts: Sequence[str]) -> dict[str, int]:
    """Read what is held of these accounts, where it is more than nothing."""
    return {account: b.held for account, b in balances(db, accounts).items() if b.held}


def all_held(db: sqlite3.Connection) -> list[str]:
    """List the accounts that something is held of."""
    return [found for (found,) in db.execute("SELECT account FROM account WHERE held > 0")]


def pending(db: sqlite3.Connection) -> tuple[str, tuple[str, ...] | None] | None:
    """Return the nonce on its way and the accounts it asks for (None: all)."""
    row = db.execute("SELECT nonce, accounts FROM request").fetchone()
    if row is None:
        return None
    return row[0], None if row[1] is None else tuple(json.loads(row[1]))


def open_request(db: sqlite3.Connection, nonce: str, accounts: tuple[str, ...] | None) -> None:
    """Write down a request.  One at a time: there must be none pending."""
    asked = None if accounts is None else json.dumps(accounts)
    db.execute("INSERT INTO request VALUES (1, ?, ?)", (nonce, asked))


def add_grant(db: sqlite3.Connection, nonce: str, grants: Iterable[tuple[str, int]]) -> bool:
    """Add a grant to what is held and use up its nonce; False, and nothing, for any other nonce.

    An account that the directory has not brought yet is made without an owner: nobody can spend
    it before the directory says whose it is.
    """
    if db.execute("DELETE FROM request WHERE nonce = ?", (nonce,)).rowcount != 1:
        return False
    db.executemany(
        "INSERT INTO account VALUES (?, '', ?, 0)"
        " ON CONFLICT (account) DO UPDATE SET held = held + excluded.held",
        grants,
    )
    return True


def post(db: sqlite3.Connection, shown: Iterable[tuple[str, str, int]]) -> None:
    """Set (account, owner, shown) as the directory says; what is held stays as it is."""
    db.executemany(
        "INSERT INTO account (account, owner, held, shown) VALUES (?, ?, 0, ?)"
        " ON CONFLICT (account) DO UPDATE SET owner = excluded.owner, shown = excluded.shown",
        shown,
    )


def disown(db: sqlite3.Connection, dropped: Iterable[tuple[str, str]]) -> None:
    """Take (account, owner) from its owner; the account goes, unless something is held of it."""
    pairs = list(dropped)
    db.executemany("UPDATE account SET owner = '' WHERE account = ? AND owner = ?", pairs)
    db.executemany(
        "DELETE FROM account WHERE account = ? AND owner = '' AND held = 0",
        ((account,) for account, _ in pairs),
    )
