"""What goes wrong and is over at once: odd cards and codes, a full disk, training mode."""

import random
import resource
import threading
from collections.abc import Callable

from kiosk.domain.desk import DeskEntry
from kiosk.domain.devices import Button, Part
from kiosk.drivers.virtual.cards import MuteCard
from kiosk.flows import states as st
from kiosk.flows.desk_states import AtDesk, Entry, ReadingFindings
from tests.soak.counter import Counter
from tests.soak.people import People


class Mishaps:
    """Each begins at rest, with everything else in order, and leaves it so."""

    def __init__(self, counter: Counter, people: People, chance: random.Random) -> None:
        self.counter, self.people, self.chance = counter, people, chance

    def all(self) -> dict[str, Callable[[], None]]:
        """Name them."""
        return {
            "card torn away": self._torn,
            "two cards": self._two_cards,
            "mute card": self._mute,
            "foreign code": lambda: self._scan(b"https://example.org/menu"),
            "garbage code": self._garbage,
            "buttons unplugged in a visit": self._no_buttons,
            "disk full": self._disk_full,
            "training mode": self._training,
            "devices examined": self._examine,
        }

    def _odd(self, show: Callable[[], object]) -> None:
        """Show something that is no card of a member; then all is as before."""
        before = self.counter.state
        show()
        self.people.settle(before, "something odd")
        self.people.lift()
        self.people.leave()

    def _torn(self) -> None:
        card = self.people.card(self.chance.choice(("wang", "li", "groomer")))
        self._odd(lambda: self.counter.reader.place(card, torn_after=self.chance.randint(0, 3)))

    def _two_cards(self) -> None:
        def show() -> None:
            with self.counter.reader.changed:
                self.counter.reader.place(self.people.card("wang"))
                self.counter.reader.place(self.people.card("li"))

        self._odd(show)

    def _mute(self) -> None:
        self._odd(lambda: self.counter.reader.place(MuteCard()))

    def _garbage(self) -> None:
        self._scan(bytes(self.chance.randrange(128, 256) for _ in range(9)))

    def _scan(self, code: bytes) -> None:
        self._odd(lambda: self.counter.scanner.send(code + b"\r"))

    def _no_buttons(self) -> None:
        """A member is greeted, cannot press anything, and goes."""
        counter = self.counter
        counter.buttons.unplug()
        self.people.tap("wang")
        counter.pass_time(60.0)
        counter.until(lambda: isinstance(counter.state, st.Resting), "rest without a button")
        counter.buttons.plug()
        counter.until_ready(Part.BUTTONS)

    def _disk_full(self) -> None:
        """No file takes a byte more for a while; people come all the same."""
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        mended = threading.Timer(
            self.chance.uniform(0.2, 0.6),
            lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        )
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
        mended.start()
        try:
            while mended.is_alive():
                self.people.visit()
        finally:
            mended.join()
        self.counter.until_ready(Part.JOURNAL)

    def _training(self) -> None:
        """The technician switches to training mode, some practise, and back."""
        witness = self.counter.witness
        self._switch(DeskEntry.TRAINING_ON)
        witness.practising = True
        for _ in range(self.chance.randint(1, 4)):
            self.people.visit()
        self._switch(DeskEntry.TRAINING_OFF)
        witness.practising = False
        self.counter.until_well()

    def _examine(self) -> None:
        """The technician has every device checked, and prints what was found."""
        self._choose(DeskEntry.EXAMINE)
        state = self.counter.state
        assert isinstance(state, ReadingFindings), state
        # A prints and changes nothing else
        self.counter.buttons.press(Button.A)
        self.people.press(Button.C, state)
        self.people.leave()

    def _switch(self, entry: DeskEntry) -> None:
        counter = self.counter
        counter.until_well()
        self._choose(entry)
        counter.station.turn()
        counter.until_well()
        counter.until(lambda: isinstance(counter.state, st.Resting), "rest in the other mode")
        assert counter.kiosk.world.training is (entry is DeskEntry.TRAINING_ON)

    def _choose(self, entry: DeskEntry) -> None:
        counter = self.counter
        self.people.tap("technician")
        while True:
            state = counter.state
            assert isinstance(state, AtDesk), state
            item = state.items[state.selected]
            if isinstance(item, Entry) and item.shown.entry is entry:
                break
            self.people.press(Button.B, state)
        self.people.press(Button.A, state)
