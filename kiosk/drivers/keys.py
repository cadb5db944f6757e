"""A keyboard-wedge scanner's key strokes, as Linux tells them, back to what it read.

Such a scanner types the code on a US keyboard and ends it with Enter or Tab.  A stroke that
stands for no character of that keyboard becomes UNKNOWN, so that its code is rejected and never
mistaken for another.
Sources: Linux, Documentation/input/event-codes.rst and include/uapi/linux/input.h.
"""

import struct

EVENT = struct.Struct("@LLHHi")
"""struct input_event: seconds, microseconds, type, code, value.

The kernel counts time in longs here whatever the program's time_t is: 24 bytes on a 64-bit
system, 16 on a 32-bit one, which is what the native sizes of `@` come to.
"""

UNKNOWN = b"\xff"
"""No character: this byte occurs neither in UTF-8 nor in GB18030."""

EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
UP, DOWN = 0, 1

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (55, "*", "*"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),
    (98, "/", "/"),
    (117, "=", "="),
)
"""Key code of the first key in a row, and what the keys write without and with shift."""

_PLAIN = {first + i: c.encode() for first, plain, _ in _ROWS for i, c in enumerate(plain)}
_SHIFTED = {first + i: c.encode() for first, _, shifted in _ROWS for i, c in enumerate(shifted)}

_TAB, _ENTER, _KEYPAD_ENTER, _LINEFEED = 15, 28, 96, 101
_ENDS = (_TAB, _ENTER, _KEYPAD_ENTER, _LINEFEED)
_J, _M = 36, 50
_SHIFT = frozenset({42, 54})
_CONTROL = frozenset({29, 97})
_OTHERS = frozenset({56, 100, 125, 126})
_LOCKS = frozenset({58, 69, 70})
_MODIFIERS = _SHIFT | _CONTROL | _OTHERS


class Keys:
    """Takes the bytes of an event device; `event` is how one event is laid out."""

    def __init__(self, event: struct.Struct = EVENT) -> None:
        self._event, self._rest = event, b""
        self._held: set[int] = set()
        self._dropped = False

    def feed(self, data: bytes) -> bytes:
        """Return what these events typed: characters, CR for each end of a code, UNKNOWN."""
        data = self._rest + data
        whole = len(data) - len(data) % self._event.size
        self._rest = data[whole:]
        events = self._event.iter_unpack(data[:whole])
        return b"".join(self._take(kind, code, value) for _, _, kind, code, value in events)

    def _take(self, kind: int, code: int, value: int) -> bytes:
        if kind == EV_SYN and code == SYN_DROPPED:
            # the kernel's buffer ran over: what was typed, and what is held, is not known
            self._dropped = True
            self._held.clear()
            return UNKNOWN
        if self._dropped:
            self._dropped = (kind, code) != (EV_SYN, SYN_REPORT)
            return b""
        if kind != EV_KEY:
            return b""
        if code in _MODIFIERS:
            (self._held.discard if value == UP else self._held.add)(code)
            return b""
        # 2 is the kernel's repetition of a key that is held down
        return self._typed(code) if value == DOWN and code not in _LOCKS else b""

    def _typed(self, code: int) -> bytes:
        if self._held & _CONTROL and not self._held & _OTHERS and code in (_J, _M):
            return b"\r"  # how a terminal writes LF and CR
        if self._held & (_CONTROL | _OTHERS):
            return UNKNOWN
        if code in _ENDS:
            return b"\r"
        return (_SHIFTED if self._held & _SHIFT else _PLAIN).get(code, UNKNOWN)
