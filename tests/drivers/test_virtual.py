"""What is the virtual devices' own: hands faster than polls, threads, and a printer's roll."""

import queue
import threading

from kiosk.domain.devices import Part, PartReport, PartState, PrintOutcome
from kiosk.domain.document import Document, Qr, Text
from kiosk.domain.events import CardPresented, CardRemoved, CardUnreadable, Stimulus
from kiosk.domain.media import MediumKey
from kiosk.drivers.ports import Paper
from kiosk.drivers.virtual.cards import StorageCard, issued
from kiosk.drivers.virtual.inputs import VirtualScanner
from kiosk.drivers.virtual.printer import Trouble, VirtualPrinter
from kiosk.drivers.virtual.reader import VirtualReader
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.worker import Backoff, Duty, InputWorker

CARD = issued("tok_0123456789", bytes.fromhex("04A1B2C3D4E5F6"))
TAP: list[Stimulus] = [
    CardPresented(reader="counter", medium=MediumKey("pm1:tok_0123456789")),
    CardRemoved("counter"),
]
SLIP: Document = (Text("一"), Text("二", double=True), Qr("PM1:x"))
SLIP_LINES = 1 + 2 + 8 + 4


def test_taps_between_two_polls_are_seen_in_order() -> None:
    reader = VirtualReader()
    reader.tap(CARD)
    reader.tap(CARD)
    assert reader.poll(0) == TAP * 2


def test_a_card_torn_away_is_gone_for_whoever_comes_next() -> None:
    reader = VirtualReader()
    other = StorageCard(bytes.fromhex("1A2B3C4D"))
    reader.place(CARD, torn_after=1)
    reader.place(other)
    assert reader.poll(0) == [
        CardUnreadable("counter"),
        CardRemoved("counter"),
        CardPresented(reader="counter", medium=MediumKey("uid:1A2B3C4D")),
    ]


def test_a_worker_reports_each_change_of_the_plug_once() -> None:
    reader = VirtualReader()
    reports: queue.Queue[PartReport] = queue.Queue()
    events: queue.Queue[Stimulus] = queue.Queue()
    duty = Duty(Part.READER, reports.put, SystemClock(), Backoff(0.001, 0.01))
    worker = InputWorker(duty, reader.open, events.put)
    worker.start()
    try:
        assert reports.get(timeout=10).state is PartState.READY
        reader.place(CARD)
        assert events.get(timeout=10) == TAP[0]
        reader.unplug()
        assert events.get(timeout=10) == TAP[1]
        assert reports.get(timeout=10).state is PartState.ABSENT
        reader.plug()
        assert reports.get(timeout=10).state is PartState.READY
        assert events.get(timeout=10) == TAP[0]
        assert reports.empty()
    finally:
        worker.stop()
        assert worker.join()


def test_many_hands_lose_no_scan() -> None:
    scanner = VirtualScanner()

    def show() -> None:
        for i in range(200):
            scanner.scan(f"PM1:tok_{i:08}")

    hands = [threading.Thread(target=show) for _ in range(4)]
    for hand in hands:
        hand.start()
    seen: list[Stimulus] = []
    while len(seen) < 800:
        new = scanner.poll(5)
        assert new, f"only {len(seen)} scans came"
        seen += new
    for hand in hands:
        hand.join()
    assert scanner.poll(0) == []


def test_the_roll_gets_low_and_runs_out() -> None:
    printer = VirtualPrinter(roll=100 + SLIP_LINES)
    assert printer.paper() is Paper.ENOUGH
    printed = 0
    while printer.print(SLIP) is PrintOutcome.PRINTED:
        printed += 1
        assert printer.paper() is (Paper.LOW if printer.roll else Paper.OUT) or printed == 1
    assert printed == (100 + SLIP_LINES) // SLIP_LINES
    assert printer.paper() is Paper.OUT
    assert printer.printed == [SLIP] * printed
    printer.load()
    assert printer.paper() is Paper.ENOUGH


def test_a_jam_leaves_half_a_slip_that_is_neither_printed_nor_failed() -> None:
    printer = VirtualPrinter()
    printer.suffer(Trouble.JAM)
    assert printer.print(SLIP) is PrintOutcome.UNKNOWN
    assert printer.printed == []
    printer.suffer(Trouble.NONE)
    assert printer.print(SLIP) is PrintOutcome.PRINTED
