"""The bitmap font: exact sizes, widths in pixels, and what to do about characters it lacks.

WenQuanYi Bitmap Song as X11 bitmaps (Debian package xfonts-wqy): 9 pt is 12 px, 12 pt is 16 px, at
75 dpi.  All 6,763 characters of GB2312 are in it.  Any other size would be scaled to mush.
"""

import functools
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.domain.errors import LibraryAbsent

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

FOLDERS = (
    Path("/usr/share/fonts/X11/misc"),
    Path("/usr/share/fonts/misc"),
    Path("/usr/share/fonts/wenquanyi"),
    Path("/usr/local/share/fonts"),
)
"""Where distributions put X11 bitmap fonts."""

SMALL, LARGE = 12, 16
_FILES = {SMALL: "wenquanyi_9pt.pcf", LARGE: "wenquanyi_12pt.pcf"}
_NOWHERE = "\U0010ffff"
ELLIPSIS = "…"


class FontMissing(LibraryAbsent):
    """The display's font is not installed; nothing can be drawn without it."""


class Fonts:
    """Both sizes, loaded on first use.  Raises FontMissing then, not before."""

    def __init__(self, folders: Sequence[Path] = FOLDERS) -> None:
        self._folders = tuple(folders)
        self._loaded: dict[int, FreeTypeFont] = {}
        self._missing: dict[int, bytes] = {}
        self._advance = functools.lru_cache(4096)(self._advance_of)
        self._ink = functools.lru_cache(4096)(self._ink_of)

    def font(self, size: int) -> "FreeTypeFont":
        """Return the font of SMALL or LARGE pixels."""
        if size not in self._loaded:
            self._loaded[size] = self._load(size)
        return self._loaded[size]

    def _load(self, size: int) -> "FreeTypeFont":
        from PIL import ImageFont

        basic = ImageFont.Layout.BASIC

        for folder in self._folders:
            for name in (_FILES[size], _FILES[size] + ".gz"):
                if (file := folder / name).is_file():
                    try:
                        return ImageFont.FreeTypeFont(file, size, layout_engine=basic)
                    except OSError as e:
                        raise FontMissing(f"font {file} cannot be read: {e}") from e
        places = ", ".join(str(folder) for folder in self._folders)
        raise FontMissing(f"font {_FILES[size]} not in {places}: apt install xfonts-wqy")

    def width(self, text: str, size: int) -> int:
        """Measure text as drawn, in pixels."""
        return sum(self._advance(char, size) for char in self.shown(text, size))

    def ink(self, text: str, size: int) -> tuple[int, int]:
        """Return the first row of the cell that has ink, and the row after the last."""
        box = self.picture(text, size).getbbox()
        return (box[1], box[3]) if box else (0, 0)

    def fit(self, text: str, size: int, room: int) -> str:
        """Cut text to `room` pixels, with an ellipsis where something was cut."""
        if self.width(text, size) <= room:
            return text
        while text and self.width(text.rstrip() + ELLIPSIS, size) > room:
            text = text[:-1]
        return text.rstrip() + ELLIPSIS if text else ""

    def flow(self, text: str, size: int, room: int) -> list[str]:
        """Break text into the fewest lines of `room` pixels, and those of about equal length.

        Breaks are after a comma or full stop where that costs no line, else at blanks or between
        Chinese characters; a closing mark never begins a line.
        """
        fewest = self.greedy(text, size, room)
        clauses = [clause for clause in re.split("(?<=[，。])|(?<=[,.]) ", text) if clause]
        by_clause = [row for clause in clauses for row in self.greedy(clause, size, room)]
        if len(clauses) > 1 and len(by_clause) == len(fewest):
            return by_clause
        while fewest:
            room = max(self.width(row, size) for row in fewest) - 1
            narrower = self.greedy(text, size, room)
            if len(narrower) > len(fewest) or any(self.width(r, size) > room for r in narrower):
                break
            fewest = narrower
        return fewest

    def greedy(self, text: str, size: int, room: int) -> list[str]:
        """Break text into lines of `room` pixels, each as full as it can be."""
        rows, row = [], ""
        for piece in _pieces(text):
            if row and self.width((row + piece).rstrip(), size) > room:
                rows.append(row.rstrip())
                row = ""
            row += piece
        return [*rows, row.rstrip()] if row.strip() else rows

    def clipped(self, text: str, size: int, room: int, most: int) -> list[str]:
        """As flow(), but at most `most` lines, the last of which ends in an ellipsis if it must.

        A word that alone is wider than `room` is cut.
        """
        lines = self.flow(text, size, room)
        if len(lines) > most:
            lines = self.greedy(text, size, room)
            last = text
            for char in "".join(lines[: most - 1]):
                last = last.lstrip() if char.isspace() else last.lstrip()[1:]
            lines = [*lines[: most - 1], last.strip()]
        return [self.fit(line, size, room) for line in lines]

    def shown(self, text: str, size: int) -> str:
        """Replace characters that this size lacks by a visible mark; never an empty box."""
        out = []
        for char in unicodedata.normalize("NFC", text):
            category = unicodedata.category(char)
            if category in ("Mn", "Me", "Cf"):
                continue
            if category[0] == "Z" or category == "Cc":
                out.append(" ")
            elif self._ink(char, size):
                out.append(char)
            else:
                out.append("？" if unicodedata.east_asian_width(char) in "WF" else "?")
        return "".join(out)

    def _advance_of(self, char: str, size: int) -> int:
        font = self.font(size)
        if char in _DIGITS:
            # its 4 alone is a pixel wider: amounts would be ragged, and a clock would hop
            return int(font.getlength("0"))
        box = font.getmask(char, mode="1").getbbox()
        if box and char in _POINTS:
            return _BEFORE[size] + int(box[2] - box[0]) + _AFTER[size]
        # the yen sign is drawn wider than the font says it is, and would run into the digit
        return max(int(font.getlength(char)), box[2] + 1 if box and char == "¥" else 0)

    def _shift(self, char: str, size: int) -> int:
        """Return by how many pixels a point is drawn further left than the font would."""
        box = self.font(size).getmask(char, mode="1").getbbox() if char in _POINTS else None
        return box[0] - _BEFORE[size] if box else 0

    def _ink_of(self, char: str, size: int) -> bool:
        font = self.font(size)
        if size not in self._missing:
            self._missing[size] = bytes(font.getmask(_NOWHERE, mode="1"))
        mask = font.getmask(char, mode="1")
        return mask.getbbox() is not None and bytes(mask) != self._missing[size]

    def picture(self, text: str, size: int, scale: int = 1) -> "Image":
        """Draw text as a 1-bit picture cropped to its cell: `scale` times `size` high."""
        from PIL import Image, ImageDraw

        shown = self.shown(text, size)
        image = Image.new("1", (max(1, self.width(shown, size)), CELL[size]))
        draw = ImageDraw.Draw(image)
        draw.fontmode = "1"
        x = 0
        for char in shown:
            left = x - self._shift(char, size)
            draw.text((left, -TOP[size]), char, font=self.font(size), fill=1)
            if char in _DIGITS:
                draw.rectangle((x + _DIGIT[size], 0, image.width, image.height), fill=0)
            x += self._advance(char, size)
        if scale > 1:
            return image.resize(
                (image.width * scale, image.height * scale), Image.Resampling.NEAREST
            )
        return image


_POINTS = frozenset(".,")
_BEFORE, _AFTER = {SMALL: 1, LARGE: 2}, {SMALL: 2, LARGE: 1}
"""Pixels beside a point's ink: between digits two on either side.  The font's own cell leaves
up to five behind it, which tears an amount in two.
"""

_DIGITS = frozenset("0123456789")
_DIGIT = {SMALL: 5, LARGE: 8}
"""Pixels from the left of a digit's cell to the end of its ink."""

TOP = {SMALL: 2, LARGE: 0}
"""Empty pixel rows above the ink of a Chinese character."""

CELL = {SMALL: 12, LARGE: 17}
"""Height of a line's ink, descenders included."""


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        closing = char in "，。！？、：；…）,.!?:;)"
        word = pieces and char.isascii() and char != " " and pieces[-1][-1:].isascii()
        if pieces and (closing or char == " " or (word and not pieces[-1].endswith(" "))):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces
