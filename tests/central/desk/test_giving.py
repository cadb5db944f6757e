"""Coupons and points given at the desk: who may, what is written, and the history's words."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from central.desk import history, reversals
from central.desk.models import Receipt
from central.shop.models import Account, Coupon, CouponKind, Member, Movement, Transaction
from kiosk.domain import transactions as tx
from tests.central.books import assert_sound, posted, send
from tests.central.desk.conftest import Login
from tests.central.till import Till


def post(client: Client, name: str, **sent: object) -> str:
    address = reverse(f"desk:{name}", args=["m-gao"])
    answer = client.post(address, sent, follow=True, headers={"accept-language": "en"})
    assert answer.status_code in (200, 403, 422)
    return "forbidden" if answer.status_code == 403 else str(answer.content.decode())


def test_a_manager_gives_a_coupon_once(login: Login) -> None:
    client, kind = login("manager"), CouponKind.objects.get(code="free-bath")
    assert "Done." in post(client, "give_coupon", kind=kind.pk, count=2, once="a")
    assert "Done." not in post(client, "give_coupon", kind=kind.pk, count=2, once="a")
    made = Coupon.objects.get(kind="free-bath")
    assert (posted(made.account_id), made.account.member_id) == (2, "m-gao")
    receipt = Receipt.objects.get()
    assert (receipt.member, receipt.store_id, receipt.paid) == ("m-gao", "s1", 0)
    page = client.get(reverse("desk:member", args=["m-gao"]), headers={"accept-language": "en"})
    assert "coupon Free bath" in page.content.decode()
    assert_sound()


def test_a_members_coupons_are_told_apart_by_name_and_last_day(login: Login) -> None:
    soon = dt.date(2099, 12, 31)
    Coupon.objects.filter(account__member="m-gao", kind="toy").update(valid_until=soon)
    client = login("cashier")
    address = reverse("desk:member", args=["m-gao"])
    text = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert f'coupon Chew toy <small class="whole">until {soon:%Y-%m-%d}</small>' in text
    assert "coupon 10 off 50" in text
    Coupon.objects.filter(kind="toy").update(valid_until=dt.date(2020, 1, 1))
    text = client.get(address, headers={"accept-language": "zh-CN"}).content.decode()
    assert "已过期" in text.split("优惠券 ")[1] + text.split("优惠券 ")[2]
    Account.objects.filter(coupon__kind="toy").update(posted=0, leased=0)
    text = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert "coupon Chew toy <small" not in text, "it is used"


def test_a_kind_that_is_out_of_stock_says_so(login: Login) -> None:
    kind = CouponKind.objects.get(code="toy")
    CouponKind.objects.update(stock=1)
    said = post(login("manager"), "give_coupon", kind=kind.pk, count=1, once="a")
    assert "all of this kind are issued" in said
    assert not Receipt.objects.exists()
    assert Movement.objects.filter(kind="coupon", reason="toy").count() == 1


def test_points_are_given_with_a_reason(login: Login) -> None:
    client = login("owner")
    assert "Done." in post(client, "give_points", points=50, reason="活动", once="b")
    assert posted("m-gao.points") == 650
    assert Movement.objects.get(kind="points").reason == "活动"
    post(client, "give_points", points=50, reason="", once="c")
    assert posted("m-gao.points") == 650
    assert_sound()


@pytest.mark.parametrize("role", ["cashier", "groomer"])
def test_others_may_not(login: Login, role: str) -> None:
    client, kind = login(role), CouponKind.objects.get(code="toy")
    assert post(client, "give_coupon", kind=kind.pk, count=1, once="a") == "forbidden"
    assert post(client, "give_points", points=5, reason="x", once="b") == "forbidden"
    assert posted("m-gao.points") == 600


def test_the_history_says_what_was_used(till: Till) -> None:
    till.row(
        tx.CouponRedeem("off-10", (tx.Leg("coupon-gao-off", 1),)),
        tx.ValueRedeem("bath", 5000, (tx.Leg("m-gao.principal", 5000),), "p-yuanbao"),
        member="m-gao",
    )
    till.row(tx.PointsRedeem((tx.Leg("m-gao.points", 200),), "toy-200"), member="m-gao")
    send(till)
    with override("zh-hans"):
        events = history.of(Member.objects.get(pk="m-gao"))
    said = [text for event in events for text in event.what]
    assert any("满50减10" in text for text in said)
    assert any("200" in text and "兑换磨牙玩具" in text for text in said)
    reversals.reverse(Transaction.objects.get(seq=2), "x", User.objects.create_user("lin"))
    assert posted("m-gao.points") == 650
