"""A thread that does not come back from its device: told, left alone, and told again when it is."""

import functools
import threading
from collections.abc import Iterator

import pytest

from kiosk.domain.devices import Ailment, Part, PartReport, PartState
from kiosk.domain.errors import DeviceAbsent
from kiosk.runtime.jobs import OutputWorker
from kiosk.runtime.worker import HANGS, Duty, InputWorker
from tests.peers.until import until
from tests.runtime.devices import PATIENCE, Bench, Seen

HUNG = PartReport(Part.READER, PartState.FAULT, HANGS, ailment=Ailment.HANGS)
READY = PartReport(Part.READER, PartState.READY)


class Sticky:
    """An input device whose driver does not return while `free` is not set."""

    def __init__(self) -> None:
        self.free, self.inside = threading.Event(), threading.Event()
        self.error: Exception | None = None
        self.opened = 0

    def open(self) -> "Sticky":
        self.opened += 1
        return self

    def poll(self, seconds: float) -> Iterator[int]:
        assert seconds > 0
        self.inside.set()
        assert self.free.wait(PATIENCE)
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        yield from ()

    def close(self) -> None:
        pass


def reader(bench: Bench, device: Sticky) -> InputWorker[int]:
    worker = InputWorker(bench.duty(Part.READER), device.open, lambda _: None)
    worker.start()
    assert device.inside.wait(PATIENCE)
    return worker


def end(worker: InputWorker[int], device: Sticky) -> None:
    worker.stop()
    device.free.set()
    assert worker.join(PATIENCE)


def test_a_hanging_device_is_a_fault_until_it_goes_on() -> None:
    bench, device = Bench(), Sticky()
    worker = reader(bench, device)
    bench.clock.advance(19)
    worker.look()
    assert bench.reports.items() == [READY]
    bench.clock.advance(2)
    for _ in range(3):
        worker.look()
    assert bench.reports.items() == [READY, HUNG]
    device.free.set()
    assert bench.reports.count(3) == [READY, HUNG, READY]
    worker.look()
    end(worker, device)
    assert bench.reports.items() == [READY, HUNG, READY]
    assert device.opened == 1


def test_a_device_may_hang_again() -> None:
    bench, device = Bench(), Sticky()
    worker = reader(bench, device)

    def told(times: int) -> bool:
        # its last turn may only just have begun
        bench.clock.advance(21)
        worker.look()
        return bench.reports.items().count(HUNG) >= times and not device.free.is_set()

    for times in (1, 2):
        until(functools.partial(told, times), "a hang")
        device.free.set()
        bench.reports.until(lambda reports: reports[-1] == READY)
        device.free.clear()
    end(worker, device)
    said = bench.reports.items()
    assert said == [READY, HUNG] * (len(said) // 2) + [READY]


def test_what_it_says_when_it_comes_back_is_said_even_if_it_was_said_before() -> None:
    bench, device = Bench(), Sticky()
    device.error = DeviceAbsent("gone")
    worker = reader(bench, device)
    bench.clock.advance(60)
    worker.look()
    device.free.set()
    absent = PartReport(Part.READER, PartState.ABSENT, "gone")
    assert bench.reports.count(4)[:4] == [READY, HUNG, absent, READY]
    end(worker, device)


def test_one_that_hangs_while_it_is_first_opened_is_told_too() -> None:
    bench, free, began = Bench(), threading.Event(), threading.Event()

    def stuck() -> Sticky:
        began.set()
        assert free.wait(PATIENCE)
        return Sticky()

    worker = InputWorker(bench.duty(Part.READER), stuck, lambda _: None)
    worker.start()
    assert began.wait(PATIENCE)
    bench.clock.advance(60)
    worker.look()
    assert bench.reports.items() == [HUNG]
    worker.stop()
    free.set()
    assert worker.join(PATIENCE)


def test_a_worker_that_has_ended_does_not_hang() -> None:
    bench, device = Bench(), Sticky()
    worker = reader(bench, device)
    end(worker, device)
    bench.clock.advance(60)
    worker.look()
    assert bench.reports.items() == [READY]


def test_slips_are_given_up_while_the_printer_hangs() -> None:
    """A slip that comes out minutes later is nobody's; the one in hand is not answered for."""
    bench, free, began = Bench(), threading.Event(), threading.Event()
    done: Seen[int] = Seen()
    dropped: Seen[int] = Seen()

    def do(_: Sticky, job: int) -> None:
        began.set()
        assert free.wait(PATIENCE)
        done.add(job)

    worker = OutputWorker(bench.duty(), Sticky, do, dropped=dropped.add)
    worker.start()
    bench.reports.count(1)
    worker.put(1)
    assert began.wait(PATIENCE)
    worker.put(2)
    bench.clock.advance(60)
    worker.look()
    assert dropped.items() == [2]
    worker.put(3)
    assert dropped.items() == [2, 3]
    free.set()
    bench.reports.count(3)
    worker.put(4)
    assert done.until(lambda jobs: len(jobs) == 2) == [1, 4]
    worker.stop()
    assert worker.join(PATIENCE)


def test_a_second_worker_waits_for_the_thread_that_still_hangs_in_its_device() -> None:
    bench, device = Bench(), Sticky()
    first = reader(bench, device)
    first.stop()
    assert not first.join(0)
    second = InputWorker(bench.duty(Part.READER), device.open, lambda _: None)
    second.start(first.thread)
    assert bench.reports.count(2) == [READY, HUNG]
    third = InputWorker(bench.duty(Part.READER), device.open, lambda _: None)
    second.stop()
    assert second.join(PATIENCE)
    third.start(first.thread)
    assert device.opened == 1
    device.free.set()
    assert bench.reports.until(lambda reports: reports[-1] == READY)[1] == HUNG
    assert device.opened == 2
    assert not first.thread.is_alive()
    end(third, device)


def test_the_patience_is_the_duty_s() -> None:
    bench, device = Bench(), Sticky()
    duty = Duty(Part.READER, bench.reports.add, bench.clock, bench.backoff, patience=5)
    worker = InputWorker(duty, device.open, lambda _: None)
    worker.start()
    assert device.inside.wait(PATIENCE)
    bench.clock.advance(6)
    worker.look()
    assert bench.reports.items()[-1] == HUNG
    end(worker, device)


@pytest.mark.parametrize("_", range(3))
def test_looking_all_the_time_says_nothing_of_a_device_that_answers(_: int) -> None:
    bench, device = Bench(), Sticky()
    device.free.set()
    worker = reader(bench, device)
    for _turn in range(2000):
        worker.look()
    end(worker, device)
    assert bench.reports.items() == [READY]
