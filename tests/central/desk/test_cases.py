"""Exception cases: each choice does what it says, in the ledger, once, with who and why."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from central.books import apply
from central.books.recalls import HeldElsewhere
from central.desk import casewords, counter, settling
from central.desk.history import Names
from central.desk.models import Choice, Decision
from central.shop.models import Account, Case, CaseKind, Entry, Movement, Transaction
from tests.central.books import assert_sound, posted
from tests.central.desk.conftest import Login
from tests.central.till import Till, load, pay, release, visit


@pytest.fixture
def client(login: Login) -> Client:
    return login("manager")


@pytest.fixture
def user() -> User:
    return User.objects.create_user("lin")


def suspense() -> int:
    found = Account.objects.filter(kind="suspense")
    return sum(account.posted for account in found)


def overdrawn(till: Till) -> Case:
    """20,000 were there, 25,000 were spent."""
    till.row(pay(25_000, ("m-wang.principal", 25_000)))
    apply.apply(*till.address, till.batch())
    assert suspense() == -5_000
    return Case.objects.get(kind=CaseKind.NOT_COVERED)


def test_the_shop_bears_what_was_not_covered(till: Till, user: User) -> None:
    case = overdrawn(till)
    made = settling.decide(case, Choice.ABSORB, "店里承担", user)
    case.refresh_from_db()
    assert (case.open, case.note, suspense()) == (False, "店里承担", 0)
    assert made.movement is not None
    assert (made.movement.kind, made.movement.user, made.user) == ("write_off", user, user)
    assert posted("m-wang.principal") == 0
    with pytest.raises(counter.NotNow, match="settled"):
        settling.decide(case, Choice.REVERSE, "again", user)
    assert_sound()


@pytest.mark.parametrize("absorbed", [False, True])
def test_reversing_puts_everything_back_also_after_a_write_off(
    till: Till, user: User, absorbed: bool
) -> None:
    till.row(pay(25_000, ("m-wang.principal", 25_000)))
    apply.apply(*till.address, till.batch())
    case = Case.objects.get(kind=CaseKind.NOT_COVERED)
    if absorbed:
        settling.decide(case, Choice.ABSORB, "x", user)
        case = Case.objects.get(kind=CaseKind.PRICE_DIFFERS)
    settling.decide(case, Choice.REVERSE, "没有洗", user)
    assert (posted("m-wang.principal"), posted("m-wang.points"), suspense()) == (20_000, 320, 0)
    assert not Case.objects.filter(open=True).exists(), "the row's other cases close with it"
    assert_sound()


def test_asking_moves_nothing_and_stays_open(till: Till, user: User) -> None:
    case = overdrawn(till)
    before = Entry.objects.count()
    settling.decide(case, Choice.ASK, "打电话", user)
    case.refresh_from_db()
    assert (case.open, case.note, Entry.objects.count()) == (True, "打电话", before)
    assert Choice.ABSORB in settling.choices(case)


def test_an_unknown_account_is_written_off_once(till: Till, user: User) -> None:
    till.row(pay(300, ("nobody", 100), ("nobody", 200)), release("nobody", 5))
    till.row(load("topup-500", 50_000, ("none", 700)))
    apply.apply(*till.address, till.batch())
    assert suspense() == 400
    for case in Case.objects.filter(kind=CaseKind.UNKNOWN_ACCOUNT):
        settling.decide(case, Choice.ABSORB, "x", user)
    assert suspense() == 0


def test_a_case_of_a_journal_has_nothing_to_reverse(till: Till, user: User) -> None:
    till.raw(b'{"not": "a row"}')
    apply.apply(*till.address, till.batch())
    case = Case.objects.get()
    assert settling.choices(case) == [Choice.ABSORB, Choice.ASK]
    with pytest.raises(counter.NotNow, match="nothing_to_reverse"):
        settling.decide(case, Choice.REVERSE, "x", user)
    assert settling.decide(case, Choice.ABSORB, "x", user).movement is None


def test_what_another_terminal_holds_is_not_reversed_over(till: Till, user: User) -> None:
    till.row(load("topup-500", 100, ("m-wang.principal", 100)))
    apply.apply(*till.address, till.batch())
    case, before = Case.objects.all()[0], Movement.objects.count()
    with pytest.raises(HeldElsewhere):
        settling.decide(case, Choice.REVERSE, "x", user)
    case.refresh_from_db()
    assert case.open
    assert (Movement.objects.count(), Decision.objects.count()) == (before, 0)


def test_the_page(client: Client, till: Till) -> None:
    overdrawn(till)
    text = client.get(reverse("desk:cases")).content.decode()
    for said in ("终端扣的比它持有的多", "门店承担", "待查: -¥50.00", "王小明", "冲正"):
        assert said in text, said
    case = Case.objects.get(kind=CaseKind.NOT_COVERED)
    address = reverse("desk:settle", args=[case.pk])
    client.post(address, {"choice": "absorb", "note": ""})
    assert not Decision.objects.exists(), "not without a note"
    client.post(address, {"choice": "absorb", "note": "承担"})
    made = Decision.objects.get()
    assert (made.choice, made.note) == ("absorb", "承担")
    assert made.user == User.objects.get(username="manager")
    assert "承担" in client.get(reverse("desk:cases")).content.decode()


def test_every_kind_of_case_has_its_words() -> None:
    assert set(casewords.explained()) == set(CaseKind.values)


@pytest.mark.parametrize("kind", CaseKind.values)
def test_every_kind_can_be_shown(till: Till, kind: str) -> None:
    till.row(visit())
    apply.apply(*till.address, till.batch())
    row = Transaction.objects.get()
    detail = {
        "account": "x",
        "amount": 3,
        "suspense": 2,
        "held": None,
        "price": 5,
        "service": "bath",
    }
    case = Case.objects.create(
        kind=kind, journal=row.journal, seq=1, transaction=row, store_id="s1", detail=detail
    )
    assert casewords.shown(case, Names()).text
