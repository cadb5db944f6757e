"""`kiosk journal verify, show, export`: nothing is written; what can be read is read."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import cli, inspection
from kiosk.journal import aside
from kiosk.journal.journal import Journal
from kiosk.journal.standing import Damaged
from tests.journal import damages, shop
from tests.journal.damages import ROWS


def test_a_damaged_journal_is_read_as_far_as_it_can_be(used: Path) -> None:
    damages.spoilt_row(used)
    kept = aside.set_aside(used, shop.NOW)
    with pytest.raises(Damaged, match=r"rows can be read, [1-9]\d* cannot"):
        inspection.verify(kept)
    lines = [json.loads(line) for line in inspection.export(kept)]
    lost = [line for line in lines if "first" in line]
    seqs = {line["seq"] for line in lines if "seq" in line}
    missing = {n for line in lost for n in range(line["first"], line["last"] + 1)}
    assert 7 in missing
    assert len(missing) < ROWS / 2
    assert seqs | missing == set(range(1, ROWS + 1))
    assert any("cannot be read" in line for line in inspection.show(kept, 0, ROWS))
    damages.garbage(kept)
    with pytest.raises(Damaged, match="nothing of it can be read"):
        inspection.verify(kept)


@pytest.fixture
def whole(used: Path) -> Iterator[Path]:
    content = used.read_bytes()
    yield used
    assert used.read_bytes() == content


def test_a_whole_journal_is_inspected_without_being_written(whole: Path) -> None:
    assert inspection.verify(whole).endswith(f"{ROWS} rows, the chain is whole")
    shown = list(inspection.show(whole, 5, 10))
    assert shown[9].split()[0] == "15"
    assert shown[10:] == [f"{ROWS - 15} more rows: kiosk journal show --after 15"]
    assert len(list(inspection.show(whole, ROWS - 2, 2))) == 2
    assert list(inspection.show(whole, ROWS, 2)) == []
    assert list(inspection.show(whole, ROWS + 1, 2)) == [f"the last row is {ROWS}"]
    assert [json.loads(line)["seq"] for line in inspection.export(whole)] == [*range(1, ROWS + 1)]


def test_the_command_takes_another_file(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["journal", "verify", "--file", str(whole)]) == 0
    assert "the chain is whole" in capsys.readouterr().out
    assert cli.main(["journal", "verify", "--file", str(whole.with_name("none"))]) == 1
    assert "there is no journal" in capsys.readouterr().err


def test_show_names_the_command_that_goes_on(
    whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["journal", "show", "--file", str(whole), "--limit", "2"]
    assert cli.main(command) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"{ROWS - 2} more rows: kiosk {' '.join(command)} --after 2"
    assert cli.main([*command, "--after", "2"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split()[0] == "3"


def test_what_is_no_journal_is_told_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(path: Path) -> str:
        assert cli.main(["journal", "show", "--file", str(path)]) == 1
        return capsys.readouterr().err

    assert "the daemon makes it when it first starts; --file names another" in said(tmp_path / "no")
    assert "is no file; --file names a journal's" in said(tmp_path)
    text = tmp_path / "text"
    text.write_text("no database")
    assert "keep a copy of its folder" in said(text)
    with contextlib.closing(sqlite3.connect(text.with_name("other"))) as db:
        db.execute("CREATE TABLE t (x)")
    assert "is no journal; --file names another" in said(text.with_name("other"))


def test_a_journal_without_rows_says_so(stocked: Journal, path: Path) -> None:
    stocked.close()
    assert list(inspection.show(path, 0, 50)) == ["no row was written yet"]


def test_another_file_is_never_set_aside(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["journal", "renew", "--force", "--file", str(whole)]) == 2
    assert "leave --file out" in capsys.readouterr().err
    assert whole.is_file()


def test_a_reader_that_goes_away_early_is_no_fault(whole: Path) -> None:
    command = [sys.executable, "-m", "kiosk.cli", "journal", "show", "--file", str(whole)]
    into, out = os.pipe()
    os.close(into)
    with open(out, "wb") as nobody:
        done = subprocess.run(command, stdout=nobody, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
