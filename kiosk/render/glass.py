"""Layout to pixels: a 1-bit picture for a small display, drawn for 128 by 64.

The title's ink is rows 0-10, a line under it, the body, and the keys as inverse boxes in the
lowest 13 rows.  The body's parts share what is left evenly.  Only names are cut, with an ellipsis;
what else does not fit is a mistake, which `strict` drawing raises as Overflow: the tests do.

In training an inverse mark stands before the title of every screen.  The technician's test pattern
alone has none: it is light and no statement.
"""

from typing import TYPE_CHECKING

from kiosk.domain.desk import TestPattern
from kiosk.domain.document import Frame
from kiosk.domain.policy import Language
from kiosk.domain.screens import Idle, Screen
from kiosk.render.compose import compose
from kiosk.render.fonts import Fonts
from kiosk.render.layout import Layout
from kiosk.render.pen import KEYS, LINE, Pen

if TYPE_CHECKING:
    from PIL.Image import Image


class Glass:
    """Draws screens for one display.  Loads Pillow and the font with the first picture."""

    def __init__(self, width: int = 128, height: int = 64, fonts: Fonts | None = None) -> None:
        self.width, self.height = width, height
        self.fonts = fonts or Fonts()

    def frame(self, screen: Screen, language: Language, training: bool = False) -> Frame:
        """Draw a screen.  Raises FontMissing."""
        if isinstance(screen, TestPattern):
            return Frame(self.width, self.height, self.pattern(screen.step).tobytes())
        pen = self._drawn(compose(screen, language, training=training), strict=False)
        bits, resting = pen.image.tobytes(), isinstance(screen, Idle)
        return Frame(self.width, self.height, bits, pen.headline, resting)

    def picture(
        self, screen: Screen, language: Language, *, training: bool = False, strict: bool = False
    ) -> "Image":
        """Draw a screen as a 1-bit picture; `strict` as in draw().  Raises FontMissing."""
        if isinstance(screen, TestPattern):
            return self.pattern(screen.step)
        return self.draw(compose(screen, language, training=training), strict=strict)

    def pattern(self, step: int) -> "Image":
        """Light every pixel; at odd steps every second one, as a checkerboard."""
        from PIL import Image

        rows = (0x55, 0xAA) if step % 2 else (0xFF, 0xFF)
        bits = b"".join(bytes([rows[y % 2]]) * -(-self.width // 8) for y in range(self.height))
        return Image.frombytes("1", (self.width, self.height), bits)

    def draw(self, layout: Layout, *, strict: bool = False) -> "Image":
        """Draw a layout.  With `strict` what does not fit raises Overflow, else it is clipped."""
        return self._drawn(layout, strict=strict).image

    def _drawn(self, layout: Layout, *, strict: bool) -> Pen:
        from PIL import Image, ImageDraw

        image = Image.new("1", (self.width, self.height))
        pen = Pen(image, ImageDraw.Draw(image), self.fonts, strict)
        top, bottom = 0, self.height
        if layout.title or layout.status or layout.mark:
            pen.title(layout)
            top = LINE + 2
        if layout.keys:
            bottom -= KEYS
            pen.keys(layout)
        pen.body(layout.body, top, bottom - (1 if layout.keys else 0))
        return pen
