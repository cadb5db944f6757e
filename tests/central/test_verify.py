"""`verify` finds each kind of difference, and none where there is none; on both databases."""

import pytest
from django.db import connection

from central.books import verify
from central.books.verify import Kind
from central.shop.models import Account, Allowance, Case, Entry, Journal, Ledger, Transaction
from tests.central.books import send
from tests.central.central import Central
from tests.central.till import Till, load, pay, release, visit

PURSE = "m-wang.principal"


@pytest.fixture
def worked(till: Till) -> Till:
    """A terminal whose rows are of many kinds, some of them at fault."""
    till.row(visit())
    till.row(pay(8800, (PURSE, 8800)))
    till.row(load("topup-500", 50_000, (PURSE, 50_000)))
    till.row(visit("no-such-pass"))
    till.raw(b'{"not":"a row"}')
    till.row(pay(10_000_000, (PURSE, 10_000_000)))
    till.row(release(PURSE, 100))
    send(till)
    assert Case.objects.exists()
    return till


def kinds() -> list[Kind]:
    return [difference.kind for difference in verify.differences()]


def test_sound_books(worked: Till) -> None:
    assert list(verify.differences()) == []
    assert f"{worked.journal} of s1/k1: open, 7 rows" in verify.summary()


def change(model: type, found: dict[str, object], **values: object) -> None:
    """Change a value as no code of central's would, past its constraints where SQLite lets it."""
    unchecked = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if unchecked:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        model.objects.filter(**found).update(**values)  # type: ignore[attr-defined]
        if unchecked:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


@pytest.mark.parametrize(
    ("model", "found", "values", "expected"),
    [
        (Transaction, {"seq": 2}, {"payload": b"{}"}, {Kind.ROW_ALTERED, Kind.ENTRIES_DIFFER}),
        (Transaction, {"seq": 2}, {"hash": b"x" * 32}, {Kind.ROW_ALTERED}),
        (Transaction, {"seq": 3}, {"prev": b"x" * 32}, {Kind.ROW_ALTERED}),
        (Transaction, {"seq": 7}, {"seq": 8}, {Kind.ROW_UNAPPLIED}),
        (Transaction, {"seq": 1}, {"seq": 0}, {Kind.ROW_MISSING}),
        (Journal, {}, {"applied": 9}, {Kind.ROW_MISSING}),
        (Journal, {}, {"applied": 3}, {Kind.ROW_UNAPPLIED}),
        (Journal, {}, {"head": b"x" * 32}, {Kind.HEAD_DIFFERS}),
        (Journal, {}, {"state": "lost"}, {Kind.LOST_HOLDS}),
        (Account, {"pk": PURSE}, {"posted": 999_999}, {Kind.BALANCE_DIFFERS}),
        (Account, {"pk": "m-li.principal"}, {"leased": 0}, {Kind.LEASES_DIFFER}),
        (Allowance, {"account": "m-li.principal"}, {"amount": 1}, {Kind.LEASES_DIFFER}),
        (Ledger, {}, {"id": 2}, {Kind.NO_LEDGER}),
    ],
)  # fmt: skip
def test_one_value_changed(
    worked: Till,
    model: type,
    found: dict[str, object],
    values: dict[str, object],
    expected: set[Kind],
) -> None:
    change(model, found, **values)
    assert set(kinds()) >= expected
    assert all(difference.do for difference in verify.differences())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"amount": -1}, {Kind.ENTRY_JUMPS, Kind.BALANCE_DIFFERS, Kind.ENTRIES_DIFFER}),
        ({"balance_after": 7}, {Kind.ENTRY_JUMPS}),
        ({"account": "m-li.principal"}, {Kind.BALANCE_DIFFERS, Kind.ENTRIES_DIFFER}),
    ],
)
def test_an_entry_changed(worked: Till, values: dict[str, object], expected: set[Kind]) -> None:
    entry = Entry.objects.get(account=PURSE, amount=-8800)
    change(Entry, {"pk": entry.pk}, **values)
    assert set(kinds()) >= expected


def test_an_entry_gone(worked: Till) -> None:
    Entry.objects.get(account=PURSE, amount=-8800).delete()
    assert {Kind.ENTRY_JUMPS, Kind.BALANCE_DIFFERS, Kind.ENTRIES_DIFFER} <= set(kinds())


def test_an_entry_that_moved_to_another_row(worked: Till) -> None:
    """The sums are right; whose row it was is not."""
    other = Transaction.objects.get(seq=1)
    change(Entry, {"account": PURSE, "amount": -8800}, transaction=other)
    assert kinds() == [Kind.ENTRIES_DIFFER, Kind.ENTRIES_DIFFER]


@pytest.mark.parametrize(
    ("model", "found", "values", "expected"),
    [
        (Account, {"pk": "m-li.principal"}, {"posted": 1}, Kind.NOT_COVERED),
        (Allowance, {"account": "m-li.principal"}, {"amount": -1}, Kind.ALLOWANCE_NEGATIVE),
    ],
)
def test_what_the_database_forbids_is_found_as_well(
    worked: Till, database: str, model: type, found: dict[str, object],
    values: dict[str, object], expected: Kind,
) -> None:  # fmt: skip
    if database != "sqlite":
        with connection.cursor() as cursor:
            for table, name in (
                ("shop_account", "account_covers_its_leases"),
                ("shop_allowance", "allowance_positive"),
            ):
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    change(model, found, **values)
    assert expected in kinds()


def test_the_command_reads_only_and_its_status_tells(shop_data: Central) -> None:
    assert "0 journals" in shop_data.run("verify").stdout
    shop_data.query("UPDATE shop_account SET posted = 7 WHERE id = 'm-wang.principal'")
    before = shop_data.query("SELECT * FROM shop_account ORDER BY id")
    said = shop_data.run("verify", status=1).stdout
    assert "balance_differs: account m-wang.principal: balance 7" in said
    assert "whose: " in said
    assert "do: " in said
    assert shop_data.query("SELECT * FROM shop_account ORDER BY id") == before
