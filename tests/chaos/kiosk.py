"""A kiosk without screen and buttons, as a process: the journal's thread, the courier, people.

    python -m tests.chaos.kiosk OPTIONS        (JSON, see Options)

It says on its standard output what happened over the counter, one JSON line each, written at once:
`try` with what is about to be moved, before it is committed; then `ok` with its seq, or `no`.  On
the line "rest" nobody comes any more and `rest` says where the journal stands; the end of its input
ends it.  `tally` is what the courier has counted in this life.
"""

import dataclasses as dc
import datetime as dt
import json
import logging
import os
import random
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from kiosk.domain import wire
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.clock import ClockState
from kiosk.domain.errors import JournalError
from kiosk.domain.events import LinkChanged, Stimulus
from kiosk.domain.media import MediumKey
from kiosk.domain.refusals import Refusal
from kiosk.domain.views import MemberView
from kiosk.journal.journal import Journal
from kiosk.journal.thread import JournalThread
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.worker import Backoff
from kiosk.sync.courier import Courier
from kiosk.sync.mqtt import Link
from kiosk.sync.options import Broker, CourierConfig, Identity, Limits, Timing
from kiosk.sync.ports import CameDown, LinkEvent
from tests.chaos.customers import Customer, Elsewhere, Wish

T = TypeVar("T")
TIMING = Timing(
    hello=0.2,
    hello_most=1.6,
    ack=2.0,
    ack_most=5.0,
    request=2.0,
    request_most=5.0,
    directory=3.0,
    directory_most=6.0,
)
"""A shop's pauses are minutes; here an hour's misfortunes come in a minute.

Longer than central takes for LIMITS.rows on a busy machine: else it only ever hears repeats.
"""

LIMITS = Limits(rows=25)
QUEUE = 100
"""With so many rows waiting for central, people come half as often: it shall catch up."""

PATIENCE = 60.0
LEAVES = 0.3
"""How many leave when what they have is held elsewhere; the others top up."""


class Options(msgspec.Struct):
    """`pause` is the mean of the seconds between two people; `life` counts the starts."""

    journal: str
    terminal: str
    port: int
    password: str
    members: list[str]
    seed: int
    life: int
    pause: float


def say(**message: object) -> None:
    # one write, unbuffered: what was said before a kill has been said
    os.write(1, (json.dumps(message) + "\n").encode())


class Terminal:
    """The kiosk's own threads, and the counter in front of them on the main thread."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._dice = random.Random(f"{options.seed} {options.terminal} {options.life}")
        self._clock = SystemClock(ClockState.SYNCED)
        self._at = self._clock.now()
        self._link = LinkChanged(online=False, waiting=0)
        self._duplicates, self._told = 0, ""
        self.resting, self.over = threading.Event(), threading.Event()
        self._journal = JournalThread(Path(options.journal), lambda _: None, self._clock)
        identity = Identity("s1", options.terminal, "chaos")
        self._courier = Courier(
            self._journal,
            self._connect,
            CourierConfig(identity, TIMING, LIMITS),
            self._heard,
            lambda _policy: None,
            lambda _catalogue: None,
            self._clock,
        )

    def _connect(self, post: Callable[[LinkEvent], None]) -> Link:
        def overhear(event: LinkEvent) -> None:
            if isinstance(event, CameDown) and b'"ack"' in event.payload:
                ack = wire.decode_down(event.payload)
                assert isinstance(ack, wire.Ack)
                self._duplicates += sum(
                    item.last - item.first + 1
                    for item in ack.items
                    if item.outcome is wire.ItemOutcome.DUPLICATE
                )
            post(event)

        options = self._options
        user = f"s1.{options.terminal}"
        broker = Broker(port=options.port, username=user, password_file=Path(options.password))
        return Link(broker, "s1", options.terminal, overhear, Backoff(0.05, 0.5))

    def _heard(self, event: Stimulus) -> None:
        if isinstance(event, LinkChanged):
            self._link = event

    def live(self) -> None:
        """Serve people until the input ends."""
        self._journal.start()
        self._courier.start()
        journal = self._ask(lambda journal: journal.standing().journal)
        while not self.over.is_set():
            if self.resting.is_set():
                self._rest()
                continue
            self._serve(self._dice.choice(self._options.members), journal)
            self._tally()
            pause = self._options.pause * (1 + self._link.waiting / QUEUE)
            self.over.wait(self._dice.uniform(0, 2 * pause))
        self._courier.stop()
        assert self._courier.join(10)
        self._journal.stop()
        assert self._journal.join(10)

    def _serve(self, member: str, journal: str) -> None:
        def look(journal: Journal) -> tuple[object, Catalogue | None]:
            return journal.identify(MediumKey(f"pm1:{member}")), journal.catalogue()

        try:
            view, catalogue = self._ask(look)
        except Refusal:
            self.over.wait(0.05)  # the directory is still to come
            return
        if not isinstance(view, MemberView) or catalogue is None:
            return
        customer = Customer(self._dice, view, catalogue, journal, self._now())
        try:
            wish = customer.wish()
        except Elsewhere as e:
            # perhaps it is here when the member comes again
            self._courier.ask_allowance(e.accounts)
            if self._dice.random() < LEAVES:
                return
            wish = customer.top_up()
        self._commit(wish)

    def _commit(self, wish: Wish) -> None:
        at = wish.draft.at.isoformat()
        say(do="try", at=at, kind=wish.kind, moves=dict(wish.moves), ref=wish.draft.ref)
        try:
            receipt = self._ask(lambda journal: journal.commit(wish.draft))
        except Refusal as e:
            say(do="no", at=at, why=e.reason.value)
            return
        except JournalError as e:
            say(do="no", at=at, why="error", error=str(e))
            return
        say(do="ok", at=at, seq=receipt.seq, journal=receipt.journal)
        self._courier.committed()

    def _rest(self) -> None:
        standing = self._ask(lambda journal: journal.standing())
        say(
            do="rest",
            online=self._link.online,
            waiting=standing.waiting,
            asking=bool(standing.pending_nonce),
            state=standing.state.value,
        )
        self._tally()
        self.over.wait(0.1)

    def _tally(self) -> None:
        counted = dc.asdict(self._courier.counters) | {"duplicates": self._duplicates}
        if (text := json.dumps(counted)) != self._told:
            self._told = text
            say(do="tally", counted=counted)

    def _now(self) -> dt.datetime:
        """Tell the time; no two attempts have the same, so that it names them."""
        self._at = max(self._clock.now(), self._at + dt.timedelta(milliseconds=1))
        return self._at

    def _ask(self, work: Callable[[Journal], T]) -> T:
        found: list[T | Refusal | JournalError] = []
        done = threading.Event()

        def take(answer: T | Refusal | JournalError) -> None:
            found.append(answer)
            done.set()

        self._journal.submit(work, take)
        assert done.wait(PATIENCE), "the journal does not answer"
        [answer] = found
        if isinstance(answer, Refusal | JournalError):
            raise answer
        return answer


def main(options: Options) -> None:
    """Live until the input ends."""
    logging.basicConfig(level=logging.INFO, format="%(threadName)s: %(message)s")
    terminal = Terminal(options)

    def listen() -> None:
        for line in sys.stdin:
            assert line == "rest\n"
            terminal.resting.set()
        terminal.over.set()

    threading.Thread(target=listen, daemon=True).start()
    terminal.live()


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=Options))
