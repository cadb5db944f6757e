"""The journal is told what central's clock says."""

import datetime as dt
import sqlite3
from pathlib import Path

import pytest

from kiosk.assembly.kiosk import Kiosk
from kiosk.domain import wire
from kiosk.domain.wire import JournalState, Welcome
from kiosk.journal.journal import Journal
from kiosk.runtime.clock import VirtualClock
from kiosk.sync.ports import CameDown
from tests.journal import shop
from tests.peers.config import configured
from tests.peers.until import until


@pytest.mark.loopback
def test_a_welcome_is_the_witness_of_the_rows_that_are_here(tmp_path: Path) -> None:
    config = configured(tmp_path, "")
    assert config.journal is not None
    journal = Journal.open(config.journal)
    journal.apply_directory(shop.page(journal, [shop.record("m1")]))
    shop.grant(journal, m1_bought=5)
    journal.commit(shop.draft(shop.visit()))
    journal.close()
    said = shop.NOW + dt.timedelta(hours=1)
    welcome = Welcome("0" * 36, JournalState.OPEN, 0, "0" * 64, directory_version=0, now=said)
    kiosk = Kiosk(config, VirtualClock(shop.NOW))
    kiosk.start()
    try:
        kiosk.central_clock.overhearing(lambda _: None)(
            CameDown(wire.encode(welcome), lambda: None)
        )
        reader = sqlite3.connect(f"file:{config.journal}?mode=ro", uri=True)
        noted: list[tuple[int, str]] = []

        def is_noted() -> bool:
            noted[:] = reader.execute("SELECT seq, at FROM witnessed").fetchall()
            return bool(noted)

        until(is_noted)
        assert noted == [(1, said.isoformat())]
        reader.close()
    finally:
        assert kiosk.stop() == ()
