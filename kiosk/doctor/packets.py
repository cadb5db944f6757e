"""As much of MQTT 5 as it takes to log in and look at one retained message.  Sans-IO.

The kiosk's own link is no help here: it has a last will and announces itself, which would take
the place of a daemon that runs.  Sources: MQTT 5.0, 1.5 (data types), 2.1 (fixed header), 3.1
(CONNECT), 3.2 (CONNACK), 3.3 (PUBLISH), 3.8 (SUBSCRIBE), 3.9 (SUBACK), 3.14 (DISCONNECT).
"""

import enum
from typing import NamedTuple

from kiosk.domain.errors import Malformed

DISCONNECT = b"\xe0\x00"
MOST = 64 * 1024
"""No packet that is waited for here is longer."""

_FAILURE = 0x80
"""Reason codes from here on are failures (2.4)."""
_KEEP_ALIVE = (30).to_bytes(2, "big")
_NO_PROPERTIES = b"\x00"


class Kind(enum.IntEnum):
    """Packets that a broker sends to us."""

    CONNACK = 2
    PUBLISH = 3
    SUBACK = 9
    DISCONNECT = 14


class Packet(NamedTuple):
    """One packet: its kind (0 for one that is of no interest) and what follows the length."""

    kind: int
    flags: int
    body: bytes


def connect(client_id: str, username: str, password: str | None) -> bytes:
    """Write CONNECT with a clean start and no will."""
    flags = 0x02 | (0x80 if username else 0) | (0x40 if username and password is not None else 0)
    body = _text("MQTT") + bytes((5, flags)) + _KEEP_ALIVE + _NO_PROPERTIES + _text(client_id)
    if username:
        body += _text(username)
        if password is not None:
            body += _text(password)
    return _packet(0x10, body)


def subscribe(topic: str) -> bytes:
    """Write SUBSCRIBE at QoS 0, so that nothing needs to be acknowledged."""
    return _packet(0x82, b"\x00\x01" + _NO_PROPERTIES + _text(topic) + b"\x00")


def take(buffer: bytes) -> tuple[Packet, bytes] | None:
    """Take one packet off the front of a buffer; None while it is not whole.  Raises Malformed."""
    head = buffer[1:5]
    size = next((at for at, byte in enumerate(head, 1) if not byte & 0x80), 0)
    if not size:
        if len(head) == 4:
            raise Malformed("not MQTT: a length of more than four bytes")
        return None
    length = sum((byte & 0x7F) << 7 * at for at, byte in enumerate(head[:size]))
    if length > MOST:
        raise Malformed(f"not MQTT, or a packet of {length} bytes")
    end = size + 1 + length
    if len(buffer) < end:
        return None
    return Packet(buffer[0] >> 4, buffer[0] & 0x0F, buffer[size + 1 : end]), buffer[end:]


def reason(packet: Packet) -> int:
    """Read the reason code of CONNACK, SUBACK or DISCONNECT.  Raises Malformed."""
    match packet.kind:
        case Kind.CONNACK if len(packet.body) >= 2:
            return packet.body[1]
        case Kind.SUBACK if len(packet.body) >= 4:
            return packet.body[-1]
        case Kind.DISCONNECT:
            return packet.body[0] if packet.body else 0
    raise Malformed(f"not the MQTT packet that was expected, but kind {packet.kind}")


def is_failure(code: int) -> bool:
    """Tell whether a reason code says no."""
    return code >= _FAILURE


def payload(packet: Packet) -> bytes:
    """Read the payload of a PUBLISH at QoS 0.  Raises Malformed."""
    body = packet.body
    start = 2 + int.from_bytes(body[:2], "big")
    if len(body) <= start or body[start] & 0x80:
        raise Malformed("a PUBLISH cut short")
    return body[start + 1 + body[start] :]


def _text(value: str) -> bytes:
    data = value.encode()
    return len(data).to_bytes(2, "big") + data


def _packet(first: int, body: bytes) -> bytes:
    length, left = b"", len(body)
    while True:
        left, digit = divmod(left, 0x80)[0], left & 0x7F
        length += bytes((digit | (0x80 if left else 0),))
        if not left:
            return bytes((first,)) + length + body
