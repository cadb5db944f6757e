"""The pictures in docs/screens are what is drawn today."""

import pytest
from PIL import Image, ImageChops

from tests.render.gallery import FOLDER, everything


@pytest.mark.filterwarnings("error")
def test_the_docs_show_the_screens_and_slips_of_today() -> None:
    for name, drawn in everything().items():
        with Image.open(FOLDER / name) as file:
            shown = file.convert("RGB")
        assert shown.size == drawn.size, f"{name}: run python -m tests.render.gallery"
        box = ImageChops.difference(shown, drawn).getbbox()
        assert box is None, f"{name} differs at {box}: run python -m tests.render.gallery"
