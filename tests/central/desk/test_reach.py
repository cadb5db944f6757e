"""What the desk changes reaches the kiosks with sync's next look, a part of a second later."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from central.shop.models import SeenMedium, Terminal, TopUpPlan
from central.sync.service import Service
from kiosk.domain import wire
from tests.central.desk.conftest import Login
from tests.central.till import NOW, Till


@pytest.fixture
def client(login: Login) -> Client:
    return login("cashier")


@pytest.fixture
def service() -> Service:
    """Sync, with kiosk k1 that has its directory."""
    service, till = Service(), Till()
    list(service.receive(till.address, till.hello()))
    list(service.receive(till.address, wire.DirectoryRequest(journal=till.journal, since=0)))
    list(service.news())
    return service


def told(service: Service) -> Iterator[wire.Down]:
    return (message for _, message in service.news())


def test_a_bound_card_is_in_the_directory(client: Client, service: Service) -> None:
    card = SeenMedium.objects.create(
        key="uid:04FEFEFEFEFE80", terminal=Terminal.objects.get(code="k1"), times=1, last_at=NOW
    )
    client.post(reverse("desk:bind", args=[card.pk, "m-zhang"]))
    (page,) = [m for m in told(service) if isinstance(m, wire.DirectoryPage)]
    (member,) = page.members
    assert "uid:04FEFEFEFEFE80" in {medium.key for medium in member.media}


def test_a_lost_card_is_on_the_deny_list(client: Client, service: Service) -> None:
    client.post(reverse("desk:mark", args=["m-wang", "c-wang", "lost"]))
    (page,) = [m for m in told(service) if isinstance(m, wire.DirectoryPage)]
    assert {m.medium: m.status.value for m in page.members[0].media}["c-wang"] == "lost"


def test_a_top_up_is_offered(client: Client, service: Service) -> None:
    plan = TopUpPlan.objects.get(code="topup-500").pk
    client.post(reverse("desk:top_up", args=["m-zhang"]), {"plan": plan, "means": "cash"})
    said = list(told(service))
    (offer,) = [m for m in said if isinstance(m, wire.AllowanceOffer)]
    assert "m-zhang.principal" in offer.accounts
    (page,) = [m for m in said if isinstance(m, wire.DirectoryPage)]
    assert sum(p.posted for p in page.members[0].purses if p.kind == "principal") == 50_000
