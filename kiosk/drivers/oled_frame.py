"""Pictures in a display chip's own order, and what of them has changed.  Pure; 128 by 64 pixels.

Chip memory: 8 pages of 8 rows, a byte is a column of 8 pixels, least significant bit on top
(SSD1306 datasheet rev. 1.1, 8.7; SH1106 rev. 2.3, "Display Data RAM").
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 128, 64
PAGES = HEIGHT // 8
PAGE = WIDTH
"""Bytes of a page."""
SIZE = PAGES * PAGE
"""Bytes of a picture."""
BLANK = bytes(SIZE)


def _goes_up(pixel: int, distance: int) -> bool:
    """Whether a pixel is right of its square's diagonal, by a step of `distance`."""
    return bool(pixel & distance) and not pixel // PAGE & distance


_SWAPS = tuple(
    (distance * PAGE - distance, sum(1 << i for i in range(SIZE * 8) if _goes_up(i, distance)))
    for distance in (1, 2, 4)
)
"""To transpose all squares of 8 by 8 pixels: in three steps, single pixels, then squares of two by
two, then of four by four change places across the diagonal.  How far, and which ones go up.
"""


def _order(*, upside_down: bool) -> bytes:
    """Say where each byte of two transposed pages comes from: eight columns were eight rows."""
    columns = range(8) if upside_down else range(7, -1, -1)
    return bytes(
        page + row * 16 + byte for page in (0, PAGE) for byte in range(16) for row in columns
    )


_ORDER = {turned: _order(upside_down=turned) for turned in (False, True)}


def pages(bits: bytes, *, upside_down: bool = False) -> bytes:
    """Pack a picture, rows of 16 bytes as in a Frame, into pages, top page first.

    All pixels move at once, as the bits of one integer; then bytes.translate, with two pages as its
    table, puts their bytes in order.
    """
    number = int.from_bytes(bits[::-1] if upside_down else bits, "little")
    for distance, up in _SWAPS:
        moved = (number >> distance ^ number) & up
        number ^= moved ^ moved << distance
    squares, order = number.to_bytes(SIZE, "little"), _ORDER[upside_down]
    return b"".join([order.translate(squares[at : at + 256]) for at in range(0, SIZE, 256)])


class Window(NamedTuple):
    """Pages `top` to `bottom`, columns `left` to `right`, all inclusive."""

    top: int
    bottom: int
    left: int = 0
    right: int = PAGE - 1

    def cut(self, picture: bytes) -> bytes:
        """Cut this out of a packed picture, page after page."""
        if self.right - self.left + 1 == PAGE:
            return picture[self.top * PAGE : (self.bottom + 1) * PAGE]
        starts = range(self.top * PAGE, (self.bottom + 1) * PAGE, PAGE)
        return b"".join([picture[s + self.left : s + self.right + 1] for s in starts])


@functools.lru_cache(256)
def bands(first: tuple[int, int], *, upside_down: bool = False) -> list[Window]:
    """Cut the picture into bands of pages: those with the rows `first` (top, bottom) come first.

    `bottom` is outside, as in a range; an empty range asks for nothing in particular.
    """
    top, bottom = first
    if not 0 <= top < bottom <= HEIGHT:
        return [Window(0, PAGES - 1)]
    if upside_down:
        top, bottom = HEIGHT - bottom, HEIGHT - top
    above, below = top // 8, (bottom - 1) // 8
    parts = [(above, below), (0, above - 1), (below + 1, PAGES - 1)]
    return [Window(*part) for part in parts if part[0] <= part[1]]


def changes(held: bytes, wanted: bytes, parts: Sequence[Window], overhead: int) -> list[Window]:
    """List windows that hold all that differs, band after band.

    A window costs `overhead` bytes beside its own: two that cost less as one are one.
    """
    changed = int.from_bytes(held, "little") ^ int.from_bytes(wanted, "little")
    difference = changed.to_bytes(SIZE, "little")
    windows = []
    for first, last, _, _ in parts if changed else ():
        top, bottom, left, end, room = -1, -1, 0, 0, 0
        for number in range(first, last + 1):
            tail = difference[number * PAGE : (number + 1) * PAGE].lstrip(b"\0")
            if not tail:
                continue
            begins, ends = PAGE - len(tail), PAGE - len(tail) + len(tail.rstrip(b"\0"))
            if top >= 0:
                low, high = min(left, begins), max(end, ends)
                both = (number + 1 - top) * (high - low)
                if both <= room + ends - begins + overhead:
                    left, end, bottom, room = low, high, number, both
                    continue
                windows.append(Window(top, bottom, left, end - 1))
            top, bottom, left, end, room = number, number, begins, ends, ends - begins
        if top >= 0:
            windows.append(Window(top, bottom, left, end - 1))
    return windows
