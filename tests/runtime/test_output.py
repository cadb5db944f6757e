"""Jobs: each is done once or dropped once, whatever the device, the producers and the end do."""

import threading

import pytest

from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.errors import DeviceAbsent, DeviceError
from kiosk.runtime.jobs import OutputWorker
from tests.runtime.devices import PATIENCE, Bench, Paper, Seen, Socket


class Gate:
    """Holds the worker's thread at one point until the test lets it go on."""

    def __init__(self) -> None:
        self.entered, self.free = threading.Event(), threading.Event()

    def hold(self) -> None:
        self.entered.set()
        assert self.free.wait(PATIENCE)


def finish(worker: OutputWorker[Paper, int], socket: Socket[Paper]) -> None:
    worker.stop()
    assert worker.join(PATIENCE)
    assert socket.even()


def test_jobs_are_done_in_order() -> None:
    bench, done, dropped, socket = Bench(), Seen[int](), Seen[int](), Socket(Paper)
    worker = OutputWorker(
        bench.duty(), socket.open, lambda _, job: done.add(job), dropped=dropped.add
    )
    for job in range(5):
        worker.put(job)
    worker.start()
    for job in range(5, 50):
        worker.put(job)
    assert done.count(50) == list(range(50))
    finish(worker, socket)
    assert dropped.items() == []
    assert bench.states() == [PartState.READY]


def test_the_job_in_hand_and_those_behind_it_are_dropped_when_the_device_fails() -> None:
    bench, done, dropped, socket, gate = Bench(), Seen[int](), Seen[int](), Socket(Paper), Gate()

    def do(_: Paper, job: int) -> None:
        if job == 1:
            gate.hold()
            raise DeviceError("torn")
        done.add(job)

    worker = OutputWorker(bench.duty(), socket.open, do, dropped=dropped.add)
    worker.start()
    worker.put(1)
    assert gate.entered.wait(PATIENCE)
    worker.put(2)
    worker.put(3)
    gate.free.set()
    assert dropped.count(3) == [1, 2, 3]
    bench.reports.count(3)
    worker.put(4)
    assert done.count(1) == [4]
    finish(worker, socket)


def test_jobs_that_come_while_the_device_is_away_are_dropped_at_each_failed_opening() -> None:
    bench, dropped, attempts = Bench(), Seen[int](), Seen[int]()

    def absent() -> Paper:
        attempts.add(1)
        raise DeviceAbsent("unplugged")

    worker: OutputWorker[Paper, int] = OutputWorker(
        bench.duty(), absent, lambda *_: None, dropped=dropped.add
    )
    worker.start()
    for job in range(20):
        attempts.count(len(attempts.items()) + 1)
        worker.put(job)
    assert dropped.count(20) == list(range(20))
    worker.stop()
    assert worker.join(PATIENCE)
    assert bench.states() == [PartState.ABSENT]


def test_the_newest_is_kept_over_a_fault_and_nothing_is_dropped() -> None:
    bench, done, dropped, gate = Bench(), Seen[int](), Seen[int](), Gate()
    socket = Socket(Paper)
    openings = iter([lambda: None, gate.hold])

    def reopen() -> Paper:
        next(openings, lambda: None)()
        return socket.open()

    def do(_: Paper, job: int) -> None:
        if job == 1:
            raise DeviceError("cable")
        done.add(job)

    worker = OutputWorker(bench.duty(), reopen, do, newest_only=True, dropped=dropped.add)
    worker.start()
    worker.put(1)
    assert gate.entered.wait(PATIENCE)
    for job in range(2, 7):
        worker.put(job)
    gate.free.set()
    assert done.count(1) == [6]
    finish(worker, socket)
    assert done.items() == [6]
    assert dropped.items() == []


def test_the_newest_is_done_again_if_no_newer_came() -> None:
    bench, tried, socket = Bench(), Seen[int](), Socket(Paper)

    def do(_: Paper, job: int) -> None:
        tried.add(job)
        if len(tried.items()) < 3:
            raise DeviceError("cable")

    worker = OutputWorker(bench.duty(), socket.open, do, newest_only=True)
    worker.put(7)
    worker.start()
    assert tried.count(3) == [7, 7, 7]
    finish(worker, socket)
    assert tried.items() == [7, 7, 7]


def test_a_newer_one_replaces_the_one_in_hand_when_it_fails() -> None:
    bench, tried, socket, gate = Bench(), Seen[int](), Socket(Paper), Gate()

    def do(_: Paper, job: int) -> None:
        tried.add(job)
        if job == 1:
            gate.hold()
            raise DeviceError("cable")

    worker = OutputWorker(bench.duty(), socket.open, do, newest_only=True)
    worker.put(1)
    worker.start()
    assert gate.entered.wait(PATIENCE)
    worker.put(2)
    gate.free.set()
    assert tried.count(2) == [1, 2]
    finish(worker, socket)
    assert tried.items() == [1, 2]


def test_the_pause_grows_when_every_job_fails_on_a_device_that_opens() -> None:
    bench, socket = Bench(), Socket(Paper)

    def do(_: Paper, _job: int) -> None:
        raise DeviceError("cable")

    worker = OutputWorker(bench.duty(), socket.open, do, newest_only=True)
    worker.put(1)
    worker.start()
    assert bench.pauses().count(6)[:6] == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0]
    finish(worker, socket)


def test_idle_may_have_the_device_opened_again() -> None:
    bench, socket = Bench(), Socket(Paper)
    answers = iter([DeviceError("cover open"), DeviceError("cover open")])

    def idle(_: Paper) -> None:
        if error := next(answers, None):
            raise error

    worker: OutputWorker[Paper, int] = OutputWorker(
        bench.duty(), socket.open, lambda *_: None, idle=idle
    )
    worker.start()
    bench.reports.count(5)
    finish(worker, socket)
    assert bench.states() == [PartState.READY, PartState.FAULT] * 2 + [PartState.READY]


def test_what_waits_at_the_end_or_comes_after_it_is_dropped() -> None:
    bench, done, dropped, socket, gate = Bench(), Seen[int](), Seen[int](), Socket(Paper), Gate()

    def do(_: Paper, job: int) -> None:
        gate.hold()
        done.add(job)

    worker = OutputWorker(bench.duty(), socket.open, do, dropped=dropped.add)
    worker.start()
    worker.put(1)
    assert gate.entered.wait(PATIENCE)
    worker.put(2)
    worker.stop()
    worker.put(3)
    gate.free.set()
    assert worker.join(PATIENCE)
    worker.put(4)
    assert (done.items(), dropped.items()) == ([1], [2, 3, 4])


def test_what_a_hanging_device_holds_up_is_dropped_when_join_gives_up() -> None:
    bench, done, dropped, socket, gate = Bench(), Seen[int](), Seen[int](), Socket(Paper), Gate()

    def do(_: Paper, job: int) -> None:
        gate.hold()
        done.add(job)

    worker = OutputWorker(bench.duty(), socket.open, do, dropped=dropped.add)
    worker.start()
    for job in (1, 2, 3):
        worker.put(job)
    assert gate.entered.wait(PATIENCE)
    assert not worker.join(0.01)
    assert dropped.items() == []
    worker.stop()
    assert not worker.join(0.01)
    assert dropped.items() == [2, 3]
    gate.free.set()
    assert worker.join(PATIENCE)
    assert (done.items(), dropped.items()) == ([1], [2, 3])


def test_a_bug_in_dropped_takes_neither_the_thread_nor_the_other_jobs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench, done, dropped = Bench(), Seen[int](), Seen[int]()
    socket = Socket(Paper, DeviceAbsent("unplugged"))

    def note(job: int) -> None:
        dropped.add(job)
        raise RuntimeError("bug")

    worker = OutputWorker(bench.duty(), socket.open, lambda _, job: done.add(job), dropped=note)
    for job in (1, 2, 3):
        worker.put(job)
    worker.start()
    assert dropped.count(3) == [1, 2, 3]
    bench.reports.until(lambda reports: PartReport(Part.PRINTER, PartState.READY) in reports)
    worker.put(4)
    assert done.count(1) == [4]
    finish(worker, socket)
    assert "dropped() raised" in caplog.text


def test_a_state_is_shown_again_on_a_device_that_comes_back() -> None:
    bench, socket, shown = Bench(), Socket(Paper), Seen[str]()
    gone = threading.Event()

    def idle(_: Paper) -> None:
        if gone.is_set():
            gone.clear()
            raise DeviceAbsent("unplugged")

    def show(_: Paper, job: str) -> None:
        shown.add(job)

    worker = OutputWorker(bench.duty(), socket.open, show, newest_only=True, idle=idle)
    worker.start()
    worker.put("member")
    shown.count(1)
    gone.set()
    assert shown.count(2) == ["member", "member"]
    worker.stop()
    assert worker.join(PATIENCE)


def test_a_slip_put_while_the_printer_is_away_is_dropped_at_once() -> None:
    bench, dropped = Bench(), Seen[int]()

    def absent() -> Paper:
        raise DeviceAbsent("unplugged")

    def refuse(_: Paper, _job: int) -> None:
        raise AssertionError("nothing to print on")

    worker = OutputWorker(bench.duty(), absent, refuse, dropped=dropped.add)
    worker.start()
    bench.reports.count(1)
    worker.put(1)
    assert dropped.items() == [1]
    worker.stop()
    assert worker.join(PATIENCE)
