"""`kiosk-central import` as a program, and the users of `demo-data`."""

import sqlite3
from pathlib import Path

from tests.central.central import Central
from tests.central.desk.test_import import GOOD, xlsx


def members(central: Central) -> int:
    database = sqlite3.connect(central.data / "central.sqlite3")
    try:
        found: tuple[int] = database.execute("SELECT count(*) FROM shop_member").fetchone()
    finally:
        database.close()
    return found[0]


def test_a_preview_then_all_of_it_then_nothing(shop_data: Central, tmp_path: Path) -> None:
    file, before = tmp_path / "members.xlsx", members(shop_data)
    file.write_bytes(xlsx(*GOOD))
    assert "¥1,200.10" in shop_data.run("import", str(file), "--dry-run").stdout
    assert members(shop_data) == before
    shop_data.run("import", str(file), "--store", "s1")
    assert members(shop_data) == before + 1
    assert "¥0.00" in shop_data.run("import", str(file)).stdout
    assert members(shop_data) == before + 1


def test_faults_are_listed_by_cell_and_nothing_comes_in(shop_data: Central, tmp_path: Path) -> None:
    file, before = tmp_path / "members.csv", members(shop_data)
    file.write_text("phone,name\n139123,Wu\n,Li\n", encoding="utf-8")
    said = shop_data.run("import", str(file), status=1).stderr.splitlines()
    assert [line.split()[0] for line in said if line[:1] in "AB"] == ["A2", "A3"]
    assert members(shop_data) == before
    assert "no store" in shop_data.run("import", str(file), "--store", "s9", status=2).stderr
    shop_data.run("import", str(tmp_path / "nowhere.xlsx"), status=2)
