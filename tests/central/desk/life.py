"""A little life in the demo shop, for what is looked at in a browser: run with central's settings.

A groomer's morning at kiosk k1, a top-up there, one row with a case, and a card nobody knows.
"""

import datetime as dt
import uuid

import msgspec

from central.books import allowances, apply
from central.shop.models import Journal, Member, Movement
from central.sync.service import Service
from kiosk.domain import transactions as tx
from kiosk.domain import wire
from kiosk.domain.clock import ClockState
from tests.central.till import Till, load, pay, visit

ADDRESS = ("s1", "k1")
STRANGER = "uid:04FEFEFEFEFE80"
SHIFT = dt.timedelta(hours=8)
"""The store's local time, ahead of UTC."""


def live() -> None:
    """Do all of it within the last half hour, and on the store's present day."""
    now, journal = dt.datetime.now(dt.UTC), str(uuid.uuid4())
    midnight = dt.datetime.combine((now + SHIFT).date(), dt.time(), dt.UTC) - SHIFT
    service = Service()
    payloads: list[msgspec.Raw] = []
    long_ago = now - dt.timedelta(days=90)
    Movement.objects.update(at=long_ago)
    Member.objects.update(joined_at=long_ago)
    hello = wire.Hello(
        store="s1",
        terminal="k1",
        journal=journal,
        software="0.1.0",
        last_seq=0,
        head=tx.GENESIS.hex(),
        acknowledged=0,
        directory_version=0,
        catalogue_version=0,
        policy_version=0,
        now=now,
    )
    list(service.receive(ADDRESS, hello))
    allowances.answer(
        journal, wire.AllowanceRequest(journal=journal, nonce=str(uuid.uuid4()), accounts=None)
    )
    done = tx.VisitLog(service="bath", pet="p-doudou", follow_up=now.date() + dt.timedelta(21))
    plan = load("topup-500", 50_000, ("m-li.principal", 50_000), ("m-li.bonus", 5_000))
    boarding = pay(4_700, ("m-li.principal", 4_700), service="boarding")
    for member, operator, lines in (
        ("m-wang", "o-he", (visit(), done)),
        ("m-li", "o-xu", (plan,)),
        ("m-li", "", (msgspec.structs.replace(boarding, pet="p-mimi"),)),
        ("m-wang", "", (tx.CheckIn(day=(now + SHIFT).date()),)),
    ):
        row = tx.Transaction(
            journal=journal,
            seq=len(payloads) + 1,
            at=max(midnight, now - dt.timedelta(minutes=30 - len(payloads))),
            clock=ClockState.SYNCED,
            lines=lines,
            member=member,
            operator=operator,
            catalogue=1,
        )
        payloads.append(msgspec.Raw(tx.encode(row)))
    batch = wire.Transactions(journal=journal, first=1, prev=tx.GENESIS.hex(), rows=payloads)
    apply.apply(*ADDRESS, batch)
    list(service.receive(ADDRESS, wire.Health(waiting=0, clock="synced", parts=[])))


def tap() -> None:
    """Lay the stranger's card on the kiosk."""
    list(Service().receive(ADDRESS, wire.MediumSeen(key=STRANGER, at=dt.datetime.now(dt.UTC))))


def trouble() -> None:
    """Give kiosk k1 a new card, and let a copy of k2's card come after the true one."""
    service = Service()
    new = Till()
    list(service.receive(new.address, new.hello()))
    allowances.answer(new.journal, new.request())
    parts = {"reader counter": "ready", "display": "ready", "printer": "fault", "link": "ready"}
    list(service.receive(new.address, _health(3, parts)))
    true = Till(terminal="k2")
    list(service.receive(true.address, true.hello()))
    copy = Till(terminal="k2", journal=true.journal)
    for till, points in ((true, 1), (copy, 2)):
        till.row(tx.CheckIn(day=dt.date(2026, 3, points)), member="m-zhao")
        apply.apply(*till.address, till.batch())
    list(service.receive(true.address, _health(0, {"reader": "ready", "display": "absent"})))
    service.left(true.address)


def hold() -> None:
    """Let kiosk k1 ask for all that is free."""
    journal = Journal.objects.filter(terminal__code="k1", state="open").get()
    asked = wire.AllowanceRequest(journal=journal.pk, nonce=str(uuid.uuid4()))
    allowances.answer(journal.pk, asked)


def _health(waiting: int, parts: dict[str, str]) -> wire.Health:
    said = [wire.PartHealth(part, state) for part, state in parts.items()]
    return wire.Health(waiting=waiting, clock="synced", parts=said)
