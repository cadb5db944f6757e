"""A program that spends until it is stopped, and says on stdout what it was told.

    spender.py JOURNAL FIRST LAST [abrupt]

It takes part in the crash tests: attempt n carries n in its `catalogue` field, so that each row in
the file names the attempt that it belongs to.  Lines: "try n" before, then "ok n seq", "no n" or
"unknown n".  An abrupt one dies at once, without tidying up, after the first word but "ok".
"""

import dataclasses as dc
import os
import signal
import sys
from pathlib import Path

from kiosk.domain.errors import JournalError
from kiosk.journal.journal import Journal
from kiosk.journal.standing import OutcomeUnknown
from tests.journal import shop

STOCK = 1_000_000


def say(*words: object) -> None:
    # one write, unbuffered: what was said before a kill has been said
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def stock(path: Path) -> None:
    """Make the journal, with one member who can spend for long."""
    journal = Journal.open(path)
    journal.apply_directory(shop.page(journal, [shop.record(posted=STOCK)]))
    shop.grant(journal, m1_bought=STOCK, m1_principal=STOCK)
    journal.close()


def attempt(journal: Journal, n: int) -> str:
    wanted = shop.draft(shop.visit(visits=1 + n % 3), shop.pay(amount=n))
    say("try", n)
    try:
        receipt = journal.commit(dc.replace(wanted, catalogue=n))
    except OutcomeUnknown:
        say("unknown", n)
        return "unknown"
    except JournalError:
        say("no", n)
        return "no"
    say("ok", n, receipt.seq)
    around(journal, n, receipt.seq)
    return "ok"


def around(journal: Journal, n: int, seq: int) -> None:
    """What else happens to a journal between two spends."""
    try:
        journal.mark_shown(seq)
        if n % 4 == 0:
            journal.acknowledge(seq, journal.standing().head)
            journal.checkpoint()
        elif n % 4 == 1:
            journal.apply_grant(shop.answer(journal, journal.open_request(None)))
    except JournalError:
        say("around", n)


def main(path: Path, first: int, last: int, abrupt: bool) -> None:
    if not path.exists():
        stock(path)
    journal = Journal.open(path)
    for n in range(first, last + 1):
        if journal.broken:
            journal.reopen()
        said = attempt(journal, n)
        if abrupt and said != "ok":
            os.kill(os.getpid(), signal.SIGKILL)
    journal.close()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), "abrupt" in sys.argv[4:])
    except JournalError as e:
        sys.exit(f"stopped: {e}")
