"""What lies on a reader, and what each change of it means.  No I/O: every reader driver asks it.

A card is one tap from when it is laid down until it is lifted.  Readers that share one name in
the config are one place to lay a card; two cards there are SeveralCards and neither is read.
"""

from collections.abc import Hashable
from typing import Generic, TypeVar

from kiosk.domain.events import CardRemoved, SeveralCards, Stimulus

L = TypeVar("L", bound=Hashable)


class Slot:
    """One PC/SC reader as pcscd reports it: a card or none, and a 16-bit count of its changes.

    `present` is None while the reader does not say; `turn` grows with each card laid there.
    """

    def __init__(self) -> None:
        self.present: bool | None = None
        self.turn = 0
        self._count = 0

    def note(self, present: bool | None, count: int) -> bool:
        """Take note of a report; True when a card came and went since the last one.

        Two steps of the count or more are a card that came or went between two looks.  One step
        alone is the count catching up with a state that was reported before it.
        """
        missed = (count - self._count) & 0xFFFF >= 2
        known, self.present, self._count = self.present, present, count
        if present and (missed or not known):
            self.turn += 1
        return known is False and present is False and missed


class Field(Generic[L]):
    """The cards in a reader's field.  `L` names one laying: the same card laid again is another.

    Every CardPresented or CardUnreadable that a driver posts for a card returned by change() is
    followed by exactly one CardRemoved.
    """

    def __init__(self, reader: str) -> None:
        self._reader = reader
        self._tapped: L | None = None
        self._several = False

    def change(self, cards: frozenset[L]) -> tuple[list[Stimulus], L | None]:
        """Take note of what lies there now; return what to post, and the card to read, if any."""
        events: list[Stimulus] = []
        if self._tapped is not None and self._tapped not in cards:
            self._tapped = None
            events.append(CardRemoved(self._reader))
        if len(cards) > 1:
            if not self._several:
                self._several = True
                events.append(SeveralCards(self._reader))
            return events, None
        if self._several and not cards and not events:
            events.append(CardRemoved(self._reader))
        self._several = False
        if not cards or self._tapped is not None:
            return events, None
        (self._tapped,) = cards
        return events, self._tapped
