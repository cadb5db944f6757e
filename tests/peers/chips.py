"""Display controllers behind luma's bus interfaces: they take the bytes sent and hold pixels.

SSD1306 (datasheet rev. 1.1, chapters 8 to 10), SSD1309 (rev. 1.1) and SH1106 (rev. 2.3), as far as
a display driver uses them; a command that they do not know is a failure.  A command that was torn
off waits for its arguments in the next transfer, and without its voltage an SSD1306 stays dark.
"""

import dataclasses as dc
import errno
import os
from collections.abc import Sequence
from typing import Any, ClassVar

from kiosk.domain.document import Frame

ADDRESS = 0x3C
WIDTH, HEIGHT = 128, 64


class Chip:
    """The SSD1306: command arguments by opcode, memory of 8 pages of 128 columns."""

    memory_columns, first_column, needs_no_pump = 128, 0, False
    arguments: ClassVar = {
        0x20: 1, 0x21: 2, 0x22: 2, 0x81: 1, 0x8D: 1, 0xA8: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1,
        0xDB: 1,
    }  # fmt: skip
    single: ClassVar = {0x2E, 0xA4, 0xA5, 0xE3, *range(0x40, 0x80)}

    tolerant = False
    """Whether an unknown command is passed over, as the chip does, instead of told to the test."""

    def __init__(self) -> None:
        self.power_on()
        self.received = 0

    def power_on(self) -> None:
        """Lose everything, as when the plug was pulled."""
        self.memory = bytearray(os.urandom(self.memory_columns * 8))
        self.pumps = self.needs_no_pump
        self.on = self.inverse = self.mirrored = self.flipped = False
        self.contrast = 0x7F
        self._mode, self._window = 2, (0, self.memory_columns - 1, 0, 7)
        self._column = self._page = 0
        self._command: list[int] = []

    def command(self, byte: int) -> None:
        """Take one command byte; acts when its arguments are complete."""
        self.received += 1
        self._command.append(byte)
        code, *args = self._command
        if len(args) < self.arguments.get(code, 0):
            return
        self._command = []
        self._act(code, args)

    def _act(self, code: int, args: Sequence[int]) -> None:
        match code:
            case 0x81:
                self.contrast = args[0]
            case 0x8D if args:
                self.pumps = bool(args[0] & 4)
            case 0xA0 | 0xA1:
                self.mirrored = bool(code & 1)
            case 0xA6 | 0xA7:
                self.inverse = bool(code & 1)
            case 0xAE | 0xAF:
                self.on = bool(code & 1)
            case 0xC0 | 0xC8:
                self.flipped = code == 0xC8
            case _:
                self._point(code, args)

    def _point(self, code: int, args: Sequence[int]) -> None:
        """Take a command that says where the next bytes of picture go; there are no others."""
        match code:
            case 0x20 if args:
                self._mode = args[0] & 3
            case 0x21 if args:
                self._window = (args[0], args[1], *self._window[2:])
                self._column = args[0]
            case 0x22 if args:
                self._window = (*self._window[:2], args[0] & 7, args[1] & 7)
                self._page = args[0] & 7
            case _ if 0xB0 <= code <= 0xB7:
                self._page = code & 7
            case _ if code <= 0x0F:
                self._column = self._column & 0xF0 | code
            case _ if code <= 0x1F:
                self._column = self._column & 0x0F | (code & 0x0F) << 4
            case _ if code not in {*self.arguments, *self.single} and not self.tolerant:
                raise AssertionError(f"{type(self).__name__} has no command 0x{code:02X}")

    def data(self, byte: int) -> None:
        """Take one byte of picture and move on."""
        self.received += 1
        if self._column < self.memory_columns:
            self.memory[self._page * self.memory_columns + self._column] = byte
        self._column += 1
        first, last, top, bottom = self._window
        if self._mode != 2 and self._column > last:
            self._column = first
            self._page = self._page + 1 if self._page < bottom else top

    def frame(self) -> Frame | None:
        """Read what is on the glass, upright on a module whose FPC is at the top; None is dark."""
        if not (self.on and self.pumps):
            return None
        rows: list[str] = []
        for start in range(self.first_column, len(self.memory), self.memory_columns):
            columns = self.memory[start : start + WIDTH]
            if not self.mirrored:
                columns.reverse()
            rows += map("".join, zip(*(f"{byte:08b}"[::-1] for byte in columns), strict=True))
        if not self.flipped:
            rows.reverse()
        lit = int("".join(rows), 2)
        if self.inverse:
            lit ^= (1 << WIDTH * HEIGHT) - 1
        return Frame(WIDTH, HEIGHT, lit.to_bytes(WIDTH * HEIGHT // 8, "big"))


class Ssd1306(Chip):
    """128 columns, three addressing modes."""


class Ssd1309(Chip):
    """As the SSD1306, with a supply of its own: it has no command 0x8D, and ignores it."""

    needs_no_pump = True
    arguments: ClassVar = {k: v for k, v in Chip.arguments.items() if k != 0x8D}
    single: ClassVar = Chip.single | {0x8D}


class Sh1106(Chip):
    """132 columns of which the middle 128 are on the glass; page addressing only."""

    memory_columns, first_column, needs_no_pump = 132, 2, True
    arguments: ClassVar = {k: v for k, v in Chip.arguments.items() if k not in (0x20, 0x21, 0x22)}
    single: ClassVar = Chip.single | {0x20}


@dc.dataclass
class I2cBus:
    """An SMBus with one chip, as luma.core's i2c(bus=...) takes it, or as smbus2 opens it.

    `fault` is the errno of every transfer from now on, after `passes` more bytes; a wrong address
    is not acknowledged.  `sent` counts bytes with address and control bytes; `log` keeps what was
    sent after the address.
    """

    chip: Chip
    address: int = ADDRESS
    fault: int = 0
    passes: int = 0
    closed: bool = False
    sent: int = 0
    log: list[bytes] = dc.field(default_factory=list)

    def write_i2c_block_data(self, address: int, register: int, data: Sequence[int]) -> None:
        assert len(data) <= 32, "an SMBus block is 32 bytes at most"
        self._transfer(address, bytes([register, *data]))

    def i2c_rdwr(self, *messages: Any) -> None:
        for message in messages:
            self._transfer(message.addr, bytes(message))

    def close(self) -> None:
        self.closed = True

    def _transfer(self, address: int, payload: bytes) -> None:
        if self.fault and not self.passes:
            raise OSError(self.fault, os.strerror(self.fault))
        if address != self.address:
            raise OSError(errno.EREMOTEIO, "Remote I/O error")
        self.log.append(payload)
        self.sent += 1 + len(payload)
        take = {0x00: self.chip.command, 0x40: self.chip.data}[payload[0]]
        for byte in payload[1:]:
            if self.fault:
                if not self.passes:
                    raise OSError(self.fault, os.strerror(self.fault))
                self.passes -= 1
            take(byte)


class SpiBus:
    """spidev and RPi.GPIO in one, as luma.core's spi(spi=, gpio=) takes them.

    `fault` and `passes` as on I2cBus.  While not `wired`, nobody hears what is sent, and the bus
    does not know.
    """

    OUT, LOW, HIGH = 0, 0, 1

    def __init__(self, chip: Chip, dc_pin: int = 24) -> None:
        self.chip, self._dc_pin = chip, dc_pin
        self._levels: dict[int, int] = {}
        self.fault = self.passes = self.sent = self.max_speed_hz = 0
        self.wired = True

    def setup(self, pin: int, _direction: int) -> None:
        self._levels[pin] = self.LOW

    def output(self, pin: int, level: int) -> None:
        self._levels[pin] = level

    def cleanup(self, _pins: object = None) -> None:
        self._levels.clear()

    def open(self, _port: int, _device: int) -> None:
        if self.fault:
            raise OSError(self.fault, os.strerror(self.fault))

    def writebytes(self, data: Sequence[int]) -> None:
        take = self.chip.data if self._levels[self._dc_pin] else self.chip.command
        self.sent += len(data)
        for byte in data:
            if self.fault:
                if not self.passes:
                    raise OSError(self.fault, os.strerror(self.fault))
                self.passes -= 1
            if self.wired:
                take(byte)

    def close(self) -> None:
        pass
