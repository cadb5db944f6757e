"""Layout to pixels: a 1-bit picture for a small display, drawn for 128 by 64.

The title's ink is rows 0-10, a line under it, the body, and the keys as inverse boxes in the
lowest 13 rows.  The body's parts share what is left evenly.  Only names are cut, with an ellipsis;
what else does not fit is a mistake, which `strict` drawing raises as Overflow: the tests do.
"""

import dataclasses as dc
from typing import TYPE_CHECKING

from kiosk.domain.document import Frame
from kiosk.domain.policy import Language
from kiosk.domain.screens import Screen
from kiosk.render import icons
from kiosk.render.compose import compose
from kiosk.render.fonts import LARGE, SMALL, Fonts
from kiosk.render.layout import Big, Icon, Layout, Row, Style

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

INK = {SMALL: 11, LARGE: 16}
"""Height in pixels of a Chinese character."""

LINE = 12
KEYS = 13
GAP = 3
MARGIN = 5
BIG = ((LARGE, 2), (SMALL, 2), (LARGE, 1), (SMALL, 1))
"""Size and scale of the big number, the largest that fits is taken."""


class Overflow(ValueError):
    """A layout does not fit the display: a mistake in a screen or a text, found by the tests."""


@dc.dataclass(slots=True)
class _Block:
    """A piece of the body, with its height in pixels."""

    part: Row | Big
    height: int
    size: int = SMALL
    scale: int = 1
    text: str = ""


class Glass:
    """Draws screens for one display.  Loads Pillow and the font with the first picture."""

    def __init__(self, width: int = 128, height: int = 64, fonts: Fonts | None = None) -> None:
        self.width, self.height = width, height
        self.fonts = fonts or Fonts()

    def frame(self, screen: Screen, language: Language) -> Frame:
        """Draw a screen.  Raises FontMissing."""
        image = self.draw(compose(screen, language))
        return Frame(self.width, self.height, image.tobytes())

    def draw(self, layout: Layout, *, strict: bool = False) -> "Image":
        """Draw a layout.  With `strict` what does not fit raises Overflow, else it is clipped."""
        from PIL import Image, ImageDraw

        image = Image.new("1", (self.width, self.height))
        pen = _Pen(image, ImageDraw.Draw(image), self.fonts, strict)
        top, bottom = 0, self.height
        if layout.title or layout.status:
            pen.title(layout)
            top = LINE + 2
        if layout.keys:
            bottom -= KEYS
            pen.keys(layout)
        pen.body(layout.body, top, bottom - (1 if layout.keys else 0))
        return image


class _Pen:
    def __init__(self, image: "Image", draw: "ImageDraw", fonts: Fonts, strict: bool) -> None:
        self.image, self.ink, self.fonts, self.strict = image, draw, fonts, strict
        self.width = image.width

    def fault(self, what: str) -> None:
        if self.strict:
            raise Overflow(what)

    def text(self, x: int, y: int, text: str, size: int = SMALL, scale: int = 1) -> int:
        """Draw with the ink's top left at x, y; return where it ends."""
        picture = self.fonts.picture(text, size, scale)
        if x < 0 or x + picture.width > self.width + scale:
            self.fault(f"{text!r}: {x} to {x + picture.width} of {self.width} px")
        self.image.paste(255, (x, y), picture)
        return x + picture.width

    def icon(self, x: int, y: int, icon: Icon) -> int:
        for dy, row in enumerate(icons.rows(icon)):
            for dx, char in enumerate(row):
                if char == "#":
                    self.image.putpixel((x + dx, y + dy), 255)
        return x + icons.SIDE

    def invert(self, box: tuple[int, int, int, int]) -> None:
        """Invert a box; right and bottom are outside of it."""
        from PIL import ImageChops

        self.image.paste(ImageChops.invert(self.image.crop(box)), box)

    def row(self, row: Row, y: int, right: int) -> None:
        """Draw a 12 px row whose right end is at `right`."""
        x, size = 0, SMALL
        if row.style is Style.SELECTED:
            x, right = 2, right - 2
        end = right
        if row.icon:
            x = self.icon(x, y, row.icon) + GAP
        if row.right:
            end_text = row.right
            if row.style is Style.SHARED:
                least = (right - x) // 2
                left = self.fonts.width(row.left, size)
                end_text = self.fonts.fit(row.right, size, max(least, right - x - left - GAP))
            right -= self.fonts.width(end_text, size)
            self.text(right, y, end_text)
            right -= GAP
        badge = self.fonts.width(row.badge, size) + 4 if row.badge else 0
        room = right - x - (badge + GAP if badge else 0)
        name = self.left(row, room)
        x = self.text(x, y, name) if name else x
        if badge:
            self.text(x + GAP + 2, y, row.badge)
            self.invert((x + GAP, y - 0, x + GAP + badge, y + 11))
        if row.style is Style.SELECTED:
            self.invert((0, y - 1, end + 2, y + LINE))

    def left(self, row: Row, room: int) -> str:
        """Choose what is shown of the left end in `room` pixels."""
        if self.fonts.width(row.left, SMALL) <= room:
            return row.left
        if row.brief is not None:
            if self.fonts.width(row.brief, SMALL) <= room:
                return row.brief
            self.fault(f"no room for {row.brief!r} beside {row.right!r}")
            return ""
        name = self.fonts.fit(row.left, SMALL, room)
        if not name:
            self.fault(f"no room for {row.left!r} beside {row.right!r}")
        return name

    def title(self, layout: Layout) -> None:
        right = self.width
        for status in reversed(layout.status):
            if status.text:
                right -= self.fonts.width(status.text, SMALL)
                self.text(right, 0, status.text)
                right -= 1
            right -= icons.SIDE
            self.icon(right, 0, status.icon)
            right -= GAP
        if layout.title:
            self.row(layout.title, 0, right)
        self.ink.line((0, LINE, self.width - 1, LINE), fill=1)

    def keys(self, layout: Layout) -> None:
        top = self.image.height - KEYS
        third = self.width / 3
        for button, word in layout.keys:
            index = "ABC".index(button.value)
            left, right = round(index * third), round((index + 1) * third) - 1
            label = f"{button.value} {word}"
            width = self.fonts.width(label, SMALL)
            if width > right - left - 2:
                self.fault(f"key {label!r}: {width} px in {right - left - 2}")
            self.text(left + (right - left - width + 1) // 2, top + 1, label)
            self.invert((left, top, right, self.image.height))

    def body(self, parts: tuple[Row | Big, ...], top: int, bottom: int) -> None:
        fixed = [b for part in parts if isinstance(part, Row) for b in self.measure(part)]
        room = bottom - top - sum(b.height for b in fixed)
        blocks: list[_Block] = []
        for part in parts:
            blocks += [self.big(part, room)] if isinstance(part, Big) else self.measure(part)
        spare = bottom - top - sum(b.height for b in blocks)
        if spare < -1:
            self.fault(f"{-spare} rows too many in {parts}")
        y, gaps = float(top), len(blocks) + 1
        gap = max(0, spare) / gaps
        for block in blocks:
            y += gap
            self.block(block, round(y))
            y += block.height

    def measure(self, row: Row) -> list[_Block]:
        match row.style:
            case Style.FLOW:
                lines = self.fonts.flow(row.left, SMALL, self.width)
                return [_Block(row, LINE, text=line) for line in lines]
            case Style.CENTRE:
                icon = icons.SIDE + GAP if row.icon else 0
                if self.fonts.width(row.left, LARGE) + icon <= self.width:
                    return [_Block(row, INK[LARGE], LARGE, text=row.left)]
        return [_Block(row, LINE, text=row.left)]

    def big(self, big: Big, room: int) -> _Block:
        words = self.words(big)
        for size, scale in BIG:
            wide = self.fonts.width(big.value, size) * scale - scale + words
            low, high = self.fonts.ink(big.value, size)
            margin = MARGIN if (size, scale) != BIG[-1] else 0
            if wide + margin <= self.width and (high - low) * scale + MARGIN <= room:
                return _Block(big, (high - low) * scale, size, scale)
        self.fault(f"no room for {big}")
        return _Block(big, INK[SMALL])

    def words(self, big: Big) -> int:
        return sum(self.fonts.width(w, SMALL) + GAP for w in (big.before, big.after) if w)

    def block(self, block: _Block, y: int) -> None:
        part = block.part
        if isinstance(part, Big):
            value = self.fonts.width(part.value, block.size) * block.scale
            x = (self.width - value - self.words(part) + block.scale) // 2
            low = y + block.height - INK[SMALL] + 1
            above = self.fonts.ink(part.value, block.size)[0] * block.scale
            if part.before:
                x = self.text(x, low, part.before) + GAP
            x = self.text(x, y - above, part.value, block.size, block.scale)
            if part.after:
                self.text(x + GAP, low, part.after)
        elif part.style in (Style.PLAIN, Style.SHARED, Style.SELECTED):
            self.row(part, y, self.width)
        else:
            text = block.text
            icon = icons.SIDE + GAP if part.icon else 0
            if part.style is not Style.FLOW:
                text = self.fonts.fit(text, block.size, self.width - icon)
                if part.style is Style.CENTRE and text != block.text:
                    self.fault(f"{block.text!r} is wider than the display")
            width = self.fonts.width(text, block.size) + icon
            x = max(0, (self.width - width) // 2)
            if part.icon:
                x = self.icon(x, y + (block.height - LINE) // 2, part.icon) + GAP
            self.text(x, y, text, block.size)
