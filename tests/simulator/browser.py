"""A headless Chromium, and the simulator's page in it as a person sees and works it."""

import base64
import contextlib
import time
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from kiosk.domain.document import Frame
from tests.peers.until import until

ESCAPE, ENTER, TAB, RIGHT = Keys.ESCAPE, Keys.ENTER, Keys.TAB, Keys.ARROW_RIGHT
LAPTOP, PHONE = (1280, 800), (360, 740)

AT_REST = ("请刷卡", "Tap card")
"""What the display says at rest, in either language."""

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)

_PIXELS = """
const canvas = document.getElementById("oled");
const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
let bits = "";
for (let i = 3; i < data.length; i += 4) bits += data[i] > 127 && data[i - 3] > 127 ? "1" : "0";
return [canvas.width, canvas.height, bits];
"""


def chromium(folder: Path) -> webdriver.Chrome:
    """Start the browser with a new profile in `folder`."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*_FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))


class Page:
    """The page."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver, self.url = driver, url

    def open(self, language: str = "zh-CN", size: tuple[int, int] = LAPTOP) -> None:
        """Open it in a browser that has never seen it, whose owner reads `language`."""
        self.resize(size)
        agent = self.driver.execute_script("return navigator.userAgent")
        override = {"userAgent": agent, "acceptLanguage": language}
        self.driver.execute_cdp_cmd("Emulation.setUserAgentOverride", override)
        self.driver.get(self.url)
        self.driver.execute_script("localStorage.clear()")
        self.reload()

    def reload(self) -> None:
        """Load it again, and wait until it shows the scene."""
        self.driver.get(self.url)
        until(lambda: self.script("return document.body.dataset.live") == "yes", "the scene")

    def walk(self, path: str) -> None:
        """Go to another kiosk's page by its link, and wait until it shows its scene."""
        self.click(f'#pages a[href="{path}"]')
        here = "return location.pathname + document.body.dataset.live"
        until(lambda: self.script(here) == f"{path}yes", path)

    def resize(self, size: tuple[int, int], ratio: float = 1, *, touch: bool = False) -> None:
        """Set the size of the window's inside in CSS pixels, and device pixels for each."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": size[0], "height": size[1], "deviceScaleFactor": ratio, "mobile": touch},
        )
        self.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": touch})

    def script(self, text: str, *values: object) -> Any:
        return self.driver.execute_script(text, *values)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """Return an element's text, seen or unseen."""
        return str(self.script("return document.querySelector(arguments[0]).textContent", selector))

    def count(self, selector: str) -> int:
        return len(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def click(self, selector: str) -> None:
        self.find(selector).click()

    def card(self, name: str) -> None:
        """Click a card in the wallet."""
        self.click(f'#cards [data-card="{name}"]')

    def press(self, *buttons: str) -> None:
        for button in buttons:
            self.click(f'[data-button="{button}"]')

    def turn(self, switch: str) -> None:
        """Turn a switch over, and wait until it is."""
        selector = f'[data-switch="{switch}"]'
        before = self.find(selector).get_attribute("aria-checked")
        self.click(selector)
        until(lambda: self.find(selector).get_attribute("aria-checked") != before, switch)

    def type(self, *keys: str) -> None:
        """Type to whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def frame(self) -> Frame:
        """Read the display back from the canvas."""
        width, height, bits = self.script(_PIXELS)
        return Frame(width, height, int(bits, 2).to_bytes(width * height // 8, "big"))

    def lines(self) -> str:
        """Return what a screen reader is told of the display."""
        return self.find("#oled").get_attribute("aria-label") or ""

    def until_says(self, *words: str, seconds: float = 20) -> None:
        """Wait until the display says all of these."""
        until(lambda: all(w in self.lines() for w in words), f"{words} on the display", seconds)

    def rest(self) -> None:
        """Take the card away and go back with C until the kiosk is at rest."""
        if self.count("#lying .card"):
            self.type(ESCAPE)
            until(lambda: not self.count("#lying .card"), "lifted")
        end = time.monotonic() + 20
        while not any(w in (before := self.lines()) for w in AT_REST):
            assert time.monotonic() < end, f"not at rest: {before}"
            self.press("C")
            with contextlib.suppress(AssertionError):
                until(lambda: self.lines() != before, seconds=1)

    def until_status(self, kind: str, *words: str) -> None:
        """Wait for a status line."""

        def so() -> bool:
            shown = self.find("#status").get_attribute("data-kind")
            return shown == kind and all(w in self.text("#status-text") for w in words)

        until(so, f"status {kind} {words}", 40)

    def slip(self) -> str:
        """Return the text of the slip that hangs from the printer; empty without one."""
        hanging = self.driver.find_elements(By.CSS_SELECTOR, "#feed img")
        return (hanging[0].get_attribute("alt") or "") if hanging else ""

    def complaints(self) -> list[str]:
        """List what the browser's console has complained of since last asked."""
        entries = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [str(entry["message"]) for entry in entries]

    def picture(self, *, whole: bool = False) -> bytes:
        """Take a PNG of the window, or of the whole page."""
        given = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            height = self.script("return document.documentElement.scrollHeight")
            width = self.script("return innerWidth")
            given["clip"] = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", given)
        return base64.b64decode(shot["data"])
