"""Rows, large numbers and keys to pixels, and what to do where names are too long."""

import dataclasses as dc
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kiosk.render import icons
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
AFTER = 6
"""Pixels between a name and the one behind it."""
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
    icon: Icon | None = None


class Pen:
    """Puts the parts of a layout on one picture."""

    def __init__(self, image: "Image", draw: "ImageDraw", fonts: Fonts, strict: bool) -> None:
        self.image, self.ink, self.fonts, self.strict = image, draw, fonts, strict
        self.width = image.width
        self.headline = (0, 0)
        """Rows of what tells the outcome: the large number or sentence, or the selected row."""

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

    def row(self, row: Row, y: int, right: int, x: int = 0) -> None:
        """Draw a 12 px row from `x` whose right end is at `right`."""
        if row.style is Style.SELECTED:
            x, right = x + 2, right - 2
        end = right
        if row.icon:
            x = self.icon(x, y, row.icon) + GAP
        badge = self.fonts.width(row.badge, SMALL) + 4 if row.badge else 0
        room = right - x - (badge + GAP if badge else 0)
        left, also, at_right = self.names(row, room)
        if at_right:
            self.text(right - self.fonts.width(at_right, SMALL), y, at_right)
        x = self.text(x, y, left) if left else x
        if badge:
            self.badge(x + GAP, y, row.badge)
        if also:
            self.text(x + AFTER, y, also)
        if row.style is Style.SELECTED:
            self.invert((0, y - 1, end + 2, y + LINE))

    def badge(self, x: int, y: int, word: str) -> int:
        """Draw an inverse word; return where it ends."""
        end = self.text(x + 2, y, word) + 2
        self.invert((x, y, end, y + INK[SMALL]))
        return end

    def names(self, row: Row, room: int) -> tuple[str, str, str]:
        """Choose what is shown of `left`, `also` and `right` in `room` pixels."""
        beside = self.fonts.width(row.right, SMALL) + GAP if row.right and not row.shared else 0
        if row.brief is not None:
            least = self.fonts.width(row.brief, SMALL)
            right = "" if row.yields and least + beside > room else row.right
            return self.brief(row, room - (beside if right else 0)), "", right
        room -= beside
        names = [row.left, row.also, row.right if row.shared else ""]
        gaps = (AFTER if row.also else 0) + (GAP if names[2] else 0)
        wide = [self.fonts.width(name, SMALL) for name in names]
        shown = [
            self.fonts.fit(name, SMALL, share)
            for name, share in zip(names, fair(wide, room - gaps), strict=True)
        ]
        for name, cut in zip(names, shown, strict=True):
            if name and not cut:
                self.fault(f"no room for {name!r} in {row}")
        left, also, right = shown
        return left, also, right if row.shared else row.right

    def brief(self, row: Row, room: int) -> str:
        """Choose `left`, or `brief` where that does not fit."""
        for text in (row.left, row.brief or ""):
            if self.fonts.width(text, SMALL) <= room:
                return text
        self.fault(f"no room for {row.brief!r} beside {row.right!r}")
        return ""

    def title(self, layout: Layout) -> None:
        left, right = 0, self.width
        row = layout.title or Row()
        if layout.mark:
            left = self.badge(0, 0, layout.mark) + GAP
            row = dc.replace(row, icon=None, badge="")
        for status in reversed(layout.status):
            if status.text:
                right -= self.fonts.width(status.text, SMALL)
                self.text(right, 0, status.text)
                right -= 1
            right -= icons.SIDE
            self.icon(right, 0, status.icon)
            right -= GAP
        self.row(row, 0, right, left)
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
        leader = max(blocks, key=lambda block: _lead(block.part), default=None)
        for block in blocks:
            y += gap
            self.block(block, round(y))
            if block is leader and _lead(block.part):
                self.headline = (round(y), round(y) + block.height)
            y += block.height

    def measure(self, row: Row) -> list[_Block]:
        match row.style:
            case Style.FLOW:
                room = self.width - (icons.SIDE + GAP if row.icon else 0)
                lines = self.fonts.flow(row.left, SMALL, room)
                if row.most:
                    lines = self.fonts.clipped(row.left, SMALL, room, row.most)
                blocks = [_Block(row, LINE, text=line) for line in lines]
                for first in blocks[:1]:
                    first.icon = row.icon
                return blocks
            case Style.CENTRE:
                icon = icons.SIDE + GAP if row.icon else 0
                if self.fonts.width(row.left, LARGE) + icon <= self.width:
                    return [_Block(row, INK[LARGE], LARGE, text=row.left, icon=row.icon)]
        return [_Block(row, LINE, text=row.left, icon=row.icon)]

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
        elif part.style in (Style.PLAIN, Style.SELECTED):
            self.row(part, y, self.width)
        else:
            text = block.text
            icon = icons.SIDE + GAP if block.icon else 0
            if part.style is not Style.FLOW:
                text = self.fonts.fit(text, block.size, self.width - icon)
                if part.style is Style.CENTRE and text != block.text:
                    self.fault(f"{block.text!r} is wider than the display")
            width = self.fonts.width(text, block.size) + icon
            x = max(0, (self.width - width) // 2)
            if block.icon:
                x = self.icon(x, y + (block.height - LINE) // 2, block.icon) + GAP
            self.text(x, y, text, block.size)


def _lead(part: Row | Big) -> int:
    """Rank a part of the body by how much it says at a glance; 0 is nothing in particular."""
    if isinstance(part, Big):
        return 3
    return {Style.CENTRE: 2, Style.SELECTED: 1}.get(part.style, 0)


def fair(wanted: Sequence[int], room: int) -> list[int]:
    """Share `room` pixels: who wants less than an even part gets it all, the others the rest.

    >>> fair([10, 90, 60], 100)
    [10, 45, 45]
    """
    given = [0] * len(wanted)
    waiting = sorted(range(len(wanted)), key=lambda index: wanted[index])
    while waiting:
        index = waiting[0]
        given[index] = max(0, min(wanted[index], room // len(waiting)))
        room -= given[index]
        waiting.pop(0)
    return given
