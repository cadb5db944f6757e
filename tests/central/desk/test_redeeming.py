"""The redemption page: what it offers and in which order, and that it takes what it offers."""

import dataclasses as dc
import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from central.books import actions, coupons
from central.books.actions import Reduced
from central.desk import counter, redeeming, reversals
from central.shop import catalogues
from central.shop.models import (
    Account,
    Coupon,
    CouponKind,
    Member,
    Recall,
    Service,
    Store,
)
from central.sync import directory
from kiosk.domain import transactions as tx
from kiosk.domain.views import Balance, MemberView
from kiosk.flows import ways as kiosk
from kiosk.flows.offers import Offer, offers
from kiosk.flows.step import Refusal
from tests.central.books import assert_sound, posted, send
from tests.central.desk.conftest import Login
from tests.central.test_books_property import rolled_back
from tests.central.till import NOW, Till
from tests.flows import samples

TODAY = dt.date(2026, 3, 4)
OFF, POINTS, VALUE = "coupon-gao-off", "m-gao.points", "m-gao.principal"


@pytest.fixture
def client(login: Login) -> Client:
    return login("cashier")


def page(client: Client, language: str = "en") -> str:
    asked: dict[str, str | int] = {
        "service": Service.objects.get(code="bath").pk,
        "pet": "p-yuanbao",
    }
    answer = client.get(
        reverse("desk:redeem", args=["m-gao"]), asked, headers={"accept-language": language}
    )
    assert answer.status_code == 200
    return str(answer.content.decode())


def take(client: Client, **sent: object) -> str:
    asked = {"service": Service.objects.get(code="bath").pk, "pet": "p-yuanbao", "once": "a"}
    answer = client.post(
        reverse("desk:redeem", args=["m-gao"]),
        asked | sent,
        follow=True,
        headers={"accept-language": "en"},
    )
    assert answer.status_code == 200
    return str(answer.content.decode())


def offered(*, service: str = "bath") -> list[redeeming.Way]:
    gao, found = Member.objects.get(pk="m-gao"), Service.objects.get(code=service)
    pet = gao.pets.get() if found.for_pet else None
    return redeeming.ways(Store.objects.get(pk="s1"), gao, found, pet)


def test_coupons_and_points_are_offered_the_best_first(client: Client) -> None:
    text = page(client)
    names = ["10 off 50", "principal + bonus", "600 points"]
    places = [text.index(f"<b>{name}</b>") for name in names]
    assert places == sorted(places)
    assert text.count("autofocus") == text.count('class="main"') == 1
    assert text.index("autofocus") < places[1], "the coupon is chosen beforehand"
    for said in ("Take ¥50.00", "-¥10.00", "until 2026-05-03", "Take ¥60.00", "Take ¥54.00"):
        assert said in text, said
    assert "Chew toy" not in text, "not for this service"
    assert "满50减10" in page(client, "zh-CN")


def test_a_button_takes_what_it_says_once(client: Client) -> None:
    way = offered()[0].how
    assert "Done." in take(client, **way)
    assert (posted(OFF), posted(VALUE), posted(POINTS)) == (0, 15_000, 650)
    assert "done once" in take(client, **way)
    assert posted(VALUE) == 15_000
    assert "This coupon is used" in take(client, **(way | {"once": "b"}))
    assert OFF not in page(client)
    assert_sound()


def test_the_price_shown_is_the_price_paid(client: Client) -> None:
    way = offered()[0].how
    CouponKind.objects.filter(code="off-10").update(off=900)
    catalogues.publish(Store.objects.get(), TODAY)
    text = take(client, **way)
    assert "see what it is now" in text
    assert "Take ¥51.00" in text, "the page again, as it is now"
    assert (posted(OFF), posted(VALUE)) == (1, 20_000)


def test_a_kiosk_is_waited_for_on_the_page(client: Client, till: Till) -> None:
    assert "held by s1/k1: 1 coupon, ¥200.00" in page(client)
    text = take(client, **offered()[0].how)
    assert "A terminal holds it" in text
    assert "Waiting for a kiosk" in text
    assert "Take ¥50.00" in text
    assert set(Recall.objects.values_list("account", flat=True)) == {OFF, VALUE}
    till.row(tx.Release((tx.Leg(OFF, 1), tx.Leg(VALUE, 20_000))), member="")
    send(till)
    assert "It is home now" in page(client)
    assert "Done." in take(client, **offered()[0].how)
    assert posted(OFF) == 0


@pytest.mark.parametrize("sent", [{"points": "many"}, {"price": "1e9"}, {"points": "9" * 30}])
def test_nonsense_takes_nothing(client: Client, sent: dict[str, str]) -> None:
    take(client, **({"coupon": OFF, "price": "5000"} | sent))
    assert (posted(OFF), posted(VALUE)) == (1, 20_000)


@dc.dataclass(frozen=True)
class Shop:
    """What is drawn: kinds of coupons with a coupon's last day, points, money, two rules."""

    kinds: list[dict[str, Any]]
    points: int
    value: int
    round_down_to: int
    offset_most: int
    service: str


KINDS = st.fixed_dictionaries(
    {
        "form": st.sampled_from(["off", "off", "rate", "gift"]),
        "off": st.sampled_from([100, 1_000, 1_050, 9_000]),
        "rate": st.sampled_from([0, 5_000, 8_333]),
        "threshold": st.sampled_from([0, 5_000, 6_001]),
        "stackable": st.booleans(),
        "services": st.sampled_from([[], ["bath"], ["training"]]),
        "gives": st.sampled_from(["", "bath"]),
        "until": st.sampled_from([None, TODAY, TODAY - dt.timedelta(1)]),
    }
)
SHOPS = st.builds(
    Shop,
    st.lists(KINDS, max_size=4),
    st.integers(0, 7_000),
    st.integers(0, 20_000),
    st.sampled_from([1, 10, 100]),
    st.sampled_from([10_000, 5_000, 333]),
    st.sampled_from(["bath", "training"]),
)


def arrange(shop: Shop) -> None:
    """Another price list; Gao has one coupon of each kind, these points and this money."""
    store, gao = Store.objects.get(pk="s1"), Member.objects.get(pk="m-gao")
    for name in ("round_down_to", "offset_most"):
        setattr(store, name, getattr(shop, name))
    store.save()
    Coupon.objects.update(valid_until=TODAY - dt.timedelta(1))
    for number, terms in enumerate(shop.kinds):
        rest = {name: value for name, value in terms.items() if name != "until"}
        kind = CouponKind(store=store, code=f"k{number}", name_zh="券", name_en="one", **rest)
        kind.save()
        made = coupons.issue(kind, gao, TODAY, account_id=f"c{number}")
        Coupon.objects.filter(pk=made.pk).update(valid_until=terms["until"])
    for pk, amount in ((POINTS, shop.points), (VALUE, shop.value)):
        account = Account.objects.get(pk=pk)
        actions.adjust("s1", account, amount - account.posted, "x")
    catalogues.publish(store, TODAY)


def given_for(way: redeeming.Way, shop: Shop) -> str:
    """Name the gift coupon or the reward that makes the service free; empty for other ways."""
    account = str(way.how["coupon"])
    is_gift = account and shop.kinds[int(account.removeprefix("c"))]["form"] == "gift"
    return account if is_gift else str(way.how["reward"])


def balances() -> dict[str, int]:
    return dict(Account.objects.filter(member="m-gao").values_list("pk", "posted"))


def at_the_kiosk(service: str) -> tuple[list[tuple[object, ...]], list[str]]:
    """What a kiosk offers that holds all of it, in its order: from stored value, and for free."""
    store, gao = Store.objects.get(pk="s1"), Member.objects.get(pk="m-gao")
    found = directory.record(gao)
    held = {purse.account: Balance(purse.posted, purse.posted) for purse in found.purses}
    view = MemberView(found, "c-gao", held)
    catalogue = catalogues.current(store.pk)
    assert catalogue is not None
    sold = catalogue.service(service)
    assert sold is not None
    context = samples.context(catalogue=catalogue, now=NOW)
    pet = found.pets[0] if sold.for_pet else None
    ways = kiosk.ways(Offer(sold), view, pet, context)
    uses = [one.use for one in offers(view, context) if one.service == sold]
    named = [use.coupon.account if use.coupon else use.reward and use.reward.code for use in uses]
    free = [name for name in named if name]
    if isinstance(ways, Refusal):
        return [], free
    return [
        (
            way.use.coupon.account if way.use.coupon else "",
            way.use.points,
            way.quote.price if way.quote else None,
        )
        for way in ways
    ], free


DEAR_GIFT = {
    "form": "gift", "off": 100, "rate": 0, "threshold": 6_001, "stackable": False,
    "services": [], "gives": "bath", "until": None,
}  # fmt: skip


@settings(max_examples=25, deadline=None)
@example(Shop([DEAR_GIFT, DEAR_GIFT | {"threshold": 6_000}], 0, 20_000, 1, 10_000, "bath"))
@given(SHOPS)
def test_the_desk_offers_what_a_kiosk_would_and_takes_what_it_offers(
    shop: Shop,
) -> None:
    """Each way is taken at its price, and reversed to the last point."""
    service = shop.service
    with rolled_back():
        arrange(shop)
        user = User.objects.create_user("zhou")
        found = [way for way in offered(service=service) if way.covered]
        paid = [way for way in found if not way.how["reward"] and way.how["price"] != 0]
        mine = [(way.how["coupon"], way.how["points"], way.how["price"]) for way in paid]
        ways, free = at_the_kiosk(service)
        theirs = [way for way in ways if way[2] != 0]
        assert mine[: len(theirs)] == theirs
        assert [said for way in found if (said := given_for(way, shop))] == free
        assert [way.best for way in found] == [True, *([False] * (len(found) - 1))][: len(found)]
        before = balances()
        for way in found:
            less = Reduced(str(way.how["coupon"]), int(way.how["points"]), str(way.how["reward"]))
            done = counter.redeem(
                Store.objects.get(pk="s1"), Member.objects.get(pk="m-gao"),
                Service.objects.get(code=service), Member.objects.get(pk="m-gao").pets.get(),
                less, user, int(way.how["price"]),
            )  # fmt: skip
            reversals.reverse_movement(done, "x", user)
            assert balances() == before
        assert_sound()
