"""What docs/operations.md tells the shop to do, done: backup, restore, move, two at once."""

import contextlib
import queue
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain import wire
from tests.central.central import Central
from tests.central.databases import POSTGRESQL, Shops
from tests.central.line import Line
from tests.central.till import Till, visit
from tests.peers.broker import Mosquitto
from tests.peers.postgres import program
from tests.peers.until import until

PURSE = "m-wang.principal"
BATH = "pass-wang-bath.bought"
CREDIT = (
    "from central.books import actions;"
    "actions.move('s1', {'m-wang.principal': 79}, 'adjust', 'test')"
)


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    with Mosquitto() as running:
        yield running


def sync(broker: Mosquitto) -> list[str]:
    return ["sync", "--broker-port", str(broker.port)]


def greet(line: Line, till: Till, **follows: object) -> wire.Welcome:
    line.say(till.hello(**follows))
    return line.hear(wire.Welcome)


def send(line: Line, till: Till, rows: int) -> wire.Ack:
    """Write rows and have them applied."""
    for _ in range(rows):
        till.row(visit())
    line.say(till.batch())
    return line.hear(wire.Ack, lambda ack: ack.applied_through == len(till.payloads))


def restore(shop: Central, backup: Path) -> None:
    """The steps of docs/operations.md, "Restore"."""
    if shop.url:
        command = ["--clean", "--if-exists", "--no-owner", "--single-transaction"]
        subprocess.run(
            [program("pg_restore"), *command, f"--dbname={shop.url}", str(backup)], check=True
        )
    else:
        for leftover in shop.data.glob("central.sqlite3*"):
            leftover.unlink()
        shutil.copy(backup, shop.data / "central.sqlite3")
    shop.run("migrate")
    assert "epoch 2; terminals that have to be heard: s1/k1" in shop.run("restored").stdout
    assert "all adds up" in shop.run("verify").stdout


@pytest.mark.loopback
def test_backup_and_restore(shop_data: Central, broker: Mosquitto, tmp_path: Path) -> None:
    till, backup = Till(), tmp_path / "backup"
    with Line(broker.port, "s1", "k1") as line, shop_data.start(*sync(broker)):
        line.central(online=True)
        books = {"central": greet(line, till).central, "epoch": 1}
        line.say(till.request())
        line.hear(wire.AllowanceGrant)
        send(line, till, 2)
        shop_data.run("backup", str(backup))
        assert send(line, till, 3).applied_through == 5
    with Line(broker.port, "s1", "k1") as line:
        restore(shop_data, backup)
        with shop_data.start(*sync(broker)):
            line.central(online=True)
            welcome = greet(line, till, acknowledged=5, **books)
            assert (welcome.applied, welcome.epoch) == (2, 2)
            assert welcome.central == books["central"]
            greet(line, till, acknowledged=2, **(books | {"epoch": 2}))
            line.say(till.request(BATH))
            assert send(line, till, 0).applied_through == 5
            assert line.hear(wire.AllowanceGrant).grants == []
    assert shop_data.query("SELECT count(*) FROM shop_transaction") == [(5,)]
    assert shop_data.query("SELECT posted FROM shop_account WHERE id = ?", BATH) == [(3,)]
    assert "all adds up" in shop_data.run("verify").stdout


def test_backups_in_a_folder(shop_data: Central, tmp_path: Path) -> None:
    for day in range(3):
        (tmp_path / f"central-2026010{day + 1}T000000Z.sqlite3").write_text("an old one")
    newest = Path(shop_data.run("backup", "--keep", "2", str(tmp_path)).stdout.strip())
    kept = sorted(path.name for path in tmp_path.glob("central-*"))
    assert kept == ["central-20260103T000000Z.sqlite3", newest.name]
    assert newest.stat().st_mode & 0o777 == 0o600
    again = shop_data.run("backup", str(newest), status=2)
    assert "File exists" in again.stderr
    assert newest.stat().st_size > 10_000
    assert [path.name for path in tmp_path.glob(".central*")] == []


def test_from_one_database_to_the_other(
    shop_data: Central, database: str, shops: Shops, empty_data: Path, tmp_path: Path
) -> None:
    """The books, the staff and their passwords move; the kiosks see the same central."""
    file = tmp_path / "books.json"
    if database == POSTGRESQL:
        other = Central(shutil.copytree(empty_data, tmp_path / "other"))
    else:
        other = Central(shop_data.data, shops.empty())
    left_out = ("contenttypes", "auth.permission", "sessions", "admin.logentry", "desk.duty")
    without = [word for name in left_out for word in ("--exclude", name)]
    shop_data.run("manage", "dumpdata", "--natural-foreign", *without, "--output", str(file))
    other.run("manage", "loaddata", str(file))
    assert "all adds up" in other.run("verify").stdout
    for question in (
        "SELECT central, epoch, directory_version FROM shop_ledger",
        "SELECT id, posted, leased FROM shop_account ORDER BY id",
        "SELECT id, version FROM shop_member ORDER BY id",
        "SELECT username, password FROM auth_user ORDER BY username",
    ):
        assert other.query(question) == shop_data.query(question)
    other.run("manage", "shell", "-v0", "-c", CREDIT)
    assert "all adds up" in other.run("verify").stdout


@pytest.mark.loopback
def test_two_centrals_on_one_database(shop_data: Central, broker: Mosquitto) -> None:
    """Each takes the connection from the other; what either did counts once."""
    tills = [Till(), Till(terminal="k2")]
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(Line(broker.port, "s1", till.terminal)) for till in tills]
        for _ in range(2):
            stack.enter_context(shop_data.start(*sync(broker)))
        taken = "already connected, closing old connection"
        until(lambda: broker.log.count(taken) >= 2, "they take the connection from each other")
        for till, line in zip(tills, lines, strict=True):
            for nonce in (till.request(PURSE), till.request(BATH)):
                _until_answered(line, till.hello(), wire.Welcome)
                _until_answered(line, nonce, wire.AllowanceGrant)
            for _ in range(12):
                till.row(visit() if till.terminal == "k1" else visit("pass-li-bath.bought"))
        for last in range(3, 13, 3):
            for till, line in zip(tills, lines, strict=True):
                _until_answered(line, till.batch(max(1, last - 5), last), wire.Ack)
        until(lambda: broker.log.count(taken) >= 3, "and they still do")
    assert shop_data.query("SELECT count(*), max(seq) FROM shop_transaction") == [(24, 12)]
    assert shop_data.query("SELECT DISTINCT applied, state FROM shop_journal") == [(12, "open")]
    assert shop_data.query("SELECT count(*) FROM shop_grantanswer") == [(4,)]
    assert "all adds up" in shop_data.run("verify").stdout


def _until_answered(line: Line, message: wire.Up, kind: type[wire.Message]) -> None:
    """Say it again and again, as a kiosk does: whoever is central just now may be gone."""
    for _ in range(60):
        line.say(message)
        with contextlib.suppress(queue.Empty):
            line.hear(kind, seconds=0.5)
            return
    raise AssertionError(f"no {kind.__name__}")
