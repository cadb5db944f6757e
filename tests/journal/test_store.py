"""The file: durable settings asserted, migrations atomic, whatever is wrong is left as it is."""

import sqlite3
import stat
from pathlib import Path

import pytest

from kiosk.domain.errors import JournalError
from kiosk.journal import soundness, store
from kiosk.journal.journal import Journal
from kiosk.journal.store import Store, migrate
from tests.journal import shop
from tests.journal.shop import draft, visit


def pragma(db: sqlite3.Connection, name: str) -> object:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_file_is_durable_small_paged_and_private(path: Path) -> None:
    file = Store(path)
    with file.reading() as db:
        assert pragma(db, "journal_mode") == "wal"
        assert pragma(db, "synchronous") == 2
        assert pragma(db, "page_size") == 1024
        assert pragma(db, "application_id") == soundness.APPLICATION
        tables = db.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
        loose = {name for name, strict in tables if not strict and not name.startswith("sqlite_")}
        assert loose == set()
        indexes = db.execute(
            "SELECT name FROM sqlite_schema WHERE type='index' AND tbl_name='chain'"
        )
        assert indexes.fetchall() == []
    for made in path.parent.iterdir():
        assert stat.S_IMODE(made.stat().st_mode) == 0o600, made
    file.close()


def test_every_durable_commit_is_full_after_an_unsynced_one(path: Path) -> None:
    file = Store(path)
    with file.unsynced() as db:
        assert pragma(db, "synchronous") == 1
    with file.reading() as db:
        assert pragma(db, "synchronous") == 2
    with pytest.raises(RuntimeError), file.unsynced():
        raise RuntimeError
    with file.transaction() as db:
        assert pragma(db, "synchronous") == 2
    with pytest.raises(JournalError), file.unsynced() as db:
        db.execute("SELECT * FROM nothing")
    assert file.broken
    file.close()


def test_a_file_system_without_wal_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def without_shared_memory(name: object, **options: object) -> sqlite3.Connection:
        # this VFS of SQLite's own has no shared memory, and WAL needs it, as on a network share
        return connect(f"{name}&vfs=unix-none", uri=True, isolation_level=None)

    monkeypatch.setattr(sqlite3, "connect", without_shared_memory)
    with pytest.raises(JournalError, match="durably"):
        Store(path)


def test_what_was_committed_is_there_after_two_reopenings(stocked: Journal, path: Path) -> None:
    stocked.commit(draft(visit()))
    before = stocked.standing(), stocked.rows(0, 9), shop.view(stocked)
    for _ in range(2):
        stocked.close()
        stocked = Journal.open(path)
        assert (stocked.standing(), stocked.rows(0, 9), shop.view(stocked)) == before
    stocked.close()


def test_a_closed_journal_says_so(journal: Journal) -> None:
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        journal.standing()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="nowhere"):
        Journal.open(tmp_path / "nowhere" / "journal.db")


def test_reopening_never_makes_a_new_file(journal: Journal, path: Path) -> None:
    journal.close()
    path.unlink()
    with pytest.raises(JournalError, match="No such file"):
        journal.reopen()
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough " * 64, b"SQLite format 3\0" + bytes(2000)]
)
def test_a_damaged_file_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(JournalError, match=r"journal\.db"):
        Journal.open(path)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_another_programs_database_is_refused_and_left_as_it_is(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (text)")
    other.close()
    content = path.read_bytes()
    with pytest.raises(JournalError, match="no journal"):
        Journal.open(path)
    assert path.read_bytes() == content


def test_a_newer_schema_is_refused(journal: Journal, path: Path) -> None:
    journal.close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(JournalError, match="newer"):
        Journal.open(path)


def test_a_log_without_its_file_is_never_deleted(stocked: Journal, path: Path) -> None:
    stocked.commit(draft(visit()))
    log = path.with_name(path.name + "-wal")
    rows = log.read_bytes()
    stocked.close()
    path.unlink()
    log.write_bytes(rows)
    with pytest.raises(JournalError, match="missing"):
        Journal.open(path)
    assert log.read_bytes() == rows
    assert not path.exists()


def test_a_changed_row_is_found(stocked: Journal, path: Path) -> None:
    for _ in range(3):
        stocked.commit(draft(visit()))
    stocked.close()
    db = sqlite3.connect(path)
    db.execute(
        "UPDATE chain SET payload = CAST(replace(payload, 'bath', 'bite') AS BLOB) WHERE seq = 2"
    )
    db.commit()
    db.close()
    with pytest.raises(JournalError, match="row 2"):
        Journal.open(path)


def test_a_missing_row_is_found(stocked: Journal, path: Path) -> None:
    for _ in range(3):
        stocked.commit(draft(visit()))
    stocked.close()
    db = sqlite3.connect(path)
    db.execute("DELETE FROM chain WHERE seq = 2")
    db.commit()
    db.close()
    with pytest.raises(JournalError, match="row 2"):
        Journal.open(path)


def test_a_migration_is_whole_or_not_at_all(tmp_path: Path) -> None:
    good, bad = tmp_path / "0001_good.sql", tmp_path / "0002_bad.sql"
    good.write_text("CREATE TABLE a (x); INSERT INTO a VALUES (1);")
    bad.write_text("CREATE TABLE b (x); INSERT INTO nothing VALUES (1);")
    db = sqlite3.connect(":memory:", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="nothing"):
        migrate(db, tmp_path)
    assert pragma(db, "user_version") == 1
    assert [name for (name,) in db.execute("SELECT name FROM sqlite_schema")] == ["a"]
    bad.write_text("CREATE TABLE b (x);")
    migrate(db, tmp_path)
    migrate(db, tmp_path)
    assert pragma(db, "user_version") == 2
    assert db.execute("SELECT count(*) FROM a").fetchone() == (1,)


def test_a_gap_in_the_migrations_is_found(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE a (x);")
    (tmp_path / "0003_c.sql").write_text("CREATE TABLE c (x);")
    with pytest.raises(JournalError, match="migration 2"):
        migrate(sqlite3.connect(":memory:", isolation_level=None), tmp_path)


def test_every_migration_is_a_package_file() -> None:
    names = [p.name for p in sorted(store.MIGRATIONS.iterdir())]
    assert names == [
        "0001_journal.sql",
        "0002_desk.sql",
        "0003_central.sql",
        "0004_retention.sql",
        "0005_witnessed.sql",
    ]


def test_idle_copies_the_log_into_the_file(stocked: Journal, path: Path) -> None:
    log = path.with_name(path.name + "-wal")
    for _ in range(20):
        stocked.commit(draft(visit()))
    stocked.idle()
    assert path.stat().st_size < log.stat().st_size  # too little to tidy
    for _ in range(20):
        stocked.commit(draft(visit(purse="gift")))
        stocked.commit(draft(visit(purse="bought")))
    stocked.idle()
    content = path.read_bytes()
    assert stocked.rows(59, 1)[0].payload in content


def test_another_reader_does_not_stop_a_commit(stocked: Journal, path: Path) -> None:
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM chain").fetchone()
    assert stocked.commit(draft(visit())).seq == 1
    stocked.checkpoint()
    assert reader.execute("SELECT count(*) FROM chain").fetchone() == (0,)
    reader.close()
