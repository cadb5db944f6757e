"""What must hold of the books at any time."""

from collections import Counter

from django.db.models import Q, QuerySet

from central.books import apply
from central.shop.choices import PurseKind
from central.shop.models import Account, Allowance, Case, Entry, ServiceTicket
from kiosk.domain import wire
from tests.central.till import Till


def posted(account: str) -> int:
    return Account.objects.get(pk=account).posted


def leased(account: str) -> int:
    return Account.objects.get(pk=account).leased


def cases() -> list[tuple[int, str]]:
    return list(Case.objects.order_by("pk").values_list("seq", "kind"))


def tickets() -> QuerySet[ServiceTicket]:
    """The tickets that the test opened; one is of the demo shop."""
    return ServiceTicket.objects.exclude(member="m-wu")


def assert_sound() -> None:
    """P is the sum of its entries, G of its allowances; P >= G >= 0 but for suspense.

    A ticket is open, or closed by a row, or voided.
    """
    running: Counter[str] = Counter()
    for account, amount, after in Entry.objects.order_by("pk").values_list(
        "account", "amount", "balance_after"
    ):
        running[account] += amount
        assert running[account] == after, account
    held: Counter[str] = Counter()
    for account, amount in Allowance.objects.values_list("account", "amount"):
        held[account] += amount
    # after each step of a random day: values, no objects, and no query more than there are tables
    found = Account.objects.values_list("pk", "kind", "posted", "leased")
    for account, kind, balance, out in found:
        assert balance == running[account], account
        assert out == held[account], account
        if kind != PurseKind.SUSPENSE:
            assert balance >= out >= 0, account
    still = ServiceTicket.objects.filter(open=True)
    assert not still.filter(Q(voided=True) | Q(closed_by__isnull=False)).exists()


def send(till: Till) -> wire.Ack:
    """Have a terminal's whole chain applied; the books are sound afterwards."""
    ack = apply.apply(*till.address, till.batch())
    assert_sound()
    assert ack.applied_through == len(till.payloads)
    return ack
