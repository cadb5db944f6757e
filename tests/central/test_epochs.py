"""Books put back to an earlier day: nothing is granted twice, and nothing is silent."""

import datetime as dt
import uuid

import pytest

from central.books import actions, allowances, epochs
from central.books.recalls import HeldElsewhere
from central.shop.choices import JournalState
from central.shop.models import Account, Allowance, Journal, Ledger
from central.sync.service import Service
from kiosk.domain import wire
from kiosk.domain.errors import ProtocolError
from tests.central.books import assert_sound, cases, leased, posted, send
from tests.central.till import NOW, Till, release, visit

PURSE = "m-wang.principal"


def follow(till: Till, service: Service, **changes: object) -> wire.Welcome:
    """Say hello as a kiosk that follows these books in the epoch `changes` say, or now."""
    central, epoch = epochs.identity()
    hello = till.hello(**({"central": central, "epoch": epoch} | changes))
    answers = list(service.receive(till.address, hello))
    welcome = next(a for a in answers if isinstance(a, wire.Welcome))
    assert (welcome.central, welcome.epoch) == epochs.identity()
    return welcome


def grants(answers: object) -> dict[str, int]:
    assert isinstance(answers, list)
    return {
        g.account: g.amount for a in answers if isinstance(a, wire.AllowanceGrant) for g in a.grants
    }


def told(service: Service, till: Till) -> list[wire.Down]:
    return [message for address, message in service.news() if address == till.address]


def forget_grants(till: Till) -> None:
    """The books are of a day when nothing was leased to this terminal."""
    Allowance.objects.filter(journal=till.journal).delete()
    Account.objects.update(leased=0)


def test_a_welcome_names_the_books_and_refuses_who_follows_others() -> None:
    till, service = Till(), Service()
    welcome = follow(till, service, central="", epoch=0)
    assert str(uuid.UUID(welcome.central)) == welcome.central
    assert welcome.epoch == 1
    other = till.hello(central=str(uuid.uuid4()), epoch=1)
    with pytest.raises(ProtocolError, match="follows central"):
        list(service.receive(till.address, other))
    strange = Till(terminal="k2").hello(central=str(uuid.uuid4()), epoch=1)
    with pytest.raises(ProtocolError):
        list(service.receive(("s1", "k2"), strange))
    assert Journal.objects.count() == 1, "nothing of a stranger is registered"


def test_granted_after_the_backup(till: Till) -> None:
    """The terminal gives back what the books do not know of; a second one gets it only then."""
    service, other = Service(), Till(terminal="k2")
    till.row(visit())
    send(till)
    follow(till, service)
    follow(other, service, central="", epoch=0)
    held = posted(PURSE)
    forget_grants(till)
    epochs.begin(dt.datetime.now(dt.UTC))
    assert follow(other, service, epoch=1).epoch == 2
    follow(other, service)
    assert not list(service.receive(other.address, other.request(PURSE)))
    with pytest.raises(HeldElsewhere, match="s1/k1"):
        actions.refund("s1", Account.objects.get(pk=PURSE), 1, "at the counter")
    assert grants(told(service, other)) == {}

    follow(till, service, epoch=1)
    till.row(release(PURSE, held))
    follow(till, service)
    assert grants(told(service, other)) == {}, "its rows are not here yet"
    assert send(till).applied_through == 2
    assert grants(told(service, other)) == {PURSE: held}
    assert leased(PURSE) == held
    assert cases() == [], "giving back what these books did not lease is no fault"
    actions.refund("s1", Account.objects.get(pk="m-li.principal"), 1, "at the counter")


def test_who_is_not_heard_of_is_waited_for_ten_minutes(till: Till) -> None:
    """After that its grants are its own risk: a spend that is not covered is a case."""
    service, other = Service(), Till(terminal="k2")
    follow(till, service)
    everything = posted(PURSE)
    forget_grants(till)
    began = dt.datetime.now(dt.UTC)
    epochs.begin(began)
    follow(other, service, central="", epoch=0)
    list(service.receive(other.address, other.request()))
    assert epochs.awaited(began + epochs.SETTLING - dt.timedelta(seconds=1)) == ("s1/k1",)
    assert epochs.awaited(began + epochs.SETTLING) == ()
    Ledger.objects.update(restored_at=began - epochs.SETTLING)
    assert grants(told(service, other))[PURSE] == everything
    till.row(visit())
    send(till)
    assert cases() == [(1, "not_covered")]
    assert_sound()


def test_a_journal_that_is_given_up_is_not_waited_for(till: Till) -> None:
    service = Service()
    follow(till, service)
    epochs.begin(dt.datetime.now(dt.UTC))
    assert epochs.awaited(dt.datetime.now(dt.UTC)) == ("s1/k1",)
    Journal.objects.update(state=JournalState.FROZEN)
    assert epochs.awaited(dt.datetime.now(dt.UTC)) == ()


@pytest.mark.parametrize(
    "proof", [{"acknowledged": 3}, {"directory_version": 1_000_000}, {"epoch": 7}]
)
def test_a_restore_that_nobody_told_of_is_noticed(till: Till, proof: dict[str, int]) -> None:
    service = Service()
    for _ in range(3):
        till.row(visit())
    welcome = follow(till, service, **proof)
    assert welcome.epoch == max(2, proof.get("epoch", 0) + 1)
    assert epochs.awaited(dt.datetime.now(dt.UTC)) == ("s1/k1",)
    again = follow(till, service, **{"acknowledged": 0} | proof | {"epoch": 1})
    assert again.epoch == welcome.epoch, "what it said of an earlier epoch proves nothing"


def test_a_journal_that_the_backup_lacks_is_waited_for() -> None:
    service, till = Service(), Till()
    till.row(visit())
    welcome = follow(till, service)
    assert (welcome.epoch, welcome.applied) == (2, 0)
    assert epochs.awaited(dt.datetime.now(dt.UTC)) == ("s1/k1",)
    follow(till, service)
    send(till)
    assert epochs.awaited(dt.datetime.now(dt.UTC)) == ()
    assert allowances.answer(till.journal, till.request()).grants


def test_an_upgraded_terminal_and_a_new_one_are_settled(till: Till) -> None:
    """They do not name the books yet; nothing was restored that they could know of."""
    service = Service()
    epochs.begin(NOW)
    fresh = Till(terminal="k2")
    follow(fresh, service, central="", epoch=0)
    journal = Journal.objects.get(pk=fresh.journal)
    assert (journal.settled, journal.settles_at) == (2, None)


def test_who_was_welcomed_before_the_restore_was_noticed_is_told(till: Till) -> None:
    """Else it would hold what the books do not know of until it happens to connect again."""
    service, other = Service(), Till(terminal="k2")
    follow(till, service)
    follow(other, service, central="", epoch=0)
    list(service.news())
    follow(other, service, epoch=1, acknowledged=5, last_seq=5)
    welcomes = [m for m in told(service, till) if isinstance(m, wire.Welcome)]
    assert [welcome.epoch for welcome in welcomes] == [2]
