"""One shop and one browser for all tests of the page; each test begins with the shop at rest."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from kiosk.simulator.hands import Switch
from tests.simulator.browser import Page, chromium
from tests.simulator.front import Front


@pytest.fixture(scope="session")
def front(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The simulator, running."""
    folder = tmp_path_factory.mktemp("front") / "shop"
    shutil.copytree(prepared, folder)
    config = folder / "kiosk" / "kiosk.toml"
    table = config.read_text("utf-8")
    config.write_text(table.replace("[display]\n", "[display]\ndim_seconds = 3\n"), "utf-8")
    with Front(folder) as front:
        yield front


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """The browser."""
    driver = chromium(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture
def page(front: Front, driver: webdriver.Chrome) -> Iterator[Page]:
    """The page in a laptop's window, in Chinese; nothing lies on the reader, all is well."""
    front.hand(do="lift")
    for switch in Switch:
        front.hand(do="turn", switch=switch, on=True)
    front.hand(do="tear")
    front.hand(do="sweep")
    page = Page(driver, front.url)
    page.open()
    page.until_status("online", "待上传 0")
    page.rest()
    yield page
    assert page.complaints() == []
    # while the shop is tidied up nobody looks, and complains of a slip's picture that has gone
    driver.get("about:blank")
