"""The simulator's pictures in docs/screens: `python -m tests.simulator.pictures`."""

import io
import tempfile
from pathlib import Path

from PIL import Image
from selenium import webdriver

from tests.peers.until import until
from tests.simulator.browser import Page, chromium
from tests.simulator.front import Front

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
LAPTOP, PHONE = (1440, 900), (390, 844)
MOVING = """
return document.getAnimations().some(
  (one) => one.playState === "running" && one.effect.getTiming().iterations !== Infinity);
"""
WORDS = {
    "zh-CN": ("请刷卡", "洗澡十次卡", "扣 1 次", "成功"),
    "en": ("card", "10 baths", "left", "left"),
}


def visit(page: Page, language: str, card: str) -> None:
    """Play a visit up to its slip."""
    page.card(card)
    page.until_says(WORDS[language][1])
    page.press("A")
    page.until_says(WORDS[language][2])
    page.press("A")
    until(page.slip, "a slip")
    until(lambda: not page.count(".printing"), "printed to its end")
    page.until_status("online", "#")


def save(page: Page, name: str) -> None:
    """Take a picture when nothing moves any more, in few colours."""
    until(lambda: not page.script(MOVING), "at rest")
    picture = Image.open(io.BytesIO(page.picture())).convert("RGB")
    palette = picture.quantize(256, Image.Quantize.MAXCOVERAGE)
    dither = Image.Dither.FLOYDSTEINBERG
    picture.quantize(palette=palette, dither=dither).save(FOLDER / name, optimize=True)


def shoot(page: Page, language: str) -> None:
    """Take the pictures of a language."""
    page.open(language, LAPTOP)
    page.until_status("online")
    page.rest()
    visit(page, language, "wang")
    save(page, f"simulator-{language}.png")
    page.click("#tear")
    page.rest()
    page.resize(PHONE, 2, touch=True)
    page.card("wu")
    page.until_says(WORDS[language][1])
    until(lambda: page.count("#slips img"), "the slip on the counter")
    page.script("scrollTo(0, 0)")
    save(page, f"simulator-phone-{language}.png")


def main() -> None:
    """Open a shop in each language and take its pictures."""
    for language in WORDS:
        with tempfile.TemporaryDirectory() as folder:
            driver: webdriver.Chrome = chromium(Path(folder) / "chromium")
            try:
                with Front(Path(folder) / "shop", "--language", language) as front:
                    page = Page(driver, front.url)
                    shoot(page, language)
                    print(*sorted(FOLDER.glob(f"simulator*{language}.png")), sep="\n")
            finally:
                driver.quit()


if __name__ == "__main__":
    main()
