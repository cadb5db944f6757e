"""Where a page refuses, it says so in the reader's language and leads on; no token serves twice."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from central.shop.models import Pass, Store, TopUpPlan
from tests.central.desk.conftest import Login

LANGUAGES = pytest.mark.parametrize(
    ("language", "gone", "denied", "old"),
    [
        ("zh-CN", "没有这个页面", "此账号无权查看", "页面已过期"),
        ("en", "There is no such page", "Not for this login", "The page was too old"),
    ],
)


def reader(client: Client, language: str) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    return client


def leads_on(page: str, status: int, client: Client) -> bool:
    desk = reverse("desk:home")
    assert f'href="{desk}"' in page, status
    return client.get(desk).status_code == 200


@LANGUAGES
def test_a_refusal_speaks_the_readers_language_and_leads_back(
    login: Login, language: str, gone: str, denied: str, old: str
) -> None:
    client = reader(login("groomer"), language)
    for address, status, words in (
        (reverse("desk:member", args=["nobody"]), 404, gone),
        ("/desk/no/such/page/", 404, gone),
        (reverse("desk:day"), 403, denied),
    ):
        answer = client.get(address)
        assert answer.status_code == status, address
        assert words in answer.content.decode()
        assert leads_on(answer.content.decode(), status, client)
    client.handler.enforce_csrf_checks = True
    answer = client.post(reverse("desk:top_up", args=["m-wang"]), {"plan": "1"})
    assert answer.status_code == 403
    assert old in answer.content.decode()
    assert leads_on(answer.content.decode(), 403, client)


def test_after_an_error_nobody_is_told_to_send_it_again(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = login("cashier")
    client.raise_request_exception = False
    monkeypatch.setattr("central.desk.counter.once", lambda token, act: 1 // 0)
    plan = TopUpPlan.objects.get(code="topup-500")
    sent = {"plan": plan.pk, "means": "cash", "once": "a"}
    answer = client.post(reverse("desk:top_up", args=["m-wang"]), sent)
    assert answer.status_code == 500
    for words in ("先看会员的历史记录", "look at the member's history before"):
        assert words in answer.content.decode()


def test_without_a_store_the_desk_says_where_to_make_one(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = reader(login("owner"), "en")
    monkeypatch.setattr(Store, "objects", Store.objects.none())
    answer = client.get(reverse("desk:home"))
    assert answer.status_code == 403
    assert "There is no store yet" in answer.content.decode()
    assert f'href="{reverse("admin:index")}"' in answer.content.decode()


def test_no_two_forms_of_a_page_share_what_makes_them_count_once(login: Login) -> None:
    """Two forms with one token: the second would be told that it was done, and was not."""
    client = login("owner")
    sold = Pass.objects.get(pk="pass-wang-bath")
    for address in (
        reverse("desk:member", args=["m-wang"]),
        reverse("desk:pass", args=["m-wang", sold.pk]),
    ):
        page = client.get(address).content.decode()
        tokens = re.findall(r'name="once" value="([^"]+)"', page)
        assert len(tokens) >= 2
        assert len(set(tokens)) == len(tokens), address
        assert all(len(token) <= 40 for token in tokens), "longer ones are cut, and could be alike"


def test_a_wrong_phone_number_is_named(login: Login) -> None:
    client = reader(login("cashier"), "en")
    sent = {"name": "何", "phone": "abc", "tier": "basic", "size": "s"}
    page = client.post(reverse("desk:enrol"), sent).content.decode()
    assert "abc is not a phone number" in page
