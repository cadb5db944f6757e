"""The web admin: every page in both languages, money only to look at."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from central.books import apply
from central.shop.models import (
    Account,
    Case,
    CatalogueVersion,
    Medium,
    Outgoing,
    Service,
    Store,
)
from tests.central.till import Till, pay, visit

OURS = [model for model in admin.site._registry if model._meta.app_label == "shop"]
MONEY = ["account", "allowance", "entry", "movement", "transaction", "journal", "pass"]
LANGUAGES = {"zh-CN": "账户", "en": "Accounts"}


@pytest.fixture
def client() -> Client:
    user = get_user_model()._default_manager.create_superuser("boss")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def busy(till: Till) -> Till:
    """A terminal some of whose rows have cases."""
    till.row(visit())
    till.row(pay(100, ("m-wang.principal", 100)))
    apply.apply(*till.address, till.batch())
    return till


@pytest.mark.parametrize(("language", "word"), LANGUAGES.items())
def test_the_index_speaks_the_browsers_language(client: Client, language: str, word: str) -> None:
    page = client.get("/admin/", headers={"accept-language": language})
    assert page.status_code == 200
    assert word in page.content.decode()


def test_the_default_language_is_chinese(client: Client) -> None:
    text = client.get("/admin/").content.decode()
    assert "宠物店中心系统" in text
    assert "Accounts" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("model", OURS)
def test_every_list_and_every_record_opens(
    client: Client, busy: Till, model: type[Account], language: str
) -> None:
    name, headers = model._meta.model_name, {"accept-language": language}
    page = client.get(reverse(f"admin:shop_{name}_changelist"), headers=headers)
    assert page.status_code == 200
    found = model._default_manager.first()
    if found is not None:
        page = client.get(reverse(f"admin:shop_{name}_change", args=[found.pk]), headers=headers)
        assert page.status_code == 200


@pytest.mark.parametrize("name", MONEY)
def test_nobody_changes_money_by_hand(client: Client, busy: Till, name: str) -> None:
    model = next(m for m in OURS if m._meta.model_name == name)
    found = model._default_manager.first()
    assert found is not None
    assert client.get(reverse(f"admin:shop_{name}_add")).status_code == 403
    assert client.post(reverse(f"admin:shop_{name}_change", args=[found.pk])).status_code == 403
    assert client.post(reverse(f"admin:shop_{name}_delete", args=[found.pk])).status_code == 403
    page = client.get(reverse(f"admin:shop_{name}_changelist")).content.decode()
    assert "delete_selected" not in page


def test_a_members_page_shows_balances_and_takes_none(client: Client, till: Till) -> None:
    text = client.get(reverse("admin:shop_member_change", args=["m-wang"])).content.decode()
    assert "20000" in text
    assert 'name="accounts-0-posted"' not in text
    assert 'name="passes-0-valid_until"' not in text


def test_a_case_is_closed_with_a_note_and_nothing_else(client: Client, busy: Till) -> None:
    case = Case.objects.get()
    url = reverse("admin:shop_case_change", args=[case.pk])
    sent = {"note": "对过账", "kind": "fork", "seq": 77}
    assert client.post(url, sent).status_code == 302
    case.refresh_from_db()
    assert (case.open, case.note, case.kind, case.seq) == (False, "对过账", "price_differs", 2)


def test_a_card_is_reported_lost_and_found_again(client: Client, till: Till) -> None:
    url = reverse("admin:shop_medium_changelist")
    for action, status in (("mark_lost", "lost"), ("mark_active", "active")):
        client.post(url, {"action": action, "_selected_action": ["c-wang"]})
        assert Medium.objects.get(pk="c-wang").status == status


def test_prices_are_in_force_when_they_are_published(client: Client) -> None:
    service = Service.objects.get(code="bath")
    service.small = 6500
    service.save()
    Outgoing.objects.all().delete()
    url = reverse("admin:shop_store_changelist")
    for _ in range(2):
        client.post(url, {"action": "publish", "_selected_action": ["s1"]})
    assert [v.version for v in CatalogueVersion.objects.filter(store="s1")] == [2, 1]
    assert Outgoing.objects.get().kind == Outgoing.CATALOGUE


def test_a_changed_rule_is_a_new_policy_version(client: Client) -> None:
    store = Store.objects.get(pk="s1")
    store.save()
    assert store.policy_version == 1
    store.banner = "今日特价"
    store.save()
    store.refresh_from_db()
    assert store.policy_version == 2
    assert Outgoing.objects.filter(kind=Outgoing.POLICY, store=store).count() == 1


def test_a_medium_has_one_owner(client: Client) -> None:
    url = reverse("admin:shop_medium_add")
    sent = {"key": "uid:04010203040506", "status": "active", "member": "m-li", "operator": "o-he"}
    page = client.post(url, sent, headers={"accept-language": "en"})
    assert "A medium belongs to one member or one operator." in page.content.decode()
    assert client.post(url, {**sent, "operator": ""}).status_code == 302


@pytest.mark.parametrize(
    ("language", "expected"),
    [("zh-CN", "只能用小写字母 a-z、数字、_ 和 -"), ("en", "Small letters a-z, digits, _ and -")],
)
def test_a_bad_code_is_told_what_a_good_one_is(
    client: Client, language: str, expected: str
) -> None:
    address = reverse("admin:shop_store_add")
    sent = client.post(address, {"code": "Shop 1"}, headers={"accept-language": language})
    assert expected in sent.content.decode()
    assert not Store.objects.filter(pk="Shop 1").exists()
