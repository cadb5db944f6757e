"""What a page looks like, as far as a program can tell."""

from functools import partial

from selenium import webdriver

from tests.peers.until import until

_OUTSIDE = """
const outside = [];
for (const panel of document.querySelectorAll(".panel")) {
  const edge = panel.getBoundingClientRect().right;
  for (const one of panel.querySelectorAll("*"))
    if (one.getBoundingClientRect().right > edge && !one.closest(".scroll, .hidden"))
      outside.push(one.textContent);
}
return [document.documentElement.scrollWidth, outside];
"""
"""The width of the page, and what is seen beyond the right edge of its panel."""


def _is(browser: webdriver.Chrome, width: int) -> bool:
    return bool(browser.execute_script("return innerWidth") == width)


def fits(browser: webdriver.Chrome) -> None:
    """See that nothing sticks out of its panel, nor the page out of a window of any width."""
    for width in (360, 768, 1024, 1200, 1440):
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False},
        )
        until(partial(_is, browser, width), "resized")
        wide, outside = browser.execute_script(_OUTSIDE)
        assert (wide, outside) == (width, []), width
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
