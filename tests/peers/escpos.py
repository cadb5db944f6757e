"""ESC/POS read back: the bytes a driver sent, as the Document they print.  Sans-IO.

Knows the commands that a slip needs (Epson's ESC/POS reference); an unknown one is a failure, since
a real printer would print its bytes as rubbish.
"""

import dataclasses as dc

from kiosk.domain.document import Align, Qr, Text, columns

CUT = "cut"
NEEDS_MORE = 0


@dc.dataclass
class Decoder:
    """Takes a command stream piece by piece; `done` are the finished lines, CUT ends a slip."""

    width: int = 32
    done: list[Text | Qr | str] = dc.field(default_factory=list)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """ESC @: everything as after power-on; what was not yet printed is dropped."""
        self.align, self.bold, self.double, self.chinese = Align.LEFT, False, False, False
        self.line, self.qr = "", b""

    def take(self, data: bytes) -> int:
        """Act on the first command or character of `data`; return its length or NEEDS_MORE."""
        match data[:1]:
            case b"\x0a":
                self.end_line()
                return 1
            case b"\x1b" | b"\x1c" | b"\x1d":
                return self.command(data)
        if data[0] < 0x20:
            raise AssertionError(f"control byte 0x{data[0]:02X} in text")
        if data[0] < 0x80:
            self.line += chr(data[0])
            return 1
        if not self.chinese:
            raise AssertionError("a Chinese character without FS &")
        if len(data) < 2:
            return NEEDS_MORE
        if 0x30 <= data[1] <= 0x39:
            raise AssertionError("a four-byte character: the printer's font has none")
        self.line += data[:2].decode("gb18030")
        return 2

    def end_line(self) -> None:
        scale = 2 if self.double else 1
        if columns(self.line) * scale > self.width:
            raise AssertionError(f"{self.line!r} is wider than {self.width} columns")
        self.done.append(Text(self.line, self.align, self.bold, self.double))
        self.line = ""

    def command(self, data: bytes) -> int:
        length = _length(data)
        if length == NEEDS_MORE or len(data) < length:
            return NEEDS_MORE
        argument = data[length - 1]
        match data[:2]:
            case b"\x1b@":
                self.reset()
            case b"\x1ba":
                self.align = Align(argument)
            case b"\x1bE":
                self.bold = bool(argument & 1)
            case b"\x1bd":
                self.done += [Text("")] * argument
            case b"\x1c&":
                self.chinese = True
            case b"\x1d!":
                self.double = argument == 0x11
            case b"\x1dV":
                self.done.append(CUT)
            case b"\x1d(":
                self.code(data[3:length])
            case b"\x1dv":
                self.done.append(Qr(f"raster of {length - 8} bytes"))
        return length

    def code(self, body: bytes) -> None:
        match body[2:4]:
            case b"1P":
                self.qr = body[5:]
            case b"1Q":
                assert self.align is Align.CENTRE
                self.done.append(Qr(self.qr.decode()))


_LENGTHS = dict.fromkeys((b"\x1b@", b"\x1c&"), 2) | dict.fromkeys(
    (b"\x1ba", b"\x1bE", b"\x1bd", b"\x1bt", b"\x1d!", b"\x1dr"), 3
)


def _length(data: bytes) -> int:
    if len(data) < 2:
        return NEEDS_MORE
    match data[:2]:
        case b"\x1d(":
            return 5 + int.from_bytes(data[3:5], "little") if len(data) >= 5 else NEEDS_MORE
        case b"\x1dV":
            return 4 if data[2:3] == b"B" else 3
        case b"\x1dv":
            size = int.from_bytes(data[4:6], "little") * int.from_bytes(data[6:8], "little")
            return 8 + size if len(data) >= 8 else NEEDS_MORE
    assert data[:2] in _LENGTHS, f"the printer does not know {data[:2]!r}"
    return _LENGTHS[data[:2]]
