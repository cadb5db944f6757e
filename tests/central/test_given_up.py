"""What staff have given up stays given up, and is asked for until it is back."""

from central.books import allowances, journals
from central.shop.choices import JournalState
from central.shop.models import Terminal
from central.sync.service import Service
from kiosk.domain import wire
from tests.central.books import send
from tests.central.test_journals import BOUGHT, GIFT, journal, say, service
from tests.central.till import Till, release, visit

__all__ = ["service"]


def test_a_lost_journal_stays_lost_whatever_is_decided_after_a_quarantine(
    service: Service, till: Till
) -> None:
    till.row(visit())
    send(till)
    Terminal.objects.update(online=False)
    journals.declare_lost(journal(till))
    copy = Till(journal=till.journal)
    copy.row(visit(GIFT))
    for decide in (journals.accept, journals.freeze):
        say(service, copy, copy.hello())
        assert journal(till).state == JournalState.QUARANTINED
        assert decide(journal(till)).state == JournalState.LOST
        assert journals.held(journal(till)) == {}
        assert allowances.answer(till.journal, till.request()).grants == []


def test_what_is_written_off_is_asked_for_until_it_is_back(service: Service, till: Till) -> None:
    def recalled(messages: list[wire.Down]) -> set[str]:
        found = [m.accounts for m in messages if isinstance(m, wire.AllowanceRecall)]
        return {account for accounts in found for account in accounts}

    say(service, till, till.hello())
    list(service.news())
    journals.write_off([BOUGHT])
    assert BOUGHT in recalled([message for _, message in service.news()])
    assert BOUGHT in recalled(say(service, till, till.hello())), "it was offline meanwhile"
    till.row(release(BOUGHT, 8))
    send(till)
    assert BOUGHT not in recalled(say(service, till, till.hello()))
