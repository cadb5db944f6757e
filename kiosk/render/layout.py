"""What is on the display and in which part of it, before any pixel: the form all screens share.

A title above a line, a body, the three buttons' words at the bottom.  Pure data: glass.py draws
it, textual.py writes it as lines.
"""

import dataclasses as dc
import enum

from kiosk.domain.devices import Button


class Icon(enum.Enum):
    """Small pictures, drawn in icons.py."""

    PAW = "paw"
    CARD = "card"
    OFFLINE = "offline"
    WAITING = "waiting"
    PAPER = "paper"
    TICK = "tick"
    WARNING = "warning"
    CAKE = "cake"
    CALENDAR = "calendar"
    GIFT = "gift"
    BELL = "bell"
    TICKETS = "tickets"
    COUPON = "coupon"


class Style(enum.Enum):
    """How a row looks.

    PLAIN is 12 px with a left and a right end, SELECTED is the same and inverse.  CENTRE is
    centred, 16 px where it fits so, else 12 px; QUIET is centred, 12 px.  FLOW is QUIET that goes
    on in further rows.
    """

    PLAIN = enum.auto()
    CENTRE = enum.auto()
    QUIET = enum.auto()
    SELECTED = enum.auto()
    FLOW = enum.auto()


@dc.dataclass(frozen=True, slots=True)
class Row:
    """One row.  Where `left` does not fit, `brief` is taken, which is whole or not shown at all.

    Without `brief`, `left` is cut with an ellipsis: right for names, never for amounts.  `also` is
    a second name behind `left`, cut as fairly.  `right` is whole, or where `shared`, a third name;
    where it `yields`, it is left out rather than that `brief` lacks room.
    `badge` stands inverse after `left`; `icon` stands before it.  A FLOW of somebody
    else's words takes `most` rows before it is cut; 0 is for our own sentences, never cut.
    """

    left: str = ""
    right: str = ""
    style: Style = Style.PLAIN
    badge: str = ""
    icon: Icon | None = None
    brief: str | None = None
    also: str = ""
    shared: bool = False
    yields: bool = False
    most: int = 0


@dc.dataclass(frozen=True, slots=True)
class Big:
    """The one number that matters, as large as its room allows, with words beside it."""

    value: str
    before: str = ""
    after: str = ""


@dc.dataclass(frozen=True, slots=True)
class Status:
    """An icon at the right end of the title with a number beside it; `words` say the same."""

    icon: Icon
    text: str
    words: str


@dc.dataclass(frozen=True, slots=True)
class Layout:
    """One screen.  Keys are named where they do something.

    `mark` stands inverse before the title, in place of the title's icon and badge: 训练.
    """

    body: tuple[Row | Big, ...]
    title: Row | None = None
    keys: tuple[tuple[Button, str], ...] = ()
    status: tuple[Status, ...] = ()
    mark: str = ""
