"""Random walks: whatever the network loses, repeats or reorders, money is right and all drains.

The session and the journal are the real ones; central is tests/peers/books.py, which asserts by
itself that rows are applied in order, once, and never against more than was granted.
"""

import random

import hypothesis.strategies as st
from hypothesis import given, settings

from kiosk.domain import wire
from tests.peers.books import Books
from tests.sync.kiosk_side import KioskSide, converse

MEMBERS = {"m1": 40, "m2": 20, "m3": 5}

STEPS = [
    *["spend"] * 6,
    *["to_central"] * 8,
    *["to_kiosk"] * 10,
    *["work"] * 10,
    *["wait", "slow"] * 3,
    *["lose", "repeat", "reorder"] * 2,
    *["connect", "disconnect", "central_restarts", "kiosk_restarts", "credit", "push", "restore"],
    *["stray", "unsent", "fault"],
]


class World:
    """A kiosk, a central and a bad network between them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.books = Books(MEMBERS, page=2, most_grants=2)
        self.kiosk = KioskSide()
        self.down: list[wire.Down] = []
        self.old: list[wire.Down] = []
        self.credited = self.spent = 0
        self.births = 1
        self.linked = self.restored = False

    def step(self, name: str) -> None:
        getattr(self, name)()
        self.check()

    def check(self) -> None:
        rows = self.kiosk.standing.last_seq
        assert self.books.applied <= rows
        assert self.kiosk.standing.acknowledged <= self.books.applied or self.restored
        for member in MEMBERS:
            assert 0 <= self.held(member) <= self.books.leased[f"a-{member}"] or self.restored

    def held(self, member: str) -> int:
        if self.kiosk.standing.directory_version == 0:
            return 0
        return self.kiosk.held(member)

    def spend(self) -> None:
        amount = self.random.randint(1, 3)
        if self.kiosk.standing.directory_version and self.kiosk.spend(
            self.random.choice(list(MEMBERS)), amount
        ):
            self.spent += amount

    def to_central(self) -> None:
        if self.kiosk.up and self.linked:
            self.down += self.books.answer(self.kiosk.up.pop(0))

    def to_kiosk(self) -> None:
        # the courier takes the next message when the journal has done what the last one asked for
        if self.down and self.linked and not self.kiosk.jobs:
            message = self.down.pop(0)
            self.old.append(message)
            self.kiosk.hear(message)

    def work(self) -> None:
        if self.kiosk.jobs:
            self.kiosk.work_once()

    def slow(self) -> None:
        self.kiosk.slow = not self.kiosk.slow
        if not self.kiosk.slow:
            self.kiosk.work()

    def wait(self) -> None:
        self.kiosk.wait(self.random.choice([0.3, 5.0, 40.0]))

    def lose(self) -> None:
        if self.kiosk.up and self.random.random() < 0.5:
            del self.kiosk.up[self.random.randrange(len(self.kiosk.up))]
        elif self.down:
            del self.down[self.random.randrange(len(self.down))]

    def repeat(self) -> None:
        if self.kiosk.up:
            self.kiosk.up.append(self.random.choice(self.kiosk.up))
        if self.down:
            self.down.append(self.random.choice(self.down))

    def reorder(self) -> None:
        self.random.shuffle(self.kiosk.up)
        self.random.shuffle(self.down)

    def stray(self) -> None:
        if self.old and self.linked and not self.kiosk.jobs:
            self.kiosk.hear(self.random.choice(self.old))

    def connect(self) -> None:
        self.linked = True
        self.kiosk.connect(self.random.choice([None, f"c{self.births}"]))

    def disconnect(self) -> None:
        self.linked = False
        self.kiosk.do(self.kiosk.session.disconnected())

    def central_restarts(self) -> None:
        self.births += 1
        self.down.clear()
        if self.linked:
            self.kiosk.presence(f"c{self.births - 1}", online=False)
            self.kiosk.presence(f"c{self.births}")

    def kiosk_restarts(self) -> None:
        self.linked = False
        self.kiosk.restart()

    def credit(self) -> None:
        amount = self.random.randint(1, 9)
        self.credited += amount
        self.down += self.books.credit(self.random.choice(list(MEMBERS)), amount)

    def push(self) -> None:
        if self.books.journal:
            self.down += self.books.pages(self.random.randint(0, self.books.version))

    def restore(self) -> None:
        self.restored = True
        self.books.restore(self.random.randint(0, self.books.applied))

    def unsent(self) -> None:
        self.kiosk.do(
            self.kiosk.session.unsent(self.random.choice([0x10, 0x87, 0x97]), self.kiosk.at)
        )

    def fault(self) -> None:
        self.kiosk.broken = True
        self.to_kiosk()
        self.work()
        self.kiosk.broken = False

    def mend(self) -> None:
        """From now on everything arrives, in order."""
        self.kiosk.slow = False
        self.kiosk.work()
        self.kiosk.up.clear()
        self.down.clear()
        self.linked = True
        self.kiosk.connect(f"c{self.births}")
        for _ in range(8):
            converse(self.kiosk, self.books)
            self.kiosk.wait(61.0)
        # central tells of what the last rows did to the members
        for page in self.books.pages(self.kiosk.standing.directory_version):
            self.kiosk.hear(page)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32), steps=st.lists(st.sampled_from(STEPS), min_size=40, max_size=200)
)
def test_exactly_once_in_order_and_everything_drains(seed: int, steps: list[str]) -> None:
    world = World(seed)
    for name in steps:
        world.step(name)
    world.mend()
    books, kiosk = world.books, world.kiosk
    standing = kiosk.standing
    assert kiosk.online
    assert kiosk.waiting == 0
    assert books.rows == [row.payload for row in kiosk.journal.rows(0, 10_000)]
    assert books.head == standing.head
    assert standing.acknowledged == standing.last_seq
    # the goods given are what the books lost, and the kiosk holds all that is left
    assert sum(books.posted.values()) == sum(MEMBERS.values()) + world.credited - world.spent
    assert {a: kiosk.held(a.removeprefix("a-")) for a in books.posted} == books.posted
    assert books.leased == books.posted
    assert standing.directory_version == books.version
    for member in MEMBERS:
        shown = kiosk.view(member).balances[f"a-{member}"].shown
        assert shown == books.posted[f"a-{member}"]
