"""NDEF, as far as a member card needs it: find the message, walk its records, read the texts.

Sources: NFC Forum Type 2 Tag 1.0, section 2.3 (TLV blocks); NDEF 1.0, section 3 (records); RTD
Text 1.0, section 3; RTD URI 1.0, section 3.  Bytes in, values out.  Whatever the bytes are,
nothing but Malformed is raised: a foreign card may hold anything.
"""

from collections.abc import Iterator

from kiosk.domain.errors import Malformed

_NULL, _MESSAGE, _TERMINATOR = 0x00, 0x03, 0xFE
_BEGIN, _END, _CHUNK, _SHORT, _HAS_ID, _TNF = 0x80, 0x40, 0x20, 0x10, 0x08, 0x07
_EMPTY, _WELL_KNOWN, _UNCHANGED = 0, 1, 6
_UTF16 = 0x80


class Short(Malformed):
    """The bytes end before what they announce: read on, or the card is torn."""


class _Bytes:
    """A cursor that never leaves its bytes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def __bool__(self) -> bool:
        return self.at < len(self.data)

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise Short(f"NDEF: byte {end} announced, {len(self.data)} there")
        taken, self.at = self.data[self.at : end], end
        return taken

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")


def message_in(area: bytes, size: int) -> bytes | None:
    """Return the first NDEF message of a Type 2 tag's data area, or None when it holds none.

    `area` is what has been read so far of an area of `size` bytes.  Raises Short while the answer
    lies beyond `area`, so that a caller reads no more pages than it must; Malformed when it lies
    beyond the whole card.
    """
    try:
        return _first_message(_Bytes(area[:size]), size)
    except Short as e:
        if len(area) < size:
            raise
        raise Malformed(str(e)) from e


def _first_message(cursor: _Bytes, size: int) -> bytes | None:
    while cursor.at < size:
        tag = cursor.number(1)
        if tag == _NULL:
            continue
        if tag == _TERMINATOR:
            return None
        length = cursor.number(1)
        if length == 0xFF:
            length = cursor.number(2)
        if cursor.at + length > size:
            raise Malformed(f"NDEF: a block of {length} bytes runs past the card's {size}")
        value = cursor.take(length)
        if tag == _MESSAGE:
            return value
    return None


def records(message: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (type, payload) of each well-known record; others are walked over.

    An empty message has none.  Raises Malformed where the records do not fill the message.
    """
    cursor = _Bytes(message)
    first, last, chunked = True, not message, False
    while not last:
        flags = cursor.number(1)
        if bool(flags & _BEGIN) != first:
            raise Malformed("NDEF: the begin flag is not on the first record alone")
        kind_length = cursor.number(1)
        payload_length = cursor.number(1 if flags & _SHORT else 4)
        id_length = cursor.number(1) if flags & _HAS_ID else 0
        tnf, more = flags & _TNF, bool(flags & _CHUNK)
        if tnf == _EMPTY and (kind_length or payload_length or id_length):
            raise Malformed("NDEF: an empty record that is not empty")
        if chunked != (tnf == _UNCHANGED):
            raise Malformed("NDEF: chunks in the wrong order")
        kind = cursor.take(kind_length)
        cursor.take(id_length)
        payload = cursor.take(payload_length)
        first, last = False, bool(flags & _END)
        # no card of ours is chunked: a chunked record is another's, and only walked over
        if tnf == _WELL_KNOWN and not more:
            yield kind, payload
        chunked = more
    if cursor or chunked:
        raise Malformed("NDEF: the end flag is not on the last record")


def texts(message: bytes) -> tuple[str, ...]:
    """Return the texts and the unabbreviated URIs of a message, in order.

    A URI with a prefix code (https:// and the like) is never a member code and is left out.
    Raises Malformed.
    """
    found = []
    for kind, payload in records(message):
        if kind == b"T":
            found.append(_text(payload))
        elif kind == b"U" and payload[:1] == b"\0":
            found.append(_decode(payload[1:], "utf-8"))
    return tuple(found)


def _text(payload: bytes) -> str:
    cursor = _Bytes(payload)
    status = cursor.number(1)
    cursor.take(status & 0x3F)
    # UTF-16 without a byte order mark is big-endian (RTD Text, 3.4); the codec takes a mark off
    content = payload[cursor.at :]
    if not status & _UTF16:
        return _decode(content, "utf-8")
    marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    return _decode(content, "utf-16" if marked else "utf-16-be")


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as e:
        raise Malformed(f"NDEF: not {encoding}") from e


def text_message(text: str, language: str = "en") -> bytes:
    """Encode a message of one text record in UTF-8, as a member card is issued with."""
    payload = bytes([len(language)]) + language.encode("ascii") + text.encode()
    if len(payload) > 0xFF:
        raise ValueError("a member code fits a short record")
    return bytes([_BEGIN | _END | _SHORT | _WELL_KNOWN, 1, len(payload)]) + b"T" + payload


def block(message: bytes) -> bytes:
    """Wrap a message as a Type 2 tag holds it: the NDEF block and the terminator."""
    count = len(message)
    length = bytes([count]) if count < 0xFF else b"\xff" + count.to_bytes(2, "big")
    return bytes([_MESSAGE]) + length + message + bytes([_TERMINATOR])
