"""A card that nobody owns, bound by staff while it lies on the reader: the kiosk greets at once."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.domain.devices import Lamp
from kiosk.simulator.scenario import Expect
from kiosk.simulator.shop import Shop, demo_cards
from tests.endtoend.conftest import Books
from tests.peers.until import until

pytestmark = pytest.mark.loopback
SECONDS = 20.0

BIND = """
from central.books import media
from central.shop.models import Member, SeenMedium
media.bind(SeenMedium.objects.get(), member=Member.objects.get(pk="m-li"))
"""

LOSE = """
from central.books import media
from central.shop.models import Medium
media.report_lost(Medium.objects.get(key__endswith="{uid}"))
"""


def at_the_desk(folder: Path, what: str) -> None:
    """Do what a page of the desk does, in a process of its own."""
    program = shutil.which("kiosk-central", path=str(Path(sys.executable).parent))
    assert program is not None
    command = [program, "--data", str(folder / "central"), "manage", "shell", "-c", what]
    subprocess.run(command, check=True, capture_output=True)


def test_it_is_greeted_when_bound_and_refused_when_lost(
    shop: Shop, folder: Path, books: Books
) -> None:
    shop.prepare()
    shop.start()
    till, card = shop.kiosk, demo_cards()["stranger"]
    assert till.wait_ready(60)
    till.present(card)
    assert till.wait(Expect(screen=["此卡未登记"]), SECONDS) == []
    assert till.wait(Expect(online=True), SECONDS) == []
    until(books.seen, "central hears of the card")
    at_the_desk(folder, BIND)
    assert till.wait(Expect(screen=["李*"]), SECONDS) == []
    till.do(do="lift")
    till.do(do="press", button="C")
    assert till.wait(Expect(lamp=Lamp.READY), SECONDS) == []
    at_the_desk(folder, LOSE.format(uid=card["uid"].upper()))
    till.present(card)
    assert till.wait(Expect(screen=["挂失"]), SECONDS) == []
