"""What was typed stays on the page while a kiosk is waited for, if what it rests on is still so."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from central.shop.models import Movement
from tests.central.books import send
from tests.central.desk.conftest import Login
from tests.central.till import Till, release, visit

PASS = ["m-wang", "pass-wang-bath"]
WHY = "搬到 <外地>"
TYPED = "搬到 &lt;外地&gt;"


@pytest.fixture
def client(login: Login, till: Till) -> Client:
    """A manager; the kiosk holds all that there is."""
    return login("manager")


def refused(client: Client, address: str, form: dict[str, str]) -> str:
    answer = client.post(address, form | {"once": "a"})
    assert answer.status_code == 409
    assert not Movement.objects.filter(kind__in=("merge", "cancel_pass", "transfer")).exists()
    page = str(answer.content.decode())
    assert "等待终端" in page
    assert "s1/k1" in page
    return page


def test_a_merge_is_asked_again_with_its_reason(client: Client) -> None:
    address = reverse("desk:merge", args=["m-wang"])
    page = refused(client, address, {"to": "m-li", "reason": WHY, "sure": "1"})
    assert f'name="reason" value="{TYPED}"' in page
    assert 'name="to" value="m-li"' in page
    assert 'name="sure"' in page


def test_a_pass_that_is_cancelled_keeps_the_form(client: Client) -> None:
    form = {"what": "cancel", "paid": "123.45", "means": "wechat", "reason": WHY, "worth": "48000"}
    page = refused(client, reverse("desk:pass", args=PASS), form)
    assert 'value="123.45"' in page
    assert TYPED in page
    assert re.search('value="wechat"[^>]* checked', page)
    assert 'name="worth" value="48000"' in page


def test_a_pass_that_is_given_keeps_the_form(client: Client) -> None:
    form = {"what": "give", "to": "李娜", "reason": WHY}
    page = refused(client, reverse("desk:pass", args=PASS), form)
    assert 'value="李娜"' in page
    assert TYPED in page
    assert 'value="480.00"' in page, "the other form begins with what the pass is worth"


def test_an_amount_that_was_decided_on_another_worth_is_not_offered_again(
    client: Client, till: Till
) -> None:
    """Visits were used meanwhile: who sends the form once more pays back what is due now."""
    till.row(visit())
    till.row(release("pass-wang-bath.bought", 7))
    till.row(release("pass-wang-bath.gift", 2))
    send(till)
    form = {"what": "cancel", "paid": "480", "means": "cash", "reason": WHY, "worth": "48000"}
    answer = client.post(reverse("desk:pass", args=PASS), form | {"once": "a"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "请看现在值多少" in page
    assert 'value="420.00"' in page
    assert 'name="worth" value="42000"' in page
    assert 'value="480' not in page
    assert TYPED in page


def test_a_member_is_not_merged_into_himself_and_may_name_another(client: Client) -> None:
    form = {"to": "m-wang", "reason": WHY, "sure": "1", "once": "a"}
    answer = client.post(reverse("desk:merge", args=["m-wang"]), form)
    assert answer.status_code == 409
    assert TYPED in answer.content.decode()
