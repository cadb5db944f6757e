"""日结: the figures of a day are the entries of the books, whatever the day was like."""

import csv
import datetime as dt
import io
from collections import Counter

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from central.books import allowances, apply
from central.books.actions import HeldElsewhere
from central.desk import counter, dayclose, dayreport, reversals
from central.shop.models import (
    Entry,
    Member,
    Movement,
    PassPlan,
    Store,
    Terminal,
    TopUpPlan,
    Transaction,
)
from central.sync.service import Service
from kiosk.domain import transactions as tx
from kiosk.domain.clock import ClockState
from tests.central.desk.conftest import Login
from tests.central.till import NOW, Till, load, pay, visit

DAY = NOW.date()

_rows = st.sampled_from(["visit", "pay", "forged", "load", "log", "checkin"])
_moves = st.sampled_from(["top_up", "sell_pass", "pay_out", "adjust", "reverse"])


def line(kind: str, amount: int) -> tx.AnyLine:
    match kind:
        case "visit":
            return visit()
        case "pay":
            return pay(amount, ("m-wang.principal", amount))
        case "forged":
            return pay(amount, ("nobody", amount))
        case "load":
            return load("topup-500", 50_000, ("m-wang.principal", 50_000), ("m-wang.bonus", 5_000))
        case "log":
            return tx.VisitLog(service="bath", pet="p-doudou")
        case _:
            return tx.CheckIn(day=DAY)


class TestBooks(TestCase):
    """Random days."""

    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(
        rows=st.lists(st.tuples(_rows, st.integers(1, 9000)), max_size=8),
        moves=st.lists(st.tuples(_moves, st.integers(1, 9000)), max_size=4),
    )
    def test_categories_sum_to_the_entries_of_the_day(
        self, rows: list[tuple[str, int]], moves: list[tuple[str, int]]
    ) -> None:
        store, user = Store.objects.get(), User.objects.create_user("counter")
        Movement.objects.update(at=NOW - dt.timedelta(days=1))
        till = Till()
        list(Service().receive(till.address, till.hello()))
        allowances.answer(till.journal, till.request())
        for kind, amount in rows:
            till.row(line(kind, amount))
        if rows:
            apply.apply(*till.address, till.batch())
        for kind, amount in moves:
            self.move(store, user, kind, amount)
        Movement.objects.filter(user=user).update(at=NOW)
        Transaction.objects.update(received_at=NOW + dt.timedelta(days=3))

        figures = dayclose.of(store, DAY)
        before = dayclose.of(store, DAY - dt.timedelta(days=1))
        wanted: Counter[str] = Counter()
        for entry in Entry.objects.select_related("account", "movement"):
            if entry.movement is None or entry.movement.user_id == user.pk:
                account = entry.account
                unit = account.pk.rpartition(".")[2]
                kind = f"suspense.{unit}" if account.kind == "suspense" else account.kind
                wanted[kind] += entry.amount
        for kind, total in wanted.items():
            assert figures.total(kind) == total, kind
        assert {kind for _, kind in figures.books} <= set(wanted)
        assert not before.taken
        loaded = sum(kind == "load" for kind, _ in rows)
        sold = sum(kind == "top_up" for kind, _ in moves)
        by_kind = Counter[str]()
        for taken in figures.taken:
            by_kind[taken.kind] += taken.paid
        assert by_kind["top_up"] == 50_000 * (loaded + sold)
        assert figures.category("top_up", "principal") == by_kind["top_up"]
        assert figures.till == sum(figures.by_means().values())
        spent = -figures.category("spent", "principal", "bonus")
        assert spent <= sum(amount for kind, amount in rows if kind == "pay")
        with translation.override("en"):
            assert figures.store.name in dayreport.as_slip(figures)

    def move(self, store: Store, user: User, kind: str, amount: int) -> None:
        member = Member.objects.get(pk="m-li")
        account = member.accounts.get(kind="principal")
        try:
            match kind:
                case "top_up":
                    plan = TopUpPlan.objects.get(code="topup-500")
                    counter.top_up(member, plan, "card", user)
                case "sell_pass":
                    sold = PassPlan.objects.get(code="bath-10")
                    counter.sell_pass(member, sold, "cash", user)
                case "pay_out":
                    counter.pay_out(store, account, amount, amount, "cash", "x", user)
                case "adjust":
                    counter.adjust(store, account, amount, "x", user)
                case "reverse":
                    if row := Transaction.objects.filter(voided_by=None).first():
                        reversals.reverse(row, "x", user)
        except (HeldElsewhere, counter.NotNow):
            pass


@pytest.fixture
def figures(till: Till) -> dayclose.Figures:
    """A day with one of each."""
    till.row(visit(), tx.VisitLog(service="bath", pet="p-doudou"))
    till.row(load("topup-500", 50_000, ("m-wang.principal", 50_000), ("m-wang.bonus", 5_000)))
    apply.apply(*till.address, till.batch())
    Terminal.objects.filter(code="k1").update(waiting=3, online=False, last_heard=NOW)
    return dayclose.of(Store.objects.get(), DAY)


def test_a_day_says_who_did_what_and_who_has_not_reported(figures: dayclose.Figures) -> None:
    assert [(t.kind, t.means, t.paid, t.count) for t in figures.taken] == [
        ("top_up", "cash", 50_000, 1)
    ]
    assert figures.visits == {("bath", ""): 1}
    assert figures.redeemed == {"bath": 1}
    assert figures.category("spent", "pass_bought") == -1
    assert [(str(one.terminal), one.waiting) for one in figures.undrained] == [("s1/k1", 3)]


def test_a_sale_undone_at_the_kiosk_leaves_the_till(till: Till) -> None:
    sale = load("topup-500", 50_000, ("m-wang.principal", 50_000), ("m-wang.bonus", 5_000))
    till.row(sale)
    apply.apply(*till.address, till.batch())
    undo = tx.undo((sale,))
    payload = tx.encode(
        tx.Transaction(
            journal=till.journal,
            seq=2,
            at=NOW + dt.timedelta(minutes=1),
            clock=ClockState.SYNCED,
            lines=(undo,),
            member="m-wang",
            medium="c-wang",
            ref=1,
        )
    )
    till.raw(payload)
    apply.apply(*till.address, till.batch(2))
    figures = dayclose.of(Store.objects.get(), DAY)
    assert (figures.till, figures.voids) == (0, 1)
    assert figures.category("void", "principal") == -50_000


def test_a_drained_kiosk_is_done_after_the_days_end(till: Till) -> None:
    store, terminal = Store.objects.get(), Terminal.objects.filter(code="k1")
    _, end = dayclose.bounds(store, DAY)
    for waiting, heard, done in ((0, end, True), (1, end, False), (0, NOW, False)):
        terminal.update(waiting=waiting, waiting_at=heard, online=False)
        assert (not dayclose.of(store, DAY).undrained) is done
    terminal.update(last_heard=end)
    assert dayclose.of(store, DAY).undrained, "that it left, or greeted, says nothing about rows"


def test_a_row_from_an_unset_clock_counts_when_it_came(till: Till) -> None:
    row = tx.Transaction(
        journal=till.journal,
        seq=1,
        at=dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
        clock=ClockState.UNSYNCED,
        lines=(visit(),),
        member="m-wang",
    )
    till.raw(tx.encode(row))
    apply.apply(*till.address, till.batch())
    Transaction.objects.update(received_at=NOW)
    assert dayclose.of(Store.objects.get(), DAY).redeemed == {"bath": 1}
    assert not dayclose.of(Store.objects.get(), dt.date(1970, 1, 1)).redeemed


def test_the_page_the_file_and_the_slip_agree(login: Login, figures: dayclose.Figures) -> None:
    User.objects.filter(username="manager").update(first_name="=1+1")
    client = login("manager")
    address, sent = reverse("desk:day"), {"day": DAY.isoformat()}
    page = client.get(address, sent).content.decode()
    assert "¥500.00" in page
    assert "数字还可能变化" in page
    file = client.get(address, sent | {"format": "csv"})
    assert file.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert ["充值", "现金", "未知", "1", "500.00"] in rows
    slip = client.get(address, sent | {"format": "txt"}).content.decode()
    assert all(dayreport.columns(text) <= dayreport.WIDTH for text in slip.splitlines())
    assert "500.00" in slip
    assert client.get(address, sent | {"format": "slip"}).status_code == 200
    assert client.get(address, {"day": "nonsense"}).status_code == 200


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x"])
def test_a_spreadsheet_computes_nothing_of_ours(text: str) -> None:
    assert dayreport._harmless(text) == f"'{text}"
