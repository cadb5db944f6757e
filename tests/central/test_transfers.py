"""Transfers, merges and cancelled passes: whole accounts, from home only, each entry in place."""

from collections.abc import Callable

import pytest

from central.books import actions, allowances, transfers
from central.books.recalls import HeldElsewhere
from central.books.transfers import NotMovable
from central.shop.models import (
    Account,
    Case,
    CaseKind,
    Medium,
    Member,
    Movement,
    Pass,
    PassPlan,
    Pet,
    Recall,
    Tombstone,
)
from central.sync.directory import pages
from tests.central.books import assert_sound, cases, leased, posted, send
from tests.central.till import NOW, Till, release, visit, void

BOUGHT, GIFT = "pass-wang-bath.bought", "pass-wang-bath.gift"


def member(name: str) -> Member:
    return Member.objects.get(pk=f"m-{name}")


def wang_pass() -> Pass:
    return Pass.objects.get(pk="pass-wang-bath")


def test_value_goes_to_another_member() -> None:
    account = Account.objects.get(pk="m-wang.principal")
    before = posted("m-li.principal")
    transfers.move_value("s1", account, member("li"), 5_000, "mother and daughter")
    assert (posted("m-wang.principal"), posted("m-li.principal")) == (15_000, before + 5_000)
    assert_sound()


@pytest.mark.parametrize(
    ("to", "amount", "account", "code"),
    [
        ("wang", 1, "m-wang.principal", "same_member"),
        ("li", 0, "m-wang.principal", "no_amount"),
        ("li", 1, BOUGHT, "not_a_purse"),
    ],
)
def test_what_is_no_transfer(to: str, amount: int, account: str, code: str) -> None:
    with pytest.raises(NotMovable, match=code):
        transfers.move_value("s1", Account.objects.get(pk=account), member(to), amount, "x")


def test_a_pass_goes_to_another_member_on_the_same_terms() -> None:
    transfers.move_pass("s1", wang_pass(), member("li"), "moved away")
    old, new = wang_pass(), member("li").passes.get()
    assert (old.voided, old.ended, posted(BOUGHT), posted(GIFT)) == (True, "moved", 0, 0)
    assert (new.valid_until, new.price, new.bought) == (old.valid_until, 60_000, 10)
    assert {a.kind: a.posted for a in new.accounts.all()} == {"pass_bought": 8, "pass_gift": 2}
    assert transfers.worth(new) == 48_000
    with pytest.raises(NotMovable, match="ended"):
        transfers.move_pass("s1", old, member("li"), "again")
    assert_sound()


def test_a_pass_is_moved_and_cancelled_only_when_all_of_it_is_home(till: Till) -> None:
    till.row(release(GIFT, 2))
    send(till)
    acts: tuple[Callable[[], Movement], ...] = (
        lambda: transfers.move_pass("s1", wang_pass(), member("li"), "x"),
        lambda: transfers.cancel_pass("s1", wang_pass(), "x"),
        lambda: transfers.merge("s1", member("wang"), member("li"), "x"),
    )
    for act in acts:
        with pytest.raises(HeldElsewhere) as held:
            act()
        assert held.value.terminals == ("s1/k1",)
        assert BOUGHT in held.value.accounts
        assert not wang_pass().voided
        assert Recall.objects.filter(account=BOUGHT).exists(), "it was asked back"
    till.row(release(BOUGHT, 8))
    send(till)
    transfers.cancel_pass("s1", wang_pass(), "x")
    assert (posted(BOUGHT), posted(GIFT), wang_pass().ended) == (0, 0, "cancelled")
    assert_sound()


@pytest.mark.parametrize(
    ("price", "bought", "left", "worth"),
    [(60_000, 10, 8, 48_000), (60_000, 10, 10, 60_000), (10_000, 3, 2, 6_667),
     (10_000, 3, 1, 3_333), (60_000, 10, 0, 0), (0, 10, 8, 0),
     (60_000, 0, 8, 0), (1, 2, 1, 1), (60_000, 10, 12, 60_000)],
)  # fmt: skip
def test_a_pass_is_worth_its_unused_bought_visits(
    price: int, bought: int, left: int, worth: int
) -> None:
    sold = wang_pass()
    sold.price, sold.bought = price, bought
    if left != 8:
        actions.adjust("s1", Account.objects.get(pk=BOUGHT), left - 8, "x")
    assert transfers.worth(sold) == worth


def test_a_pass_sold_at_the_counter_knows_what_was_bought() -> None:
    sold = actions.sell_pass(member("li"), PassPlan.objects.get(code="bath-10"), NOW.date())
    assert (sold.bought, transfers.worth(sold)) == (10, 60_000)


def test_visits_that_come_back_to_an_ended_pass_have_a_case(till: Till) -> None:
    till.row(visit())
    send(till)
    for name, amount in ((BOUGHT, 7), (GIFT, 2)):
        till.row(release(name, amount))
    send(till)
    transfers.cancel_pass("s1", wang_pass(), "x")
    void(till, 1)
    send(till)
    assert cases() == [(4, "pass_ended")]
    assert (posted(BOUGHT), leased(BOUGHT)) == (1, 1)


def test_a_merge_brings_everything_to_one_record() -> None:
    total = {kind: posted(f"m-wang.{kind}") + posted(f"m-li.{kind}") for kind in
             ("principal", "bonus", "points")}  # fmt: skip
    pets, media = Pet.objects.filter(member__in=["m-wang", "m-li"]), Medium.objects
    count, cards = pets.count(), media.filter(member__in=["m-wang", "m-li"]).count()
    transfers.merge("s1", member("wang"), member("li"), "the same person")
    for kind, amount in total.items():
        assert (posted(f"m-wang.{kind}"), posted(f"m-li.{kind}")) == (0, amount)
    assert member("li").passes.filter(voided=False).count() == 1
    assert Pet.objects.filter(member="m-li").count() == count
    assert media.filter(member="m-li").count() == cards
    assert member("wang").merged_into == member("li")
    assert Tombstone.objects.filter(member="m-wang").exists()
    for again in (("wang", "sun"), ("sun", "wang")):
        with pytest.raises(NotMovable, match="merged"):
            transfers.merge("s1", member(again[0]), member(again[1]), "x")
    assert_sound()


def test_terminals_hear_of_the_one_record_only(till: Till) -> None:
    (first,) = pages(till.journal, 0)
    for account in Account.objects.filter(member="m-wang", leased__gt=0):
        till.row(release(account.pk, account.leased))
    send(till)
    transfers.merge("s1", member("wang"), member("li"), "x")
    (full,), (delta,) = pages(till.journal, 0), pages(till.journal, first.version)
    assert "m-wang" not in {one.member for one in full.members}
    assert "m-wang" in delta.removed
    li = next(one for one in delta.members if one.member == "m-li")
    assert {"c-wang", "c-li"} <= {medium.medium for medium in li.media}
    till.row(visit(), member="m-wang")
    send(till)
    assert Case.objects.filter(kind=CaseKind.MEMBER_MERGED).count() == 1


def test_an_allowance_that_is_asked_for_again_is_of_the_new_pass(till: Till) -> None:
    for name, amount in ((BOUGHT, 8), (GIFT, 2)):
        till.row(release(name, amount))
    send(till)
    transfers.move_pass("s1", wang_pass(), member("li"), "x")
    new = set(member("li").passes.get().accounts.values_list("pk", flat=True))
    granted = {g.account for g in allowances.answer(till.journal, till.request()).grants}
    assert new <= granted
    assert not granted & {BOUGHT, GIFT}


def test_two_who_merge_at_once_leave_one_of_the_two_members() -> None:
    """Each page has read both members before the other one is done."""
    wang, li = member("wang"), member("li")
    also_wang, also_li = member("wang"), member("li")
    transfers.merge("s1", wang, li, "the same person")
    with pytest.raises(NotMovable, match="merged"):
        transfers.merge("s1", also_li, also_wang, "the same person")
    with pytest.raises(NotMovable, match="merged"):
        transfers.merge("s1", also_wang, member("chen"), "the same person")
    account = Account.objects.get(pk="m-li.principal")
    with pytest.raises(NotMovable, match="merged"):
        transfers.move_value("s1", account, also_wang, 1, "x")
    assert member("li").merged_into is None
    assert_sound()
