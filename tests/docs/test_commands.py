"""Wrong usage of `kiosk` is answered with what was expected; each option has a word of help."""

import re

import pytest

from kiosk.cli import main

COMMANDS = ("run", "config", "status", "journal", "doctor", "simulate")


@pytest.mark.parametrize(
    "wrong",
    [
        ["journal", "show", "--after", "-1"],
        ["journal", "show", "--limit", "many"],
        ["journal", "show", "--after", "9" * 40],
        ["doctor", "--wait", "-3"],
        ["simulate", "--port", "８７６５"],
    ],
)
def test_a_count_is_a_whole_number(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2
    assert "expected a whole number, 0 or more" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_its_help(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    with pytest.raises(SystemExit):
        main([command, "--help"])
    _, _, listed = capsys.readouterr().out.partition("options:")
    options = re.findall(r"(?m)^ +-.*(?:\n {10,}\S.*)*$", listed)
    assert options
    assert [line for line in options if not re.search(r"\S\s{2,}\S", line)] == []
