"""config/kiosk.toml explains each option once and no other; the documents name no other either.

What the options are is asked of the program: an option that nobody knows is answered with all that
are valid in its section.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from kiosk.domain.errors import ConfigError
from kiosk.settings.config import load
from kiosk.settings.options import Config

ROOT = Path(__file__).parents[2]
EXPLAINED = ROOT / "config" / "kiosk.toml"
NOBODYS = "qqqqqqqq"
# where the options depend on a choice, one table for each choice
CHOICES = {
    "terminal": ("",),
    "journal": ("",),
    "settings": ("",),
    "mqtt": ("tls = true", 'username = "s1.k1"'),
    "reader": ('driver = "pcsc"', 'driver = "pn532"'),
    "display": ('driver = "sh1106"\nbus = "i2c"', 'driver = "sh1106"\nbus = "spi"'),
    "printer": tuple(f'driver = "{one}"' for one in ("network", "serial", "usb", "file")),
    "scanner": ('driver = "serial"', 'driver = "keyboard"'),
    "buttons": ('driver = "gpio"',),
    "lamps": ('driver = "gpio"',),
    "buzzer": ('driver = "gpio"',),
    "relay": ('driver = "gpio"',),
}
NAMED = re.compile(rf"`\[*({'|'.join(CHOICES)})(?:\]+ |\.)([a-z][a-z0-9_]*)(?=[` =,])")
PINS = {2: 3, 3: 5, 4: 7, 5: 29, 6: 31, 8: 24, 9: 21, 10: 19, 11: 23, 13: 33, 14: 8, 15: 10,
        17: 11, 18: 12, 22: 15, 24: 18, 25: 22, 27: 13}  # fmt: skip
"""Header pin of each GPIO (BCM number) that the documents wire something to."""


def known(folder: Path, section: str) -> set[str]:
    """Ask the program which options a section may have."""
    file, found = folder / "kiosk.toml", set()
    for chosen in CHOICES[section]:
        head = f"[[{section}]]" if section == "reader" else f"[{section}]"
        file.write_text(f"{head}\n{chosen}\n{NOBODYS} = 1\n", encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load(file, environ={})
        (advice,) = [fault for fault in caught.value.faults if NOBODYS in fault]
        found |= set(advice.partition("valid here: ")[2].split(", "))
    return found


def explained() -> dict[str, list[str]]:
    """List what config/kiosk.toml shows in each section, commented or not."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in EXPLAINED.read_text(encoding="utf-8").splitlines():
        if head := re.fullmatch(r"#?\[+([a-z]+)\]+", line):
            section = head[1]
            assert section not in found, f"[{section}] twice"
            found[section] = []
        elif option := re.match(r"#?([a-z_]+) = ", line):
            found[section].append(option[1])
    return found


def test_each_option_is_explained_once_and_no_other(tmp_path: Path) -> None:
    shown = explained()
    assert sorted(shown) == sorted(CHOICES)
    for section, options in shown.items():
        assert Counter(options) == Counter(known(tmp_path, section)), section


def test_the_documents_name_no_option_that_is_not(tmp_path: Path) -> None:
    options = {section: known(tmp_path, section) for section in CHOICES}
    count = 0
    for file in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for section, option in NAMED.findall(file.read_text(encoding="utf-8")):
            if option not in ("py", "toml"):
                assert option in options[section], f"{file.name}: [{section}] {option}"
                count += 1
    assert count > 10, "they name some"


def test_the_wiring_in_the_documents_is_that_of_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    parts = ("scanner", "buttons", "lamps", "buzzer")
    text = EXPLAINED.read_text(encoding="utf-8")
    for part in parts:
        text = text.replace(f"#[{part}]", f"[{part}]")
    text = re.sub(r'(?m)^#(driver|device = "/dev/kiosk-scanner"|blue)', r"\1", text)
    text = text.partition("#[relay]")[0]
    file.write_text(text, encoding="utf-8")
    wired = lines(load(file, environ={}))
    assert len(wired) == 7
    roles = [f"docs/roles/technician.{language}.md" for language in ("en", "zh-CN")]
    for name in ("README.md", "docs/drivers.md", *roles):
        document = (ROOT / name).read_text(encoding="utf-8")
        document = document.replace("（", " (").replace("）", ")")
        said = dict(re.findall(r"(?<![\w/])(\d{1,2}) \((\d{1,2})\)", document))
        said |= dict(re.findall(r"\| \D*?(\d{1,2})\)? \| (\d{1,2}) \| \d{1,2} \|", document))
        for part, line in wired.items():
            assert said.get(str(line)) == str(PINS[line]), f"{name}: {part}"
        for line_, pin in re.findall(r"GPIO (\d{1,2}) \((?:pin )?(\d{1,2})\)", document):
            assert PINS[int(line_)] == int(pin), f"{name}: GPIO {line_}"


def lines(config: Config) -> dict[str, int]:
    """List the GPIO line of each button, lamp and the buzzer."""
    found: dict[str, int | None] = {"buzzer": config.buzzer.line if config.buzzer else None}
    if config.buttons and (buttons := config.buttons.lines):
        found |= {"button A": buttons.a, "button B": buttons.b, "button C": buttons.c}
    if config.lamps and (lamps := config.lamps.lines):
        found |= {"green": lamps.green, "red": lamps.red, "blue": lamps.blue}
    return {part: line for part, line in found.items() if line}
