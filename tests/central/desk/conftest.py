"""Staff of each role, and a client that is logged in as one."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import translation

from tests.central.till import NOW

Login = Callable[[str], Client]


@pytest.fixture
def login() -> Login:
    """Log in as someone of this role; no role is somebody who is not staff."""

    def as_role(role: str) -> Client:
        user, _ = User.objects.get_or_create(username=role or "nobody", is_staff=bool(role))
        if role:
            user.groups.add(Group.objects.get(name=role))
        client = Client(enforce_csrf_checks=False)
        client.force_login(user)
        return client

    return as_role


@pytest.fixture(autouse=True)
def _afternoon(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour after the terminals' rows, on the day that the demo shop was filled in."""
    later = NOW + dt.timedelta(hours=1)
    monkeypatch.setattr("central.desk.counter.now", lambda: later)


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """What language a page was read in is forgotten after the test."""
    yield
    translation.deactivate()
