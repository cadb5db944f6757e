"""The desk in a browser, as staff use it: `kiosk-central serve`, headless Chromium, a real file.

With DESK_SCREENS set to a folder, pictures of the pages are written there
(docs/screens/desk-*.png are made so).
"""

import os
import re
import shutil
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.central.central import Central
from tests.central.desk.layout import fits
from tests.central.desk.test_import import GOOD, xlsx

pytestmark = [pytest.mark.loopback, pytest.mark.usefixtures("_no_database_of_the_test")]

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=zh-CN",
)  # fmt: skip
SECONDS = 20


@pytest.fixture
def _no_database_of_the_test() -> None:
    """The database is that of the program."""


class Desk:
    """A browser at the desk of a running central."""

    def __init__(self, browser: webdriver.Chrome, root: str, central: Central) -> None:
        self.browser, self.root, self.central = browser, root, central

    def open(self, path: str) -> None:
        self.browser.get(self.root + path)

    def log_in(self, role: str) -> None:
        self.browser.delete_all_cookies()
        self.open("desk/")
        password = (self.central.data / "demo-admin.password").read_text().strip()
        self.type("#id_username", role)
        self.type("#id_password", password + Keys.ENTER)
        self.see("#find")

    def see(self, css: str, said: str = "") -> str:
        """Wait until there is such a thing, saying this; return all that it says."""

        def there(browser: webdriver.Chrome) -> str:
            found = browser.execute_script(
                "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", css
            )
            return next((f"{text} " for text in found if said in text), "")

        return WebDriverWait(self.browser, SECONDS, 0.05).until(there, f"{css} {said}")

    def speak(self, language: str) -> None:
        """Read the pages in this language from now on."""
        said = {"headers": {"Accept-Language": language}}
        self.browser.execute_cdp_cmd("Network.enable", {})
        self.browser.execute_cdp_cmd("Network.setExtraHTTPHeaders", said)

    def type(self, css: str, text: str) -> None:
        self.see(css)
        self.browser.find_element(By.CSS_SELECTOR, css).send_keys(text)

    def press(self, css: str) -> None:
        """Press a thing; where that leads to another page, wait for it."""
        self.see(css)
        self.browser.find_element(By.CSS_SELECTOR, css).click()

    def picture(self, name: str, width: int = 1280, dark: bool = False) -> None:
        if not (folder := os.environ.get("DESK_SCREENS")):
            return
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        media = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
        size = self.browser.execute_script(
            "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": size[1], "deviceScaleFactor": 1, "mobile": width < 600},
        )
        assert self.browser.save_screenshot(str(Path(folder) / f"desk-{name}.png"))
        self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        assert size[0] <= width, "nothing is wider than the screen"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    import pytest_socket

    pytest_socket.enable_socket()
    options = Options()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"intl.accept_languages": "zh-CN,zh"})
    driver = webdriver.Chrome(options, Service(DRIVER, env=os.environ | {"LANGUAGE": "zh_CN"}))
    driver.set_window_size(1280, 900)
    yield driver
    pytest_socket.enable_socket()
    driver.quit()


@pytest.fixture(scope="module")
def lived_in(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop after a morning's work, to be copied."""
    central = Central(shutil.copytree(demo_data, tmp_path_factory.mktemp("desk") / "data"))
    central.code("import django; django.setup(); from tests.central.desk import life; life.live()")
    return central.data


@pytest.fixture
def desk(browser: webdriver.Chrome, lived_in: Path, tmp_path: Path) -> Iterator[Desk]:
    central = Central(shutil.copytree(lived_in, tmp_path / "data"))
    with central.start("serve", "--port", "0") as process:
        assert process.stdout is not None
        root = process.stdout.readline().strip().removesuffix("admin/")
        yield Desk(browser, root, central)
        browser.get("about:blank")


def test_a_cashiers_morning(desk: Desk) -> None:
    desk.log_in("cashier")
    desk.see("h2", "刚刚刷的未知卡")
    desk.see("td", "代管")
    fits(desk.browser)
    desk.picture("home")

    desk.browser.find_element(By.TAG_NAME, "body").send_keys("/")
    desk.browser.switch_to.active_element.send_keys("0103" + Keys.ENTER)
    desk.see("h1", "张伟")
    desk.press("#do-top-up summary")
    desk.press("#do-top-up input[value=wechat]")
    desk.picture("top-up")
    desk.press("#do-top-up button.main")
    desk.see(".said", "已办理")
    assert "¥500.00" in desk.see("[data-purse=principal]")
    assert "¥50.00" in desk.see("[data-purse=bonus]")
    desk.see("#history", "柜台充值 ¥500.00 (微信支付)")

    # a card is laid on the kiosk while the member's page is open: it appears by itself
    desk.see("[data-poll]", "没有")
    desk.central.code(
        "import django; django.setup(); from tests.central.desk import life; life.tap()"
    )
    desk.see("[data-poll] b", "NFC …FE80")
    desk.picture("unknown-card")
    desk.press("[data-poll] form button")
    desk.see(".said", "已绑定")
    desk.see(".cards b", "NFC …FE80")

    desk.type("#find", "0101" + Keys.ENTER)
    desk.see("h1", "王小明")
    desk.see("#purses .held", "终端持有 s1/k1")
    fits(desk.browser)
    desk.picture("member")
    desk.picture("member-phone", 390)
    desk.picture("member-dark", dark=True)
    assert not desk.browser.find_elements(By.ID, "do-adjust"), "not a cashier's business"


def test_a_forgotten_card_and_a_coupon(desk: Desk) -> None:
    """Kiosk k1 holds coupon and money; the best offer is one press, or one Enter."""
    desk.log_in("cashier")
    for language, service in (("en", "Bath"), ("zh-CN", "洗澡")):
        desk.speak(language)
        desk.open("desk/members/m-gao/")
        desk.press("#do-redeem summary")
        desk.press("#do-redeem button.main")
        desk.see("h1", f"{service} · 元宝")
        desk.picture(f"redeem-{language}")
        desk.picture(f"redeem-{language}-phone", 390)
    assert "满50减10" in desk.see("form:has(:focus)")
    desk.browser.switch_to.active_element.send_keys(Keys.ENTER)
    desk.see(".said", "终端持有")
    desk.see(".notice", "正在等待终端交还")
    desk.picture("redeem-waiting")


def test_an_owner_imports_settles_and_closes_the_day(desk: Desk, tmp_path: Path) -> None:
    desk.log_in("owner")
    bad, good = tmp_path / "有错.xlsx", tmp_path / "会员.xlsx"
    bad.write_bytes(xlsx(("139123", "吴新", "白金", 1.005), *GOOD))
    good.write_bytes(xlsx(*GOOD))
    desk.open("desk/import/")
    desk.type("input[type=file]", str(bad))
    desk.press("main button.main")
    assert "C2" in desk.see("#preview", "无法导入")
    desk.picture("import-faults")
    desk.type("input[type=file]", str(good))
    desk.press("main button.main")
    desk.see("#preview", "13912345678")
    desk.picture("import")
    desk.press("#preview button.main")
    desk.see(".said", "已导入")

    desk.open("desk/cases/")
    desk.see(".case h2", "价格不符")
    desk.picture("cases")
    desk.type(".case input[name=note]", "银卡九五折少收 0.50 元，不追")
    desk.press(".case button[value=absorb]")
    desk.see(".said", "已记录")

    desk.open("desk/day/")
    assert "¥500.00" in desk.see("#means", "现金")
    assert re.search(r"何美容\s*1", desk.see("#visits", "洗澡"))
    desk.picture("day")
    day = desk.see("#day").strip()
    desk.open(f"desk/day/?{urllib.parse.urlencode({'day': day, 'format': 'slip'})}")
    desk.see(".paper", "¥500.00")
    desk.picture("slip", 380)

    desk.open("desk/members/m-wang/")
    desk.press("#do-adjust summary")
    desk.type("#do-adjust [name=amount]", "许多")
    desk.type("#do-adjust [name=reason]", "试" + Keys.ENTER)
    desk.see("#do-adjust .fault", "许多")
    assert desk.see("#do-adjust .field:focus-within", "许多"), "the focus is on what was wrong"


def test_an_owner_decides_about_journals_and_passes(desk: Desk) -> None:
    desk.central.code(
        "import django; django.setup(); from tests.central.desk import life; life.trouble()"
    )
    desk.log_in("owner")
    desk.open("desk/kiosks/")
    assert "存储卡被复制过" in desk.see("#kiosk-k2 .journal", "已隔离")
    assert "旧账本" in desk.see("#kiosk-k1 .journal.old", "已冻结")
    desk.see("#kiosk-k1 .journal.old", "2 张")
    desk.picture("kiosks-zh-CN")
    desk.picture("kiosks-zh-CN-phone", 390)
    desk.speak("en")
    desk.open("desk/kiosks/")
    desk.see("#kiosk-k2 .journal", "memory card was copied")
    desk.picture("kiosks-en")
    desk.picture("kiosks-en-phone", 390)
    desk.speak("zh-CN")
    desk.open("desk/kiosks/")
    desk.press("#kiosk-k1 .journal.old a.button")
    desk.see("h1", "旧账本作废")
    desk.see(".notice", "最多可能损失")
    desk.picture("journal-lost")
    desk.type("#id_reason", "SD 卡坏了，已换新卡")
    desk.press("button.danger")
    desk.see(".said", "已记录")
    assert "SD 卡坏了" in desk.see("#kiosk-k1 .journal.old", "已作废")
    desk.open("desk/cases/")
    desk.see(".case h2", "账本作废")
    desk.picture("cases-journal")

    # k1 has asked for what became free meanwhile: the pass is there
    desk.central.code(
        "import django; django.setup(); from tests.central.desk import life; life.hold()"
    )
    desk.open("desk/members/m-wang/passes/pass-wang-bath/")
    assert "¥420.00" in desk.see("main", "未用的购买次数")
    desk.picture("pass")
    desk.type("form:has([value=cancel]) #id_reason", "搬家")
    desk.press("form:has([value=cancel]) input[value=wechat]")
    desk.press("form:has([value=cancel]) button")
    desk.see(".notice", "正在等待终端交还")
    desk.picture("waiting")
    desk.picture("waiting-phone", 390)
    desk.press(".notice a")
    desk.see("main", "最多可能损失")
    desk.picture("write-off")
    desk.open("desk/members/m-li/merge/")
    desk.type("#id_to", "0101")
    desk.type("#id_reason", "同一个人")
    desk.press("main button.main")
    desk.see("main", "王小明")
    desk.picture("merge")
    desk.open("desk/members/m-wang/")
    desk.press("#do-give summary")
    desk.picture("give")
