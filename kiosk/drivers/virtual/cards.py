"""Cards as a PC/SC reader shows them: APDU in, answer out.

The simulator lays them on a VirtualReader; the tests lay the same ones on a real pcscd.
Sources: NXP NTAG213/215/216 data sheet, sections 8.5 and 10.2; PC/SC part 3, 3.1.3.2.3 and 3.2.2;
NFC Forum Type 4 Tag 2.0, section 5.
"""

import functools
import operator
from typing import Protocol

from kiosk.drivers import ndef

_OK, _FAILED = b"\x90\x00", b"\x63\x00"
_NOT_FOUND, _NO_FUNCTION, _NO_INSTRUCTION = b"\x6a\x82", b"\x6a\x81", b"\x6d\x00"
_WRONG_LENGTH, _WRONG_OFFSET = b"\x67\x00", b"\x6b\x00"


class VirtualCard(Protocol):
    """A card.  An empty `atr` is a card that does not answer the reader at all (mute)."""

    @property
    def atr(self) -> bytes:
        """The answer to reset that PC/SC makes for this kind of card."""

    def reset(self) -> None:
        """The reader powers the card up: nothing is selected."""

    def answer(self, apdu: bytes) -> bytes:
        """Answer one APDU: data, then two status bytes."""


class StorageCard:
    """A card known by its UID alone; `name` is PC/SC's number for its kind (1: MIFARE Classic).

    `standard` is PC/SC's number for its technology (3: ISO/IEC 14443 A, part 3).
    """

    def __init__(self, uid: bytes, name: int = 0x0001, standard: int = 0x03) -> None:
        self.uid = uid
        kind = bytes([standard]) + name.to_bytes(2, "big")
        body = bytes.fromhex("8F8001804F0CA000000306") + kind + bytes(4)
        self.atr = b"\x3b" + body + bytes([functools.reduce(operator.xor, body)])

    def reset(self) -> None:
        """Do nothing: a storage card keeps no selection."""

    def answer(self, apdu: bytes) -> bytes:
        if apdu[:4] == b"\xff\xca\x00\x00":
            return self.uid + _OK
        return _NO_FUNCTION if apdu[:2] == b"\xff\xca" else _NO_INSTRUCTION


class FelicaCard(StorageCard):
    """A FeliCa card, known by its IDm; its standard is 11 in PC/SC part 3."""

    def __init__(self, idm: bytes) -> None:
        super().__init__(idm, name=0x003B, standard=0x11)


class Type2Card(StorageCard):
    """An NTAG21x: `pages` of four bytes, the capability container in page 3, then the data."""

    def __init__(self, uid: bytes, message: bytes | None = None, pages: int = 45) -> None:
        super().__init__(uid, name=0x0003)
        self.memory = bytearray(pages * 4)
        self.memory[0:3], self.memory[4:8] = uid[:3], uid[3:7]
        # NTAG213, 215 and 216 end in five pages of configuration and locks after the data
        self.memory[12:16] = bytes([0xE1, 0x10, (pages - 9) * 4 // 8, 0x00])
        self.memory[16:19] = b"\x03\x00\xfe"
        if message is not None:
            content = ndef.block(message)
            if len(content) > self.memory[14] * 8:
                raise ValueError("the message does not fit the card")
            self.memory[16 : 16 + len(content)] = content

    def answer(self, apdu: bytes) -> bytes:
        if apdu[:3] != b"\xff\xb0\x00":
            return super().answer(apdu)
        start = apdu[3] * 4
        if start >= len(self.memory):
            return _FAILED
        # READ gives four pages and goes on with page 0 after the last
        return bytes((self.memory * 2)[start : start + (apdu[4] or 16)]) + _OK


class Type4Card:
    """An ISO-DEP card with the NDEF application; with `message` None a card of another trade."""

    atr = bytes.fromhex("3B8180018080")

    def __init__(self, uid: bytes, message: bytes | None = None, mle: int = 0x003B) -> None:
        self.uid, self.mle = uid, mle
        self.files: dict[bytes, bytes] = {}
        if message is not None:
            size = 2048
            control = b"\x04\x06\xe1\x04" + size.to_bytes(2, "big") + b"\x00\x00"
            head = b"\x00\x0f\x20" + mle.to_bytes(2, "big") + b"\x00\x34"
            self.files[b"\xe1\x03"] = head + control
            content = len(message).to_bytes(2, "big") + message
            self.files[b"\xe1\x04"] = content.ljust(size, b"\0")
        self.reset()

    def reset(self) -> None:
        self._open, self._file = False, b""

    def answer(self, apdu: bytes) -> bytes:
        match apdu[:4]:
            case b"\xff\xca\x00\x00":
                return self.uid + _OK
            case b"\x00\xa4\x04\x00":
                self._open = bool(self.files) and apdu[5:12] == b"\xd2\x76\x00\x00\x85\x01\x01"
                return _OK if self._open else _NOT_FOUND
            case b"\x00\xa4\x00\x0c" if self._open and apdu[5:7] in self.files:
                self._file = self.files[apdu[5:7]]
                return _OK
            case b"\x00\xa4\x00\x0c":
                return _NOT_FOUND
        if apdu[:2] == b"\x00\xb0":
            return self._read(int.from_bytes(apdu[2:4], "big"), apdu[4] or 256)
        return _NO_INSTRUCTION

    def _read(self, offset: int, count: int) -> bytes:
        if count > self.mle:
            return _WRONG_LENGTH
        if not self._file or offset >= len(self._file):
            return _WRONG_OFFSET
        return self._file[offset : offset + count] + _OK


class MuteCard:
    """A card that the reader sees and that never answers."""

    atr = b""

    def reset(self) -> None:
        """Do nothing, as it always does."""

    def answer(self, apdu: bytes) -> bytes:
        return b""


def issued(token: str, uid: bytes) -> Type2Card:
    """Return a member card as the shop issues it: an NTAG213 with a token in a text record."""
    return Type2Card(uid, ndef.text_message(f"PM1:{token}"))
