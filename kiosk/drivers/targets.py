"""Cards as an NXP PN53x lists them: who answers in the field, and since when.  No I/O.

Sources: UM0701-02 (PN532 user manual), 7.3.5 InListPassiveTarget; ISO/IEC 14443-3, 6.5 (SAK, UID
and the random UID), and 14443-4, 5.2 (ATS); JIS X 6319-4 (polling of FeliCa cards, IDm).
"""

from typing import NamedTuple

from kiosk.domain.errors import DeviceError
from kiosk.drivers import cards


class Target(NamedTuple):
    """A card that answered: its UID (4, 7 or 10 bytes) and what it says of itself.

    One without a SAK is a FeliCa card, and its UID the IDm, of 8 bytes.
    """

    uid: bytes
    sak: int | None

    @property
    def kind(self) -> cards.Kind:
        """Tell how it keeps its NDEF message."""
        return cards.Kind.FELICA if self.sak is None else cards.kind_of_sak(self.sak)


class Laying(NamedTuple):
    """One card laid down; its `turn` grows with each card."""

    face: bytes
    turn: int

    @property
    def felica(self) -> bool:
        """Tell whether it is a FeliCa card's: no other face is as long."""
        return len(self.face) == IDM


MOST = 2
"""A PN532 keeps two cards apart and no more."""

IDM = 8
"""Bytes of an IDm."""

_POLLED = (0x12, 0x14)
"""Bytes of a FeliCa card's answer, with this count: with a system code or without."""


def parse(listed: bytes) -> tuple[Target, ...]:
    """Read what InListPassiveTarget returned for 106 kbit/s type A, none to two cards.

    An ATS may stand after a single card.  Raises DeviceError where the bytes do not add up.
    """
    if not listed or listed[0] > MOST:
        raise DeviceError("a list of cards that is none")
    found, rest = [], listed[1:]
    for number in range(1, listed[0] + 1):
        length = rest[4] if len(rest) > 4 else 0
        target = Target(bytes(rest[5 : 5 + length]), rest[3] if length else 0)
        if length not in (4, 7, 10) or len(target.uid) != length or rest[0] != number:
            raise DeviceError("a card in the list that is none")
        found.append(target)
        rest = rest[5 + length :]
    if rest and not (len(found) == 1 and rest[0] == len(rest)):
        raise DeviceError("bytes after the last card of the list")
    return tuple(found)


def parse_felica(listed: bytes) -> tuple[Target, ...]:
    """Read what InListPassiveTarget returned for FeliCa cards at 212 or 424 kbit/s: none or one.

    Raises DeviceError where the bytes do not add up.
    """
    if listed == b"\0":
        return ()
    if listed[:2] != b"\1\1" or len(listed) not in (2 + count for count in _POLLED):
        raise DeviceError("a list of FeliCa cards that is none")
    count, code, idm = listed[2], listed[3], listed[4 : 4 + IDM]
    if count != len(listed) - 2 or code != 0x01:
        raise DeviceError("a FeliCa card in the list that is none")
    return (Target(bytes(idm), None),)


class Looks:
    """Turns looks at the field into layings: a card is gone when `patience` looks missed it.

    A card at the edge of the field misses a look now and then: it stays the same laying, or one
    card would be several taps.  A random UID is new at each look, so any of them is the same face.
    """

    def __init__(self, patience: int = 3) -> None:
        self._patience, self._turn = patience, 0
        self._lying: dict[bytes, Laying] = {}
        self._missed: dict[bytes, int] = {}

    def note(self, targets: tuple[Target, ...]) -> frozenset[Laying]:
        """Take note of who answers now; return what lies there."""
        faces = _faces(targets)
        for face in faces:
            self._missed[face] = 0
            if face not in self._lying:
                self._turn += 1
                self._lying[face] = Laying(face, self._turn)
        for face in [*self._lying]:
            if face not in faces:
                self._missed[face] += 1
                if self._missed[face] >= self._patience:
                    del self._lying[face], self._missed[face]
        return frozenset(self._lying.values())


def shows(target: Target, laying: Laying) -> bool:
    """Tell whether this card may be the one that was laid down."""
    return laying.face in _faces((target,))


def _faces(targets: tuple[Target, ...]) -> frozenset[bytes]:
    made_up = [target for target in targets if cards.is_random(target.uid)]
    fixed = {target.uid for target in targets if target not in made_up}
    felica = {target.uid[:2].ljust(IDM, b"\0") for target in made_up if target.sak is None}
    random = sum(target.sak is not None for target in made_up)
    return frozenset(fixed | felica | {bytes([0x08]) * n for n in range(1, random + 1)})
