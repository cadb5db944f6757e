"""`kiosk journal verify, show, export`: nothing is written; what can be read is read."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import cli, inspection
from kiosk.journal import aside
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
    assert len(list(inspection.show(whole, 5, 10))) == 10
    assert [json.loads(line)["seq"] for line in inspection.export(whole)] == [*range(1, ROWS + 1)]


def test_the_command_takes_another_file(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["journal", "verify", "--file", str(whole)]) == 0
    assert "the chain is whole" in capsys.readouterr().out
    assert cli.main(["journal", "verify", "--file", str(whole.with_name("none"))]) == 1
    assert "there is no journal" in capsys.readouterr().err
