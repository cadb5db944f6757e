"""The counter and the terminals: what one holds the other asks for, and nobody spends it twice."""

import datetime as dt

import pytest
from django.utils import timezone

from central.books import actions, allowances, apply, directory, recalls
from central.shop.models import (
    Account,
    Allowance,
    Member,
    Outgoing,
    Pass,
    Pet,
    Recall,
    ServiceTicket,
    Store,
    Terminal,
)
from central.sync import greeting
from central.sync.service import Service
from kiosk.domain import wire
from kiosk.domain.refusals import Reason
from tests.central.books import assert_sound, leased, posted, tickets
from tests.central.till import Till, log, release

BOUGHT, GIFT = "pass-wang-bath.bought", "pass-wang-bath.gift"
TODAY = dt.date(2026, 3, 4)


def redeem(punch_pass: str | None = "pass-wang-bath", **rest: object) -> ServiceTicket:
    values = {
        "store": Store.objects.get(pk="s1"),
        "member": Member.objects.get(pk="m-wang"),
        "service": "bath",
        "today": TODAY,
        "pet": Pet.objects.get(pk="p-doudou"),
        "how": Pass.objects.get(pk=punch_pass) if punch_pass else None,
    } | rest
    return actions.redeem_at_counter(**values)  # type: ignore[arg-type]


def test_a_forgotten_card_takes_a_visit_that_is_free() -> None:
    ticket = redeem()
    assert (ticket.member, ticket.pet, ticket.service, ticket.open) == (
        "m-wang", "p-doudou", "bath", True,
    )  # fmt: skip
    assert ticket.movement is not None
    assert [e.account_id for e in ticket.movement.entries.all()] == [BOUGHT]
    assert posted(BOUGHT) == 7
    assert Member.objects.get(pk="m-wang").last_pet == "p-doudou"
    assert_sound()


def test_gift_visits_come_after_the_bought_ones() -> None:
    for _ in range(9):
        redeem()
    assert (posted(BOUGHT), posted(GIFT)) == (0, 1)
    redeem()
    with pytest.raises(actions.NotUsable) as refused:
        redeem()
    assert refused.value.reason is Reason.PASS_EMPTY


def test_the_price_of_the_list_in_force_is_taken_and_earns_points() -> None:
    redeem(None)
    assert (posted("m-wang.principal"), posted("m-wang.points")) == (20000 - 7920, 320 + 79)
    redeem(None)
    redeem(None, pet=None, service="boarding")
    # 20000 - 2 x 7920 - 4160, and the 340 that is missing of 4500 from the bonus
    assert (posted("m-wang.principal"), posted("m-wang.bonus")) == (0, 3000 - 340)
    assert_sound()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"service": "training"}, Reason.WRONG_SERVICE),
        ({"today": dt.date(2030, 1, 1)}, Reason.EXPIRED),
        ({"punch_pass": "pass-zhao-bath"}, Reason.NOT_ALLOWED),
        ({"punch_pass": None, "service": "flying"}, Reason.WRONG_SERVICE),
    ],
)
def test_what_the_rules_forbid(changes: dict[str, object], reason: Reason) -> None:
    with pytest.raises(actions.NotUsable) as refused:
        redeem(**({"punch_pass": "pass-wang-bath"} | changes))  # type: ignore[arg-type]
    assert refused.value.reason is reason
    assert not tickets().exists()


def test_too_little_value() -> None:
    with pytest.raises(actions.NotUsable) as refused:
        redeem(None, member=Member.objects.get(pk="m-sun"), pet=None)
    assert refused.value.reason is Reason.INSUFFICIENT_VALUE


def test_waiting_for_the_terminal_that_holds_it(till: Till) -> None:
    service, other = Service(), Till(terminal="k2")
    for each in (till, other):
        list(service.receive(each.address, each.hello()))
    list(service.news())
    with pytest.raises(actions.HeldElsewhere) as held:
        redeem()
    assert held.value.terminals == ("s1/k1",)
    assert set(held.value.accounts) == {BOUGHT, GIFT}
    assert posted(BOUGHT) == 8

    recall = wire.AllowanceRecall(accounts=[BOUGHT, GIFT])
    assert list(service.news()) == [(till.address, recall)], "k2 holds nothing of it"
    till.row(release(BOUGHT, 8))
    till.row(release(GIFT, 2))
    list(service.receive(till.address, till.batch()))
    for each in (till, other):
        (granted,) = service.receive(each.address, each.request(BOUGHT, GIFT))
        assert isinstance(granted, wire.AllowanceGrant)
        assert granted.grants == [], "it is kept for the counter"
    list(service.news())

    redeem()
    assert (posted(BOUGHT), leased(BOUGHT)) == (7, 0)
    offers = {address for address, message in service.news() if message.accounts == [BOUGHT]}  # type: ignore[union-attr]
    assert offers == {till.address, other.address}, "what is left goes to who asks"
    (granted,) = service.receive(other.address, other.request(BOUGHT, GIFT))
    assert isinstance(granted, wire.AllowanceGrant)
    assert granted.grants == [wire.Grant(BOUGHT, 7)]
    assert_sound()


def test_what_a_terminal_needs_is_asked_of_the_others_and_not_passed_round(till: Till) -> None:
    Terminal.objects.create(store_id="s1", code="k3")
    service, second, third = Service(), Till(terminal="k2"), Till(terminal="k3")
    tills = {each.address: each for each in (till, second, third)}
    for each in tills.values():
        list(service.receive(each.address, each.hello()))

    def round_of_news() -> list[tuple[str, str]]:
        """Do as kiosks do: release what is recalled, ask for what is offered."""
        said = []
        for address, message in list(service.news()):
            each = tills[address]
            if isinstance(message, wire.AllowanceRecall):
                each.row(release(BOUGHT, leased(BOUGHT)))
                list(service.receive(address, each.batch(len(each.payloads))))
            elif isinstance(message, wire.AllowanceOffer):
                list(service.receive(address, each.request(*message.accounts)))
            said.append((address[1], type(message).__name__))
        return said

    round_of_news()  # what the demo shop's opening offers to all three
    list(service.receive(second.address, second.request(BOUGHT)))
    assert round_of_news() == [("k1", "AllowanceRecall")]
    assert round_of_news() == [("k2", "AllowanceOffer"), ("k3", "AllowanceOffer")]
    assert round_of_news() == [], "k3 was offered it and came too late: that is no need"
    assert Allowance.objects.get(amount__gt=0, account=BOUGHT).journal_id == second.journal
    list(service.receive(till.address, till.request()))
    assert round_of_news() == [], "who asks for all takes nothing from anybody"
    assert_sound()


def test_a_terminal_that_comes_back_hears_the_recall(till: Till) -> None:
    with pytest.raises(actions.HeldElsewhere):
        redeem()
    service = Service()
    list(service.news())
    heard = list(service.receive(till.address, till.hello(policy_version=1, catalogue_version=1)))
    assert heard[1:] == [wire.AllowanceRecall(accounts=[BOUGHT, GIFT])]


def test_a_recall_ends_when_nobody_comes_back_for_it(till: Till) -> None:
    with pytest.raises(actions.HeldElsewhere):
        redeem()
    till.row(release(BOUGHT, 8))
    apply.apply(*till.address, till.batch())
    Outgoing.objects.all().delete()
    now = timezone.now()
    recalls.expire(now)
    assert Recall.objects.count() == 2
    recalls.expire(now + recalls.PATIENCE)
    assert not Recall.objects.exists()
    assert Outgoing.objects.get().accounts == [BOUGHT, GIFT]
    assert allowances.answer(till.journal, till.request(BOUGHT)).grants == [wire.Grant(BOUGHT, 8)]


def test_any_debit_that_is_held_elsewhere_asks_for_it(till: Till) -> None:
    account = Account.objects.get(pk="m-wang.principal")
    with pytest.raises(actions.HeldElsewhere), directory.writing():
        actions.refund("s1", account, 100, "asked")
    assert [recall.account_id for recall in Recall.objects.all()] == ["m-wang.principal"]
    till.row(release("m-wang.principal", 20000))
    apply.apply(*till.address, till.batch())
    actions.refund("s1", account, 100, "asked")
    assert not Recall.objects.exists()
    assert_sound()


def test_a_terminal_logs_what_the_counter_sold(till: Till) -> None:
    till.row(release(BOUGHT, 8))
    apply.apply(*till.address, till.batch())
    ticket = redeem(pet=None)
    till.row(log(ticket.ticket), operator="o-he")
    apply.apply(*till.address, till.batch())
    assert not tickets().get().open


def test_a_terminal_of_an_earlier_journal_is_named(till: Till) -> None:
    new = Till()
    greeting.meet(Terminal.objects.get(code="k1"), new.hello())
    with pytest.raises(actions.HeldElsewhere) as held:
        redeem()
    assert held.value.terminals == ("s1/k1",)
