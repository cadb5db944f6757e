"""The demo shop: filled in once, and every card of the wallet is what its label says."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from central.books import directory
from central.shop import catalogues, demo
from central.shop.models import (
    BonusRelease,
    Entry,
    Medium,
    Member,
    Movement,
    Pass,
    ServiceTicket,
)
from kiosk.domain.catalogue import Catalogue
from tests.central.books import assert_sound, posted
from tests.central.conftest import DEMO_SHOP
from tests.central.till import NOW


def counts() -> list[int]:
    return [model._default_manager.count() for model in (Member, Medium, Pass, Entry, Movement)]


def test_again_changes_nothing() -> None:
    before, version = counts(), directory.version()
    demo.fill(demo.read(DEMO_SHOP), NOW)
    assert (counts(), directory.version()) == (before, version)
    assert_sound()


def test_what_was_spent_is_not_given_back() -> None:
    from central.books import actions

    actions.move("s1", {"m-wang.principal": -5000}, "refund", "test")
    demo.fill(demo.read(DEMO_SHOP), NOW)
    assert posted("m-wang.principal") == 15000


@pytest.mark.parametrize(("language", "banner"), [("zh-CN", "欢迎光临"), ("en", "Welcome")])
def test_the_shop_welcomes_in_its_own_language(language: str, banner: str) -> None:
    shop = demo.read(DEMO_SHOP)
    shop["store"] |= {"code": "s2", "language": language}
    shop |= {"terminal": [], "member": [], "card": [], "operator": []}
    assert demo.fill(shop, NOW).banner == banner


def test_the_price_list_is_in_force() -> None:
    catalogue = catalogues.current("s1")
    assert isinstance(catalogue, Catalogue)
    assert [s.code for s in catalogue.services] == ["bath", "training", "boarding"]
    assert catalogue.valid_from == NOW.date()
    assert catalogues.version("s1", 1) == catalogue
    assert catalogues.version("s1", 2) is None


def test_the_wallet() -> None:
    cards = tomllib.loads(DEMO_SHOP.read_text(encoding="utf-8"))["card"]
    names = [card["name"] for card in cards]
    assert len(names) == len(set(names))
    for card in cards:
        assert card["label_zh"]
        assert card["label_en"]
        assert "uid" in card or "token" in card
        bound = Medium.objects.filter(pk=f"c-{card['name']}").first()
        if "member" in card or "operator" in card:
            assert bound is not None
            assert (bound.member_id, bound.operator_id) == (
                card.get("member"),
                card.get("operator"),
            )
            token = card.get("token")
            assert bound.key == (f"pm1:{token}" if token else f"uid:{card['uid']}")
        else:
            assert bound is None


def test_the_admin_has_a_password_of_its_own(tmp_path: Path) -> None:

    file = demo.make_admin(tmp_path)
    password = file.read_text().strip()
    assert file.stat().st_mode & 0o777 == 0o600
    assert demo.make_admin(tmp_path).read_text().strip() == password
    user = get_user_model()._default_manager.get(username=demo.ADMIN)
    assert user.check_password(password)
    assert user.is_superuser


def test_what_is_still_to_come() -> None:
    due = BonusRelease.objects.filter(account__member="m-zheng")
    assert [part.amount for part in due] == [1000, 1000, 1000]
    ticket = ServiceTicket.objects.get()
    assert (ticket.member, ticket.open) == ("m-wu", True)
    assert ticket.day == NOW.date() - dt.timedelta(days=1)
