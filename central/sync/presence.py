"""When each terminal was last heard, and how many rows it has still to send: for staff only.

No money depends on it; but a day's report calls a kiosk drained by what is noted here.
"""

import datetime as dt

from django.utils import timezone

from central.shop.models import Journal, Terminal
from kiosk.domain import wire

Address = tuple[str, str]
"""Store and terminal."""

EVERY = dt.timedelta(minutes=1)
"""How exact the time of the last message is while a terminal is there: a write each, no more."""


class Presence:
    """What was heard under one connection to the broker.  One thread."""

    def __init__(self) -> None:
        self._heard: dict[Address, dt.datetime] = {}
        self._waiting: dict[Address, int] = {}
        self._counted: dict[Address, dt.datetime] = {}

    def heard(self, address: Address) -> None:
        """Note that a message came."""
        now = timezone.now()
        if _due(self._heard.get(address), now):
            _note(address, last_heard=now)
            self._heard[address] = now

    def left(self, address: Address) -> None:
        """Note that the terminal is gone, and when.

        One that was not heard under this connection is not heard now either: what the broker kept
        of it, its last will, may be days old.
        """
        self._waiting.pop(address, None)
        if self._heard.pop(address, None) is None:
            _note(address, online=False)
        else:
            _note(address, online=False, last_heard=timezone.now())

    def felt(self, terminal: Terminal, message: wire.Health) -> None:
        """Note how a terminal says that it is."""
        address, now = (terminal.store_id, terminal.code), timezone.now()
        _note(
            address,
            waiting=message.waiting,
            waiting_at=now,
            health={"clock": message.clock} | {part.part: part.state for part in message.parts},
            online=True,
            last_heard=now,
        )
        self._waiting[address], self._counted[address] = message.waiting, now

    def sent(self, address: Address, ack: wire.Ack) -> None:
        """Note how many of the rows that a terminal has spoken of are not in by now.

        Only once it has told how many wait: after an hour offline a first batch is no proof.
        """
        before, now = self._waiting.get(address), timezone.now()
        if before is None or not (before or _due(self._counted.get(address), now)):
            return
        known = Journal.objects.values_list("last_seq", flat=True).get(pk=ack.journal)
        waiting = max(0, known - ack.applied_through)
        _note(address, waiting=waiting, waiting_at=now)
        self._waiting[address], self._counted[address] = waiting, now


def _due(last: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether it is time to note it again; also when the clock was set back."""
    return last is None or not dt.timedelta(0) <= now - last < EVERY


def _note(address: Address, **values: object) -> None:
    Terminal.objects.filter(store=address[0], code=address[1]).update(**values)
