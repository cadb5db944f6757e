"""Reading the file: .xlsx, or CSV as Excel and others write it.

Formulas are refused: what a cell computes is in no file for certain.  A file is read as far as the
bounds below and no further, so that a small one cannot unfold into a huge one.
"""

import csv
import io
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from central.desk.importing.cells import Value

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell

MOST_BYTES = 5_000_000
MOST_UNPACKED = 100_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 60


class Unreadable(Exception):
    """Not a file that can be read; the message says why, in the reader's language."""


class Formula(str):
    """A cell that holds a formula."""

    __slots__ = ()


class Failure(str):
    """A cell that holds an error of the spreadsheet, #REF! and the like."""

    __slots__ = ()


Row = tuple[int, list[Value]]
"""The row's number as the spreadsheet shows it, and its cells."""


def read(name: str, content: bytes) -> list[Row]:
    """Read all rows that are not empty.  Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is too large."))
    if content.startswith(b"PK"):
        found = list(_xlsx(content))
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(_("This is an old .xls file; save it as .xlsx."))
    else:
        found = list(_csv(content))
    return [(number, cells) for number, cells in found if any(c not in (None, "") for c in cells)]


def _xlsx(content: bytes) -> Iterator[Row]:
    import openpyxl

    not_read = Unreadable(_("This is not a spreadsheet that can be read."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MOST_UNPACKED:
                raise Unreadable(_("The file is too large."))
        with warnings.catch_warnings():
            # what of a workbook's decoration is not understood
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            try:
                sheet = book.worksheets[0]
                sheet.reset_dimensions()
                for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
                    _bound(number)
                    yield number, [_cell(cell) for cell in row]
            finally:
                book.close()
    except Unreadable:
        raise
    except Exception:
        # openpyxl lets what it meets inside a broken file out as it is: KeyError, ValueError,
        # BadZipFile, ParseError and others
        raise not_read from None


def _cell(cell: "Cell | MergedCell") -> Value:
    value: Any = cell.value
    if cell.data_type == "e":
        return Failure(value)
    if cell.data_type == "f":
        return Formula(value)
    if isinstance(value, str | int | float | bool) or value is None:
        return _marked(value)
    if hasattr(value, "isoformat"):
        found: Value = value
        return found
    return Formula(str(value))


def _csv(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
            _bound(number)
            yield number, [_marked(cell) for cell in cells[:MOST_COLUMNS]]
    except csv.Error:
        raise Unreadable(_("This is not a table that can be read.")) from None


def _decoded(content: bytes) -> str:
    """Decode UTF-8, with or without its mark, UTF-16 with its mark, or GB18030."""
    mark = content[:2]
    encodings = ["utf-16"] if mark in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(_("The text is neither UTF-8 nor GB18030."))


def _marked(value: Value) -> Value:
    """A text that begins with = is a formula, also in a CSV file and with a wide =."""
    if isinstance(value, str) and unicodedata.normalize("NFKC", value.lstrip()[:1]) == "=":
        return Formula(value)
    return value


def _bound(number: int) -> None:
    if number > MOST_ROWS:
        raise Unreadable(_("The file has too many rows; the most are") + f" {MOST_ROWS}.")
