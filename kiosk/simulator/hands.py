"""What somebody at the page can do, as the page says it: {"do": "press", "button": "A"}."""

import enum
from typing import Annotated

import msgspec

from kiosk.domain.devices import Button


class Switch(enum.StrEnum):
    """A switch of the page; each is on while all is well."""

    POWER = "power"
    NETWORK = "network"
    CENTRAL = "central"
    PAPER = "paper"
    COVER = "cover"
    READER = "reader"
    DISPLAY = "display"
    ANSWERS = "answers"
    """Whether the printer answers; off, it hangs."""


class _Hand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do"):
    pass


class Lay(_Hand, frozen=True, tag="lay"):
    """Lay a demo card on the reader, in place of what lies there; show a code to the scanner."""

    card: Annotated[str, msgspec.Meta(max_length=64)]


class Lift(_Hand, frozen=True, tag="lift"):
    """Lift what lies on the reader."""


class Scan(_Hand, frozen=True, tag="scan"):
    """Show a code of any text to the scanner."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


class Press(_Hand, frozen=True, tag="press"):
    """Press a button."""

    button: Button


class Hold(_Hand, frozen=True, tag="hold"):
    """Hold C down for more than a second, and let go."""


class Turn(_Hand, frozen=True, tag="turn"):
    """Turn a switch."""

    switch: Switch
    on: bool


class Tear(_Hand, frozen=True, tag="tear"):
    """Tear off the slip that hangs from the printer."""


class Sweep(_Hand, frozen=True, tag="sweep"):
    """Throw the slips on the counter away."""


Hand = Lay | Lift | Scan | Press | Hold | Turn | Tear | Sweep

_decoder = msgspec.json.Decoder(Hand)


def read(text: bytes) -> Hand:
    """Read one.  Raises ValueError (msgspec's errors are) for anything else."""
    hand: Hand = _decoder.decode(text)
    return hand
