"""The file to fill in: config/members-template.xlsx, `python -m central.desk.importing.template`.

Written the same at every call, so that the one in the repository can be compared.
"""

import datetime as dt
import io
import sys
import zipfile
from pathlib import Path

from central.desk.importing.columns import COLUMNS, heading

FILE = Path(__file__).parents[3] / "config" / "members-template.xlsx"
_MADE = dt.datetime(2026, 1, 1)  # noqa: DTZ001  the format knows no time zones


def write() -> bytes:
    """Write the template: a heading row, two example rows, and a sheet that explains."""
    import openpyxl
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "会员 members"
    sheet.append([heading(column) for column in COLUMNS])
    sheet.append([column.example or None for column in COLUMNS])
    sheet.append([column.second or None for column in COLUMNS])
    for number, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(number)
        cell = sheet[f"{letter}1"]
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        cell.fill = PatternFill("solid", fgColor="DDEBF7")
        sheet.column_dimensions[letter].width = 16
        if column.key == "phone":
            for row in range(2, 500):
                sheet[f"{letter}{row}"].number_format = "@"
    sheet.freeze_panes = "A2"
    notes = book.create_sheet("说明 notes")
    notes.append(["列", "column", "说明", "notes"])
    for column in COLUMNS:
        notes.append([column.zh, column.en, column.note_zh, column.note_en])
    for letter, width in zip("ABCD", (18, 22, 32, 44), strict=True):
        notes.column_dimensions[letter].width = width
    book.properties.creator = "petshop-kiosk"
    book.properties.created = book.properties.modified = _MADE
    out = io.BytesIO()
    book.save(out)
    return _undated(out.getvalue())


def _undated(content: bytes) -> bytes:
    """Write the archive anew with fixed times."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for info in old.infolist():
            data = old.read(info)
            if info.filename == "docProps/core.xml":
                data = _fixed(data)
            named = zipfile.ZipInfo(info.filename, (2026, 1, 1, 0, 0, 0))
            new.writestr(named, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _fixed(core: bytes) -> bytes:
    """Take the time of saving out of the document's properties."""
    begin, _, rest = core.partition(b"<dcterms:modified")
    opening, _, after = rest.partition(b">")
    _, _, end = after.partition(b"</dcterms:modified>")
    stamp = f"{_MADE.isoformat()}Z".encode()
    return begin + b"<dcterms:modified" + opening + b">" + stamp + b"</dcterms:modified>" + end


def main() -> int:
    """Write the file of the repository."""
    FILE.write_bytes(write())
    return 0


if __name__ == "__main__":
    sys.exit(main())
