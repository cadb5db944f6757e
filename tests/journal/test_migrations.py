"""Files of earlier programs, kept in fixtures/: each opens, twice, and goes on where it was."""

import shutil
from pathlib import Path

import pytest

from kiosk.domain.views import Balance
from kiosk.journal.journal import Journal
from tests.journal import shop
from tests.journal.shop import GROOMER, draft, log, page, record, visit

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def old(path: Path) -> Path:
    """Four rows of 0001: a top-up, a spend not seen, another member's visit, a release."""
    shutil.copy(FIXTURES / "0001.db", path)
    return path


def test_an_0001_file_opens_twice_with_everything_in_it(old: Path) -> None:
    for _ in range(2):
        journal = Journal.open(old)
        standing = journal.standing()
        assert standing.journal == "0001aaaa-0000-4000-8000-000000000001"
        assert (standing.last_seq, standing.acknowledged, standing.directory_version) == (4, 1, 4)
        assert standing.head.startswith("17a1af3c")
        assert standing.pending_nonce == "0001aaaa-0000-4000-8000-000000000003"
        assert standing.pending_accounts == ("m2.bought",)
        assert journal.verify() == 4
        view = shop.view(journal)
        assert view.balances["m1.principal"] == Balance(shown=90, held=40)
        assert view.balances["m1.bought"] == Balance(shown=98, held=48)
        assert view.unshown is not None
        assert view.unshown == view.last
        assert view.last.seq == 2
        assert (view.tickets, view.checked_in) == ((), None)
        assert shop.view(journal, "m2").unshown is None
        journal.close()


def test_an_0001_file_goes_on(old: Path) -> None:
    journal = Journal.open(old)
    # staff and what is open come with the directory; row 3 was applied there
    ticket = shop.ticket(journal, 3)
    members = [record("m1"), record("m2", posted=99, tickets=[ticket])]
    journal.apply_directory(page(journal, members, version=5, applied=4, operators=shop.OPERATORS))
    spent = journal.commit(draft(visit()))
    assert [t.ticket for t in spent.view.tickets] == [shop.ticket(journal, 5).ticket]
    done = journal.commit(draft(log(ticket.ticket), member="m2", operator=GROOMER))
    assert (done.seq, done.view.tickets) == (6, ())
    assert journal.commit(shop.void([log(ticket.ticket)], 6, member="m2")).view.tickets == (ticket,)
    assert journal.verify() == 7
    journal.close()
