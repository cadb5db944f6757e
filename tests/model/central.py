"""The real central on a database of its own, and what its books must be at any moment."""

import contextlib
import dataclasses as dc
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, connections

from central.shop import demo
from central.sync.presence import Address
from central.sync.service import Service
from kiosk.domain import wire
from kiosk.domain.errors import Malformed, ProtocolError
from tests.central.databases import connected
from tests.model.ledger import GENESIS, Ledger, Posted, Row

SHOP = Path(__file__).with_name("shop.toml")


class Killed(BaseException):
    """The process is killed; no handler of an ordinary error may see it."""


def settings(file: Path) -> dict[str, Any]:
    """Write Django's settings of a database file."""
    url = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20}
    return dict(connections.configure_settings({"default": url | {"OPTIONS": options}})["default"])


def prepare(file: Path, now: Any) -> None:
    """Make a database with the small shop in it."""
    from django.contrib.auth import get_user_model

    with connected(settings(file)):
        call_command("migrate", verbosity=0)
        demo.fill(demo.read(SHOP), now)
        get_user_model()._default_manager.create(username="staff")


@dc.dataclass
class Seen:
    """How far the books have been checked, and what they said."""

    entry: int = 0
    transaction: int = 0
    balances: Counter[str] = dc.field(default_factory=Counter)
    heads: dict[str, list[Row]] = dc.field(default_factory=dict)


class Central:
    """A process and its database.  `births` counts the processes."""

    def __init__(self, prepared: Path, file: Path) -> None:
        self.file = file
        shutil.copyfile(prepared, file)
        self._stack = contextlib.ExitStack()
        self._stack.enter_context(connected(settings(file)))
        self.running, self.births = True, 1
        self.service = Service()
        self.grants: dict[tuple[str, str], dict[str, int]] = {}
        self.reversed: set[tuple[str, int]] = set()
        self.seen = Seen()
        self.posted = Posted(Counter())
        self.opening = {a: p for a, _, p, _ in self.accounts()}
        self.posted.balances.update(self.opening)

    def close(self) -> None:
        connection.close()
        self._stack.close()

    # --- the process

    def receive(self, address: Address, payload: bytes) -> list[bytes]:
        """Answer as central.sync.process does: what cannot be used is dropped."""
        try:
            message = wire.decode_up(payload)
            return [self._said(m) for m in self.service.receive(address, message)]
        except (Malformed, ProtocolError):
            return []

    def news(self) -> list[tuple[Address, bytes]]:
        return [(address, self._said(m)) for address, m in self.service.news()]

    def _said(self, message: wire.Down) -> bytes:
        if isinstance(message, wire.AllowanceGrant):
            given = {g.account: g.amount for g in message.grants}
            known = self.grants.setdefault((message.journal, message.nonce), given)
            assert known == given, "one nonce has one grant for ever"
        return wire.encode(message)

    def killed(self, work: Callable[[], object], statement: int) -> bool:
        """Do some work and be killed before its so-manieth SQL statement; False: it was done."""
        left = statement

        def count(execute: Any, *rest: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return execute(*rest)

        try:
            with connection.execute_wrapper(count):
                work()
        except Killed:
            return True
        return False

    def restart(self) -> None:
        connection.close()
        self.service, self.running = Service(), True
        self.births += 1

    # --- the books

    def accounts(self) -> list[tuple[str, str, int, int]]:
        return self._query("SELECT id, kind, posted, leased FROM shop_account")

    def journals(self) -> dict[str, tuple[str, int]]:
        """State and applied rows of each journal."""
        rows = self._query("SELECT id, state, applied FROM shop_journal")
        return {journal: (state, applied) for journal, state, applied in rows}

    def cases(self) -> list[tuple[str, str | None]]:
        return self._query("SELECT kind, journal_id FROM shop_case WHERE open")

    def leased(self) -> dict[tuple[str, str], int]:
        rows = self._query("SELECT journal_id, account_id, amount FROM shop_allowance")
        return {(journal, account): amount for journal, account, amount in rows}

    def applied(self, journal: str) -> list[Row]:
        return self.seen.heads.get(journal, [])

    def seen_rows(self) -> list[Row]:
        """All that was applied, as far as it was checked."""
        return [row for chain in self.seen.heads.values() for row in chain]

    def check(self, ledger: Ledger) -> None:
        """Check the books by themselves, then with what the terminals and the desk say."""
        new = self._take_rows(ledger)
        self.posted.take(new, self.reversed)
        self._take_entries()
        leased: Counter[str] = Counter()
        for (_, account), amount in self.leased().items():
            assert amount >= 0
            leased[account] += amount
        suspense = 0
        for account, kind, posted, held in self.accounts():
            assert posted == self.seen.balances[account], f"{account} is not its entries"
            assert held == leased[account], f"{account} is not leased as its allowances say"
            if kind == "suspense":
                suspense -= posted
            else:
                assert posted >= held >= 0, f"{account}: {held} of {posted} leased"
        self._compare(ledger, suspense)

    def _compare(self, ledger: Ledger, suspense: int) -> None:
        differ = {
            account: self.posted.balances[account] + self._moved(ledger, account) - balance
            for account, balance in self.seen.balances.items()
            if not account.startswith("suspense.")
        }
        lost = {a: n for a, n in differ.items() if n}
        assert -sum(lost.values()) == suspense, f"books and goods differ: {lost}, {suspense}"
        for account, missing in lost.items():
            # earned points of a row that was undone since may have been spent before
            back = self.posted.points_back if account.endswith(".points") else 0
            most = ledger.slack[account] + back
            assert 0 <= -missing <= most, f"{account}: {-missing} in suspense, for {most}"

    def _moved(self, ledger: Ledger, account: str) -> int:
        return ledger.desk[account] - self.opening.get(account, 0)

    def _take_rows(self, ledger: Ledger) -> list[Row]:
        found = self._query(
            "SELECT id, journal_id, seq, prev, hash, payload FROM shop_transaction"
            f" WHERE id > {self.seen.transaction} ORDER BY id"
        )
        new = []
        for pk, journal, seq, prev, row_hash, payload in found:
            chain = self.seen.heads.setdefault(journal, [])
            row = ledger.rows.get(bytes(row_hash))
            assert row is not None, f"central has a row {seq} that no terminal wrote"
            assert (row.journal, row.seq) == (journal, seq) == (journal, len(chain) + 1)
            assert row.prev == bytes(prev) == (chain[-1].hash if chain else GENESIS)
            assert row.payload == bytes(payload)
            chain.append(row)
            new.append(row)
            self.seen.transaction = pk
        for journal, applied, head in self._query("SELECT id, applied, head FROM shop_journal"):
            chain = self.seen.heads.get(journal, [])
            assert applied == len(chain)
            assert bytes(head) == (chain[-1].hash if chain else GENESIS)
        return new

    def _take_entries(self) -> None:
        found = self._query(
            "SELECT id, account_id, amount, balance_after FROM shop_entry"
            f" WHERE id > {self.seen.entry} ORDER BY id"
        )
        for pk, account, amount, after in found:
            self.seen.balances[account] += amount
            assert self.seen.balances[account] == after
            self.seen.entry = pk

    def _query(self, sql: str) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())
