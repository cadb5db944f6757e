"""A program that lives a journal's life until it is stopped, and says on stdout what it was told.

    spender.py JOURNAL FIRST LAST [abrupt | normal]

It takes part in the crash tests: attempt n is written n minutes after shop.NOW, so that each row
names the attempt that it belongs to.  Lines: "try n" before, then "ok n seq" and "row seq payload",
"no n" or "unknown n"; "granting n" before a grant and "granted n" after; "acked seq".  An abrupt
one dies at once, without tidying up, after the first word but "ok".  A normal one commits with
synchronous=NORMAL, which is not enough: the simulation of power cuts must find that.
"""

import dataclasses as dc
import datetime as dt
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from kiosk.domain.clock import ClockState
from kiosk.domain.effects import Draft
from kiosk.domain.errors import JournalError
from kiosk.domain.refusals import Refusal
from kiosk.domain.transactions import AnyLine, CheckIn, decode
from kiosk.journal import recent, retention, store
from kiosk.journal.journal import Journal
from kiosk.journal.standing import OutcomeUnknown
from kiosk.journal.store import CommitFailed
from tests.journal import shop

STOCK = 1_000_000
GRANT = 1_000
KEPT = 3
"""Rows that are never pruned; 2,000 in a shop."""

MEMBERS = ("m1", "m2")


def say(*words: object) -> None:
    # one write, unbuffered: what was said before a kill has been said
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def stock(path: Path) -> None:
    """Make the journal, with members who can spend for long."""
    journal = Journal.open(path)
    members = [shop.record(m, posted=STOCK, valid_until=None) for m in MEMBERS]
    journal.apply_directory(shop.page(journal, members, operators=shop.OPERATORS))
    journal.store_catalogue(shop.CATALOGUE)
    shop.grant(journal, m1_bought=STOCK, m1_principal=STOCK, m2_bought=STOCK)
    journal.close()


def minute(n: int) -> dt.datetime:
    return shop.NOW + dt.timedelta(minutes=n)


def number(at: dt.datetime) -> int:
    """Which attempt a row belongs to."""
    return int((at - shop.NOW).total_seconds()) // 60


def wanted(journal: Journal, n: int) -> Draft:
    """What attempt n is: each kind of row in turn."""
    last = journal.standing().last_seq
    before: tuple[AnyLine, ...] = decode(journal.rows(last - 1, 1)[0].payload).lines if last else ()
    visit, pay = shop.visit(visits=1 + n % 3), shop.pay(amount=n)
    day = shop.DAY + dt.timedelta(days=n)
    match n % 7:
        case 1:
            return shop.draft(shop.load(paid=1 + n % 30))
        case 2 if before and before[0].__class__ is shop.load().__class__:
            return shop.void(before, last)
        case 3:
            return shop.draft(visit, CheckIn(day), day=day)
        case 4:
            return shop.draft(shop.sale(f"pass-{n}"))
        case 5:
            found = shop.view(journal).tickets
            if found:
                return shop.draft(shop.log(found[0].ticket), operator=shop.GROOMER)
        case _:
            pass
    return shop.draft(visit, pay)


def attempted(journal: Journal, n: int) -> Draft:
    return dc.replace(wanted(journal, n), at=minute(n))


def attempt(journal: Journal, n: int) -> str:
    if n % 7 == 6:
        return told(n, journal, lambda: release(journal, n))
    try:
        draft = attempted(journal, n)
    except JournalError:
        return "no"
    return told(n, journal, lambda: journal.commit(draft).seq)


def release(journal: Journal, n: int) -> int:
    seq = journal.release([shop.account("m2", shop.BOUGHT)], minute(n), ClockState.SYNCED)
    return seq if seq is not None else journal.commit(dc.replace(spend(), at=minute(n))).seq


def spend() -> Draft:
    return shop.draft(shop.visit())


def told(n: int, journal: Journal, write: Callable[[], int]) -> str:
    say("try", n)
    try:
        seq = write()
    except (OutcomeUnknown, CommitFailed):
        # a release does not find out by itself what became of it
        say("unknown", n)
        return "unknown"
    except (JournalError, Refusal):
        say("no", n)
        return "no"
    say("ok", n, seq)
    around(journal, n, seq)
    return "ok"


def around(journal: Journal, n: int, seq: int) -> None:
    """What else happens to a journal between two spends."""
    try:
        # what is pruned later was said before
        say("row", seq, journal.rows(seq - 1, 1)[0].payload.decode())
        journal.mark_shown(seq)
        if n % 4 == 0:
            journal.witness(minute(n))
            journal.acknowledge(seq, journal.standing().head)
            say("acked", seq)
            journal.checkpoint()
        elif n % 4 == 1:
            nonce = journal.open_request(None)
            say("granting", n)
            journal.apply_grant(shop.answer(journal, nonce, m1_gift=GRANT))
            say("granted", n)
        elif n % 4 == 2:
            page(journal, n)
        elif n % 8 == 7:
            journal.idle(minute(n))
    except JournalError:
        say("around", n)


def page(journal: Journal, n: int) -> None:
    """A page of the directory that has everything applied which was acknowledged."""
    applied = journal.standing().acknowledged
    with journal._store.reading() as db:
        own = dict(journal._own.above(db, applied))
    known = [shop.view(journal, m) for m in MEMBERS]
    members = [
        shop.record(
            m,
            valid_until=None,
            posted={
                p: view.balances[shop.account(m, p)].shown - own.get(shop.account(m, p), 0)
                for p in shop.KINDS
            },
            tickets=[t for t in view.tickets if int(t.ticket.split(".")[1]) <= applied],
        )
        for m, view in zip(MEMBERS, known, strict=True)
    ]
    journal.apply_directory(shop.page(journal, members, version=n, full=False, applied=applied))


def main(path: Path, first: int, last: int, how: str) -> None:
    recent.RECENT = KEPT
    retention.EVERY = dt.timedelta()
    if how == "normal":
        store._FULL = store._NORMAL
    if not path.exists():
        stock(path)
    journal = Journal.open(path)
    for row in journal.rows(0, STOCK):
        # what an earlier life could not say any more
        say("row", row.seq, row.payload.decode())
    for n in range(first, last + 1):
        if journal.broken:
            journal.reopen()
        said = attempt(journal, n)
        if how == "abrupt" and said != "ok":
            os.kill(os.getpid(), signal.SIGKILL)
    journal.close()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), "".join(sys.argv[4:]))
    except JournalError as e:
        sys.exit(f"stopped: {e}")
