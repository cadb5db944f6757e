"""What a terminal's account may send and no kiosk would: nobody else is harmed, no row is lost."""

from typing import Any

import msgspec
import pytest

from central.books import epochs
from central.shop.models import Case, Transaction
from central.sync.service import Service
from kiosk.domain import transactions as tx
from kiosk.domain import wire
from kiosk.domain.clock import ClockState
from kiosk.domain.errors import Malformed, ProtocolError
from tests.central.books import send
from tests.central.till import NOW, Till, log, pay, visit


@pytest.mark.parametrize("claimed", [2**53, 10_000])
def test_an_epoch_that_no_restore_explains_is_not_taken(till: Till, claimed: int) -> None:
    """Else one hello would lead all terminals to an epoch that no message can carry."""
    service, (central, epoch) = Service(), epochs.identity()
    hello = till.hello(central=central, epoch=claimed)
    with pytest.raises(ProtocolError, match="epoch"):
        list(service.receive(till.address, hello))
    assert epochs.identity() == (central, epoch)
    (welcome, *_) = service.receive(till.address, till.hello())
    assert isinstance(welcome, wire.Welcome)
    assert wire.decode_down(wire.encode(welcome)) == welcome


NUL = "a\x00b"


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ((visit(),), {"member": NUL}),
        ((visit(),), {"operator": NUL}),
        ((visit(NUL),), {}),
        ((visit(pet=NUL),), {}),
        ((log(NUL),), {"operator": "o-he"}),
        ((pay(0, service="bath"), tx.PointsRedeem((tx.Leg("m-wang.points", 1),), NUL)), {}),
        ((pay(7920, ("m-wang.principal", 7920)),), {"catalogue": 10**30}),
        ((visit(pet="x" * 500), log("y" * 500)), {"member": "z" * 500, "operator": "w" * 500}),
    ],
)
def test_a_row_of_strange_names_is_in_and_the_next_one_too(
    till: Till, lines: tuple[tx.AnyLine, ...], named: dict[str, Any]
) -> None:
    values: dict[str, Any] = {"member": "m-wang", "catalogue": 1} | named
    row = tx.Transaction(till.journal, 1, NOW, ClockState.SYNCED, lines, **values)
    till.raw(msgspec.json.encode(row))
    till.row(visit())
    send(till)
    assert Transaction.objects.count() == 2
    assert Case.objects.filter(seq=1).exists()
    assert not Case.objects.filter(seq=2).exists()


@pytest.mark.parametrize(
    "message",
    [
        Till().hello(software=NUL),
        wire.MediumSeen(key=NUL, at=NOW),
        wire.Health(waiting=0, clock=NUL),
        wire.Health(waiting=0, clock="rtc", parts=[wire.PartHealth("reader", NUL)]),
        Till().request(NUL),
    ],
)
def test_no_name_has_a_nul_character(message: wire.Up) -> None:
    """PostgreSQL cannot store one."""
    with pytest.raises(Malformed, match="NUL"):
        wire.decode_up(wire.encode(message))


def test_the_largest_numbers_a_message_may_carry_are_taken(till: Till) -> None:
    service, most = Service(), 2**53
    list(service.receive(till.address, till.hello(last_seq=most, acknowledged=most)))
    list(service.receive(till.address, wire.Health(waiting=most, clock="rtc")))
    list(service.receive(till.address, wire.DirectoryRequest(journal=till.journal, since=most)))
    till.row(visit())
    assert send(till).applied_through == 1
