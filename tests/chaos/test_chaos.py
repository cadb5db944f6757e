"""Anything is killed at any moment, and the ledgers agree to the byte.

A mosquitto with its default persistence, central's sync process, staff at its desk and two kiosks;
some hundred rows here, ten thousand by `make chaos`.  CHAOS_SEED, CHAOS_ROWS, CHAOS_KILLS, and
CHAOS_DATABASE=postgresql; the seed is printed.  It draws what happens; in which instant is the
machine's own.
"""

import contextlib
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import cli
from tests.chaos.goods import Card, Goods, check_books, check_card, held_and_leased, read_card
from tests.chaos.house import TERMINALS, House, tail
from tests.chaos.staff import Staff
from tests.chaos.weather import Weather
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.loopback
SEED = int(os.environ.get("CHAOS_SEED", "20261122"))
ROWS = int(os.environ.get("CHAOS_ROWS", "300"))
KILLS = int(os.environ.get("CHAOS_KILLS", "8"))
DATABASE = os.environ.get("CHAOS_DATABASE", "sqlite")
PAUSE = 0.04
"""Mean seconds between two people at one kiosk."""

STUCK = 90.0
"""Seconds without a new row, at the counters or at central, that only a fault reaches."""

CALM = 0.5
"""Seconds that all must be at rest: nothing is on its way."""


@pytest.fixture
def database() -> Iterator[str]:
    """The URL of central's database; none for SQLite."""
    if DATABASE == "sqlite":
        yield ""
        return
    with Postgres() as server:
        yield server.create("chaos")


def test_ledgers_agree_to_the_byte(tmp_path: Path, database: str) -> None:
    print(f"CHAOS_SEED={SEED} CHAOS_ROWS={ROWS} CHAOS_KILLS={KILLS} CHAOS_DATABASE={DATABASE}")
    began = time.monotonic()
    dice, goods = random.Random(SEED), Goods()
    staff = Staff(goods, dice)
    house = House(tmp_path, database, SEED, PAUSE, goods.hear, staff.hear)
    with contextlib.closing(house):
        for name in ("broker", "central", "desk", *TERMINALS):
            house.start(name)
        weather = Weather(house, goods, dice, ROWS, KILLS)
        live(house, goods, weather, staff)
        quiet(house, goods, staff)
        house.finish()
        cards = [read_card(name, house.journal(name)) for name in TERMINALS]
        moved: Counter[str] = Counter()
        for card in cards:
            moved.update(check_card(goods, card, weather.killed[card.kiosk]))
        check_books(house.books, cards, house.opening, goods, moved)
        verified(house)
    say_figures(goods, weather, staff, cards, time.monotonic() - began)


def live(house: House, goods: Goods, weather: Weather, staff: Staff) -> None:
    """Let the day go by, with all that happens in it."""
    reached, since = 0, time.monotonic()
    while goods.confirmed < ROWS or not weather.over:
        weather.turn()
        staff.turn(house, more=True)
        if goods.confirmed > reached:
            reached, since = goods.confirmed, time.monotonic()
        assert not goods.fault, goods.fault
        assert time.monotonic() - since < STUCK, f"nothing moves after {reached} rows"
        time.sleep(0.005)


def quiet(house: House, goods: Goods, staff: Staff) -> None:
    """Nobody comes any more.  Central has every row, and each kiosk holds what it is leased."""
    for kiosk in house.kiosks.values():
        kiosk.tell("rest")
    reached, end, calm = -1, 0.0, 0.0
    while not calm or time.monotonic() < calm + CALM:
        if (now := applied(house)) > reached:
            reached, end = now, time.monotonic() + STUCK
        staff.turn(house, more=False)
        differ = unrest(house, goods, staff)
        calm = 0.0 if differ else calm or time.monotonic()
        assert time.monotonic() < end, f"not at rest: {differ}; {tail(house.central.log)}"
        time.sleep(0.05)


def applied(house: House) -> int:
    [(rows,)] = house.books.query("SELECT count(*) FROM shop_transaction")
    return int(rows)


def unrest(house: House, goods: Goods, staff: Staff) -> list[object]:
    """List what is still under way."""
    said = [goods.rest.get(name) for name in TERMINALS]
    if not staff.idle or not all(
        one and one["online"] and not one["waiting"] and not one["asking"] for one in said
    ):
        return [*said, staff.idle]
    assert {one["state"] for one in said if one} == {"open"}
    cards = [read_card(name, house.journal(name)) for name in TERMINALS]
    news = house.books.query("SELECT kind, accounts FROM shop_outgoing")
    return [one for one in (*held_and_leased(house.books, cards), news) if one]


def verified(house: House) -> None:
    """The programs' own checks find nothing either, and nobody has logged a bug."""
    for name in TERMINALS:
        assert cli.main(["journal", "verify", "--file", str(house.journal(name))]) == 0
    house.books.run("verify")
    for log in house.logs.iterdir():
        assert "Traceback" not in log.read_text("utf-8", "replace"), tail(log)


def say_figures(
    goods: Goods, weather: Weather, staff: Staff, cards: list[Card], seconds: float
) -> None:
    releases = sum(not row.member for card in cards for row in card.rows)
    unanswered = sum(not a.seq and not a.refused for a in goods.attempts.values())
    print(f"{goods.confirmed} rows confirmed, {releases} releases, {unanswered} unanswered")
    print(f"{weather.kills} kills in {seconds:.0f} s: {dict(sorted(weather.done.items()))}")
    for what in (goods.kinds(), goods.refusals(), staff.done, goods.counted()):
        print(f"  {dict(sorted(what.items()))}")
