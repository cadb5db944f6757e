"""A real kiosk's journal and session against the real books, which are put back to an earlier day.

The backup is a savepoint and putting it back is a rollback: the very books of that moment.
"""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.utils import timezone

from central.books import actions, epochs, verify
from central.shop.choices import PurseKind
from central.shop.models import Account, Allowance, Case, Journal, Ledger, Member
from central.sync.service import Service
from kiosk.domain import wire
from kiosk.domain.clock import ClockState
from kiosk.domain.effects import Draft
from kiosk.domain.errors import ProtocolError
from kiosk.domain.media import MediumKey
from kiosk.domain.transactions import Leg, VisitRedeem
from kiosk.domain.views import MemberView
from kiosk.journal.journal import Journal as KioskJournal
from kiosk.sync.actions import BeginEpoch, Publish, Stranger
from kiosk.sync.options import Identity
from tests.central.till import NOW
from tests.sync.kiosk_side import KioskSide

ADDRESS = ("s1", "k1")
PASS = "pass-wang-bath.bought"


class Shop:
    """One kiosk and whichever central answers now, with all that is said delivered."""

    def __init__(self) -> None:
        self.kiosk = KioskSide(identity=Identity("s1", "k1", "test"))
        self.service = Service()
        self.births = 0

    def meet(self) -> None:
        """Central is born, of whatever books there are now."""
        self.births += 1
        self.service = Service()
        state = wire.Presence(
            v=1, online=True, session=f"b{self.births}", central=epochs.identity()[0]
        )
        self.kiosk.do(self.kiosk.session.connected(self.kiosk.at))
        self.kiosk.do(self.kiosk.session.presence(wire.encode(state), self.kiosk.at))
        self.talk()

    def online(self) -> bool:
        return self.kiosk.online

    def talk(self) -> None:
        """Deliver everything both ways until nobody has anything to say."""
        quiet = False
        while not quiet:
            said = self.kiosk.take_up()
            answers = [a for message in said for a in self.service.receive(ADDRESS, message)]
            answers += [message for _, message in self.service.news()]
            for answer in answers:
                self.kiosk.hear(answer)
            quiet = not said and not answers

    def bath(self, visits: int = 1) -> None:
        """A bath on Wang's pass."""
        self.kiosk.journal.commit(
            Draft(
                at=NOW, clock=ClockState.SYNCED, local_day=NOW.date(), member="m-wang",
                medium="c-wang", catalogue=1,
                lines=(VisitRedeem(service="bath", legs=(Leg(PASS, visits),), pet="p-doudou"),),
            )
        )  # fmt: skip
        self.kiosk.do(self.kiosk.session.committed(self.kiosk.at))
        self.talk()

    def held(self, account: str) -> int:
        card = Member.objects.get(pk="m-wang").media.all()[0].key
        found = self.kiosk.journal.identify(MediumKey(card))
        assert isinstance(found, MemberView)
        return found.balances[account].held


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    shop.meet()
    assert shop.kiosk.online
    yield shop
    shop.kiosk.journal.close()


def assert_agreed(shop: Shop) -> None:
    """The books add up, and what the kiosk holds is what they have leased to it."""
    assert list(verify.differences()) == []
    standing = shop.kiosk.standing
    journal = Journal.objects.get(pk=standing.journal)
    assert (journal.applied, bytes(journal.head).hex()) == (standing.last_seq, standing.head)
    assert (standing.acknowledged, standing.epoch) == (standing.last_seq, epochs.identity()[1])
    assert (journal.settled, journal.settles_at) == (standing.epoch, None)
    leased = Allowance.objects.filter(journal=journal)
    for account, amount in leased.values_list("account", "amount"):
        if account.startswith(("m-wang", "pass-wang")):
            assert shop.held(account) == amount, account


def test_rows_after_the_backup_come_again_and_no_more_is_held_than_leased(shop: Shop) -> None:
    shop.bath()
    before = Account.objects.get(pk=PASS).posted
    backup = transaction.savepoint()
    shop.bath()
    wang = Member.objects.get(pk="m-wang")
    top_up(wang, 30_000)
    shop.talk()
    assert shop.held("m-wang.principal") == 50_000
    shop.bath()
    assert shop.kiosk.waiting == 0

    transaction.savepoint_rollback(backup)
    shop.meet()
    assert shop.kiosk.online
    assert Ledger.objects.get().epoch == 2, "noticed by the kiosk's acknowledged mark"
    assert Account.objects.get(pk=PASS).posted == before - 2
    assert shop.held("m-wang.principal") == 20_000, "the top-up is not in these books"
    assert shop.held(PASS) == before - 2
    assert not Case.objects.exists(), "nothing that was lost had been spent"
    assert_agreed(shop)
    shop.bath()
    assert_agreed(shop)


def top_up(member: Member, amount: int) -> None:
    """Money at the counter, by hand."""
    account = actions.purse(member, PurseKind.PRINCIPAL)
    actions.adjust("s1", account, amount, "at the counter")


def test_killed_between_the_mark_of_a_welcome_and_its_epoch(shop: Shop) -> None:
    """The two are apart on the disk: the next hello is of the earlier epoch, and asks again."""
    backup = transaction.savepoint()
    top_up(Member.objects.get(pk="m-wang"), 30_000)
    shop.bath()
    assert shop.held("m-wang.principal") == 50_000

    transaction.savepoint_rollback(backup)
    shop.kiosk.slow = True
    shop.meet()
    while not any(isinstance(job, BeginEpoch) for job in shop.kiosk.jobs[:1]):
        shop.kiosk.work_once()
        shop.talk()
    standing = shop.kiosk.standing
    assert (standing.acknowledged, standing.epoch) == (0, 1), "the welcome is in, its epoch is not"
    shop.kiosk.restart()
    shop.kiosk.slow = False
    shop.bath()  # offline, of what it still holds
    assert epochs.awaited(timezone.now()) == ("s1/k1",), "nobody is granted that meanwhile"

    shop.meet()
    assert Ledger.objects.get().epoch == 2
    assert shop.held("m-wang.principal") == 20_000
    assert not Case.objects.exists()
    assert_agreed(shop)


def test_what_was_spent_of_a_credit_that_is_gone_is_a_case(shop: Shop) -> None:
    left = Account.objects.get(pk=PASS).posted
    backup = transaction.savepoint()
    actions.adjust("s1", Account.objects.get(pk=PASS), 2, "two for the trouble")
    shop.talk()
    shop.bath(left + 1)
    transaction.savepoint_rollback(backup)
    shop.meet()
    case = Case.objects.get()
    assert (case.kind, case.detail["suspense"]) == ("not_covered", 1)
    assert Account.objects.get(pk=PASS).posted == 0
    assert_agreed(shop)


def test_the_directory_does_not_run_backwards(shop: Shop) -> None:
    """The books have gone further by other changes: the version alone would hide what is lost."""
    backup = transaction.savepoint()
    Member.objects.create(id="m-gone", name="张三", phone="13800000000")
    shop.talk()
    version = shop.kiosk.standing.directory_version
    transaction.savepoint_rollback(backup)
    epochs.begin(NOW)
    for _ in range(5):
        Member.objects.get(pk="m-wang").save()
    assert Ledger.objects.get().directory_version > version
    asked = len(shop.kiosk.actions)
    shop.meet()
    said = [a.message for a in shop.kiosk.actions[asked:] if isinstance(a, Publish)]
    requests = [m.since for m in said if isinstance(m, wire.DirectoryRequest)]
    assert set(requests) == {0}, "all of it, not what changed since"
    assert_agreed(shop)


def test_a_stranger_is_not_followed(shop: Shop) -> None:
    shop.bath()
    ours = epochs.identity()[0]
    own = transaction.savepoint()
    stranger = "00000000-0000-4000-8000-000000000000"
    Ledger.objects.update(central=stranger)
    Journal.objects.update(applied=0, head=bytes(32))
    shop.meet()
    shop.kiosk.wait(300)
    assert not shop.online()
    assert shop.kiosk.take_up() == [], "not even a hello: its books have nothing to do with us"
    assert Stranger(ours, stranger) in shop.kiosk.actions
    assert shop.kiosk.session.counters.strangers == 1
    welcome = wire.Welcome(
        journal=shop.kiosk.standing.journal, state=wire.JournalState.OPEN, applied=0,
        head=bytes(32).hex(), directory_version=1, now=NOW, central=stranger, epoch=1,
    )  # fmt: skip
    shop.kiosk.hear(welcome)
    assert shop.kiosk.standing.acknowledged == 1, "its word moves nothing"
    transaction.savepoint_rollback(own)
    shop.meet()
    assert shop.online()
    shop.bath()
    assert_agreed(shop)


def test_the_journal_itself_refuses_a_stranger() -> None:
    journal = KioskJournal.open(None)
    first, other = ("a" * 36, 1), ("b" * 36, 1)
    head = journal.standing().head
    journal.welcomed(0, head, wire.JournalState.OPEN, "", first)
    with pytest.raises(ProtocolError, match="follows central"):
        journal.welcomed(0, head, wire.JournalState.FROZEN, "", other)
    assert (journal.standing().central, journal.standing().state) == (first[0], "open")
    journal.close()
