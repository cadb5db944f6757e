"""Document to a picture of the paper strip as a 203 dpi printer makes it: 12 dots to a column.

For the docs and the simulator; the printer itself is sent text, never this picture.
"""

import itertools
from typing import TYPE_CHECKING

from kiosk.domain.document import Align, Document, Qr, Text, columns, printable
from kiosk.render.fonts import SMALL, Fonts

if TYPE_CHECKING:
    from PIL.Image import Image

COLUMN, FEED, MARGIN = 12, 30, 24
"""Dots of a column, of a line feed, and around the print."""


def proof(document: Document, width: int, fonts: Fonts | None = None) -> "Image":
    """Draw a document on paper of `width` columns, 1 bit, black on white.  Raises FontMissing."""
    from PIL import Image

    fonts = fonts or Fonts()
    strips = [_strip(part, width, fonts) for part in document]
    height = sum(strip.height for strip in strips)
    image = Image.new("1", (width * COLUMN + 2 * MARGIN, height + 2 * MARGIN), 1)
    y = MARGIN
    for strip in strips:
        image.paste(strip, (MARGIN, y))
        y += strip.height
    return image


def _strip(part: Text | Qr, width: int, fonts: Fonts) -> "Image":
    from PIL import Image, ImageChops

    if isinstance(part, Qr):
        return _qr(part.text, width)
    scale = 2 if part.double else 1
    strip = Image.new("1", (width * COLUMN, FEED * scale), 1)
    room = width - columns(part.text) * scale
    x = {Align.LEFT: 0, Align.CENTRE: room * COLUMN // 2, Align.RIGHT: room * COLUMN}[part.align]
    for char in printable(part.text):
        cell = COLUMN * columns(char) * scale
        if char != " ":
            glyph = _narrow(fonts.picture(char, SMALL, 2 * scale), cell)
            if part.bold:
                wide = Image.new("1", (glyph.width + 1, glyph.height))
                wide.paste(glyph)
                glyph = ImageChops.logical_or(wide, ImageChops.offset(wide, 1, 0))
            strip.paste(0, (x + max(0, cell - glyph.width) // 2, FEED * scale // 10), glyph)
        x += cell
    return strip


def _narrow(glyph: "Image", width: int) -> "Image":
    """Take out as many of the letter's columns as it is too wide: a printer's letters are alike.

    Those that repeat their neighbour come first, from the middle outwards.
    """
    from PIL import Image, ImageChops

    while glyph.width > width:
        columns = [glyph.crop((x, 0, x + 1, glyph.height)) for x in range(glyph.width)]
        alike = [
            ImageChops.logical_xor(one, other).getbbox() is None
            for one, other in itertools.pairwise(columns)
        ]
        middle = (glyph.width - 1) / 2
        gone = min(range(len(alike)), key=lambda x: (not alike[x], abs(x + 0.5 - middle)))
        narrow = Image.new("1", (glyph.width - 1, glyph.height))
        narrow.paste(glyph.crop((0, 0, gone, glyph.height)))
        narrow.paste(glyph.crop((gone + 1, 0, glyph.width, glyph.height)), (gone, 0))
        glyph = narrow
    return glyph


def _qr(text: str, width: int) -> "Image":
    import qrcode  # type: ignore[import-untyped]
    from PIL import Image

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    modules = code.get_matrix()
    dots, side = 5, len(modules)
    picture = Image.new("1", (side, side), 1)
    picture.putdata([0 if dark else 255 for row in modules for dark in row])
    picture = picture.resize((side * dots, side * dots), Image.Resampling.NEAREST)
    strip = Image.new("1", (width * COLUMN, picture.height + FEED), 1)
    strip.paste(picture, ((strip.width - picture.width) // 2, FEED // 2))
    return strip
