"""Random days: two kiosks, a counter, recalls, write-offs, lost journals; everything sent twice.

After each step P >= G >= 0 on every purse, balances are their entries and leases their allowances;
a form that is sent again changes nothing; every row's entries sum to what the row claims, every
transfer's to nothing, every reversal's to the opposite of what it reverses.
"""

import dataclasses as dc
import uuid
from collections import Counter
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from central.books import allowances, apply, coupons, journals, recalls, transfers
from central.books.actions import HeldElsewhere, NotUsable, Reduced
from central.desk import counter, deciding, moving, reversals
from central.desk.models import Receipt, Verdict
from central.shop import catalogues
from central.shop.models import (
    Account,
    Allowance,
    Case,
    CaseKind,
    CouponKind,
    Entry,
    Journal,
    Member,
    Movement,
    Pass,
    PassPlan,
    Recall,
    Service,
    Store,
    Terminal,
    TopUpPlan,
    Transaction,
)
from central.sync import greeting
from kiosk.domain import transactions as tx
from tests.central.books import assert_sound
from tests.central.test_books_property import rolled_back
from tests.central.till import Till, pay, visit

PRINCIPAL, BOUGHT = "m-wang.principal", "pass-wang-bath.bought"
COUPON = "coupon-wang"
WHOLE = {"transfer", "merge"}


@dc.dataclass
class Kiosk:
    """A terminal that spends what it holds, whatever central thinks of its journal meanwhile."""

    till: Till
    held: Counter[str] = dc.field(default_factory=Counter)
    undone: set[int] = dc.field(default_factory=set)

    def hello(self) -> None:
        terminal = Terminal.objects.get(code=self.till.terminal)
        greeting.meet(terminal, self.till.hello())

    def renew(self) -> None:
        """Its card is replaced: a new journal."""
        self.till, self.held, self.undone = Till(terminal=self.till.terminal), Counter(), set()
        self.hello()

    def ask(self) -> None:
        grant = allowances.answer(self.till.journal, self.till.request())
        self.held.update({g.account: g.amount for g in grant.grants})

    def write(self, line: tx.AnyLine, ref: int = 0) -> None:
        delta = tx.deltas((line,))
        if all(self.held[account] + d.held >= 0 for account, d in delta.items()):
            self.till.row(line, ref=ref)
            self.held.update({account: d.held for account, d in delta.items()})

    def spend(self, account: str, amount: int) -> None:
        self.write(pay(amount, (account, amount)) if amount > 9 else visit(account, amount))

    def give_back(self) -> None:
        called = list(Recall.objects.values_list("account", flat=True))
        legs = tuple(tx.Leg(a, self.held[a]) for a in sorted(called) if self.held[a])
        if legs:
            self.write(tx.Release(legs=legs))

    def void(self, back: int) -> None:
        seq = len(self.till.payloads) - back
        if seq > 0 and seq not in self.undone:
            line = tx.undo(tx.decode(self.till.payloads[seq - 1]).lines)
            if line.back or line.out:
                self.undone.add(seq)
                self.write(line, ref=seq)

    def send(self) -> None:
        if self.till.payloads:
            apply.apply(*self.till.address, self.till.batch())


class Shop:
    """The counter; `do` sends each form twice."""

    def __init__(self) -> None:
        self.kiosks = [Kiosk(Till(terminal="k1")), Kiosk(Till(terminal="k2"))]
        for kiosk in self.kiosks:
            kiosk.hello()
        self.old: list[Kiosk] = []
        self.store = Store.objects.get()
        self.user = User.objects.create_user("zhou")
        self.wang, self.li = Member.objects.get(pk="m-wang"), Member.objects.get(pk="m-li")
        kind = CouponKind.objects.get(code="off-10")
        kind.stackable = True
        kind.save()
        catalogues.publish(self.store, counter.today(self.store))
        coupons.issue(kind, self.wang, counter.today(self.store), 3, account_id=COUPON)
        self.acts: dict[str, Callable[[], Movement]] = {
            "top_up": lambda: counter.top_up(
                self.wang, TopUpPlan.objects.get(code="topup-500"), "cash", self.user
            ),
            "sell": lambda: counter.sell_pass(
                self.wang, PassPlan.objects.get(code="bath-10"), "cash", self.user
            ),
            "redeem": lambda: counter.redeem(
                self.store, self.wang, Service.objects.get(code="bath"),
                self.wang.pets.first(), self._pass(), self.user,
            ),
            "redeem_less": lambda: counter.redeem(
                self.store, self.wang, Service.objects.get(code="bath"),
                self.wang.pets.first(), Reduced(COUPON, 100), self.user,
            ),
            "pay_out": lambda: counter.pay_out(
                self.store, self._account(PRINCIPAL), 5_000, 5_000, "cash", "x", self.user
            ),
            "give": lambda: moving.give(
                self.store, self._account(PRINCIPAL), self.li, 1_000, "x", self.user
            ),
            "give_pass": lambda: moving.give_pass(
                self.store, self._pass(), self.li, "x", self.user
            ),
            "cancel": lambda: moving.cancel(self.store, self._pass(), "cash", "x", self.user),
            "merge": lambda: moving.merge(self.store, self.wang, self.li, "x", self.user),
            "reverse": lambda: reversals.reverse(self._row(), "x", self.user),
            "undo": lambda: reversals.reverse_movement(self._desk(), "x", self.user),
        }  # fmt: skip

    def _account(self, pk: str) -> Account:
        return Account.objects.get(pk=pk)

    def _pass(self) -> Pass:
        found = self.wang.passes.filter(voided=False).order_by("pk").first()
        if found is None:
            raise transfers.NotMovable("ended")
        return found

    def _row(self) -> Transaction:
        moved = Transaction.objects.filter(entries__isnull=False, reversed_by=None)
        found = moved.order_by("-pk").first()
        if found is None:
            raise counter.NotNow("nothing_to_reverse")
        return found

    def _desk(self) -> Movement:
        done = Movement.objects.filter(kind__in=reversals.REVERSIBLE, undone_by=None)
        found = done.filter(receipt__isnull=False).order_by("-pk").first()
        if found is None:
            raise counter.NotNow("nothing_to_reverse")
        return found

    def come_home(self) -> None:
        """The kiosks hear what is recalled, and give it back."""
        for kiosk in self.kiosks:
            kiosk.give_back()
            kiosk.send()

    def do(self, name: str, patience: bool = True) -> None:
        """Send a form twice; where a kiosk holds the money, perhaps once more when it is home."""
        self.wang.refresh_from_db()
        token = str(uuid.uuid4())
        before = Entry.objects.count()
        try:
            with transaction.atomic():
                counter.once(token, self.acts[name])
        except HeldElsewhere as e:
            recalls.ask(e.accounts, counter.now())
            assert Entry.objects.count() == before, "all or nothing"
            if patience and e.terminals:
                self.come_home()
                self.do(name, patience=False)
            return
        except (counter.NotNow, transfers.NotMovable, NotUsable):
            assert Entry.objects.count() == before, "all or nothing"
            return
        after = Entry.objects.count()
        with pytest.raises(counter.NotNow, match="done_already"), transaction.atomic():
            counter.once(token, self.acts[name])
        assert Entry.objects.count() == after
        assert Receipt.objects.filter(once=token).count() == 1

    def lose(self, number: int) -> None:
        """A kiosk's card is replaced; later staff give the old journal up, twice."""
        old = dc.replace(self.kiosks[number])
        self.old.append(old)
        self.kiosks[number].renew()
        journal = Journal.objects.select_related("terminal").get(pk=old.till.journal)
        deciding.decide(journal, Verdict.LOST, "x", self.user)
        with pytest.raises(journals.NotSo), transaction.atomic():
            deciding.decide(journal, Verdict.LOST, "x", self.user)
        assert Case.objects.filter(kind=CaseKind.JOURNAL_LOST, journal=journal).count() == 1
        assert not Allowance.objects.filter(journal=journal, amount__gt=0).exists()

    def write_off(self) -> None:
        deciding.write_off(list(Recall.objects.values_list("account", flat=True)), "x", self.user)


who = st.integers(0, 1)
forms = st.tuples(
    st.sampled_from(["do", "now"]),
    st.sampled_from(
        ["top_up", "redeem", "pay_out", "give", "give_pass", "cancel", "sell", "reverse", "undo",
         "reverse", "undo", "redeem", "redeem_less", "redeem_less", "merge"]
    ),
)  # fmt: skip
hands = st.sampled_from(
    ["ask", "visit", "pay", "void", "give_back", "send", "lose", "write_off", "drain"]
)
steps = st.lists(st.one_of(forms, st.tuples(hands, who)), min_size=10, max_size=30)


def step(shop: Shop, what: str, at: str | int) -> None:
    if isinstance(at, str):
        shop.do(at, patience=what == "do")
        return
    kiosk = shop.kiosks[at]
    match what:
        case "visit":
            kiosk.spend(BOUGHT, 1)
        case "pay":
            kiosk.spend(PRINCIPAL, 1_500)
        case "void":
            kiosk.void(0)
        case "lose":
            shop.lose(at)
        case "write_off":
            shop.write_off()
        case "drain":
            for old in shop.old:
                old.spend(BOUGHT, 1)
                old.send()
        case _:
            getattr(kiosk, what)()


def claimed() -> None:
    """Every cause moved exactly what it says."""
    for row in Transaction.objects.all():
        line = tx.decode(bytes(row.payload)).lines
        found = row.entries.exclude(account__kind="points").exclude(account="suspense.s1.points")
        wanted = sum(delta.posted for delta in tx.deltas(line).values())
        assert sum(found.values_list("amount", flat=True)) == wanted
    for done in Movement.objects.prefetch_related("entries"):
        if done.kind in WHOLE:
            assert sum(entry.amount for entry in done.entries.all()) == 0
    for receipt in Receipt.objects.exclude(undoes=None).select_related("undoes", "movement"):
        assert receipt.undoes is not None
        both = [*receipt.undoes.entries.all(), *receipt.movement.entries.all()]
        assert sum(entry.amount for entry in both) == 0
        assert receipt.paid == -receipt.undoes.receipt.paid


@settings(max_examples=25, deadline=None)
@given(steps)
def test_whatever_staff_and_kiosks_do(steps: list[tuple[str, str | int]]) -> None:
    with rolled_back():
        shop = Shop()
        for what, at in steps:
            step(shop, what, at)
            assert_sound()
        for kiosk in (*shop.kiosks, *shop.old):
            kiosk.send()
            kiosk.send()
        assert_sound()
        claimed()
        sent = sum(len(kiosk.till.payloads) for kiosk in (*shop.kiosks, *shop.old))
        assert Transaction.objects.count() == sent
