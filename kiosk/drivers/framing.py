"""Code scanners: bytes as they come in, whole codes out.  No device is touched here.

A scanner ends a code with CR, LF, both, or nothing at all; then a pause ends it.  A scanner says
UTF-8 or, as many sold in China do, GB18030.  Never readline(): it knows one suffix only.
Sources: ISO/IEC 18004 (7,089 digits or 2,953 bytes in one QR code), GB 18030-2022.
"""

import re

from kiosk.domain import media
from kiosk.domain.errors import Malformed
from kiosk.domain.events import CodeRejected, CodeScanned, Stimulus

IDLE = 0.05
"""Seconds of silence that end a code without a suffix: 48 characters' time at 9600 bit/s."""

MOST = 8192
"""Bytes of one code that are kept; no QR code holds more.  The rest of it is thrown away."""

_SUFFIX = re.compile(rb"[\r\n]")


def decode(code: bytes) -> str:
    """Return the text of a code: UTF-8, else GB18030.  Raises Malformed for neither."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return code.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Malformed("a code that is neither UTF-8 nor GB18030")


def event(code: bytes) -> Stimulus:
    """Say what a whole code is: a member's, or not one of ours."""
    try:
        return CodeScanned(media.from_text(decode(code)))
    except Malformed:
        return CodeRejected()


class Framing:
    """Puts codes together from what arrives in any pieces; `idle` is in seconds.

    Holds MOST bytes at the most, whatever arrives.  A longer code is one CodeRejected.
    """

    def __init__(self, idle: float = IDLE) -> None:
        self.due: float | None = None
        """When quiet() is to be asked: nothing more until then, and the code is whole."""
        self._idle = idle
        self._code, self._too_long = b"", False

    def feed(self, data: bytes, now: float) -> list[Stimulus]:
        """Take what arrived at `now` (monotonic seconds); return what became whole."""
        events: list[Stimulus] = []
        first, *others = _SUFFIX.split(data)
        self._add(first)
        for piece in others:
            events += self._end()
            self._add(piece)
        self.due = now + self._idle if self._code or self._too_long else None
        return events

    def quiet(self, now: float) -> list[Stimulus]:
        """Nothing had arrived by `now`; return the code that the silence ended, if any."""
        return self._end() if self.due is not None and now >= self.due else []

    def _add(self, piece: bytes) -> None:
        room = MOST - len(self._code)
        self._too_long = self._too_long or len(piece) > room
        self._code += piece[:room]

    def _end(self) -> list[Stimulus]:
        code, too_long = self._code, self._too_long
        self._code, self._too_long, self.due = b"", False, None
        if too_long:
            return [CodeRejected()]
        # nothing is between CR and LF
        return [event(code)] if code else []
