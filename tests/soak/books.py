"""Do the books of both sides agree, and with what was seen on the screen?"""

import contextlib
import sqlite3
from collections import Counter as Tally
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kiosk.domain import wire
from kiosk.domain.transactions import CheckIn, Delta, Release, decode, deltas


def check(journal: Path, central: Path, confirmed: Iterable[int]) -> list[str]:
    """List what is wrong.  Both files are of processes that wrote all they had to.

    - every success shown is a row, and every row that takes or loads was shown;
    - central has every row, byte by byte, in order;
    - for each account: held here == granted + what the rows did to it == leased there;
    - at central every balance is the sum of its entries.
    """
    wrong: list[str] = []
    rows = dict(_read(journal, "SELECT seq, payload FROM chain ORDER BY seq"))
    lines = {seq: decode(payload).lines for seq, payload in rows.items()}
    shown = sorted(confirmed)
    silent = (CheckIn, Release)
    written = [seq for seq, done in lines.items() if not isinstance(done[0], silent)]
    if shown != written:
        lost, unseen = set(shown) - set(written), set(written) - set(shown)
        wrong.append(f"shown and not written: {sorted(lost)}; not shown: {sorted(unseen)}")
    (own,) = _read(journal, "SELECT id FROM journal")[0]
    there = _read(
        central, "SELECT seq, payload FROM shop_transaction WHERE journal_id = ? ORDER BY id", own
    )
    if [(seq, bytes(payload)) for seq, payload in there] != list(rows.items()):
        wrong.append(f"{len(rows)} rows here, {len(there)} at central, or others")
    wrong += _held(journal, central, own, [deltas(done) for done in lines.values()])
    wrong += [
        f"central's account {account}: {posted}, its entries {entered}"
        for account, posted, entered in _read(
            central,
            "SELECT a.id, a.posted, coalesce(sum(e.amount), 0) FROM shop_account a"
            " LEFT JOIN shop_entry e ON e.account_id = a.id GROUP BY a.id",
        )
        if posted != entered
    ]
    return wrong


def _held(journal: Path, central: Path, own: str, done: list[dict[str, Delta]]) -> list[str]:
    """Compare, account by account.  A grant on its way is leased there and not yet held here."""
    asked = {nonce for (nonce,) in _read(journal, "SELECT nonce FROM request")}
    sql = "SELECT nonce, answer FROM shop_grantanswer WHERE journal_id = ?"
    due, coming = Tally[str](), Tally[str]()
    for nonce, answer in _read(central, sql, own):
        grant = wire.decode_down(bytes(answer))
        assert isinstance(grant, wire.AllowanceGrant)
        for given in grant.grants:
            due[given.account] += given.amount
            coming[given.account] += given.amount * (nonce in asked)
    for row in done:
        for account, delta in row.items():
            due[account] += delta.held
    held = Tally(dict(_read(journal, "SELECT account, held FROM account")))
    sql = "SELECT account_id, amount FROM shop_allowance WHERE journal_id = ?"
    leased = Tally(dict(_read(central, sql, own)))
    return [
        f"{a}: granted less spent {due[a]}, leased {leased[a]}, held {held[a]}, coming {coming[a]}"
        for a in sorted({*due, *held, *leased})
        if not due[a] == leased[a] == held[a] + coming[a]
    ]


def slips(journal: Path) -> dict[str, int]:
    """Count what became of the slips."""
    return dict(_read(journal, "SELECT outcome, count(*) FROM print GROUP BY outcome"))


def _read(file: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)) as db:
        return db.execute(sql, values).fetchall()
