"""A display that lasts: while nobody is served it is dimmed, and its picture wanders.

An OLED ages by its light, and unevenly: what stands on it for months stays to be seen.  Any new
picture but the next minute of the same rest brings the full picture back at once.
"""

import dataclasses as dc
from collections.abc import Callable

from kiosk.domain.document import Frame
from kiosk.drivers.ports import DisplayPort

_PLACES = ((0, 0), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
"""Where the picture goes in turn, in pixels to the right and down."""


@dc.dataclass(frozen=True, slots=True)
class Rest:
    """After `dim` seconds without a new picture it is dimmed, and every `shift` seconds it moves
    by a pixel; 0 is never.
    """

    dim: float = 120.0
    shift: float = 180.0


class RestingDisplay:
    """A display port around another."""

    def __init__(self, port: DisplayPort, rest: Rest, mono: Callable[[], float]) -> None:
        self._port, self._rest, self._mono = port, rest, mono
        self._frame: Frame | None = None
        self._since, self._drawn = 0.0, (False, 0)

    def show(self, frame: Frame) -> None:
        before, self._frame = self._frame, frame
        same_rest = before is not None and before.resting and frame.resting
        if not same_rest and frame != before:
            self._since = self._mono()
        self._draw(frame)

    def dim(self, dimmed: bool) -> None:
        self._port.dim(dimmed)

    def check(self) -> None:
        if self._frame is not None and self._due() != self._drawn:
            self._draw(self._frame)
        self._port.check()

    def close(self) -> None:
        self._port.close()

    def _due(self) -> tuple[bool, int]:
        """Return whether it is time to be dim, and at which place the picture is to be."""
        seconds = self._mono() - self._since
        moves = int(seconds // self._rest.shift) if self._rest.shift else 0
        return bool(self._rest.dim) and seconds >= self._rest.dim, moves % len(_PLACES)

    def _draw(self, frame: Frame) -> None:
        self._drawn = dimmed, place = self._due()
        self._port.dim(dimmed)
        self._port.show(moved(frame, *_PLACES[place]))


def moved(frame: Frame, right: int, down: int) -> Frame:
    r"""Move a picture by less than its width and height; what leaves it is gone.

    >>> moved(Frame(8, 2, bytes([0b10000001, 0])), 1, 1).bits
    b'\x00@'
    """
    if not (right or down):
        return frame
    stride = -(-frame.width // 8) * 8
    row = ((1 << frame.width) - 1) << stride - frame.width
    row &= row >> right if right > 0 else row << -right
    rows = int.from_bytes(row.to_bytes(stride // 8, "big") * frame.height, "big")
    by = right + down * stride
    number = int.from_bytes(frame.bits, "big")
    number = (number >> by if by > 0 else number << -by) & rows
    return dc.replace(frame, bits=number.to_bytes(len(frame.bits), "big"))
