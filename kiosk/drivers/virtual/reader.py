"""A card reader: cards are laid on it and lifted, torn away, or do not answer."""

import collections
import dataclasses as dc

from kiosk.domain.errors import CardGone, Malformed
from kiosk.domain.events import CardPresented, CardUnreadable, Stimulus
from kiosk.drivers import cards
from kiosk.drivers.field import Field
from kiosk.drivers.virtual.cards import VirtualCard
from kiosk.drivers.virtual.plug import Plugged


@dc.dataclass(eq=False)
class _Laying:
    """One card laid down; the hand takes it away after `torn_after` APDUs, if set."""

    card: VirtualCard
    torn_after: int | None
    asked: int = 0

    def transmit(self, apdu: bytes) -> cards.Response:
        if self.asked == self.torn_after:
            raise CardGone("torn away")
        self.asked += 1
        return cards.parse(self.card.answer(apdu))


class VirtualReader(Plugged):
    """A reader that runs the real card exchange against card models.

    Nothing is lost between two polls: poll() sees each laying and lifting, in order.  `asked` is
    how many APDUs the last card was sent.
    """

    def __init__(self, name: str = "counter") -> None:
        super().__init__()
        self.name, self.asked = name, 0
        self._lying: list[_Laying] = []
        self._unseen: collections.deque[frozenset[_Laying]] = collections.deque()
        self._field: Field[_Laying] = Field(name)

    def place(self, card: VirtualCard, torn_after: int | None = None) -> None:
        """Lay a card down; with `torn_after` the hand takes it away after so many APDUs."""
        with self.changed:
            self._lying.append(_Laying(card, torn_after))
            self._look()

    def lift(self, card: VirtualCard | None = None) -> None:
        """Lift this card, or whatever lies there."""
        with self.changed:
            self._lying = [x for x in self._lying if card is not None and x.card is not card]
            self._look()

    def tap(self, card: VirtualCard) -> None:
        """Lay a card down and lift it, no sooner than it has been read."""
        with self.changed:
            self.place(card)
            self.lift(card)

    def plug(self) -> None:
        """Put the plug back; a card that lies there is seen again."""
        with self.changed:
            super().plug()
            self._look()

    def unplug(self) -> None:
        """Pull the plug; what was not yet seen is lost."""
        with self.changed:
            super().unplug()
            self._unseen.clear()

    def poll(self, seconds: float) -> list[Stimulus]:
        events: list[Stimulus] = []
        with self.changed:
            self.changed.wait_for(lambda: self._unseen or self.hangs or not self.plugged, seconds)
            self.changed.wait_for(lambda: not self.hangs)
            if not self.plugged:
                events, _ = self._field.change(frozenset())
                if not events:
                    self.require()
            while self._unseen:
                change, laying = self._field.change(self._unseen.popleft())
                events += change
                if laying is not None:
                    events.append(self._read(laying))
        return events

    def close(self) -> None:
        """Nothing to give back."""

    def _look(self) -> None:
        if self.plugged:
            self._unseen.append(frozenset(self._lying))
            self.changed.notify_all()

    def _read(self, laying: _Laying) -> Stimulus:
        laying.card.reset()
        try:
            if not laying.card.atr:
                raise CardGone("mute")
            kind = cards.kind_of_atr(laying.card.atr)
            key = cards.run(cards.identify(kind), laying.transmit)
            self.asked = laying.asked
            return CardPresented(reader=self.name, medium=key)
        except Malformed:
            return CardUnreadable(self.name)
        except CardGone:
            if laying.asked == laying.torn_after:
                self._torn(laying)
            return CardUnreadable(self.name)

    def _torn(self, laying: _Laying) -> None:
        """The card is gone from what lies there now and from all that is still unseen."""
        self._lying = [x for x in self._lying if x is not laying]
        self._unseen = collections.deque(seen - {laying} for seen in self._unseen)
        self._unseen.appendleft(frozenset())
