"""When a terminal was last heard, and how many of its rows wait: what staff are told of it."""

import datetime as dt

import pytest

from central.shop.models import Terminal
from central.sync.service import Service
from kiosk.domain import wire
from tests.central.till import NOW, Till, visit


class Clock:
    """Central's clock, set by the test."""

    def __init__(self) -> None:
        self.now = NOW

    def after(self, **later: float) -> dt.datetime:
        self.now += dt.timedelta(**later)
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: found.now)
    return found


@pytest.fixture
def service(clock: Clock, till: Till) -> Service:
    """A terminal has said hello and how it is, with nothing to send."""
    found = Service()
    hear(found, till, till.hello())
    hear(found, till, wire.Health(waiting=0, clock="synced"))
    return found


def hear(service: Service, till: Till, message: wire.Up) -> None:
    list(service.receive(till.address, message))


def terminal() -> Terminal:
    return Terminal.objects.get(code="k1")


@pytest.mark.parametrize("kind", ["rows", "request", "directory", "card"])
def test_whatever_a_terminal_says_it_was_heard(
    service: Service, till: Till, clock: Clock, kind: str
) -> None:
    till.row(visit())
    later = clock.after(minutes=20)
    message: dict[str, wire.Up] = {
        "rows": till.batch(),
        "request": till.request(),
        "directory": wire.DirectoryRequest(journal=till.journal, since=0),
        "card": wire.MediumSeen(key="uid:04FEFEFEFEFE80", at=NOW),
    }
    hear(service, till, message[kind])
    assert terminal().last_heard == later


def test_what_cannot_be_read_was_heard_too(service: Service, till: Till, clock: Clock) -> None:
    later = clock.after(minutes=20)
    service.dropped(till.address)
    assert terminal().last_heard == later


def test_a_busy_terminal_costs_one_write_a_minute(
    service: Service, till: Till, clock: Clock
) -> None:
    seen = wire.MediumSeen(key="uid:04FEFEFEFEFE80", at=NOW)
    first = clock.after(minutes=2)
    for _ in range(5):
        hear(service, till, seen)
        clock.after(seconds=10)
    assert terminal().last_heard == first
    later = clock.after(seconds=10)
    hear(service, till, seen)
    assert terminal().last_heard == later
    earlier = clock.after(hours=-1)
    hear(service, till, seen)
    assert terminal().last_heard == earlier, "the clock was set back"


def test_one_that_leaves_was_there_until_now(service: Service, till: Till, clock: Clock) -> None:
    hear(service, till, wire.DirectoryRequest(journal=till.journal, since=0))
    later = clock.after(seconds=30)
    service.left(till.address)
    assert (terminal().online, terminal().last_heard) == (False, later)


def test_a_will_that_the_broker_kept_is_no_news(service: Service, till: Till, clock: Clock) -> None:
    gone = clock.after(minutes=5)
    service.left(till.address)
    clock.after(days=3)
    again = Service()
    again.left(till.address)
    assert terminal().last_heard == gone, "not when central came back"
    Terminal.objects.update(online=True)
    list(Service().news())
    assert (terminal().online, terminal().last_heard) == (False, gone)


def test_rows_that_came_in_wait_no_more(service: Service, till: Till, clock: Clock) -> None:
    """A terminal tells how many wait when it comes, and not again when they are in."""
    for _ in range(3):
        till.row(visit())
    hear(service, till, till.hello())
    hear(service, till, wire.Health(waiting=3, clock="synced"))
    hear(service, till, till.batch(1, 2))
    assert terminal().waiting == 1
    later = clock.after(seconds=1)
    hear(service, till, till.batch(3))
    assert (terminal().waiting, terminal().waiting_at) == (0, later)


def test_nothing_waits_as_of_the_last_rows_not_of_a_greeting(
    service: Service, till: Till, clock: Clock
) -> None:
    before = clock.now
    clock.after(hours=9)
    hear(service, till, wire.DirectoryRequest(journal=till.journal, since=0))
    hear(service, till, till.hello())
    assert terminal().waiting_at == before
    till.row(visit())
    later = clock.after(minutes=2)
    hear(service, till, till.batch())
    assert (terminal().waiting, terminal().waiting_at) == (0, later)


@pytest.mark.usefixtures("clock")
def test_rows_from_one_that_has_not_told_how_many_wait_prove_nothing(till: Till) -> None:
    till.row(visit())
    hear(Service(), till, till.batch())
    assert terminal().waiting_at is None
