"""From rows of cells to typed lines, with every fault noted and none passed over."""

import dataclasses as dc
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from central.desk import words
from central.desk.importing import cells
from central.desk.importing.columns import BY_KEY, COLUMNS, Column, of_heading
from central.desk.importing.files import Failure, Formula, Row
from kiosk.domain.members import Size, Tier

EXAMPLE = str(BY_KEY["phone"].example)
"""The phone number of the template's example rows."""


@dc.dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong, and where: the row's number, the column's place from 1 (0: the row)."""

    row: int
    number: int
    heading: str
    text: str

    @property
    def place(self) -> str:
        """Name the cell as the spreadsheet does; the row where no cell is meant."""
        return f"{letter(self.number)}{self.row}" if self.number else str(self.row)


@dc.dataclass(frozen=True, slots=True)
class Line:
    """One row, read.  None where the cell is empty."""

    row: int
    phone: str
    name: str
    tier: Tier | None
    principal: int | None
    bonus: int | None
    points: int | None
    pet: str
    size: Size | None
    warning: str
    birthday: dt.date | None
    plan: str
    bought: int | None
    gift: int | None
    valid_until: dt.date | None


def letter(number: int) -> str:
    """Name a column: 1 is A, 27 is AA."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


_READ: dict[str, Callable[[cells.Value], Any]] = {
    "phone": cells.phone,
    "name": lambda value: cells.text(value, 60),
    "tier": cells.tier,
    "principal": cells.yuan,
    "bonus": cells.yuan,
    "points": cells.count,
    "pet": lambda value: cells.text(value, 40),
    "size": cells.size,
    "warning": lambda value: cells.text(value, 60),
    "birthday": cells.date,
    "pass": lambda value: cells.text(value, 60),
    "bought": cells.count,
    "gift": cells.count,
    "valid_until": cells.date,
}
_TEXTS = ("phone", "name", "pet", "warning", "pass")


class Table:
    """The heading row and what stands below it."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.faults: list[Fault] = []
        self.lines: list[Line] = []
        self._columns: dict[int, Column] = {}
        if not rows:
            self.faults.append(Fault(1, 0, "", _("The file is empty.")))
            return
        self._head(*rows[0])
        if not self.faults:
            for number, values in rows[1:]:
                self._line(number, values)

    def fault(self, row: int, key: str, text: str) -> None:
        """Note a fault in a column."""
        number = next((n for n, column in self._columns.items() if column.key == key), 0)
        self.faults.append(Fault(row, number, self._heading(BY_KEY[key]), text))

    def _head(self, row: int, values: list[cells.Value]) -> None:
        for number, value in enumerate(values, start=1):
            if cells.empty(value):
                continue
            column = of_heading(str(value))
            if column is None:
                comma = "、" if words.chinese() else ", "
                known = comma.join(self._heading(column) for column in COLUMNS)
                text = _("is not a known column; known are") + f" {known}"
                self.faults.append(Fault(row, number, str(value)[:40], text))
            elif column in self._columns.values():
                self.faults.append(Fault(row, number, str(value)[:40], _("stands here twice")))
            else:
                self._columns[number] = column
        present = {column.key for column in self._columns.values()}
        for key in ("phone", "name"):
            if key not in present:
                text = _("this column is missing")
                self.faults.append(Fault(row, 0, self._heading(BY_KEY[key]), text))

    def _line(self, row: int, values: list[cells.Value]) -> None:
        found: dict[str, Any] = dict.fromkeys(_READ)
        before = len(self.faults)
        for number, value in enumerate(values, start=1):
            column = self._columns.get(number)
            if cells.empty(value):
                continue
            if column is None:
                self.faults.append(Fault(row, number, "", _("has no heading above it")))
                continue
            try:
                found[column.key] = self._cell(column, value)
            except cells.Wrong as e:
                shown = f"“{str(value)[:30]}” {e}"
                self.faults.append(Fault(row, number, self._heading(column), shown))
        if found["phone"] is None and len(self.faults) == before:
            self.fault(row, "phone", _("is missing"))
        if found["phone"] == EXAMPLE:
            self.fault(row, "phone", _("is the template's example; delete this row"))
        if len(self.faults) == before:
            self._whole(row, found)

    def _whole(self, row: int, found: dict[str, Any]) -> None:
        before = len(self.faults)
        for key, needs in (("pet", "size"), ("pass", "bought")):
            if found[key] is not None and found[needs] is None:
                self.fault(row, needs, _("is missing"))
        for key, needs in (
            ("size", "pet"), ("warning", "pet"), ("birthday", "pet"),
            ("bought", "pass"), ("gift", "pass"), ("valid_until", "pass"),
        ):  # fmt: skip
            if found[key] is not None and found[needs] is None:
                self.fault(row, key, _("stands without:") + f" {self._heading(BY_KEY[needs])}")
        if len(self.faults) > before:
            return
        values: dict[str, Any] = {
            key: value or "" if key in _TEXTS else value for key, value in found.items()
        }
        plan = values.pop("pass")
        self.lines.append(Line(row=row, plan=plan, **values))

    def _cell(self, column: Column, value: cells.Value) -> Any:
        if isinstance(value, Formula):
            raise cells.Wrong(_("is a formula; put its value instead"))
        if isinstance(value, Failure):
            raise cells.Wrong(_("is an error of the spreadsheet"))
        return _READ[column.key](value)

    def _heading(self, column: Column) -> str:
        return column.zh if words.chinese() else column.en
