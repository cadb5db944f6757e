"""Draws docs/screens: every screen and slip of samples.py.  `python -m tests.render.gallery`.

test_gallery.py compares what lies there with what is drawn now.
"""

from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from kiosk.domain.policy import Language
from kiosk.domain.screens import Screen
from kiosk.domain.slips import AnySlip
from kiosk.render.fonts import Fonts
from kiosk.render.glass import Glass
from kiosk.render.paper import NARROW, document
from kiosk.render.proof import proof
from tests.render.sample_desk import DESK_SCREENS
from tests.render.sample_slips import slips, staff_slips
from tests.render.samples import SCREENS

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
SCALE, GAP, ACROSS = 2, 8, 4
IN_TRAINING = (
    "starting",
    "idle-offline",
    "idle-faults",
    "member",
    "member-held",
    "details",
    "choose-pet-staff",
    "confirm-value",
    "processing",
    "outcome-unknown",
    "done-value",
    "done-ask-most",
    "already-value",
    "unreadable-code",
    "refused-insufficient_value",
    "desk",
    "desk-twelve",
    "confirm-load-most",
    "today-many",
    "technical-1",
)
"""The screens that are drawn in training too: the crowded ones, and one of each form."""
LIT, DARK, BETWEEN = (170, 225, 255), (8, 10, 12), (70, 74, 80)


def sheet(pictures: list[Image.Image], across: int) -> Image.Image:
    """Lay pictures out in rows; a row is as high as its highest."""
    rows = [pictures[start : start + across] for start in range(0, len(pictures), across)]
    width = max(sum(p.width + GAP for p in row) for row in rows) + GAP
    height = sum(max(p.height for p in row) + GAP for row in rows) + GAP
    out = Image.new("RGB", (width, height), BETWEEN)
    y = GAP
    for row in rows:
        x = GAP
        for picture in row:
            out.paste(picture, (x, y))
            x += picture.width + GAP
        y += max(p.height for p in row) + GAP
    return out


def _glow(picture: Image.Image) -> Image.Image:
    size = picture.width * SCALE, picture.height * SCALE
    big = picture.resize(size, Image.Resampling.NEAREST)
    out = Image.new("RGB", size, DARK)
    out.paste(LIT, (0, 0), big)
    return out


def screens(
    shown: Iterable[Screen], language: Language, fonts: Fonts, *, training: bool = False
) -> Image.Image:
    """Draw screens in a language; what does not fit raises Overflow."""
    glass = Glass(fonts=fonts)
    drawn = [glass.picture(s, language, training=training, strict=True) for s in shown]
    return sheet([_glow(picture) for picture in drawn], ACROSS)


def papers(shown: Iterable[AnySlip], fonts: Fonts) -> Image.Image:
    """Draw slips."""
    drawn = [proof(document(slip, NARROW), NARROW, fonts) for slip in shown]
    return sheet([picture.convert("RGB") for picture in drawn], ACROSS)


def everything() -> dict[str, Image.Image]:
    """Draw all sheets, by file name."""
    fonts = Fonts()
    out = {}
    for language in Language:
        trained = [SCREENS[name] for name in IN_TRAINING if name in SCREENS]
        trained += [DESK_SCREENS[name] for name in IN_TRAINING if name in DESK_SCREENS]
        for name, drawn in {
            "screens": screens(SCREENS.values(), language, fonts),
            "staff": screens(DESK_SCREENS.values(), language, fonts),
            "training": screens(trained, language, fonts, training=True),
            "slips": papers(slips(language).values(), fonts),
            "staff-slips": papers(staff_slips(language).values(), fonts),
        }.items():
            out[f"{name}-{language.value}.png"] = drawn
    return out


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, picture in everything().items():
        picture.quantize(8).save(FOLDER / name, optimize=True)
        print(FOLDER / name)
