"""An NFC module with a PN532 on a pseudo-terminal behind a link, and the cards in its field.

Frames are checked as the chip checks them; what it cannot read it leaves without an answer.  Cards
are the simulator's.  Deliberately hard: the chip sleeps until it is woken, a PowerDown is for ever,
it hears nothing at another speed than its own, cards that were listed or activated keep still
until the field was off, and a random UID is new each time.
Sources: UM0701-02, 6.2.1 (frames), 7 (commands); ISO/IEC 14443-3, 6.3 (card states).
"""

import contextlib
import dataclasses as dc
import os
import pty
import random
import select
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

from kiosk.drivers.virtual.cards import (
    FelicaCard,
    MuteCard,
    StorageCard,
    Type2Card,
    Type4Card,
    VirtualCard,
)

ACK = bytes.fromhex("0000FF00FF00")
_SPEEDS = {4: 115200, 5: 230400, 6: 460800, 7: 921600}
_TERMIOS = {getattr(termios, f"B{speed}"): speed for speed in _SPEEDS.values()}
_ATS = bytes.fromhex("067777710280")
_NO_ANSWER, _AUTHENTICATION, _WRONG_CONTEXT = b"\x01", b"\x14", b"\x27"
_TX_CONTROL = 0x6304
_AUTOMATIC_RATS = 0x10


@dc.dataclass(eq=False)
class _InField:
    """A card in the field; the hand takes it away before it is asked for the `torn_after`th time.

    A reading begins with the selection of one card, which counts as the first.
    """

    card: VirtualCard
    torn_after: int | None
    asked: int = 0
    still: bool = False
    uid: bytes = b""

    def __post_init__(self) -> None:
        self.power_up()

    def power_up(self) -> None:
        self.card.reset()
        self.still = False
        self.uid = getattr(self.card, "uid", b"\x04MUTE..")
        if len(self.uid) == 4 and self.uid[0] == 0x08:
            self.uid = b"\x08" + random.randbytes(3)
        if self.uid[:2] == b"\x01\xfe":
            self.uid = b"\x01\xfe" + random.randbytes(6)

    @property
    def sak(self) -> int | None:
        """None for a card of another technology than ISO/IEC 14443 A."""
        match self.card:
            case Type4Card() | MuteCard():
                return 0x20
            case Type2Card():
                return 0x00
            case FelicaCard():
                return None
            case StorageCard() if len(self.uid) in (4, 7, 10):
                return 0x08
        return None


def frame(data: bytes) -> bytes:
    """Build the frame around identifier and data."""
    count = len(data)
    head = bytes([count & 0xFF, -count & 0xFF])
    if count > 0xFF:
        length = count.to_bytes(2, "big")
        head = b"\xff\xff" + length + bytes([-sum(length) & 0xFF])
    return b"\0\0\xff" + head + data + bytes([-sum(data) & 0xFF, 0])


class Pn532:
    """The module.  `link` is its device file while it is plugged in.

    `spoil` changes what the chip sends, each acknowledgement and each answer; a chip that is
    `silent` sends nothing; one whose `antenna` is off answers and has no field.
    """

    def __init__(self, link: Path) -> None:
        self.link = link
        self.commands: list[int] = []
        self.spoil: Callable[[bytes], bytes] = bytes
        self.silent = False
        self.antenna = True
        self._cards: list[_InField] = []
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None

    def plug(self) -> None:
        """Plug it in: the chip powers up, asleep and at 115200 bits a second."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.speed, self._next_speed = 115200, 0
        self._awake, self._dead, self.field = False, False, False
        self._parameters, self._tx_control = _AUTOMATIC_RATS, 0x80
        self._active: _InField | None = None
        self._stop, stop = os.pipe()
        self._thread = threading.Thread(target=self._serve, args=(stop,), daemon=True)
        self._thread.start()
        self.link.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        """Pull it out; whoever has its port open finds it hung up."""
        if self._thread is None:
            return
        self.link.unlink()
        os.close(self._stop)
        self._thread.join()
        self._thread = None
        for fd in (self._master, self._slave):
            os.close(fd)

    def lay(self, card: VirtualCard, torn_after: int | None = None) -> None:
        """Lay a card down; with `torn_after` it is torn away after being asked so many times."""
        with self._lock:
            self._cards.append(_InField(card, torn_after))

    def lift(self, card: VirtualCard | None = None) -> None:
        """Lift this card, or all that lie there."""
        with self._lock:
            self._cards = [x for x in self._cards if card is not None and x.card is not card]

    @contextlib.contextmanager
    def quiet(self) -> Iterator[None]:
        """Let the chip wait with its next answer until all that is done here is done."""
        with self._lock:
            yield

    def _serve(self, stop: int) -> None:
        heard = b""
        while True:
            ready, _, _ = select.select([self._master, stop], [], [])
            if stop in ready:
                break
            piece = os.read(self._master, 4096)
            speed = _TERMIOS.get(termios.tcgetattr(self._slave)[5])
            if not self._dead and speed in (self.speed, self._next_speed):
                heard = self._hear(heard + piece)
        os.close(stop)

    def _hear(self, heard: bytes) -> bytes:
        """Obey each whole frame; return what is left of the bytes."""
        while (at := heard.find(b"\0\0\xff")) >= 0 and len(heard) > at + 5:
            body = heard[at + 3 :]
            count, start = body[0], 2
            if body[:2] == b"\xff\xff":
                count, start = int.from_bytes(body[2:4], "big"), 5
            if body[:2] == b"\0\xff":
                if self._next_speed:
                    self.speed, self._next_speed = self._next_speed, 0
                heard = body[3:]
                continue
            if len(body) < start + count + 2:
                break
            heard = body[start + count + 2 :]
            intact = not sum(body[start : start + count + 1]) & 0xFF and body[start] == 0xD4
            # a chip that sleeps misses the frame that wakes it, but for a long preamble
            self._awake = self._awake or at >= 10
            if intact and self._awake and not self.silent:
                self._obey(body[start + 1], body[start + 2 : start + count])
        return heard

    def _obey(self, command: int, data: bytes) -> None:
        with self._lock:
            self.commands.append(command)
            self._send(ACK)
            answer = self._command(command, data)
        self._send(frame(b"\x7f" if answer is None else bytes([0xD5, command + 1]) + answer))

    def _send(self, sent: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._master, self.spoil(sent))

    def _command(self, command: int, data: bytes) -> bytes | None:
        match command:
            case 0x00:
                return data
            case 0x02:
                return b"\x32\x01\x06\x07"
            case 0x06:
                asked = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
                return bytes(self._tx_control if a == _TX_CONTROL else 0 for a in asked)
            case 0x10:
                self._next_speed = _SPEEDS[data[0]]
            case 0x12:
                self._parameters = data[0]
            case 0x16:
                self._dead = True
                return b"\0"
            case 0x32 if data[0] == 1:
                self._switch(bool(data[1] & 1))
            case 0x4A if data[1] in (0, 1):
                return self._list_felica(data[0], data[2:]) if data[1] else self._list(data[0])
            case 0x40:
                return self._exchange(data[0], data[1:])
            case 0x14 | 0x32:
                pass
            case _:
                return None
        return b""

    def _switch(self, on: bool) -> None:
        if self.field and not on:
            self._active = None
            for lying in self._cards:
                lying.power_up()
        self.field = on
        self._tx_control = 0x83 if on and self.antenna else 0x80

    def _list(self, most: int) -> bytes:
        self._switch(True)
        time.sleep(0.002)
        reading = most == 1
        if reading and self._cards:
            self._ask(self._cards[0])
        there = [x for x in self._cards if x.sak is not None and not x.still and self.antenna]
        found = there[:most]
        listed = b""
        for number, lying in enumerate(found, 1):
            assert lying.sak is not None
            uid = lying.uid
            listed += bytes([number, 0, 0x44, lying.sak, len(uid)]) + uid
            if lying.sak & 0x20 and self._parameters & _AUTOMATIC_RATS:
                if isinstance(lying.card, MuteCard):
                    return b"\0"
                listed += _ATS
                lying.still = True
            lying.still = lying.still or not reading
        self._active = found[0] if reading and found else None
        return bytes([len(found)]) + listed

    def _list_felica(self, most: int, polling: bytes) -> bytes | None:
        """Poll for any system, in one slot: two cards there drown each other."""
        if most != 1 or polling != bytes.fromhex("00FFFF0000"):
            return None
        self._switch(True)
        there = [x for x in self._cards if isinstance(x.card, FelicaCard) and self.antenna]
        heard = [x for x in there if self._ask(x)]
        if len(heard) != 1:
            return b"\0"
        answer = b"\x01" + heard[0].uid + bytes(8)
        return b"\1\1" + bytes([len(answer) + 1]) + answer

    def _ask(self, lying: _InField) -> bool:
        """Ask a card, if it is still there; it may be torn away just now."""
        if lying in self._cards and lying.asked == lying.torn_after:
            self._cards.remove(lying)
        lying.asked += 1
        return lying in self._cards

    def _exchange(self, number: int, data: bytes) -> bytes:
        if number != 1 or self._active is None:
            return _WRONG_CONTEXT
        card = self._active.card
        if not self._ask(self._active):
            return _NO_ANSWER
        if isinstance(card, Type2Card) and data[0] == 0x30:
            answer = card.answer(b"\xff\xb0\x00" + data[1:2] + b"\x10")
            return b"\0" + answer[:-2] if answer.endswith(b"\x90\x00") else _NO_ANSWER
        if isinstance(card, Type4Card):
            return b"\0" + card.answer(data) if self._active.still else _NO_ANSWER
        return _AUTHENTICATION
