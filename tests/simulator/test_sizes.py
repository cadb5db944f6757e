"""The page in windows of all sizes: the display is readable, nothing is scrolled sideways."""

import pytest

from tests.peers.until import until
from tests.simulator.browser import PHONE, Page

pytestmark = pytest.mark.loopback

_SETTLED = """
const [width, done] = arguments;
const settle = (frames) => requestAnimationFrame(() => {
  if (innerWidth !== width) settle(3);
  else if (frames) settle(frames - 1);
  else done([document.documentElement.scrollWidth, document.getElementById("oled").clientWidth]);
});
settle(3);
"""
"""The width of the page and of its display, once the page has been drawn anew."""


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_phone_needs_no_sideways_scrolling(page: Page, language: str) -> None:
    page.open(language, PHONE)
    page.card("qian")
    page.until_says("钱*")
    wide = page.script("return document.documentElement.scrollWidth")
    assert wide == PHONE[0]
    assert page.find("#oled").size["width"] >= 2 * 128
    # other pixels and, as when somebody zooms, other room: else a headless browser tells the page
    # nothing until it next draws a frame
    page.resize((PHONE[0] + 8, PHONE[1]), 3)
    width = "return document.getElementById('oled').getBoundingClientRect().width"
    until(lambda: round(3 * page.script(width)) == 7 * 128, "whole device pixels, as many as fit")


def test_the_display_can_be_read_in_a_window_of_any_width(page: Page) -> None:
    """Seen by eye once: between two layouts the display was 128 pixels wide, and nobody noticed."""
    for width in (320, 480, 600, 759, 760, 800, 959, 960, 1024, 1180, 1239, 1240, 1280, 1920):
        page.resize((width, 800))
        wide, display = page.driver.execute_async_script(_SETTLED, width)
        assert wide == width
        assert display >= (3 if width >= 480 else 2) * 128, width


_COVERED = """
const link = document.getElementById("to-slip");
link.hidden = false;
const at = link.getBoundingClientRect();
return [at.width, [...document.querySelectorAll("button, input, a")]
  .filter((one) => one !== link && one.offsetParent)
  .filter((one) => {
    const box = one.getBoundingClientRect();
    return box.left < at.right && at.left < box.right && box.top < at.bottom && at.top < box.bottom;
  }).map((one) => one.id || one.textContent)];
"""
"""How wide the way to the slip is, and what of all that can be pressed it lies on."""


def test_the_way_to_the_slip_lies_on_nothing_that_is_pressed(page: Page) -> None:
    page.open("en", PHONE)
    page.until_status("online")
    for place in ("#device", "#code", "#slips"):
        page.script("document.querySelector(arguments[0]).scrollIntoView()", place)
        width, covered = page.script(_COVERED)
        assert width > 0
        assert covered == [], place
