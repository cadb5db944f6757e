"""A nonce has one answer; what is granted is what is free."""

import uuid

import pytest

from central.books import actions, allowances, apply
from central.shop.models import Account, GrantAnswer, Journal, Outgoing, Terminal
from central.sync import greeting
from kiosk.domain.wire import Grant
from tests.central.books import assert_sound, leased, posted
from tests.central.till import Till, release, visit

BOUGHT = "pass-wang-bath.bought"


@pytest.fixture
def fresh() -> Till:
    till = Till()
    greeting.meet(Terminal.objects.get(code="k1"), till.hello())
    return till


def test_a_nonce_has_one_answer_for_ever(fresh: Till) -> None:
    request = fresh.request(BOUGHT)
    first = allowances.answer(fresh.journal, request)
    assert first.grants == [Grant(BOUGHT, 8)]
    actions.move("s1", {BOUGHT: 2}, "adjust", "test")
    assert allowances.answer(fresh.journal, request) == first
    assert (leased(BOUGHT), GrantAnswer.objects.count()) == (8, 1)
    assert allowances.answer(fresh.journal, fresh.request(BOUGHT)).grants == [Grant(BOUGHT, 2)]
    assert allowances.answer(fresh.journal, fresh.request(BOUGHT)).grants == []
    assert_sound()


def test_the_same_nonce_of_two_journals_are_two_questions(fresh: Till) -> None:
    other = Till(terminal="k2")
    greeting.meet(Terminal.objects.get(code="k2"), other.hello())
    nonce = str(uuid.uuid4())
    allowances.answer(fresh.journal, fresh.request(BOUGHT, nonce=nonce))
    assert allowances.answer(other.journal, other.request(BOUGHT, nonce=nonce)).grants == []


def test_all_is_granted_in_answers_of_bounded_size(fresh: Till) -> None:
    free = {a.pk: a.posted for a in Account.objects.filter(posted__gt=0)}
    granted: dict[str, int] = {}
    more = True
    while more:
        answer = allowances.answer(fresh.journal, fresh.request(), most=5)
        assert len(answer.grants) <= 5
        granted |= {g.account: g.amount for g in answer.grants}
        more = answer.more
    assert granted == free
    assert_sound()


def test_a_counter_debit_waits_for_what_a_terminal_holds(till: Till) -> None:
    with pytest.raises(actions.HeldElsewhere) as refused:
        actions.move("s1", {BOUGHT: -1}, "refund", "test")
    assert (refused.value.missing, refused.value.terminals) == (1, ("s1/k1",))
    assert posted(BOUGHT) == 8
    till.row(release(BOUGHT, 1))
    apply.apply(*till.address, till.batch())
    actions.move("s1", {BOUGHT: -1}, "refund", "test")
    assert (posted(BOUGHT), leased(BOUGHT)) == (7, 7)
    assert_sound()


def test_all_accounts_of_a_movement_or_none(till: Till) -> None:
    with pytest.raises(actions.HeldElsewhere):
        actions.move("s1", {"m-wang.points": 10, BOUGHT: -1}, "adjust", "test")
    with pytest.raises(LookupError):
        actions.move("s1", {"m-wang.points": 10, "nobody": 1}, "adjust", "test")
    assert posted("m-wang.points") == 320


def test_a_new_journal_freezes_the_old_one_which_may_still_drain(till: Till) -> None:
    till.row(visit())
    new = Till()
    greeting.meet(Terminal.objects.get(code="k1"), new.hello())
    old = Journal.objects.get(pk=till.journal)
    assert (old.state, old.why) == ("frozen", f"replaced by {new.journal}")
    assert apply.apply(*till.address, till.batch()).applied_through == 1
    assert (posted(BOUGHT), leased(BOUGHT)) == (7, 7)
    actions.move("s1", {BOUGHT: 3}, "adjust", "test")
    assert allowances.answer(till.journal, till.request()).grants == []
    assert allowances.answer(new.journal, new.request(BOUGHT)).grants == [Grant(BOUGHT, 3)]
    assert_sound()


def test_what_was_given_back_is_offered_to_the_others(till: Till) -> None:
    Outgoing.objects.all().delete()
    till.row(release(BOUGHT, 2))
    apply.apply(*till.address, till.batch())
    offer = Outgoing.objects.get()
    assert (offer.accounts, offer.not_to) == ([BOUGHT], till.journal)
