"""A slip laid out for paper, and a picture for the display: what render makes and drivers take.

Slip printers with a Chinese font are spoken to in GB18030: an ASCII character takes one column,
every two-byte character two.  The printer's font has no four-byte characters, so those are
replaced here, in the one place that layout and driver share.
"""

import dataclasses as dc
import enum
import unicodedata


@dc.dataclass(frozen=True, slots=True)
class Frame:
    """A picture of the display: rows from the top, 1 bit a pixel, most significant bit left.

    `bits` has height * ceil(width / 8) bytes; 1 is lit.  `headline` are the rows, from and until,
    that tell the outcome: a slow display shows them first.  `resting` is a picture for nobody in
    particular, which stays for hours.  Neither makes another picture.
    """

    width: int
    height: int
    bits: bytes
    headline: tuple[int, int] = dc.field(default=(0, 0), compare=False)
    resting: bool = dc.field(default=False, compare=False)


class Align(enum.Enum):
    """Alignment on the paper."""

    LEFT = 0
    CENTRE = 1
    RIGHT = 2


@dc.dataclass(frozen=True, slots=True)
class Text:
    """One printed line, already fitted to the paper's columns; a Chinese character takes two.

    A `double` line is twice as wide and high, and has half the columns.
    """

    text: str
    align: Align = Align.LEFT
    bold: bool = False
    double: bool = False


@dc.dataclass(frozen=True, slots=True)
class Qr:
    """A QR code, centred."""

    text: str


Document = tuple[Text | Qr, ...]
"""A slip, laid out; the cut at its end is the driver's."""

UNPRINTABLE = "？"
"""What stands for a character that the printer's font lacks."""

_SAME = {"\u00a5": "￥", "\u00a0": " ", "\u2013": "-", "\u2022": "·", "\u30fb": "·"}


def printable(text: str) -> str:
    """Replace what a GB18030 printer cannot print; control characters become spaces.

    Nothing in the result can be taken for a printer command: no code point below U+0020 is left.

    >>> printable("Zoë 🐶 ¥5")
    'Zoe ？ ￥5'
    """
    out = []
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if category in ("Mn", "Me", "Cf"):
            continue
        if category in ("Cc", "Zl", "Zp"):
            out.append(" ")
        elif _in_font(same := _SAME.get(char, char)):
            out.append(same)
        else:
            plain = unicodedata.normalize("NFKD", char)[0]
            out.append(plain if plain != char and _in_font(plain) else UNPRINTABLE)
    return "".join(out)


def columns(text: str) -> int:
    """Count the columns that printable(text) takes in single width."""
    return sum(1 if ord(char) < 0x80 else 2 for char in printable(text))


def _in_font(char: str) -> bool:
    # user-defined areas of GB18030 decode to private use: encodable, and blank on paper
    if unicodedata.category(char) in ("Co", "Cs", "Cn"):
        return False
    return len(char.encode("gb18030")) <= 2
