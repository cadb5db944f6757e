"""A memory card goes wrong: the kiosk stops by itself, central's page says why, staff decide.

The journal, its thread and the courier are the kiosk's own, on a real broker and a real central.
"""

import contextlib
import datetime as dt
import html
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.domain.clock import ClockState, local_day
from kiosk.domain.effects import Draft
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.transactions import Leg, VisitRedeem
from kiosk.domain.wire import JournalState
from kiosk.journal.journal import Journal
from kiosk.simulator.shop import PASSWORD, Shop
from kiosk.sync.options import Broker
from tests.endtoend.conftest import Books
from tests.journal import damages
from tests.peers.until import until
from tests.sync.terminal import Terminal

pytestmark = pytest.mark.loopback
SECONDS = 60.0
PASS = "pass-wang-bath.bought"

PAGE = """
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from central.shop.models import Journal
desk = Client(SERVER_NAME="127.0.0.1", headers={"accept-language": "en"})
desk.force_login(User.objects.get(is_superuser=True))
"""
DECIDE = """
oldest = Journal.objects.order_by("first_heard")[0].pk
answer = desk.post(reverse("desk:decide", args=[oldest, "%s"]), {"reason": "seen by Zhou"})
assert answer.status_code == 302, answer.content
"""
READ = 'print(desk.get(reverse("desk:kiosks")).content.decode())'


def bath(journal: Journal) -> Reason | None:
    """One bath on Wang's pass; the reason, if it is refused."""
    now = dt.datetime.now(dt.UTC)
    draft = Draft(
        at=now, clock=ClockState.SYNCED, local_day=local_day(now, 480), member="m-wang",
        medium="c-wang", catalogue=1,
        lines=(VisitRedeem(service="bath", legs=(Leg(PASS, 1),), pet="p-doudou"),),
    )  # fmt: skip
    try:
        journal.commit(draft)
    except Refusal as e:
        return e.reason
    return None


class Counter:
    """The shop's counter: cards are changed while the kiosk is off."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.folder = shop, shop.folder / "kiosk"
        self.journal = self.folder / "journal.sqlite3"

    @contextmanager
    def kiosk(self) -> Iterator[Terminal]:
        """The kiosk is on, and has heard everything that central has to say."""
        login = Broker(port=self.shop.port, username="s1.k1", password_file=self.folder / PASSWORD)
        terminal = Terminal(self.journal, login)
        try:
            yield terminal
        finally:
            terminal.stop()

    def offline(self, baths: int) -> None:
        """Serve without a network."""
        with contextlib.closing(Journal.open(self.journal)) as journal:
            assert [bath(journal) for _ in range(baths)] == [None] * baths

    def desk(self, verdict: str = "") -> str:
        """Read the page of kiosks and journals, in words; first decide on the oldest journal."""
        program = shutil.which("kiosk-central", path=str(Path(sys.executable).parent))
        assert program is not None
        what = PAGE + (DECIDE % verdict if verdict else "") + READ
        data = str(self.shop.folder / "central")
        command = [program, "--data", data, "manage", "shell", "-v0", "-c", what]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", done.stdout)).split())


@pytest.fixture
def counter(shop: Shop) -> Counter:
    shop.prepare()
    shop.start_without_kiosk()
    return Counter(shop)


def serve(terminal: Terminal, baths: int) -> None:
    """Serve, and have all of it booked."""

    def ready() -> bool:
        standing = terminal.ask(lambda journal: journal.standing())
        asked = not standing.directory_version or standing.pending_nonce or standing.waiting
        return terminal.drained() and standing.state is JournalState.OPEN and not asked

    until(ready, "online, with directory and allowances", SECONDS)
    for _ in range(baths):
        # what comes home at central is offered, asked for and granted meanwhile
        until(lambda: terminal.ask(bath) is None, "a bath", SECONDS)
    terminal.courier.committed()
    until(ready, "nothing waits", SECONDS)


def test_a_card_put_back_that_wrote_more_than_it_lost(counter: Counter, books: Books) -> None:
    with counter.kiosk() as terminal:
        serve(terminal, 1)
    counter.shop.change_card("copy")
    with counter.kiosk() as terminal:
        serve(terminal, 2)
    right = counter.shop.folder / "right"
    shutil.copytree(counter.folder, right)
    counter.shop.change_card("old")
    counter.offline(3)

    with counter.kiosk() as terminal:
        until(lambda: books.journals() == [("quarantined", "bad_chain")], "central knows", SECONDS)
        text = counter.desk()
        assert "its memory card was set back and used on" in text
        assert "Is the right memory card found? Put it in, then “Accept it again”" in text

        def why() -> str:
            return terminal.ask(lambda journal: journal.standing()).why

        # central's refusal comes first, and the reason with its next welcome
        until(lambda: why() == "row 3 is not the one that central has", "the reason", SECONDS)
        standing = terminal.ask(lambda journal: journal.standing())
        assert (standing.state, standing.last_seq) == (JournalState.QUARANTINED, 4)
        assert terminal.ask(bath) is Reason.QUARANTINED
        counter.desk("accept")  # too early: the wrong card is still in
        until(lambda: books.cases() == 2, "it is caught again", SECONDS)
        assert books.journals() == [("quarantined", "bad_chain")]
    assert books.rows() == [1, 2, 3], "nothing of the wrong card is booked"
    books.check()

    counter.shop.change_card("new")
    shutil.copytree(right, counter.folder, dirs_exist_ok=True)
    with counter.kiosk() as terminal:
        until(lambda: terminal.link is not None and terminal.link.online, "heard", SECONDS)
        assert "in use" in counter.desk("accept")
        serve(terminal, 1)
        assert books.journals() == [("open", "")]
    assert books.rows() == [1, 2, 3, 4]
    assert books.posted("m-wang", "pass_bought") == 4
    books.check()


def test_a_damaged_journal_is_set_aside_and_given_up_by_staff(
    counter: Counter, books: Books
) -> None:
    with counter.kiosk() as terminal:
        serve(terminal, 1)
    counter.offline(1)
    damages.cut_short(counter.journal)
    damaged = counter.journal.read_bytes()

    with counter.kiosk() as terminal:
        until(lambda: len(books.journals()) == 2, "a new journal says hello", SECONDS)
        [kept] = counter.folder.glob("journal.sqlite3.damaged-*Z")
        assert kept.read_bytes() == damaged
        serve(terminal, 0)
        assert books.journals() == [("frozen", "replaced"), ("open", "")]
        text = counter.desk()
        assert "The kiosk has come with another journal since" in text
        assert "Is the old memory card there?" in text
        assert "holds bought visits" in text
        assert terminal.ask(bath) is Reason.HELD_ELSEWHERE, "they are the old journal's"
        text = counter.desk("lost")
        assert "Do not use that memory card again" in text
        assert "seen by Zhou" in text
        serve(terminal, 2)
    assert books.journals() == [("lost", "staff"), ("open", "")]
    assert books.rows() == [1, 1, 2]
    assert books.posted("m-wang", "pass_bought") == 5, "the row that was not sent is the shop's"
    assert books.cases() == 1
    books.check()
