"""The page as a person works it: the real daemon behind it, a real browser before it."""

import re

import pytest
from selenium.webdriver.common.action_chains import ActionChains

from kiosk.domain.policy import Language
from kiosk.domain.refusals import Reason
from kiosk.domain.screens import Refused, Unreadable
from kiosk.render.glass import Glass
from tests.peers.until import until
from tests.simulator.browser import ENTER, ESCAPE, RIGHT, TAB, Page

pytestmark = pytest.mark.loopback


def test_a_card_two_presses_a_slip(page: Page) -> None:
    page.card("wang")
    page.until_says("王*明", "洗澡十次卡")
    assert page.find("#pad .card").get_attribute("data-card") == "wang"
    page.press("A")
    page.until_says("豆豆", "扣 1 次")
    page.press("A")
    page.until_says("成功", "剩余 9 次")
    assert page.find("#lamps").get_attribute("data-lamp") == "ok"
    assert page.text("#lamp-word") == "成功"
    until(page.slip, "a slip")
    for word in ("宠物之家", "王*明", "洗澡十次卡", "9 次"):
        assert word in page.slip()
    picture = page.find("#feed img")
    until(lambda: page.script("return arguments[0].naturalWidth", picture) == 432, "its picture")
    page.until_status("online", "待上传 0", "最后确认 #")
    page.click("#tear")
    until(lambda: page.count("#slips img") == 1, "the slip on the counter")
    assert page.slip() == ""
    assert page.find("#tear").get_attribute("aria-disabled") == "true"
    page.click("#slips .slip")
    assert "王*明" in (page.find("#reading img").get_attribute("alt") or "")
    page.type(ESCAPE)
    until(lambda: not page.find("#reading").is_displayed(), "the slip put down")
    assert page.find("#pad .card").is_displayed(), "Esc put down the slip, not the card"


def test_the_canvas_is_the_display_pixel_for_pixel(page: Page) -> None:
    page.card("stranger")
    drawn = Glass().frame(Refused(Reason.UNKNOWN_MEDIUM), Language.ZH)
    until(lambda: page.frame() == drawn, "the very pixels")
    assert page.find("#lamps").get_attribute("data-lamp") == "refused"
    until(lambda: "此卡未登记" in page.text("#screen"), "read out")
    assert page.find("#screen").get_attribute("lang") == "zh-CN"


def test_by_keyboard_alone(page: Page) -> None:
    page.reload()  # with the focus nowhere
    page.type(TAB, ENTER)
    assert page.script("return document.activeElement.id") == "cards", "the skip link"
    page.type(TAB)
    page.type(RIGHT)
    page.type(RIGHT)
    assert page.script("return document.activeElement.dataset.card") == "li"
    page.type(ENTER)
    page.until_says("李*")
    assert page.script("return document.activeElement.dataset.card") == "li", "the focus stays"
    page.type("a")
    page.until_says("咪咪")
    page.type("C")
    page.until_says("李*")
    page.type(ESCAPE)
    until(lambda: not page.count("#pad .card"), "lifted")
    page.type("c")
    page.until_says("请刷卡")


def test_letters_typed_into_the_field_press_nothing(page: Page) -> None:
    page.card("li")
    page.until_says("李*")
    page.click("#text")
    page.type("abcabc")
    page.click("#keys")  # and none at all with the keys switched off
    page.type("a")
    page.card("li")  # the next to reach the kiosk: whatever was pressed came before it
    until(lambda: not page.count("#pad .card"), "lifted")
    page.until_says("李*")
    assert page.find("#text").get_attribute("value") == "abcabc"


def test_a_card_is_dragged_onto_the_reader_and_off(page: Page) -> None:
    pad, card = page.find("#pad"), page.find('#cards [data-card="sun"]')
    page.script("arguments[0].scrollIntoView({block: 'end'})", card)
    ActionChains(page.driver, 50).drag_and_drop(card, pad).perform()
    page.until_says("孙*")
    lying = page.find("#lying .card")
    ActionChains(page.driver, 50).drag_and_drop(lying, page.find("#glass")).perform()
    until(lambda: not page.count("#pad .card"), "lifted")


def test_a_phone_is_shown_to_the_scanner(page: Page) -> None:
    page.card("liu")
    until(lambda: page.count("#shown .phone"), "the phone before the scanner")
    page.until_says("刘*")
    until(lambda: not page.count("#shown .phone"), "the phone taken back")
    assert page.count("#pad .card") == 0


def test_any_text_can_be_scanned(page: Page) -> None:
    page.find("#text").send_keys("http://example.com/不是会员码", ENTER)
    drawn = Glass().frame(Unreadable(scanned=True), Language.ZH)
    until(lambda: page.frame() == drawn, "refused kindly")
    page.rest()
    page.find("#text").clear()
    page.find("#text").send_keys("PM1:liu-5Hx8Rw3nB6", ENTER)
    page.until_says("刘*")


def test_a_power_cut_takes_what_is_shown_and_nothing_that_is_printed(page: Page) -> None:
    page.card("smith")
    page.until_says("E**a S***h")
    page.press("A")
    page.until_says("Biscuit")
    page.press("A")
    until(page.slip, "a slip")
    slip = page.slip()
    page.turn("power")
    until(lambda: not any(page.frame().bits), "dark")
    page.until_status("lost", "断电")
    assert page.find("#lamps").get_attribute("data-lamp") == "off"
    page.press("A")
    page.turn("power")
    page.until_says("E**a S***h")
    assert page.slip() == slip
    page.until_status("online", "待上传 0")


def test_without_network_a_visit_waits_and_then_goes_up(page: Page) -> None:
    page.turn("network")
    page.until_status("offline", "待上传 0")
    page.card("zhou")
    page.until_says("周*")
    page.press("A")
    page.until_says("来福")
    page.press("A")
    page.until_says("成功")
    until(lambda: re.search("离线 · 待上传 [1-9]", page.text("#status-text")), "rows that wait")
    page.turn("network")
    page.until_status("online", "待上传 0")


def test_a_printer_without_paper_takes_nothing_back(page: Page) -> None:
    page.turn("paper")
    assert "缺纸" in page.text("#printer-word")
    page.card("zheng")
    page.until_says("郑*爽")
    page.press("A")
    page.until_says("花花")
    page.press("A")
    page.until_says("成功")
    assert page.slip() == ""
    page.turn("paper")
    page.turn("cover")
    assert "打开" in page.text("#printer-word")


def test_an_unplugged_display_is_dark_and_comes_back(page: Page) -> None:
    page.turn("display")
    until(lambda: not any(page.frame().bits), "dark")
    assert page.lines() == "显示屏不亮"
    page.turn("display")
    page.until_says("请刷卡")
    page.turn("reader")
    page.until_says("读卡器")


def test_c_held_down_leaves_from_anywhere_and_letting_go_is_no_press(page: Page) -> None:
    for hold, let_go in (
        (
            ActionChains(page.driver, 50).click_and_hold(page.find('[data-button="C"]')),
            ActionChains(page.driver, 50).release(),
        ),
        (ActionChains(page.driver).key_down("c"), ActionChains(page.driver).key_up("c")),
    ):
        page.card("li")
        page.until_says("李*")
        page.press("A")
        page.until_says("咪咪")
        hold.perform()
        page.until_says("请刷卡")
        page.type(ESCAPE)
        until(lambda: not page.count("#pad .card"), "lifted")
        page.card("li")
        page.until_says("李*")
        let_go.perform()
        page.press("B")
        page.until_says("2/")
        page.rest()


def test_the_display_is_dimmed_while_nobody_comes(page: Page) -> None:
    until(lambda: page.count("#glass.dimmed"), "dimmed")
    assert any(page.frame().bits), "it can still be read"
    page.card("sun")
    page.until_says("孙*")
    until(lambda: not page.count("#glass.dimmed"), "bright again")


def test_a_printer_that_hangs_delays_nobody_and_prints_when_it_answers(page: Page) -> None:
    page.turn("answers")
    assert page.text("#printer-word") == "没有应答"
    page.card("zhao")
    page.until_says("赵*")
    page.press("A")
    page.until_says("选宠物")
    page.press("A")
    page.until_says("[A 扣款]")
    page.press("A")
    page.until_says("成功")
    assert page.slip() == ""
    page.turn("answers")
    until(page.slip, "the slip it owed")


def test_a_reload_shows_the_same(page: Page) -> None:
    page.card("wu")
    page.until_says("欧**芳")
    page.press("A")
    page.until_says("雪宝")
    page.press("A")
    until(page.slip, "a slip")
    page.turn("cover")
    page.until_status("online", "待上传 0")

    def shown() -> tuple[str, ...]:
        return page.slip(), page.text("#status-text"), page.text("#printer-word")

    def same_again() -> bool:
        # the last row's confirmation may come in just between
        before = shown()
        page.reload()
        return shown() == before

    until(same_again, "the same")
    assert page.slip()
    assert page.find("#pad .card").get_attribute("data-card") == "wu"
    assert page.find('[data-switch="cover"]').get_attribute("aria-checked") == "false"
    assert any(page.frame().bits)


def test_the_pages_language_is_the_readers_choice_and_remembered(page: Page) -> None:
    assert page.script("return document.documentElement.lang") == "zh-CN"
    page.open("en-GB")
    assert page.script("return document.documentElement.lang") == "en"
    page.until_status("online", "0 to send")
    assert "gold" in page.text('#cards [data-card="wang"]')
    page.click("#language")
    assert page.find("#tear").text == "撕下小票"
    page.reload()
    assert page.script("return document.documentElement.lang") == "zh-CN"
    page.rest()  # the kiosk's own language is the shop's


def test_the_admin_opens_with_the_login_on_the_page(page: Page) -> None:
    until(lambda: page.count("#admin a"), "the admin is up")
    user, password = (page.text(f"#admin dd:nth-of-type({n})") for n in (1, 2))
    hrefs = page.script("return [...document.querySelectorAll('#admin a')].map((a) => a.pathname)")
    assert hrefs == ["/desk/", "/admin/"]
    link = page.find("#admin a:nth-of-type(2)")
    assert "noopener" in (link.get_attribute("rel") or "")
    page.driver.get(link.get_attribute("href") or "")
    page.find("[name=username]").send_keys(user)
    page.find("[name=password]").send_keys(password, ENTER)
    until(lambda: page.count("#user-tools"), "signed in")
    page.complaints()  # what Django's own pages say is not ours


def test_central_down_and_up(page: Page) -> None:
    until(lambda: page.count("#admin a"), "the admin is up")
    page.turn("central")
    page.until_status("offline")
    assert page.count("#admin a") == 0
    page.turn("central")
    page.until_status("online")
    until(lambda: page.count("#admin a"), "the admin is up again")


def test_sound_can_be_switched_off_and_stays_off(page: Page) -> None:
    assert page.find("#sound").get_attribute("aria-pressed") == "true"
    page.click("#sound")
    page.reload()
    assert page.find("#sound").get_attribute("aria-pressed") == "false"
