"""Draws docs/roles/pictures: the screens and the slip that the roles' documents show.

`make pictures` writes them; test_roles.py compares what lies there with what is drawn now.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from kiosk.domain.desk import (
    ChoosePlan,
    ConfirmVoid,
    Desk,
    DeskEntry,
    EntryItem,
    PlanRow,
    TicketItem,
)
from kiosk.domain.devices import Ailment, Part, SlipFate
from kiosk.domain.members import Pet, Role, Size, Tier
from kiosk.domain.names import Name
from kiosk.domain.policy import Language
from kiosk.domain.refusals import Reason
from kiosk.domain.screens import (
    Choice,
    ChoosePet,
    Confirm,
    Done,
    Idle,
    Member,
    Note,
    NoteKind,
    Refused,
    Screen,
)
from kiosk.domain.slips import Slip
from kiosk.render.fonts import Fonts
from kiosk.render.glass import Glass
from kiosk.render.paper import NARROW, document
from kiosk.render.proof import proof

FOLDER = Path(__file__).parents[2] / "docs" / "roles" / "pictures"
SCALE, BORDER = 4, 8
LIT, DARK = (170, 225, 255), (8, 10, 12)

NOW = dt.datetime(2026, 3, 4, 10, 32, tzinfo=dt.timezone(dt.timedelta(hours=8)))
BATH = Name("洗澡", "Bath")
BATH_PASS = Name("洗澡十次卡", "10 baths")
SERVICES = (BATH, Name("训练", "Training"), Name("代管", "Boarding"))
PASS_VISITS = Choice(BATH_PASS, visits=10, gift_visits=2, held=10)
PLANS = (PlanRow(50_000, 5_000), PlanRow(100_000, 15_000))
FROM_VALUE = Choice(BATH, price=7_920, held=23_000)

WHO = {
    Language.ZH: ("宠物之家", "王*明", "豆豆", "何美容", "布布", "糖糖", "怕吹风机"),
    Language.EN: ("Happy Paws", "A*y L*e", "Biscuit", "Anna", "Bruno", "Coco", "Fears the dryer"),
}
"""Shop, member, pet, groomer, two more pets and a warning; everybody is made up."""


def screens(language: Language) -> dict[str, Screen]:
    """Name the screens: of a visit, of staff's work, at rest with a fault."""
    shop, member, pet, groomer, large, small, warning = WHO[language]
    note = Note(NoteKind.BIRTHDAY, name=pet)
    pets = (Pet("p2", large, Size.LARGE, warning=warning), Pet("p3", small, Size.SMALL))
    tickets = (TicketItem(BATH, pet, member),)
    entries = [EntryItem(DeskEntry.SERVICE, service) for service in SERVICES]
    return {
        "member": Member(
            member, Tier.GOLD, 23_000, 23_000, 320, (PASS_VISITS, FROM_VALUE), 0, note
        ),
        "confirm": Confirm(BATH, pet, BATH_PASS, None, (), 9),
        "done": Done(BATH, 9, None, None, 0, slip=SlipFate.PRINTING),
        "refused": Refused(Reason.INSUFFICIENT_VALUE, missing=6_000),
        "desk": Desk(groomer, Role.GROOMER, (*tickets, *entries), 0, len(tickets)),
        "warning": ChoosePet(BATH, pets, 0, staff=True),
        "undo": ConfirmVoid(BATH, member, 0, 1, is_load=False),
        "plans": ChoosePlan(PLANS, 0),
        "fault": Idle(
            shop, NOW, online=False, waiting=12, faults=(Part.PRINTER,), how=Ailment.NO_PAPER
        ),
    }


def slip(language: Language) -> Slip:
    """Write the slip of the visit on the screens."""
    shop, member, pet, *_ = WHO[language]
    return Slip(language, shop, "k1", "3f2a91c0-000042", NOW, True, member, pet, BATH, BATH_PASS, 9)


def _framed(picture: Image.Image) -> Image.Image:
    """Enlarge a screen and give it the dark edge of the glass."""
    size = picture.width * SCALE, picture.height * SCALE
    big = picture.resize(size, Image.Resampling.NEAREST)
    out = Image.new("RGB", (size[0] + 2 * BORDER, size[1] + 2 * BORDER), DARK)
    out.paste(LIT, (BORDER, BORDER), big)
    return out


def everything() -> Iterator[tuple[str, Image.Image]]:
    """Draw all pictures, by file name; what does not fit its screen raises Overflow."""
    fonts = Fonts()
    glass = Glass(fonts=fonts)
    for language in Language:
        for name, screen in screens(language).items():
            drawn = glass.picture(screen, language, training=False, strict=True)
            yield f"{name}-{language.value}.png", _framed(drawn)
        paper = proof(document(slip(language), NARROW), NARROW, fonts)
        yield f"slip-{language.value}.png", paper.convert("RGB")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, picture in everything():
        picture.quantize(2).save(FOLDER / name, optimize=True)
        print(FOLDER / name)
