"""Two kiosks in one shop: a card lies in one place, and what a kiosk holds follows the member."""

import pytest

from kiosk.simulator.hands import Hand, Lift
from kiosk.simulator.scene import Scene
from kiosk.simulator.web import Server
from tests.peers.until import until
from tests.simulator.browser import ESCAPE, PHONE, Page
from tests.simulator.front import Front

pytestmark = pytest.mark.loopback


def test_a_path_is_of_one_kiosks_page() -> None:
    done: list[tuple[str, Hand]] = []
    first, second = Scene(), Scene()
    places = {
        "/": (first, lambda hand: done.append(("k1", hand))),
        "/k2/": (second, lambda hand: done.append(("k2", hand))),
    }
    with Server(0, places) as server:
        for path, scene, rest in (
            ("/", first, "/"),
            ("/slips/1.png", first, "/slips/1.png"),
            ("/k2/", second, "/"),
            ("/k2/slips/1.png", second, "/slips/1.png"),
            ("/k2", first, "/k2"),
            ("/k3/events", first, "/k3/events"),
            ("//k2/", first, "//k2/"),
        ):
            (found, _), of_it = server.find(path)
            assert (found, of_it) == (scene, rest), path
        for path in ("/k2/hands", "/hands"):
            (_, post), _ = server.find(path)
            post(Lift())
    assert done == [("k2", Lift()), ("k1", Lift())]


def test_the_second_kiosks_page_is_served_whole(front: Front) -> None:
    assert front.ask("GET", "/k2/")[2] == front.ask("GET", "/")[2]
    assert front.ask("GET", "/k2/simulator.js")[0] == 200
    for path in ("/k2", "/k2/nosuch", "/k2/k2/", "/k3/"):
        assert front.ask("GET", path)[0] == 404
    assert front.ask("POST", "/k2/hands", b"{}", Origin="http://evil.example")[0] == 403


def test_a_member_walks_to_the_second_kiosk_and_pays_there(page: Page, front: Front) -> None:
    assert not _runs(front, "k2"), "nobody was there yet"
    page.card("gao")
    _until_held(page)
    _pay(page)
    page.walk("/k2/")
    page.until_status("online", "待上传 0")
    assert _runs(front, "k2")
    page.card("gao")
    _until_held(page)
    _pay(page)


def test_a_card_lies_in_one_place(page: Page) -> None:
    page.card("stranger")
    until(lambda: page.count("#pad .card"), "on the first reader")
    page.walk("/k2/")
    assert page.count("#pad .card") == 0
    page.card("stranger")
    until(lambda: page.count("#pad .card"), "on the second reader")
    page.until_says("此卡未登记")
    page.walk("/")
    until(lambda: not page.count("#pad .card"), "lifted from the first")
    page.walk("/k2/")
    page.rest()


def test_what_an_unplugged_kiosk_holds_stays_there_until_it_is_back(page: Page) -> None:
    page.card("gao")
    _until_held(page)
    page.type(ESCAPE)
    page.rest()
    page.turn("network")
    page.until_status("offline")
    page.walk("/k2/")
    page.until_status("online")
    page.card("gao")
    page.until_says("高*", "本机可用")
    page.press("A")
    page.until_says("额度在另一台机器", "请稍后再试")
    page.rest()
    page.walk("/")
    page.turn("network")
    page.until_status("online")
    page.walk("/k2/")
    page.card("gao")
    _until_held(page)
    _pay(page)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_each_page_tells_its_kiosk_on_a_phone_too(page: Page, language: str) -> None:
    page.open(language, PHONE)
    names = page.script("return [...document.querySelectorAll('#pages a')].map((a) => a.text)")
    assert [name.split()[-1] for name in names] == ["k1", "k2"]
    for path, name in zip(("/k2/", "/"), reversed(names), strict=True):
        page.walk(path)
        assert page.text("#pages [aria-current]") == name
        assert page.script("return document.title").startswith(name)
        assert page.script("return document.documentElement.scrollWidth") == PHONE[0]


def _until_held(page: Page) -> None:
    """Wait until all that the member has may be spent here."""
    until(lambda: "高*" in page.lines() and "本机" not in page.lines(), "all of it here")


def _pay(page: Page) -> None:
    shown = ""

    def changes() -> bool:
        return bool(page.slip()) or page.lines() != shown

    while not page.slip():
        shown = page.lines()
        if "[A" in shown:
            page.press("A")
        until(changes, f"something after {shown}")
    page.click("#tear")
    page.rest()


def _runs(front: Front, terminal: str) -> bool:
    return any("simulator.bench" in line and f"kiosk-{terminal}" in line for line in front.left())
