"""People at the counter: they look at what the kiosk is at, and do one of the things one can do."""

import dataclasses as dc
import random
from collections import Counter as Tally
from collections.abc import Callable

from kiosk.domain.desk import DeskEntry
from kiosk.domain.devices import Button
from kiosk.drivers.virtual.cards import StorageCard, VirtualCard, issued
from kiosk.flows import desk_states as at
from kiosk.flows import states as st
from kiosk.flows.step import State
from kiosk.simulator.shop import demo_cards
from tests.soak.counter import Counter

MEMBERS = (
    "wang", "wang-qr", "li", "zhang", "chen", "liu", "zhao", "sun", "zhou", "wu", "zheng",
    "smith", "qian", "gao",
)  # fmt: skip
STAFF = ("groomer", "cashier")
NOBODY = ("stranger", "liu-lost")
BUSY = (
    st.Starting,
    st.Identifying,
    st.Committing,
    at.Surveying,
    at.IdentifyingMember,
    at.Gathering,
    at.Examining,
)
MOST_STEPS = 60


@dc.dataclass(frozen=True)
class Way:
    """One way to show a card to the kiosk."""

    name: str
    present: Callable[[str], None]


class People:
    """Visits at random from `chance`.  `visits` counts them by who came and how.

    `slowest` is the longest that a tap waited, in seconds; under True while the printer hung.
    """

    def __init__(self, counter: Counter, chance: random.Random) -> None:
        self.counter, self.chance = counter, chance
        self.visits: Tally[str] = Tally()
        self.taps = 0
        self.printer_hangs = False
        self.slowest = {False: 0.0, True: 0.0}
        self._cards = demo_cards()
        self._errands = 0

    # --- hands

    def card(self, name: str) -> VirtualCard:
        """Take a card out of the wallet."""
        card = self._cards[name]
        uid = bytes.fromhex(card.get("uid", "04C0DE00000000"))
        return issued(card["token"], uid) if "token" in card else StorageCard(uid)

    def tap(self, name: str) -> None:
        """Show a card in any way that works now, until the kiosk has taken notice."""
        self.taps += 1
        before, began = self.counter.state, self.counter.clock.mono()
        ahead = self.counter.clock.ahead
        way = self.chance.choice(self._ways(name))
        way.present(name)
        self.settle(before, f"{name} tapped at {way.name}")
        took = self.counter.clock.mono() - began - (self.counter.clock.ahead - ahead)
        self.slowest[self.printer_hangs] = max(self.slowest[self.printer_hangs], took)
        self.lift()
        if way.name == "door":
            # the module has to see an empty field before the next card
            polls = len(self.counter.door.commands)
            self.counter.until(lambda: len(self.counter.door.commands) > polls + 6, "polls")

    def _ways(self, name: str) -> list[Way]:
        counter, card = self.counter, self._cards[name]
        ways = []
        if "token" in card and counter.scanner.link.is_symlink():
            ways.append(Way("scanner", self._scan))
        if "token" not in card or "uid" in card:
            if counter.reader.plugged and not counter.reader.hangs:
                ways += [Way("counter", self._lay)] * 4
            if counter.door.link.is_symlink():
                ways.append(Way("door", self._lay_at_door))
        return ways

    def _scan(self, name: str) -> None:
        self.counter.scanner.send(f"PM1:{self._cards[name]['token']}\r".encode())

    def _lay(self, name: str) -> None:
        self.counter.reader.place(self.card(name))

    def _lay_at_door(self, name: str) -> None:
        self.counter.door.lay(self.card(name))

    def lift(self) -> None:
        """Take away what lies on the readers."""
        self.counter.reader.lift()
        self.counter.door.lift()

    def someone(self) -> str:
        """Choose a member whose card can be shown now."""
        return self.chance.choice([name for name in MEMBERS if self._ways(name)])

    def press(self, button: Button, before: State) -> None:
        """Press at what was just seen, and wait for what comes of it."""
        self.counter.buttons.press(button)
        self.settle(before, f"{button} pressed")

    def settle(self, before: State, what: str) -> None:
        """Wait until the kiosk has gone on, and does not think any more."""

        def settled() -> bool:
            now = self.counter.state
            idle = isinstance(now, st.Resting) and isinstance(before, st.Resting)
            return now is not before and not idle and not isinstance(now, BUSY)

        self.counter.until(settled, f"after {what} in {before}")

    # --- visits

    def visit(self) -> None:
        """Come, do something, and go: the kiosk rests again."""
        roll = self.chance.random()
        if roll < 0.08:
            who = self.chance.choice(NOBODY)
        elif roll < 0.26:
            who = self.chance.choice(STAFF)
        elif roll < 0.27:
            who = "technician"
        else:
            who = self.someone()
        self.visits[who if who in (*STAFF, *NOBODY, "technician") else "member"] += 1
        self._errands = self.chance.randint(1, 3)
        if who == "groomer":
            # as many services are finished as are paid, or the list of open ones grows for ever
            self._errands = self.chance.randint(5, 12)
        self.tap(who)
        for _ in range(MOST_STEPS):
            if isinstance(self.counter.state, st.Resting):
                return
            if not self._step(self.counter.state):
                break
        self.leave()

    def leave(self) -> None:
        """Go: hold C, or just walk away and let time pass."""
        counter = self.counter
        if isinstance(counter.state, st.Resting):
            return
        if self.chance.random() < 0.7:
            counter.buttons.hold_back()
        else:
            self.visits["walked away"] += 1
            counter.pass_time(700.0)
        counter.until(lambda: isinstance(counter.state, st.Resting), "rest after a visit")

    def _step(self, state: State) -> bool:
        """Do one thing; False: that is enough, go."""
        roll = self.chance.random()
        match state:
            case st.Refusing():
                if roll < 0.5:
                    return False
                self.press(Button.C, state)
            case st.Finished():
                if roll < 0.3:
                    return False
                self.press(Button.B, state)
            case st.Greeting():
                self._choose(state)
            case st.Confirming():
                if roll < 0.2 and len(state.ways) > 1:
                    self.press(Button.B, state)
                else:
                    self.press(Button.A if roll < 0.9 else Button.C, state)
            case st.Recalling() | st.ReadingDetails() | st.PickingPet():
                self.press(self.chance.choice((Button.A, Button.A, Button.B)), state)
            case at.OnShift():
                return self._work(state)
            case _:
                return False
        return True

    def _choose(self, state: st.Greeting) -> None:
        count = len(state.offers) + bool(state.notes)
        roll = self.chance.random()
        if roll < 0.06:
            self.press(Button.C, state)
        elif roll < 0.35 and count > 1:
            self.press(Button.B, state)
        else:
            self.press(Button.A, state)

    def _work(self, state: at.OnShift) -> bool:
        match state:
            case at.AtDesk():
                if not self._errands:
                    self.press(Button.C, state)
                    return True
                self._errands -= 1
                self._pick(state)
            case at.AwaitingMember():
                self.tap(self.someone())
            case at.CheckingScreen():
                self.counter.witness.testing = True
                self.counter.buttons.press(Button.C)
                self.settle(state, "end of the lamp test")
                self.counter.witness.testing = False
            case at.PickingPlan() | at.PickingMeans() | at.PickingPetFor():
                self.press(self.chance.choice((Button.A, Button.A, Button.B)), state)
            case at.Deciding():
                self._decide(state)
            case _:
                self.press(Button.C, state)
        return True

    def _decide(self, state: at.Deciding) -> None:
        roll = self.chance.random()
        if roll < 0.2 and len(state.ways) > 1:
            self.press(Button.B, state)
        else:
            self.press(Button.A if roll < 0.9 else Button.C, state)

    def _pick(self, state: at.AtDesk) -> None:
        """Choose a line of the list; never training mode, which is a fault's to begin."""
        if state.workday.tickets and self.chance.random() < 0.9:
            self.press(Button.A, state)
            return
        lines = range(len(state.items))
        wanted = self.chance.choice([n for n in lines if not _is_training(state, n)])
        while state.selected != wanted:
            self.press(Button.B, state)
            found = self.counter.state
            if not isinstance(found, at.AtDesk):
                return
            state = found
        item = state.items[state.selected]
        if isinstance(item, at.Entry):
            self.counter.witness.testing = item.shown.entry is DeskEntry.TEST
        self.press(Button.A, state)


def _is_training(state: at.AtDesk, number: int) -> bool:
    item = state.items[number]
    training = (DeskEntry.TRAINING_ON, DeskEntry.TRAINING_OFF, DeskEntry.EXAMINE)
    return isinstance(item, at.Entry) and item.shown.entry in training
