"""A day of 300 visits on two kiosks: every number shown or printed agrees with central's books.

Members go to either kiosk; who runs dry is topped up or sold a pass by the cashier.  The first
kiosk holds every allowance in the morning, so that the other one lives on recalls.
"""

import random
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.assembly import Kiosk
from kiosk.domain import desk, screens
from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Button, Part
from kiosk.domain.effects import Effect, Print, Show
from kiosk.domain.events import CardPresented
from kiosk.domain.media import MediumKey, from_uid
from kiosk.domain.refusals import Reason
from kiosk.domain.screens import Screen
from kiosk.domain.slips import AnySlip, LoadSlip, Slip
from kiosk.drivers.virtual.inputs import VirtualButtons
from kiosk.drivers.virtual.printer import VirtualPrinter
from kiosk.runtime.clock import SystemClock
from kiosk.settings.config import load
from kiosk.simulator.shop import Shop, demo_cards
from tests.endtoend.conftest import Books
from tests.endtoend.test_real_path import asked, held
from tests.peers.until import until

pytestmark = pytest.mark.loopback
VISITS = 300
SECONDS = 20.0
MEMBERS = ("wang", "li", "zhao", "zhou", "wu", "zheng", "smith", "qian", "sun", "zhang")

CONFIG = """
[terminal]
store = "s1"
id = "{terminal}"
[journal]
path = "journal-{terminal}.sqlite3"
[settings]
path = "settings-{terminal}.json"
[mqtt]
host = "127.0.0.1"
port = {port}
username = "s1.{terminal}"
password_file = "{terminal}.password"
[[reader]]
name = "counter"
driver = "virtual"
[buttons]
driver = "virtual"
[printer]
driver = "virtual"
"""


class NoReader:
    """Cards are posted straight to the loop: the readers have their own tests."""

    def poll(self, seconds: float) -> list[Any]:
        self.closed.wait(seconds)
        return []

    def __init__(self) -> None:
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()


class Counter:
    """One kiosk and the hand in front of it."""

    def __init__(self, folder: Path, terminal: str, port: int) -> None:
        self.buttons, self.printer = VirtualButtons(), VirtualPrinter(roll=10**6)
        self.slips: list[AnySlip] = []
        self._screens: list[Screen] = []
        self._changed = threading.Condition()
        config = folder / "kiosk" / f"{terminal}.toml"
        config.write_text(CONFIG.format(terminal=terminal, port=port))
        virtual: dict[Part, Callable[[], Any]] = {
            Part.READER: NoReader,
            Part.BUTTONS: self.buttons.open,
            Part.PRINTER: self.printer.open,
        }
        self.kiosk = Kiosk(load(config), SystemClock(ClockState.SYNCED), virtual, self._see)

    def _see(self, effect: Effect) -> None:
        with self._changed:
            if isinstance(effect, Show):
                self._screens.append(effect.screen)
                self._changed.notify_all()
            if isinstance(effect, Print):
                self.slips.append(effect.slip)

    def act(self, hand: Callable[[], object], *kinds: type) -> Screen:
        """Do something and wait for one of these screens, which is not Looking or Processing."""
        with self._changed:
            before = len(self._screens)
        hand()
        with self._changed:

            def come() -> Screen | None:
                new = self._screens[before:]
                return next((s for s in reversed(new) if isinstance(s, kinds)), None)

            assert self._changed.wait_for(come, SECONDS), (kinds, self._screens[before:])
            found = come()
            assert found is not None
            return found

    def ready(self) -> bool:
        """Tell whether central's answers are all in."""
        return self.kiosk.world.online and held(self.kiosk)

    def sent(self) -> bool:
        """Tell whether central has every row: the journal knows, the loop a moment later."""
        return bool(asked(self.kiosk, lambda journal: journal.standing()).waiting == 0)

    def tap(self, medium: MediumKey) -> Callable[[], object]:
        return lambda: self.kiosk.loop.post(CardPresented(medium, "counter"))

    def press(self, button: Button) -> Callable[[], object]:
        return lambda: self.buttons.press(button)

    def until_held(self) -> screens.Member:
        """Wait until all that the member sees can be spent here: it takes central a moment."""

        def held_here() -> bool:
            now = self._screens[-1]
            assert isinstance(now, screens.Member), list(self._screens[-4:])
            here = all(c.held >= c.visits for c in now.choices if c.visits is not None)
            return here and now.value_held == now.value

        with self._changed:
            assert self._changed.wait_for(held_here, SECONDS), self._screens[-1]
            now = self._screens[-1]
            assert isinstance(now, screens.Member)
            return now

    def until_moved(self, before: screens.Member) -> None:
        """Wait until another choice is selected, or the choices are others."""

        def moved() -> bool:
            now = self._screens[-1]
            assert isinstance(now, screens.Member), list(self._screens[-4:])
            return (now.selected, len(now.choices)) != (before.selected, len(before.choices))

        with self._changed:
            assert self._changed.wait_for(moved, SECONDS), self._screens[-1]

    def rest(self) -> None:
        """Leave whatever is open."""
        for _ in range(5):
            if isinstance(self._screens[-1], screens.Idle):
                return
            self.act(self.press(Button.C), object)
        raise AssertionError(self._screens[-1])


def medium(name: str) -> MediumKey:
    card = demo_cards()[name]
    if "token" in card:
        return MediumKey(f"pm1:{card['token']}")
    return from_uid(bytes.fromhex(card["uid"]))


@pytest.fixture
def counters(folder: Path, shop: Shop) -> Iterator[list[Counter]]:
    shop.prepare()
    for terminal in ("k1", "k2"):
        shop.add_terminal(terminal, folder / "kiosk" / f"{terminal}.password")
    shop.start_without_kiosk()
    found = []
    for terminal in ("k1", "k2"):
        counter = Counter(folder, terminal, shop.port)
        counter.kiosk.start()
        until(counter.ready, f"{terminal} ready", 30)
        found.append(counter)
    yield found
    for counter in found:
        assert counter.kiosk.stop() == ()


def wanted(shown: screens.Member, choice: int) -> int:
    """Return which of the things on offer is the `choice`-th: no rewards, and no notes."""
    offers = [
        at for at, c in enumerate(shown.choices) if c.visits is not None or c.price is not None
    ]
    return offers[choice % len(offers)]


def visit(counter: Counter, name: str, choice: int) -> Reason | None:
    """Take the `choice`-th thing on offer; return why not, None when it was taken."""
    shown = counter.act(counter.tap(medium(name)), screens.Member, screens.AlreadyTaken)
    if isinstance(shown, screens.AlreadyTaken):
        counter.act(counter.press(Button.C), screens.Member)
    while (shown := counter.until_held()).selected != wanted(shown, choice):
        counter.press(Button.B)()
        counter.until_moved(shown)
    step = counter.act(counter.press(Button.A), screens.ChoosePet, screens.Confirm, screens.Refused)
    if isinstance(step, screens.ChoosePet):
        step = counter.act(counter.press(Button.A), screens.Confirm, screens.Refused)
    if isinstance(step, screens.Confirm):
        step = counter.act(counter.press(Button.A), screens.Done, screens.Refused)
    counter.rest()
    return step.reason if isinstance(step, screens.Refused) else None


def load_card(counter: Counter, name: str, *, sell: bool) -> None:
    """The cashier tops up, or sells a pass."""
    counter.act(counter.tap(medium("cashier")), desk.Desk)
    if sell:
        counter.act(counter.press(Button.B), desk.Desk)
    counter.act(counter.press(Button.A), desk.ChoosePlan)
    counter.act(counter.press(Button.A), desk.ChooseMeans)
    counter.act(counter.press(Button.A), desk.TapMember)
    counter.act(counter.tap(medium(name)), desk.ConfirmLoad)
    counter.act(counter.press(Button.A), desk.Loaded)
    counter.act(counter.press(Button.A), desk.Desk)
    counter.rest()


def test_every_number_of_a_day_agrees_with_the_books(
    counters: list[Counter], books: Books, folder: Path
) -> None:
    chance = random.Random(20261120)
    taken, refused = 0, defaultdict[Reason, int](int)
    for _ in range(VISITS):
        counter, name = chance.choice(counters), chance.choice(MEMBERS)
        reason = visit(counter, name, chance.randrange(4))
        if reason is None:
            taken += 1
        else:
            refused[reason] += 1
        if reason in (Reason.PASS_EMPTY, Reason.INSUFFICIENT_VALUE, Reason.EXPIRED):
            load_card(counter, name, sell=chance.random() < 0.5)
        settled(counters)
    assert taken > VISITS // 2, (taken, dict(refused))
    assert Reason.HELD_ELSEWHERE not in refused
    books.check()
    assert books.cases() == 0
    agree(counters, folder)


def settled(counters: list[Counter]) -> None:
    """Wait until central has every row."""
    for counter in counters:
        until(counter.sent, "acknowledged", SECONDS)


def agree(counters: list[Counter], folder: Path) -> None:
    """Replay central's entries: what each slip said was left is what the books said then."""
    db = sqlite3.connect(f"file:{folder / 'central' / 'central.sqlite3'}?mode=ro", uri=True)
    entries = db.execute(
        "SELECT t.journal_id, t.seq, a.member_id, a.kind, a.punch_pass_id, e.amount, a.id"
        " FROM shop_entry e JOIN shop_account a ON a.id = e.account_id"
        " LEFT JOIN shop_transaction t ON t.id = e.transaction_id ORDER BY e.id"
    ).fetchall()
    db.close()
    value: dict[str, int] = defaultdict(int)
    visits: dict[str, int] = defaultdict(int)
    after: dict[str, tuple[int, dict[str, int]]] = {}
    for journal, seq, owner, kind, pass_id, amount, _account in entries:
        if kind in ("principal", "bonus"):
            value[owner] += amount
        elif kind in ("pass_bought", "pass_gift"):
            visits[pass_id] += amount
        if journal is not None and kind != "points":
            after[f"{journal[:8]}-{seq:06d}"] = value[owner], dict(visits)
    checked = 0
    for slip in (slip for counter in counters for slip in counter.slips):
        assert isinstance(slip, Slip | LoadSlip)
        in_value, in_visits = after[slip.number]
        if slip.value_left is not None:
            assert slip.value_left == in_value, slip
            checked += 1
        if slip.visits_left is not None:
            assert slip.visits_left in in_visits.values(), slip
            checked += 1
    assert checked > VISITS // 2
