"""What a terminal hears from central, without a network."""

import pytest

from central.books import actions, apply, directory
from central.shop.models import Case, Journal, Medium, SeenMedium, Store, Terminal
from central.sync.service import Service
from kiosk.domain import wire
from kiosk.domain.errors import ProtocolError
from tests.central.till import NOW, Till, release, visit


@pytest.fixture
def service() -> Service:
    return Service()


def hear(service: Service, till: Till, message: wire.Up) -> list[wire.Down]:
    answers = list(service.receive(till.address, message))
    for answer in answers:
        assert wire.decode_down(wire.encode(answer)) == answer
    return answers


def news(service: Service) -> list[wire.Down]:
    return [message for _, message in service.news()]


def test_a_first_hello_is_told_everything_but_money(service: Service) -> None:
    till = Till()
    welcome, policy, catalogue = hear(service, till, till.hello())
    assert isinstance(welcome, wire.Welcome)
    assert (welcome.journal, welcome.applied, welcome.head) == (till.journal, 0, "00" * 32)
    assert welcome.state is wire.JournalState.OPEN
    assert welcome.directory_version == directory.version()
    assert isinstance(policy, wire.PolicyUpdate)
    assert isinstance(catalogue, wire.CatalogueUpdate)
    assert catalogue.catalogue.version == 1
    assert Terminal.objects.get(code="k1").online


def test_a_terminal_that_is_up_to_date_is_only_welcomed(service: Service) -> None:
    till = Till()
    hello = till.hello(catalogue_version=1, policy_version=1)
    assert [type(answer) for answer in hear(service, till, hello)] == [wire.Welcome]


@pytest.mark.parametrize("claim", [{"store": "s2"}, {"terminal": "k2"}])
def test_a_hello_that_does_not_match_its_topic(service: Service, claim: dict[str, str]) -> None:
    till = Till()
    with pytest.raises(ProtocolError):
        hear(service, till, till.hello(**claim))
    assert not Journal.objects.exists()


def test_an_unregistered_terminal(service: Service) -> None:
    till = Till(terminal="k9")
    with pytest.raises(ProtocolError):
        hear(service, till, till.hello())


def test_a_welcome_after_a_rollback_says_how_far_central_is(service: Service, till: Till) -> None:
    till.row(visit())
    till.row(visit())
    apply.apply(*till.address, till.batch())
    old = Till(journal=till.journal, payloads=till.payloads[:1], heads=till.heads[:2])
    for _ in range(2):
        welcome = hear(service, old, old.hello())[0]
        assert isinstance(welcome, wire.Welcome)
        assert (welcome.applied, welcome.state) == (2, wire.JournalState.OPEN)
    case = Case.objects.get()
    assert (case.kind, case.seq, case.detail) == ("rolled_back", 1, {"applied": 2})


def test_a_hello_from_another_past_is_quarantined(service: Service, till: Till) -> None:
    till.row(visit())
    apply.apply(*till.address, till.batch())
    other = Till(journal=till.journal)
    other.row(visit(amount=2))
    welcome = hear(service, other, other.hello())[0]
    assert isinstance(welcome, wire.Welcome)
    assert welcome.state is wire.JournalState.QUARANTINED
    assert welcome.why


def test_a_kiosk_that_is_ahead_of_a_restored_central_is_welcomed(service: Service) -> None:
    till = Till()
    till.row(visit())
    hello = till.hello(acknowledged=1, directory_version=10**6)
    welcome = hear(service, till, hello)[0]
    assert isinstance(welcome, wire.Welcome)
    assert (welcome.applied, welcome.state) == (0, wire.JournalState.OPEN)
    assert not Case.objects.exists()


def test_news_reach_a_terminal_that_has_the_directory(service: Service) -> None:
    till = Till()
    hear(service, till, till.hello())
    list(service.news())
    actions.move("s1", {"m-wang.principal": 5}, "adjust", "test")
    (offer,) = news(service)
    assert isinstance(offer, wire.AllowanceOffer), "no delta for who has no directory yet"
    (full,) = hear(service, till, wire.DirectoryRequest(journal=till.journal, since=0))
    assert isinstance(full, wire.DirectoryPage)
    actions.move("s1", {"m-wang.principal": 5, "m-li.principal": 1}, "adjust", "test")
    page, offer = news(service)
    assert isinstance(page, wire.DirectoryPage)
    assert (page.full, page.since) == (False, full.version)
    assert [m.member for m in page.members] == ["m-li", "m-wang"]
    assert offer == wire.AllowanceOffer(accounts=["m-li.principal", "m-wang.principal"])
    assert news(service) == []


def test_rules_and_prices_go_to_their_store_only(service: Service) -> None:
    other = Store.objects.create(code="s2", name="分店")
    Terminal.objects.create(store=other, code="k1")
    here, there = Till(), Till(store="s2")
    for till in (here, there):
        hear(service, till, till.hello())
    list(service.news())
    other.banner = "新店"
    other.save()
    ((address, policy),) = service.news()
    assert address == ("s2", "k1")
    assert isinstance(policy, wire.PolicyUpdate)
    assert (policy.policy.banner, policy.policy.version) == ("新店", 2)


def test_what_one_gives_back_is_offered_to_the_others(service: Service, till: Till) -> None:
    other = Till(terminal="k2")
    for each in (till, other):
        hear(service, each, each.hello())
    list(service.news())
    till.row(release("pass-wang-bath.gift", 1))
    hear(service, till, till.batch())
    offer = wire.AllowanceOffer(accounts=["pass-wang-bath.gift"])
    assert list(service.news()) == [(other.address, offer)]


def test_a_terminal_that_left_is_told_nothing(service: Service) -> None:
    till = Till()
    hear(service, till, till.hello())
    service.left(till.address)
    actions.move("s1", {"m-wang.points": 5}, "adjust", "test")
    assert news(service) == []
    assert not Terminal.objects.get(code="k1").online


def test_a_hello_that_comes_again_late_ends_no_news(service: Service) -> None:
    till = Till()
    first = till.hello()
    hear(service, till, first)
    hear(service, till, wire.DirectoryRequest(journal=till.journal, since=0))
    hear(service, till, first)
    actions.move("s1", {"m-wang.points": 5}, "adjust", "test")
    assert any(isinstance(message, wire.DirectoryPage) for _, message in service.news())


def test_an_unknown_medium_is_noted_until_it_is_bound(service: Service) -> None:
    till = Till()
    seen = wire.MediumSeen(key="uid:04FEFEFEFEFE80", at=NOW)
    for _ in range(3):
        assert hear(service, till, seen) == []
    assert SeenMedium.objects.get().times == 3
    Medium.objects.create(key="uid:AABBCCDD", member_id="m-li")
    hear(service, till, wire.MediumSeen(key="uid:AABBCCDD", at=NOW))
    assert SeenMedium.objects.count() == 1


def test_health_is_kept_for_the_admin(service: Service) -> None:
    till = Till()
    parts = [wire.PartHealth("printer", "absent")]
    hear(service, till, wire.Health(waiting=3, clock="synced", parts=parts))
    terminal = Terminal.objects.get(code="k1")
    assert (terminal.waiting, terminal.health) == (3, {"clock": "synced", "printer": "absent"})


def test_transactions_before_a_hello_are_not_taken(service: Service) -> None:
    till = Till()
    till.row(visit())
    for message in (
        till.batch(),
        till.request(),
        wire.DirectoryRequest(journal=till.journal, since=0),
    ):
        with pytest.raises(ProtocolError):
            hear(service, till, message)
