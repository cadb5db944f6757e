"""A simulated shop that cannot be is refused before anything of it is started."""

import sys
from pathlib import Path

import pytest

from kiosk import cli
from kiosk.simulator import needs


def refused(capsys: pytest.CaptureFixture[str], *more: object) -> str:
    assert cli.main(["simulate", "--terminal", *map(str, more)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


def test_everything_that_is_missing_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "django", None)
    monkeypatch.setitem(sys.modules, "escpos", None)
    said = refused(capsys)
    assert (
        said == "kiosk: not installed: python-escpos, Django; in the checkout: scripts/setup run\n"
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    said = refused(capsys)
    assert "python-escpos, Django" in said
    assert "apt install util-linux" in said


def test_an_installed_kiosk_brings_no_shop_along(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(needs, "DEMO_SHOP", tmp_path / "demo-shop.toml")
    assert "in a checkout only" in refused(capsys)


def test_a_shop_that_cannot_be_opened_again_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needs.check(tmp_path)
    file = tmp_path / "kiosk" / "kiosk.toml"
    file.parent.mkdir()
    file.write_text("[terminal]\n")
    assert "central's data are gone; name another folder" in refused(capsys, "--data", tmp_path)
    (tmp_path / "central").mkdir()
    needs.check(tmp_path)
    file.write_text("[terminal")
    assert "cannot be opened: Expected" in refused(capsys, "--data", tmp_path)


def test_ctrl_c_leaves_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def press(_data: Path | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(needs, "check", press)
    assert cli.main(["simulate", "--list"]) == 130
    assert capsys.readouterr() == ("", "")
