"""A kiosk's journal thread and courier on a real broker."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.devices import PartReport
from kiosk.domain.events import LinkChanged, PartChanged, Stimulus
from kiosk.domain.policy import Policy
from kiosk.journal.journal import Journal
from kiosk.journal.thread import JournalThread
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.worker import Backoff
from kiosk.sync.courier import Courier
from kiosk.sync.mqtt import Link
from kiosk.sync.options import Broker, CourierConfig, Limits, Timing
from kiosk.sync.ports import LinkEvent
from tests.peers.books import Books
from tests.peers.until import SECONDS
from tests.sync.kiosk_side import IDENTITY, draft

T = TypeVar("T")
QUICK = Timing(
    presence_grace=5.0,
    hello=0.05,
    hello_most=0.4,
    ack=0.4,
    ack_most=1.0,
    request=0.5,
    directory=2.0,
)
FEW = Limits(rows=50)
SECRET = "correct horse"
ACL = "user central\ntopic readwrite petshop/#\nuser kiosk\ntopic read petshop/#\n"
MAY_WRITE = "topic write petshop/v1/s1/k1/#\n"


class Terminal:
    """A journal thread and a courier on a broker; `told` is what the loop would be posted."""

    def __init__(
        self,
        path: Path | None,
        broker: Broker,
        timing: Timing = QUICK,
        limits: Limits = FEW,
    ) -> None:
        self.told: list[Stimulus] = []
        self.policies: list[Policy] = []
        self.catalogues: list[Catalogue] = []
        clock = SystemClock()
        self.journal = JournalThread(path, lambda _: None, clock)

        def connect(post: Callable[[LinkEvent], None]) -> Link:
            return Link(broker, "s1", "k1", post, Backoff(0.02, 0.1))

        self.courier = Courier(
            self.journal,
            connect,
            CourierConfig(IDENTITY, timing, limits),
            self.told.append,
            self.policies.append,
            self.catalogues.append,
            clock,
        )
        self.journal.start()
        self.courier.start()

    def ask(self, work: Callable[[Journal], T]) -> T:
        """Have the journal thread do something, and wait for it."""
        answer: list[object] = []
        done = threading.Event()

        def take(found: object) -> None:
            answer.append(found)
            done.set()

        self.journal.submit(work, take)
        assert done.wait(SECONDS)
        assert not isinstance(answer[0], Exception), answer[0]
        return answer[0]  # type: ignore[return-value]

    def spend(self, member: str, amount: int = 1) -> None:
        self.ask(lambda journal: journal.commit(draft(member, amount)))
        self.courier.committed()

    @property
    def link(self) -> LinkChanged | None:
        return next((e for e in reversed(self.told) if isinstance(e, LinkChanged)), None)

    @property
    def part(self) -> PartReport | None:
        return next((e.report for e in reversed(self.told) if isinstance(e, PartChanged)), None)

    def drained(self) -> bool:
        return self.link == LinkChanged(online=True, waiting=0)

    def held_everything(self, books: Books) -> bool:
        standing = self.ask(lambda journal: journal.standing())
        return bool(books.grants) and not standing.pending_nonce and self.drained()

    def stop(self) -> None:
        self.courier.stop()
        assert self.courier.join()
        self.journal.stop()
        assert self.journal.join()


Start = Callable[..., Terminal]
