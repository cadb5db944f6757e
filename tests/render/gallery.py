"""Draws docs/screens: every screen and slip of samples.py.  `python -m tests.render.gallery`.

test_gallery.py compares what lies there with what is drawn now.
"""

from pathlib import Path

from PIL import Image

from kiosk.domain.policy import Language
from kiosk.render.compose import compose
from kiosk.render.fonts import Fonts
from kiosk.render.glass import Glass
from kiosk.render.paper import NARROW, document
from kiosk.render.proof import proof
from tests.render.samples import SCREENS, slips

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
SCALE, GAP, ACROSS = 2, 8, 4
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


def screens(language: Language, fonts: Fonts) -> Image.Image:
    """Draw all screens of a language; what does not fit raises Overflow."""
    glass = Glass(fonts=fonts)
    drawn = [glass.draw(compose(s, language), strict=True) for s in SCREENS.values()]
    return sheet([_glow(picture) for picture in drawn], ACROSS)


def papers(language: Language, fonts: Fonts) -> Image.Image:
    """Draw all slips of a language."""
    drawn = [proof(document(slip, NARROW), NARROW, fonts) for slip in slips(language).values()]
    return sheet([picture.convert("RGB") for picture in drawn], ACROSS)


def everything() -> dict[str, Image.Image]:
    """Draw all sheets, by file name."""
    fonts = Fonts()
    out = {}
    for language in Language:
        out[f"screens-{language.value}.png"] = screens(language, fonts)
        out[f"slips-{language.value}.png"] = papers(language, fonts)
    return out


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, picture in everything().items():
        picture.quantize(8).save(FOLDER / name, optimize=True)
        print(FOLDER / name)
