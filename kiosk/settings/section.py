"""Reading one table of the TOML file, option by option, with the bounds at the call site.

Nothing raises here: each fault is noted with its key, what was expected and what was found, a
placeholder is returned, and the caller raises them all together at the end.  A section is closed
with `finish`, which notes the options that nobody asked for.
"""

import difflib
import enum
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
E = TypeVar("E", bound=enum.StrEnum)

LINE = r".{1,200}"
NOTHING = "nothing"
_BARE = re.compile(r"[A-Za-z0-9_-]{1,60}")


def show(found: object) -> str:
    """Write a value as it stands in the file; shortened, and hidden if it may hold a password.

    >>> show("9100"), show(True), show({}), show("mqtt://me:secret@host")
    ('"9100"', 'true', 'a section', 'a text with "@", not shown here')
    """
    match found:
        case bool():
            return "true" if found else "false"
        case str() if "@" in found:
            return 'a text with "@", not shown here'
        case str():
            return f'"{_printable(found)}"'
        case int():
            # str() refuses an integer of thousands of digits; hexadecimal has no limit
            return str(found) if abs(found) < 10**30 else _printable(f"{found:#x}")
        case float():
            return str(found)
        case Mapping():
            return "a section"
        case list() | tuple():
            return "a list"
        case _:
            return "a date or a time"


def _printable(text: str) -> str:
    short = text if len(text) <= 60 else f"{text[:57]}..."
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short)


def _whole(found: object) -> int | None:
    # Python counts True as 1; TOML does not
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def nearest(key: str, known: Collection[str]) -> str:
    """Advise on a key nobody knows: the nearest valid one, or all of them."""
    near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    return f"valid here: {', '.join(known)}" if known else "nothing else is valid here"


class Section:
    """One table.  `name` is its dotted path, empty for the whole file."""

    def __init__(self, name: str, table: Mapping[str, object], faults: list[str]) -> None:
        self.name = name
        self._table, self._faults = table, faults
        self._known: dict[str, None] = {}

    def at(self, key: str) -> str:
        """Return the dotted path of a key."""
        shown = key if _BARE.fullmatch(key) else f'"{_printable(key)}"'
        return f"{self.name}.{shown}" if self.name else shown

    def has(self, key: str) -> bool:
        """Tell whether the file gives this option."""
        return key in self._table

    def fault(self, key: str, what: str) -> None:
        """Note a fault of an option."""
        self._faults.append(f"{self.at(key)}: {what}")

    def _take(
        self,
        key: str,
        expected: str,
        accept: Callable[[object], T | None],
        default: T | None,
        hide: bool = False,
    ) -> T | None:
        self._known[key] = None
        if key not in self._table:
            if default is None:
                self.fault(key, f"expected {expected}, found {NOTHING}")
            return default
        found = self._table[key]
        value = accept(found)
        if value is None:
            shown = "something else" if hide else show(found)
            self.fault(key, f"expected {expected}, found {shown}")
        return value

    def text(
        self,
        key: str,
        expected: str,
        pattern: str = LINE,
        default: str | None = None,
        hide: bool = False,
    ) -> str:
        """Read a printable text that matches `pattern` whole; `hide` keeps it out of faults."""

        def accept(found: object) -> str | None:
            fits = isinstance(found, str) and found.isprintable() and re.fullmatch(pattern, found)
            return str(found) if fits else None

        return self._take(key, expected, accept, default, hide) or ""

    def texts(self, key: str, expected: str, pattern: str) -> tuple[str, ...]:
        """Read a list of texts, one at least, each of which matches `pattern` whole."""

        def accept(found: object) -> tuple[str, ...] | None:
            if not isinstance(found, list) or not found:
                return None
            fits = all(isinstance(each, str) and re.fullmatch(pattern, each) for each in found)
            return tuple(found) if fits else None

        return self._take(key, f"a list of {expected}", accept, None) or ()

    def integer(self, key: str, least: int, most: int, default: int | None = None) -> int:
        """Read a whole number within bounds, both included."""

        def accept(found: object) -> int | None:
            number = _whole(found)
            return number if number is not None and least <= number <= most else None

        expected = f"a whole number from {least} to {most}"
        value = self._take(key, expected, accept, default)
        return least if value is None else value

    def one_of(self, key: str, values: Sequence[int], default: int, form: str = "d") -> int:
        """Read one of a few whole numbers; `form` is how the fault writes them."""

        def accept(found: object) -> int | None:
            number = _whole(found)
            return number if number in values else None

        expected = " or ".join(format(value, form) for value in values)
        value = self._take(key, expected, accept, default)
        return default if value is None else value

    def flag(self, key: str, default: bool) -> bool:
        """Read true or false."""

        def accept(found: object) -> bool | None:
            return found if isinstance(found, bool) else None

        return bool(self._take(key, "true or false", accept, default))

    def choice(self, key: str, options: type[E], default: E | None = None) -> E | None:
        """Read one of the words of an enumeration; None after a fault."""

        def accept(found: object) -> E | None:
            if not isinstance(found, str):
                return None
            return next((option for option in options if option.value == found), None)

        expected = " or ".join(f'"{option.value}"' for option in options)
        return self._take(key, expected, accept, default)

    def path(self, key: str, folder: Path, hide: bool = False) -> Path:
        """Read a path; a relative one is taken from `folder`, which stands for a faulty one too."""
        return folder / self.text(key, "a path", r".{1,1000}", hide=hide)

    def belongs(self, to: str, *keys: str) -> None:
        """Note a fault for each of these options that is given: they are for another choice."""
        for key in keys:
            self._known.setdefault(key)
            if self.has(key):
                self.fault(key, f"belongs to {to}, and would have no effect here")

    def skip(self, *keys: str) -> None:
        """Let these options stand unread: a fault elsewhere leaves open what they should be."""
        self._known.update(dict.fromkeys(keys))

    def section(self, key: str, required: bool = False) -> "Section | None":
        """Open a table inside this one."""
        self._known[key] = None
        expected = f"a section [{self.at(key)}]"
        if key not in self._table:
            if required:
                self.fault(key, f"expected {expected}, found {NOTHING}")
            return None
        match self._table[key]:
            case Mapping() as table:
                return Section(self.at(key), table, self._faults)
            case found:
                self.fault(key, f"expected {expected}, found {show(found)}")
                return None

    def sections(self, key: str) -> "list[Section]":
        """Open the tables of a [[list]]; they are counted from 1."""
        self._known[key] = None
        expected = f"sections [[{self.at(key)}]]"
        match self._table.get(key, []):
            case list() as tables if all(isinstance(table, Mapping) for table in tables):
                return [
                    Section(f"{self.at(key)}[{number}]", table, self._faults)
                    for number, table in enumerate(tables, 1)
                ]
            case found:
                single = f"one section [{self.at(key)}]" if isinstance(found, Mapping) else ""
                self.fault(key, f"expected {expected}, found {single or show(found)}")
                return []

    def finish(self) -> None:
        """Note every key that no call has named."""
        for key in self._table:
            if key not in self._known:
                self.fault(key, f"unknown key; {nearest(key, self._known)}")
