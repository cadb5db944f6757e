"""Scenarios: a scripted visit as a TOML file that a shop owner could read.

Each step does at most one thing and then names what must come of it; the runner waits for that,
never for a time.  Raises ConfigError with every fault of the file.
"""

import dataclasses as dc
import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from kiosk.domain.devices import Button, Lamp
from kiosk.domain.errors import ConfigError


class Plugged(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Faults to set or to mend, by name: printer_paper = "out"."""

    printer_paper: str = ""
    printer_cover: str = ""
    reader: str = ""
    display: str = ""
    network: Literal["", "unplugged", "plugged"] = ""
    disk: Literal["", "broken", "mended"] = ""


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must come of a step.

    `screen` and `slip`: texts that must stand on the screen, on the newest slip.
    `rows`: rows in the journal, `acknowledged`: how many of them central has confirmed.
    `slips`: how many were printed in all so far.

    What is shown passes by itself, after seconds: it is enough that screen and lamp were so
    together.  All the rest must be so from then on.
    """

    screen: list[str] = []
    not_screen: list[str] = []
    slip: list[str] = []
    slips: int | None = None
    lamp: Lamp | None = None
    online: bool | None = None
    rows: int | None = None
    acknowledged: int | None = None


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step: a sentence for people, one action, what must come of it.

    `at` is the terminal of the kiosk where it is done and looked at.
    `lay` and `lift` name a demo card; `scan` is a text, or `scan_card` a demo card's code; `stop`,
    `kill` and `start` name a process: broker, central or kiosk.  `card` is about the kiosk's own
    memory card, while it is off: `copy` its image, put the `old` image back, put a `new` card in.
    """

    say: str
    at: Literal["k1", "k2"] = "k1"
    lay: str = ""
    lift: bool = False
    scan: str = ""
    scan_card: str = ""
    press: Button | None = None
    stop: str = ""
    kill: str = ""
    start: str = ""
    card: Literal["", "copy", "old", "new"] = ""
    set: Plugged | None = None
    expect: Expect = Expect()


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scripted visit.  `seconds` is the patience for each step.

    With `prices = false` it is in a shop that has put no service on its price list yet.  The second
    kiosk is there if a step is at it; then the first one has asked for the allowances before it.
    """

    title: str
    about: str
    step: list[Step]
    language: str = "zh-CN"
    seconds: float = 20.0
    prices: bool = True


FOLDER = Path(__file__).parents[2] / "config" / "scenarios"
_ACTIONS = ("lay", "lift", "scan", "scan_card", "press", "stop", "kill", "start", "card", "set")
_PROCESSES = ("broker", "central", "kiosk")


def names(folder: Path = FOLDER) -> list[str]:
    """List the scenarios that come with the project."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def load(name: str, folder: Path = FOLDER) -> Scenario:
    """Read a scenario by its name, or by its path if it ends in .toml."""
    path = Path(name) if name.endswith(".toml") else folder / f"{name}.toml"
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        known = ", ".join(names(folder))
        raise ConfigError((f"no scenario {name!r}; there are: {known}",)) from None
    except ValueError as e:
        raise ConfigError((f"{path}: {e}",)) from None
    return parse(table, str(path))


def parse(table: dict[str, Any], path: str = "scenario") -> Scenario:
    """Check a scenario's table.  Raises ConfigError."""
    try:
        scenario = msgspec.convert(table, Scenario)
    except msgspec.ValidationError as e:
        raise ConfigError((f"{path}: {e}",)) from None
    faults = []
    for number, step in enumerate(scenario.step, 1):
        done = [action for action in _ACTIONS if getattr(step, action)]
        if len(done) > 1:
            faults.append(f"{path}: step {number}: one action at a time, found {', '.join(done)}")
        faults += [
            f"{path}: step {number}: {process!r} is none of {', '.join(_PROCESSES)}"
            for process in (step.stop, step.kill, step.start)
            if process and process not in _PROCESSES
        ]
    if faults:
        raise ConfigError(tuple(faults))
    return scenario


@dc.dataclass
class Seen:
    """What the kiosk shows now, and what it has done so far."""

    screen: list[str] = dc.field(default_factory=list)
    slips: list[list[str]] = dc.field(default_factory=list)
    lamp: str = ""
    online: bool = False
    rows: int = 0
    acknowledged: int = 0
    ready: bool = False


class Awaited:
    """What is expected, and whether the kiosk has shown its part of it since the waiting began."""

    def __init__(self, expect: Expect) -> None:
        self._expect, self._shown = expect, False

    def missing(self, seen: Seen) -> list[str]:
        """List what has not come; empty when all has.  To be asked at each change of `seen`."""
        unshown = [] if self._shown else _unshown(self._expect, seen)
        self._shown = not unshown
        return unshown + _undone(self._expect, seen)


def _unshown(expect: Expect, seen: Seen) -> list[str]:
    screen = "\n".join(seen.screen)
    missing = [f"the screen says {text!r}" for text in expect.screen if text not in screen]
    missing += [f"the screen has no {text!r}" for text in expect.not_screen if text in screen]
    if expect.lamp is not None and expect.lamp != seen.lamp:
        missing.append(f"lamp {expect.lamp}, found {seen.lamp}")
    return missing


def _undone(expect: Expect, seen: Seen) -> list[str]:
    slip = "\n".join(seen.slips[-1]) if seen.slips else ""
    missing = [f"the slip says {text!r}" for text in expect.slip if text not in slip]
    if expect.slips is not None and expect.slips != len(seen.slips):
        missing.append(f"{expect.slips} slips, found {len(seen.slips)}")
    if expect.online is not None and expect.online != seen.online:
        missing.append(f"online {expect.online}")
    if expect.rows is not None and expect.rows != seen.rows:
        missing.append(f"{expect.rows} rows, found {seen.rows}")
    if expect.acknowledged is not None and expect.acknowledged != seen.acknowledged:
        missing.append(f"{expect.acknowledged} rows acknowledged, found {seen.acknowledged}")
    return missing
