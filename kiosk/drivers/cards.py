"""Who is this card?  The exchange that ends in a medium key, without any I/O.

identify() is a generator: it yields the next APDU to send and is sent the card's Response; what
it returns is the key.  An issued token (`PM1:` in an NDEF text or URI) beats the UID.  GET_UID and
READ_BINARY are a PC/SC reader's own; the driver of a bare NFC chip answers them in its place.

Never a wrong key: the UID counts only once the card itself has said that it carries no token.  A
read that fails half-way raises, because a token card taken by its UID would be another member's
medium or nobody's.  CardGone is worth another try while the card lies there, Malformed is not.

Sources: PC/SC part 3, 3.1.3.2.3 (ATR of a storage card) and 3.2.2 (GET DATA, READ BINARY); ACR122U
API 2.04, 4.1 (ATR of a FeliCa card); NFC Forum Type 2 Tag 1.0 and Type 4 Tag 2.0; ISO/IEC 14443-3,
6.5.3 (SAK) and 6.5.4 (UID), and 7816-4 (status words); JIS X 6319-4 (IDm of a FeliCa card); NXP
AN10833 (SAK of the MIFARE and NTAG families).
"""

import enum
from collections.abc import Callable, Generator
from typing import NamedTuple

from kiosk.domain import media
from kiosk.domain.errors import CardGone, Malformed
from kiosk.domain.media import MediumKey
from kiosk.drivers import ndef


class Response(NamedTuple):
    """What came back for one APDU: the data, and the status word as one number."""

    data: bytes
    sw: int


class Kind(enum.Enum):
    """How a card keeps its NDEF message, if it has a place for one."""

    UID_ONLY = enum.auto()
    TYPE2 = enum.auto()
    TYPE4 = enum.auto()
    FELICA = enum.auto()


Exchange = Generator[bytes, Response, MediumKey]
_Step = Generator[bytes, Response, bytes | None]
Transmit = Callable[[bytes], Response]
"""Sends one APDU.  Raises CardGone."""

OK = 0x9000
MAX_MESSAGE = 1024
"""Bytes.  No issued card holds a longer NDEF message; a longer one is another's."""

GET_UID = bytes.fromhex("FFCA000000")
READ_BINARY = b"\xff\xb0\x00"
"""Start of the APDU that reads four pages, from the one whose number follows."""

SELECT_NDEF = bytes.fromhex("00A4040007D276000085010100")
_CAPABILITIES = b"\xe1\x03"

_STORAGE = bytes.fromhex("804F0CA000000306")
_TYPE2_NAMES = {0x0003, 0x003A, 0x003D}
"""PC/SC names of cards in pages of four bytes: Ultralight (and NTAG), Ultralight C, EV1."""
_FELICA_NAMES = {0x003B, 0xF011, 0xF012}
"""PC/SC's name of FeliCa, and the ACR122U's own for cards of 212 and 424 kbit/s."""

_MADE_UP = (b"\x01\xfe", b"\x02\xfe")
"""Where a maker's code should stand in an IDm: for NFC-DEP, and for what an app plays."""

_LAST_PAGE = 0xFF
"""READ names a page in one byte; as with MAX_MESSAGE, what lies beyond is another's."""

_REFUSALS = (0x69, 0x6A, 0x6D, 0x6E)
"""First status byte of a card's own considered no (7816-4, 5.1.3), as against a failed link."""


def parse(answer: bytes) -> Response:
    """Split a raw answer.  Raises CardGone where it has no status word."""
    if len(answer) < 2:
        raise CardGone("an answer without a status word")
    return Response(answer[:-2], int.from_bytes(answer[-2:], "big"))


def run(exchange: Exchange, transmit: Transmit) -> MediumKey:
    """Drive an exchange through `transmit`.  Raises what either of them raises."""
    try:
        apdu = next(exchange)
        while True:
            apdu = exchange.send(transmit(apdu))
    except StopIteration as end:
        key: MediumKey = end.value
        return key


def kind_of_atr(atr: bytes) -> Kind:
    """Tell a card by the ATR that PC/SC makes for it; it marks those without ISO/IEC 14443-4."""
    at = atr.find(_STORAGE)
    if at < 0 or len(atr) < at + 11:
        return Kind.TYPE4
    name = int.from_bytes(atr[at + 9 : at + 11], "big")
    if name in _FELICA_NAMES:
        return Kind.FELICA
    return Kind.TYPE2 if name in _TYPE2_NAMES else Kind.UID_ONLY


def kind_of_sak(sak: int) -> Kind:
    """Tell a card by the byte it answers to its selection: bit 6 is ISO/IEC 14443-4."""
    if sak & 0x20:
        return Kind.TYPE4
    return Kind.UID_ONLY if sak else Kind.TYPE2


def is_random(uid: bytes) -> bool:
    """Tell whether no maker gave this UID: it is new each time, or what somebody chose.

    ISO/IEC 14443-3, 6.5.4, and for the IDm of a FeliCa NFC Forum Digital Protocol 2.0, 8.5.
    """
    return (len(uid) == 4 and uid[0] == 0x08) or (len(uid) == 8 and uid[:2] in _MADE_UP)


def identify(kind: Kind) -> Exchange:
    """Ask a card for its key.

    Raises Malformed when what it holds is broken or not an identity, CardGone when it did not
    answer to the end.
    """
    uid = yield GET_UID
    refused = _refused(uid)
    if kind is Kind.FELICA:
        return _felica(b"" if refused else uid.data)
    message: bytes | None = None
    if kind is Kind.TYPE4:
        message = yield from _type4_message()
    elif kind is Kind.TYPE2:
        message = yield from _type2_message()
    token = _token(message or b"")
    if token is not None:
        return token
    if refused:
        raise Malformed("neither a token nor a UID")
    if is_random(uid.data):
        raise Malformed("a random UID, new at each tap, and no token")
    return media.from_uid(uid.data)


def _felica(idm: bytes) -> MediumKey:
    """Take a FeliCa by its IDm; NDEF on one is not looked for, as no such card is issued."""
    if is_random(idm) or not any(idm):
        raise Malformed("an IDm that is no maker's")
    return media.from_idm(idm)


def _refused(answer: Response) -> bool:
    """Tell a card's own no from its yes.  Raises CardGone for a failed link."""
    if answer.sw == OK:
        return False
    if answer.sw >> 8 in _REFUSALS:
        return True
    raise CardGone(f"the card answered {answer.sw:04X}")


def _require(answer: Response, count: int, what: str) -> bytes:
    """Return exactly `count` bytes."""
    if _refused(answer):
        raise Malformed(f"{what} is refused: {answer.sw:04X}")
    if len(answer.data) != count:
        raise CardGone(f"{what}: {len(answer.data)} of {count} bytes came")
    return answer.data


def _token(message: bytes) -> MediumKey | None:
    ours = {t.strip() for t in ndef.texts(message) if t.strip().startswith(media.PREFIX)}
    if len(ours) > 1:
        raise Malformed("two different tokens on one card")
    return media.from_text(ours.pop()) if ours else None


def _type2_message() -> _Step:
    """Page 3 holds the capability container; the data area starts at page 4."""
    memory = yield from _pages(3)
    magic, version, eighths, access = memory[:4]
    if magic != 0xE1 or version >> 4 != 1 or access >> 4:
        return None
    size, area = eighths * 8, memory[4:]
    while (page := 4 + len(area) // 4) <= _LAST_PAGE:
        try:
            return ndef.message_in(area, size)
        except ndef.Short:
            area += yield from _pages(page)
    return None


def _pages(first: int) -> Generator[bytes, Response, bytes]:
    """Read four pages, 16 bytes, as the card's own READ does."""
    answer = yield READ_BINARY + bytes([first, 16])
    return _require(answer, 16, f"page {first}")


def _type4_message() -> _Step:
    if _refused((yield SELECT_NDEF)):
        return None
    yield from _select(_CAPABILITIES)
    container = yield from _binary(0, 15)
    chunk = int.from_bytes(container[3:5], "big")
    if container[2] >> 4 not in (1, 2, 3) or chunk < 15 or container[7:9] != b"\x04\x06":
        raise Malformed("a capability container that is none")
    size, readable = int.from_bytes(container[11:13], "big"), container[13] == 0
    if not readable:
        return None
    yield from _select(container[9:11])
    length = int.from_bytes((yield from _binary(0, 2)), "big")
    if length > size - 2:
        raise Malformed(f"NDEF: a message of {length} bytes in a file of {size}")
    if length > MAX_MESSAGE:
        return None
    message = b""
    while len(message) < length:
        wanted = min(chunk, 255, length - len(message))
        message += yield from _binary(2 + len(message), wanted)
    return message


def _select(file: bytes) -> Generator[bytes, Response, None]:
    answer = yield b"\x00\xa4\x00\x0c\x02" + file
    _require(answer._replace(data=b""), 0, f"file {file.hex()}")


def _binary(offset: int, count: int) -> Generator[bytes, Response, bytes]:
    answer = yield b"\x00\xb0" + offset.to_bytes(2, "big") + bytes([count])
    return _require(answer, count, f"{count} bytes at {offset}")
