"""An NFC module as configured, on its worker, with the plug pulled and put back."""

import queue
from pathlib import Path

from kiosk.assembly.devices import Bench, inputs
from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.events import CardPresented, CardRemoved, Stimulus
from kiosk.domain.media import MediumKey
from kiosk.domain.policy import Language
from kiosk.drivers.virtual.cards import issued
from kiosk.runtime.clock import SystemClock
from tests.peers.config import configured
from tests.peers.pn532 import Pn532

SECTION = """
[[reader]]
name = "counter"
driver = "pn532"
device = "{device}"
"""
CARD = issued("tok_0123456789", bytes.fromhex("04A1B2C3D4E5F6"))
PRESENTED = CardPresented(reader="counter", medium=MediumKey("pm1:tok_0123456789"))
REMOVED = CardRemoved("counter")


def test_a_module_plugged_in_late_pulled_and_put_back_reads(tmp_path: Path) -> None:
    chip = Pn532(tmp_path / "kiosk-nfc")
    events: queue.Queue[Stimulus] = queue.Queue()
    reports: queue.Queue[PartReport] = queue.Queue()
    bench = Bench(
        SystemClock(),
        virtual={},
        post=events.put,
        report=reports.put,
        printed=lambda *_: None,
        language=lambda: Language.ZH,
    )
    [worker] = inputs(configured(tmp_path, SECTION.format(device=chip.link)), bench)
    worker.start()
    try:
        for _ in range(2):
            absent = reports.get(timeout=20)
            assert (absent.part, absent.state) == (Part.READER, PartState.ABSENT)
            chip.plug()
            assert reports.get(timeout=20).state is PartState.READY
            chip.lay(CARD)
            assert events.get(timeout=20) == PRESENTED
            chip.unplug()
            assert events.get(timeout=20) == REMOVED
            chip.lift()
    finally:
        worker.stop()
        assert worker.join()
    assert events.empty()
