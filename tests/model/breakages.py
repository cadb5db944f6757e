"""Small mistakes that somebody might make one day in the programs; the model must find each."""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest

from central.books import actions, allowances, apply, batch, chain, directory
from central.shop.models import Account, Allowance, GrantAnswer
from kiosk.domain import transactions as rows
from kiosk.domain import wire
from kiosk.journal import allowances as held
from kiosk.journal import central as opinion
from kiosk.sync.actions import ApplyGrant
from kiosk.sync.exchange import Exchange

Patch = pytest.MonkeyPatch
Breakage = Callable[[Patch], None]


def journal_ignores_the_nonce(patch: Patch) -> None:
    """A grant that comes twice counts twice."""
    right = held.add_grant

    def wrong(db: sqlite3.Connection, nonce: str, grants: Iterable[tuple[str, int]]) -> bool:
        again = [*grants]
        if not right(db, nonce, again):
            more = [(amount, account) for account, amount in again]
            db.executemany("UPDATE account SET held = held + ? WHERE account = ?", more)
        return True

    patch.setattr(held, "add_grant", wrong)
    patch.setattr(Exchange, "_granted", lambda _self, grant, _standing: [ApplyGrant(grant)])


def central_answers_a_nonce_anew(patch: Patch) -> None:
    """The same request leases again."""
    right = allowances.answer

    def wrong(journal: str, request: wire.AllowanceRequest) -> wire.AllowanceGrant:
        GrantAnswer.objects.filter(journal=journal, nonce=request.nonce).delete()
        return right(journal, request)

    patch.setattr(allowances, "answer", wrong)


def _lease_stays(kind: type, patch: Patch) -> None:
    # the journal has its own reference: only central is wrong
    right = rows.deltas

    def wrong(lines: tuple[rows.AnyLine, ...]) -> dict[str, rows.Delta]:
        found = right(lines)
        if any(isinstance(line, kind) for line in lines):
            return {account: rows.Delta(0, d.posted) for account, d in found.items()}
        return found

    patch.setattr(rows, "deltas", wrong)


def release_lowers_no_lease(patch: Patch) -> None:
    _lease_stays(rows.Release, patch)


def void_moves_no_lease(patch: Patch) -> None:
    _lease_stays(rows.Void, patch)


def load_raises_no_lease(patch: Patch) -> None:
    _lease_stays(rows.ValueLoad, patch)


def central_posts_a_duplicate(patch: Patch) -> None:
    """What comes in a batch with rows that are in already is posted twice."""
    right, repeated = chain.place, list[int]()

    def place(sent: Any, applied: int, head: bytes, stored: Any) -> chain.Placement:
        found = right(sent, applied, head, stored)
        repeated[:] = found.duplicates
        return found

    class Wrong(batch.Batch):
        def _move(self, *rest: Any) -> None:
            for _ in range(2 if repeated else 1):
                super()._move(*rest)

    patch.setattr(chain, "place", place)
    patch.setattr(apply, "Batch", Wrong)


def central_acknowledges_what_it_has_not(patch: Patch) -> None:
    """It answers for a whole batch and applies the first row of it."""
    right = apply.apply

    def wrong(store: str, terminal: str, message: wire.Transactions) -> wire.Ack:
        short = msgspec.structs.replace(message, rows=message.rows[:1])
        ack = right(store, terminal, short)
        head, last = bytes.fromhex(message.prev), message.first - 1
        for payload in message.rows:
            head, last = rows.chain(head, bytes(payload)), last + 1
        if ack.applied_through == message.first:
            return msgspec.structs.replace(ack, applied_through=last, head=head.hex())
        return ack

    patch.setattr(apply, "apply", wrong)


def counter_takes_what_terminals_hold(patch: Patch) -> None:
    right = actions.move

    def wrong(store: str, amounts: Any, *rest: Any) -> Any:
        with directory.writing():
            taken = [account for account, amount in amounts.items() if amount < 0]
            Account.objects.filter(pk__in=taken).update(leased=0)
            Allowance.objects.filter(account__in=taken).update(amount=0)
            return right(store, amounts, *rest)

    patch.setattr(actions, "move", wrong)


def welcome_brings_allowance(patch: Patch) -> None:
    """What is posted may be spent."""
    right = opinion.welcome

    def wrong(db: sqlite3.Connection, *rest: Any) -> bool:
        agreed = right(db, *rest)
        db.execute("UPDATE account SET held = shown WHERE shown > held")
        return agreed

    patch.setattr(opinion, "welcome", wrong)


def card_put_back_goes_unnoticed(patch: Patch) -> None:
    """The journal believes that it has every row that central names."""
    patch.setattr(opinion, "_agrees", lambda *_: True)


QUICKLY_FOUND: tuple[Breakage, ...] = (
    release_lowers_no_lease,
    load_raises_no_lease,
    welcome_brings_allowance,
)
OTHERS: tuple[Breakage, ...] = (
    journal_ignores_the_nonce,
    central_answers_a_nonce_anew,
    central_posts_a_duplicate,
    central_acknowledges_what_it_has_not,
    card_put_back_goes_unnoticed,
    counter_takes_what_terminals_hold,
    void_moves_no_lease,
)
