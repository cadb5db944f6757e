"""Do the books of both sides agree, and with what was seen on the screen?"""

import contextlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kiosk.domain import wire
from kiosk.domain.transactions import CheckIn, Release, decode, deltas


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
    due: defaultdict[str, int] = defaultdict(int)
    for (answer,) in _read(
        central, "SELECT answer FROM shop_grantanswer WHERE journal_id = ?", own
    ):
        grant = wire.decode_down(bytes(answer))
        assert isinstance(grant, wire.AllowanceGrant)
        for given in grant.grants:
            due[given.account] += given.amount
    for done in lines.values():
        for account, delta in deltas(done).items():
            due[account] += delta.held
    held = dict(_read(journal, "SELECT account, held FROM account WHERE held > 0"))
    leased = dict(
        _read(
            central,
            "SELECT account_id, amount FROM shop_allowance WHERE journal_id = ? AND amount > 0",
            own,
        )
    )
    owed = {account: amount for account, amount in due.items() if amount}
    if not owed == held == leased:
        wrong.append(f"granted less spent {owed}, held {held}, leased {leased}")
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


def slips(journal: Path) -> dict[str, int]:
    """Count what became of the slips."""
    return dict(_read(journal, "SELECT outcome, count(*) FROM print GROUP BY outcome"))


def _read(file: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)) as db:
        return db.execute(sql, values).fetchall()
