"""A day at the counter: groomer, cashier, technician, step by step."""

import dataclasses as dc
import datetime as dt

import pytest

from kiosk.domain import desk, screens
from kiosk.domain.desk import DeskEntry, EntryItem, Fact, FactRow, TicketItem
from kiosk.domain.devices import Button, Stopped, Vitals
from kiosk.domain.effects import Commit, Examine, Identify, Print, Survey, SwitchTraining
from kiosk.domain.events import (
    ButtonPressed,
    CardPresented,
    Committed,
    Correlation,
    DeadlinePassed,
    Examined,
    OperatorIdentified,
    Surveyed,
)
from kiosk.domain.findings import Finding, Subject, Symptom
from kiosk.domain.members import Role
from kiosk.domain.refusals import Reason
from kiosk.domain.slips import Slip, StatusSlip
from kiosk.domain.transactions import (
    Leg,
    ValueRedeem,
    VisitLog,
    VisitRedeem,
    Void,
)
from kiosk.flows import technician
from kiosk.flows.desk_states import AwaitingMember, Deciding, ReadingFindings, Surveying
from kiosk.flows.kiosk import TABLE
from kiosk.flows.states import Resting
from kiosk.flows.step import Step
from tests.flows.counter import ANSWER, at_desk, drafted, select, tapped
from tests.flows.samples import (
    BIG_DOG,
    OPEN_TICKET,
    OTHER_CARD,
    OWN_ROW,
    SMALL_DOG,
    TICKET,
    TODAY,
    context,
    member,
    operator,
    workday,
)
from tests.flows.steps import A, B, C, found, screen, walk

FOLLOW_UP = TODAY + dt.timedelta(days=21)


def test_signing_in_asks_for_the_day_and_shows_open_tickets_first() -> None:
    tap = CardPresented(OTHER_CARD, "front")
    step = walk(Resting(), tap, OperatorIdentified(ANSWER, operator(Role.GROOMER)))
    (ask,) = found(Survey, step.effects)
    assert (ask.operator, ask.day) == ("o1", TODAY)
    assert context().now - ask.since == dt.timedelta(minutes=5)
    listed = screen(walk(step.state, Surveyed(ANSWER, workday(OPEN_TICKET))))
    assert isinstance(listed, desk.Desk)
    first, second, *_ = listed.items
    assert isinstance(first, TicketItem)
    assert (first.pet_name, first.masked_name) == ("旺财", "王*明")
    assert isinstance(second, EntryItem)
    assert (listed.tickets, second.entry) == (1, DeskEntry.SERVICE)


def test_card_and_one_press_finish_a_bath_that_was_paid_at_drop_off() -> None:
    step = walk(at_desk(operator(Role.GROOMER), workday(OPEN_TICKET)).state, A)
    draft = drafted(step).draft
    assert draft.lines == (VisitLog("bath", "p1", "j.40.0", FOLLOW_UP),)
    assert (draft.member, draft.operator, draft.medium) == ("m1", "o1", "")
    proof = walk(step.state, Committed(ANSWER, 42, "0" * 36, member()))
    logged = screen(proof)
    assert isinstance(logged, desk.Logged)
    assert (logged.pet_name, logged.visits_left, logged.follow_up) == ("旺财", None, FOLLOW_UP)
    assert isinstance(walk(proof.state, DeadlinePassed()).state, Surveying)


def test_a_member_card_with_an_open_ticket_takes_nothing() -> None:
    step = tapped(at_desk(operator(Role.GROOMER)), member(tickets=(TICKET,)))
    assert isinstance(screen(step), desk.ConfirmLog)
    draft = drafted(walk(step.state, A)).draft
    assert draft.lines == (VisitLog("bath", "p1", "j.40.0", FOLLOW_UP),)
    assert draft.medium == "c1"


def test_without_a_ticket_one_transaction_redeems_and_logs() -> None:
    step = tapped(at_desk(operator(Role.GROOMER)), member())
    confirm = screen(step)
    assert isinstance(confirm, screens.Confirm)
    assert (confirm.masked_name, confirm.left) == ("王*明", 8)
    writing = walk(step.state, A)
    redeem, log = drafted(writing).draft.lines
    assert redeem == VisitRedeem("bath", (Leg("a-bought", 1),), "p1")
    assert log == VisitLog("bath", "p1", "", FOLLOW_UP)
    proof = walk(writing.state, Committed(ANSWER, 42, "0" * 36, member(visits=(6, 2))))
    (printed,) = found(Print, proof.effects)
    assert isinstance(printed.slip, Slip)
    assert (printed.slip.visits_left, printed.slip.operator_name) == (8, "何美容")


def test_without_a_pass_stored_value_pays_for_the_pet_that_is_picked() -> None:
    view = member(pets=(SMALL_DOG, BIG_DOG), visits=(0, 0))
    picking = tapped(at_desk(operator(Role.GROOMER)), view)
    pets = screen(picking)
    assert isinstance(pets, screens.ChoosePet)
    assert pets.staff
    step = walk(picking.state, B, A, A)
    redeem, log = drafted(step).draft.lines
    assert isinstance(redeem, ValueRedeem)
    assert isinstance(log, VisitLog)
    assert (redeem.price, redeem.pet, log.pet) == (11_520, "p2", "p2")


def test_another_service_is_chosen_before_the_card() -> None:
    chosen = walk(select(at_desk(operator(Role.GROOMER)), DeskEntry.SERVICE, "Training").state, A)
    assert isinstance(chosen.state, AwaitingMember)
    step = tapped(chosen, member(visits=(0, 0)))
    confirm = screen(step)
    assert isinstance(confirm, screens.Confirm)
    assert (confirm.service.en, confirm.pet_name) == ("Training", "")


def test_a_member_who_cannot_pay_is_refused_and_the_list_comes_back() -> None:
    step = tapped(at_desk(operator(Role.GROOMER)), member(visits=(0, 0), value=(0, 0)))
    refused = screen(step)
    assert isinstance(refused, screens.Refused)
    assert (refused.reason, refused.missing) == (Reason.INSUFFICIENT_VALUE, 5_220)
    assert isinstance(walk(step.state, DeadlinePassed()).state, Surveying)


def test_undo_writes_the_mirror_of_the_row() -> None:
    listed = at_desk(operator(Role.GROOMER), workday(undoable=OWN_ROW))
    step = walk(select(listed, DeskEntry.UNDO).state, A)
    shown = screen(step)
    assert isinstance(shown, desk.ConfirmVoid)
    assert (shown.visits, shown.value, shown.is_load) == (1, 0, False)
    writing = walk(step.state, A)
    draft = drafted(writing).draft
    assert draft.lines == (Void(back=(Leg("a-bought", 1),)),)
    assert (draft.ref, draft.member, draft.operator) == (41, "m1", "o1")
    proof = walk(writing.state, Committed(ANSWER, 42, "0" * 36, member()))
    assert isinstance(screen(proof), desk.Voided)
    (printed,) = found(Print, proof.effects)
    assert isinstance(printed.slip, Slip)
    assert printed.slip.voided


def test_nothing_to_undo_offers_no_undo() -> None:
    listed = screen(at_desk(operator()))
    assert isinstance(listed, desk.Desk)
    entries = {item.entry for item in listed.items if isinstance(item, EntryItem)}
    assert DeskEntry.UNDO not in entries


@pytest.mark.parametrize(
    ("role", "offered", "withheld"),
    [
        (Role.GROOMER, DeskEntry.SERVICE, DeskEntry.TOP_UP),
        (Role.CASHIER, DeskEntry.SELL_PASS, DeskEntry.SERVICE),
        (Role.TECHNICIAN, DeskEntry.TERMINAL, DeskEntry.TOP_UP),
        (Role.CASHIER, DeskEntry.REPRINT, DeskEntry.TERMINAL),
    ],
)
def test_each_role_finds_its_own_work(role: Role, offered: DeskEntry, withheld: DeskEntry) -> None:
    listed = screen(at_desk(operator(role)))
    assert isinstance(listed, desk.Desk)
    entries = {item.entry for item in listed.items if isinstance(item, EntryItem)}
    assert offered in entries
    assert withheld not in entries


def test_the_own_card_signs_out_another_takes_over() -> None:
    listed = at_desk(operator(Role.GROOMER))
    tap = CardPresented(OTHER_CARD, "front")
    identifying = walk(listed.state, tap)
    assert found(Identify, identifying.effects)
    own = OperatorIdentified(ANSWER, operator(Role.GROOMER))
    assert isinstance(walk(identifying.state, own, ctx=context(mono=102.0)).state, Resting)
    other = operator(Role.CASHIER, "o2")
    over = walk(identifying.state, OperatorIdentified(ANSWER, other))
    assert isinstance(over.state, Surveying)
    assert over.state.shift.operator == other


def test_the_sign_in_ends_by_itself() -> None:
    listed = at_desk(operator(Role.GROOMER))
    assert listed.deadline == 600.0
    assert isinstance(walk(listed.state, DeadlinePassed()).state, Resting)


def test_the_technician_checks_the_devices_and_prints_what_was_found() -> None:
    listed = at_desk(operator(Role.TECHNICIAN))
    step = walk(select(listed, DeskEntry.EXAMINE).state, A)
    (ask,) = found(Examine, step.effects)
    assert screen(step) == desk.Examining()
    findings = (
        Finding(Subject.DISK, Symptom.WELL),
        Finding(Subject.SCANNER, Symptom.NOT_CONFIGURED),
        Finding(Subject.PRINTER, Symptom.COVER_OPEN),
    )
    step = walk(step.state, Examined(ask.correlation, findings))
    shown = screen(step)
    assert shown == desk.Diagnosis((findings[2], findings[0]), 0, has_printer=True)
    pages = []
    for _ in range(3):
        step = walk(step.state, B)
        turned = screen(step)
        assert isinstance(turned, desk.Diagnosis)
        pages.append(turned.page)
    assert pages == [1, 2, 0]
    printing = walk(step.state, A)
    (printed,) = found(Print, printing.effects)
    assert printed.seq == 0
    assert isinstance(printed.slip, StatusSlip)
    assert printed.slip.findings == (findings[2], findings[0])
    assert printed.slip.facts
    assert isinstance(printing.state, ReadingFindings)
    without = walk(step.state, A, ctx=context(has_printer=False))
    assert not found(Print, without.effects)


def test_a_check_that_never_ends_leads_back_to_the_list_and_its_answer_is_late() -> None:
    step = walk(select(at_desk(operator(Role.TECHNICIAN)), DeskEntry.EXAMINE).state, A)
    (ask,) = found(Examine, step.effects)
    for way_out in (DeadlinePassed(), C):
        left = walk(step.state, way_out)
        assert isinstance(left.state, Surveying)
        late = dc.replace(left.state, correlation=Correlation(ask.correlation + 1))
        assert TABLE.step(late, Examined(ask.correlation, ()), context()) is None


def test_the_technician_reads_facts_and_tests_the_screen() -> None:
    listed = at_desk(operator(Role.TECHNICIAN))
    facts = screen(walk(select(listed, DeskEntry.TERMINAL).state, A))
    assert isinstance(facts, desk.Technical)
    assert Fact.STOPPED not in {row.fact for row in facts.facts}
    stopped = dc.replace(context(), vitals=Vitals(stopped=Stopped.ROLLED_BACK))
    assert FactRow(Fact.STOPPED, "rolled_back") in technician.facts(stopped)
    damaged = dc.replace(context(), vitals=Vitals(set_aside=1))
    assert FactRow(Fact.SET_ASIDE, "1") in technician.facts(damaged)
    step = walk(select(listed, DeskEntry.TEST).state, A)
    patterns = [screen(step)]
    while isinstance(following := walk(step.state, DeadlinePassed()), Step):
        step = following
        if isinstance(step.state, Surveying):
            break
        patterns.append(screen(step))
    assert len(patterns) == 5


def test_training_is_entered_and_left_at_the_list() -> None:
    entering = walk(select(at_desk(operator(Role.TECHNICIAN)), DeskEntry.TRAINING_ON).state, A)
    assert found(SwitchTraining, entering.effects) == [SwitchTraining(on=True)]
    training = context(training=True)
    groomer = at_desk(operator(Role.GROOMER), ctx=training)
    leaving = walk(select(groomer, DeskEntry.TRAINING_OFF).state, A, ctx=training)
    assert found(SwitchTraining, leaving.effects) == [SwitchTraining(on=False)]


def test_c_leads_back_to_the_list_and_writes_nothing() -> None:
    deciding = tapped(at_desk(operator(Role.GROOMER)), member())
    assert isinstance(deciding.state, Deciding)
    step = walk(deciding.state, C)
    assert isinstance(step.state, Surveying)
    assert not found(Commit, step.effects)


def test_buttons_do_nothing_while_the_journal_is_asked() -> None:
    tap = CardPresented(OTHER_CARD, "front")
    surveying = walk(Resting(), tap, OperatorIdentified(ANSWER, operator())).state
    for button in Button:
        assert TABLE.step(surveying, ButtonPressed(button), context()) is None
