"""What a member shows: a card or a code.  A medium key is scheme:value.

Schemes: `uid` (hex, upper case: ISO 14443-3 UID of 4, 7 or 10 bytes, or a FeliCa card's IDm of 8)
and `pm1` (the token of an issued NDEF text record or QR code `PM1:<token>`).  An issued token beats
the UID.  Keys are
personal data: they never reach a log or a transaction; those carry the opaque medium id.
"""

import re
from typing import NewType

from kiosk.domain.errors import Malformed

MediumKey = NewType("MediumKey", str)

TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
PREFIX = "PM1:"
MAX_CODE = 4296
"""Most characters a QR code holds (ISO/IEC 18004, version 40-L, alphanumeric)."""


def from_uid(uid: bytes) -> MediumKey:
    """Make the key of a card known by its UID (4, 7 or 10 bytes; ISO/IEC 14443-3, 6.5.4).

    Raises Malformed for any other length.
    """
    if len(uid) not in (4, 7, 10):
        raise Malformed(f"a UID has 4, 7 or 10 bytes, not {len(uid)}")
    return MediumKey(f"uid:{uid.hex().upper()}")


def from_idm(idm: bytes) -> MediumKey:
    """Make the key of a FeliCa card known by its IDm (8 bytes; JIS X 6319-4, 6.4).

    No UID has as many bytes, so that the two never meet.  Raises Malformed for any other length.
    """
    if len(idm) != 8:
        raise Malformed(f"an IDm has 8 bytes, not {len(idm)}")
    return MediumKey(f"uid:{idm.hex().upper()}")


def from_text(text: str) -> MediumKey:
    """Make the key of a scanned code or an NDEF text.  Raises Malformed for anything else."""
    text = text.strip()
    if len(text) > MAX_CODE:
        raise Malformed("longer than any QR code")
    if not text.startswith(PREFIX):
        raise Malformed("not a member code of this shop")
    token = text.removeprefix(PREFIX)
    if not TOKEN.fullmatch(token):
        raise Malformed("a member code with a broken token")
    return MediumKey(f"pm1:{token}")
