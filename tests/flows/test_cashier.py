"""The cashier: top-ups, passes, the slip once more."""

from kiosk.domain import desk, screens
from kiosk.domain.desk import DeskEntry
from kiosk.domain.devices import Part, SlipFate, Sound
from kiosk.domain.effects import Commit, Play, Print
from kiosk.domain.events import CardPresented, CatalogueChanged, Committed, Identified
from kiosk.domain.members import Role
from kiosk.domain.names import Name
from kiosk.domain.refusals import Reason
from kiosk.domain.slips import LoadSlip
from kiosk.domain.transactions import Leg, Means, PassLoad, ValueLoad
from kiosk.flows.desk_states import AwaitingMember, Proving, Surveying
from tests.flows.counter import ANSWER, at_desk, drafted, select, tapped
from tests.flows.samples import (
    CARD,
    CATALOGUE,
    OPEN_TICKET,
    ROW,
    context,
    member,
    operator,
    workday,
)
from tests.flows.steps import A, B, found, screen, walk


def test_a_cashier_tops_up_by_plan_and_means() -> None:
    step = walk(select(at_desk(operator(Role.CASHIER)), DeskEntry.TOP_UP).state, A, A, B, A)
    assert isinstance(step.state, AwaitingMember)
    confirming = tapped(step, member())
    shown = screen(confirming)
    assert isinstance(shown, desk.ConfirmLoad)
    assert (shown.plan.pay, shown.plan.bonus, shown.means) == (50_000, 5_000, Means.ALIPAY)
    writing = walk(confirming.state, A)
    legs = (Leg("a-principal", 50_000), Leg("a-bonus", 5_000))
    draft = drafted(writing).draft
    assert draft.lines == (ValueLoad("topup-500", 50_000, Means.ALIPAY, legs),)
    assert (draft.operator, draft.catalogue) == ("o1", 3)
    after = member(value=(80_000, 10_000))
    proof = walk(writing.state, Committed(ANSWER, 42, "0" * 36, after))
    loaded = screen(proof)
    assert isinstance(loaded, desk.Loaded)
    assert loaded.value_left == 90_000
    (printed,) = found(Print, proof.effects)
    assert isinstance(printed.slip, LoadSlip)
    assert printed.slip.value_left == 90_000


def test_a_cashier_sells_a_pass_with_fresh_purses() -> None:
    step = walk(select(at_desk(operator(Role.CASHIER)), DeskEntry.SELL_PASS).state, A, A, A)
    tap = CardPresented(CARD, "front")
    ctx = context(fresh="f00d")
    confirming = walk(step.state, tap, Identified(ANSWER, member()), ctx=ctx)
    (line,) = drafted(walk(confirming.state, A)).draft.lines
    bought, gift = Leg("f00d.b", 10), Leg("f00d.g", 2)
    assert line == PassLoad("bath-10", 60_000, Means.WECHAT, "f00d", bought, gift)


def test_a_reprint_is_marked_and_counted_and_of_the_newest_row() -> None:
    step = walk(select(at_desk(operator(Role.CASHIER)), DeskEntry.REPRINT).state, A)
    again = tapped(step, member(last=ROW))
    (printed,) = found(Print, again.effects)
    assert (printed.seq, printed.slip.copy) == (41, 1)
    assert isinstance(again.state, Proving)
    nothing = screen(tapped(step, member()))
    assert nothing == screens.Refused(Reason.NOT_ALLOWED)


def test_a_reprint_is_not_promised_by_a_printer_that_is_out_of_order() -> None:
    step = walk(select(at_desk(operator(Role.CASHIER)), DeskEntry.REPRINT).state, A)
    tap, known = CardPresented(CARD, "front"), Identified(ANSWER, member(last=ROW))
    broken = walk(step.state, tap, known, ctx=context(faults=(Part.PRINTER,)))
    assert screen(broken) == desk.Reprinted(Name("洗澡", "Bath"), SlipFate.FAILED)
    assert not found(Print, broken.effects)
    assert Play(Sound.REFUSED) in broken.effects


def test_a_price_list_that_comes_after_the_card_brings_its_lines_and_moves_nothing() -> None:
    """After a power cut the card lies on the reader before the price list is read."""
    bare = select(at_desk(operator(Role.CASHIER), ctx=context(catalogue=None)), DeskEntry.REPRINT)
    priced = walk(bare.state, CatalogueChanged(CATALOGUE))
    shown = screen(priced)
    assert isinstance(shown, desk.Desk)
    entries = [item.entry for item in shown.items if isinstance(item, desk.EntryItem)]
    assert entries[:2] == [DeskEntry.TOP_UP, DeskEntry.SELL_PASS]
    assert entries[shown.selected] is DeskEntry.REPRINT
    assert walk(priced.state, CatalogueChanged(CATALOGUE)).effects == ()


def test_a_cashiers_list_logs_no_service_for_a_member_card() -> None:
    step = tapped(at_desk(operator(Role.CASHIER)), member())
    assert isinstance(step.state, Surveying)
    assert not found(Commit, step.effects)


def test_open_tickets_are_not_the_cashiers_to_close() -> None:
    listed = screen(at_desk(operator(Role.CASHIER), workday(OPEN_TICKET)))
    assert isinstance(listed, desk.Desk)
    assert listed.tickets == 0
    assert not any(isinstance(item, desk.TicketItem) for item in listed.items)
