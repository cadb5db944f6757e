"""What has changed at a kiosk, or at another desk, while a page stood open."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from central.desk import counter, moving, reversals, settling
from central.desk.models import Choice, Receipt
from central.shop.models import (
    Account,
    Case,
    CaseKind,
    Member,
    Movement,
    Recall,
    Store,
    Transaction,
)
from tests.central.books import assert_sound, posted, send
from tests.central.desk.conftest import Login
from tests.central.till import Till, pay, release, visit, void

PRINCIPAL, POINTS = "m-wang.principal", "m-wang.points"


@pytest.fixture
def user() -> User:
    return User.objects.create_user("lin")


@pytest.fixture
def client(login: Login) -> Client:
    return login("manager")


def row(seq: int) -> Transaction:
    return Transaction.objects.get(seq=seq)


def test_a_void_that_comes_while_the_page_is_open_is_seen(till: Till, user: User) -> None:
    till.row(pay(7920, (PRINCIPAL, 7920)))
    send(till)
    read_before = row(1)
    void(till, 1)
    send(till)
    with pytest.raises(counter.NotNow, match="voided"):
        reversals.reverse(read_before, "x", user)
    assert posted(PRINCIPAL) == 20_000


def test_what_goes_back_where_nobody_sees_it_has_a_case(till: Till, user: User) -> None:
    """A visit of a pass that was cancelled since, money of a member who was merged since."""
    store, wang, li = Store.objects.get(), Member.objects.get(pk="m-wang"), Member(pk="m-li")
    till.row(visit())
    till.row(pay(7920, (PRINCIPAL, 7920)))
    for account in Account.objects.filter(member=wang, leased__gt=0).exclude(pk=PRINCIPAL):
        held = account.leased - (account.pk == "pass-wang-bath.bought")
        till.row(release(account.pk, held))
    till.row(release(PRINCIPAL, 20_000 - 7920))
    send(till)
    Recall.objects.all().delete()
    moving.cancel(store, wang.passes.get(), "cash", "moves away", user)
    moving.merge(store, wang, Member.objects.get(pk=li.pk), "the same", user)
    settling_case = Case.objects.create(
        kind=CaseKind.EXPIRED, journal=row(1).journal, seq=1, transaction=row(1), store=store
    )
    settling.decide(settling_case, Choice.REVERSE, "x", user)
    reversals.reverse(row(2), "x", user)
    assert posted("pass-wang-bath.bought") == 1
    assert posted(PRINCIPAL) == 7920
    found = Case.objects.filter(open=True).order_by("pk")
    assert [(c.kind, c.seq, c.detail) for c in found] == [
        ("pass_ended", 1, {"account": "pass-wang-bath.bought", "amount": 1}),
        ("points_short", 2, {"account": POINTS, "suspense": 79}),
        ("member_merged", 2, {"member": "m-wang", "into": "m-li"}),
    ]
    assert_sound()


def test_a_pass_is_not_paid_back_for_visits_that_came_in_after_the_look(
    client: Client, till: Till
) -> None:
    """The form stands there while the kiosk is waited for."""
    page = reverse("desk:pass", args=["m-wang", "pass-wang-bath"])
    shown = client.get(page).content.decode()
    assert 'name="worth" value="48000"' in shown
    till.row(visit())
    till.row(release("pass-wang-bath.bought", 7))
    till.row(release("pass-wang-bath.gift", 2))
    send(till)
    form = {"what": "cancel", "paid": "480", "means": "cash", "reason": "x"}
    answer = client.post(page, form | {"worth": "48000", "once": "a"}, follow=True)
    assert "请看现在值多少" in answer.content.decode()
    assert not Movement.objects.filter(kind="cancel_pass").exists()
    client.post(page, form | {"paid": "420", "worth": "42000", "once": "b"})
    assert Receipt.objects.get(movement__kind="cancel_pass").paid == -42_000
    assert_sound()
