"""What a terminal's account may send and no kiosk would: it harms nobody else, and no row is lost."""

import msgspec
import pytest

from central.books import apply, epochs
from central.shop.models import Case, Ledger, Transaction
from central.sync.service import Service
from kiosk.domain import transactions as tx
from kiosk.domain import wire
from kiosk.domain.errors import ProtocolError
from tests.central.books import assert_sound, posted, send
from tests.central.till import Till, log, pay, visit

BOUGHT = "pass-wang-bath.bought"


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
        ((visit(),), {"catalogue": 10**30}),
        ((visit(),), {"ref": -(10**30)}),
    ],
)
def test_a_row_of_strange_names_is_in_and_the_next_one_too(
    till: Till, lines: tuple[tx.AnyLine, ...], named: dict[str, object]
) -> None:
    till.row(*lines, **named)  # type: ignore[arg-type]
    till.row(visit())
    send(till)
    assert Transaction.objects.count() == 2
    assert Case.objects.filter(seq=2).count() == 0
    assert posted(BOUGHT) <= 7
    assert_sound()


def test_strange_words_about_itself_are_dropped_alone(till: Till) -> None:
    service = Service()
    messages: list[wire.Up] = [
        till.hello(software=NUL),
        wire.MediumSeen(key=NUL, at=till.hello().now),
        wire.Health(waiting=2**53, clock=NUL, parts=[wire.PartHealth(NUL, NUL)]),
        till.request(NUL),
    ]
    for message in messages:
        try:
            list(service.receive(till.address, message))
        except ProtocolError:
            pass
    send_one = Till(journal=till.journal)
    send_one.row(visit())
    assert apply.apply(*till.address, send_one.batch()).applied_through == 1
    assert Ledger.objects.get().epoch == 1
    assert msgspec.json.encode(NUL)
