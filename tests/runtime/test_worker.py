"""What every worker does: opens lazily, comes back, says how it is, and ends."""

import itertools
import logging
import threading
from collections.abc import Iterator

import pytest

from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.errors import CardGone, DeviceAbsent, DeviceDenied, DeviceError
from kiosk.runtime.worker import Backoff, InputWorker, state_of
from tests.runtime.devices import PATIENCE, Bench, Seen, Socket


class Counter:
    """An input device: counts up, and raises `error` once it has given `good` numbers."""

    def __init__(self, socket: "Socket[Counter]", good: int, error: Exception) -> None:
        self._socket, self._good, self._error = socket, good, error
        self._given = 0

    def poll(self, seconds: float) -> Iterator[int]:
        assert seconds > 0
        if self._given >= self._good:
            raise self._error
        self._given += 1
        yield self._given

    def close(self) -> None:
        self._socket.closed.add(threading.current_thread().name)


def counters(good: int, error: Exception, *errors: Exception) -> Socket[Counter]:
    return Socket(lambda socket: Counter(socket, good, error), *errors)


def finish(worker: InputWorker[int], socket: Socket[Counter]) -> None:
    worker.stop()
    assert worker.join(PATIENCE)
    assert socket.even()


def test_pauses_double_up_to_the_most_and_start_again() -> None:
    backoff = Backoff(0.1, 1.0)
    assert [backoff.pause() for _ in range(6)] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    backoff.reset()
    assert backoff.pause() == 0.1


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (DeviceAbsent(), PartState.ABSENT),
        (DeviceDenied(), PartState.DENIED),
        (CardGone(), PartState.FAULT),
        (DeviceError(), PartState.FAULT),
        (ValueError(), PartState.FAULT),
    ],
)
def test_each_error_puts_the_part_in_a_state(error: Exception, state: PartState) -> None:
    assert state_of(error) is state


def test_the_device_is_opened_used_and_closed_on_the_worker_s_own_thread() -> None:
    bench, events = Bench(), Seen[int]()
    socket = counters(3, DeviceAbsent("unplugged"))
    worker = InputWorker(bench.duty(Part.SCANNER), socket.open, events.add)
    assert socket.opened.items() == []
    worker.start()
    assert events.count(3)[:3] == [1, 2, 3]
    socket.opened.count(2)
    finish(worker, socket)
    assert {*socket.opened.items(), *socket.closed.items()} == {"scanner"}


def test_each_change_of_state_is_reported_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="kiosk.runtime.worker")
    bench, events = Bench(), Seen[int]()
    absent = [DeviceAbsent("no device") for _ in range(5)]
    socket = counters(1, DeviceError("mute"), *absent, DeviceDenied("no right"))
    worker = InputWorker(bench.duty(), socket.open, events.add)
    worker.start()
    bench.reports.count(4)
    finish(worker, socket)
    assert bench.reports.items()[:4] == [
        PartReport(Part.PRINTER, PartState.ABSENT, "no device"),
        PartReport(Part.PRINTER, PartState.DENIED, "no right"),
        PartReport(Part.PRINTER, PartState.READY),
        PartReport(Part.PRINTER, PartState.FAULT, "mute"),
    ]
    assert all(a != b for a, b in itertools.pairwise(bench.reports.items()))
    assert [(record.levelname, record.message) for record in caplog.records[:4]] == [
        ("WARNING", "printer: absent no device"),
        ("WARNING", "printer: denied no right"),
        ("INFO", "printer: ready"),
        ("WARNING", "printer: fault mute"),
    ]


def test_a_device_that_opens_and_always_fails_is_opened_ever_less_often() -> None:
    bench = Bench()
    socket = counters(0, DeviceError("dead"))
    worker = InputWorker(bench.duty(), socket.open, Seen[int]().add)
    worker.start()
    pauses = bench.pauses().count(7)
    finish(worker, socket)
    assert pauses[:7] == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]


def test_a_device_that_has_served_is_opened_again_soon() -> None:
    bench = Bench()
    socket = counters(1, DeviceError("unplugged"), DeviceAbsent(), DeviceAbsent())
    worker = InputWorker(bench.duty(), socket.open, Seen[int]().add)
    worker.start()
    pauses = bench.pauses().count(5)
    finish(worker, socket)
    assert pauses[:5] == [0.1, 0.2, 0.1, 0.1, 0.1]


def test_a_bug_in_a_driver_is_logged_and_does_not_end_the_worker(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench, events = Bench(), Seen[int]()
    socket = counters(1, KeyError("oops"), ZeroDivisionError("in open"))
    worker = InputWorker(bench.duty(), socket.open, events.add)
    with caplog.at_level(logging.ERROR):
        worker.start()
        events.count(3)
        finish(worker, socket)
    details = [r.detail for r in bench.reports.items() if r.state is PartState.FAULT]
    assert details[:2] == ["ZeroDivisionError: in open", "KeyError: 'oops'"]
    assert all(record.exc_info for record in caplog.records)


def test_a_close_that_raises_does_not_end_the_worker(caplog: pytest.LogCaptureFixture) -> None:
    class Stuck(Counter):
        def close(self) -> None:
            super().close()
            raise OSError("close")

    bench, events = Bench(), Seen[int]()
    socket: Socket[Counter] = Socket(lambda s: Stuck(s, 1, DeviceError("gone")))
    worker = InputWorker(bench.duty(), socket.open, events.add)
    worker.start()
    events.count(3)
    finish(worker, socket)
    assert "close() raised" in caplog.text


def test_a_long_pause_ends_with_stop() -> None:
    bench = Bench(backoff=Backoff(3600, 3600))
    socket = counters(0, DeviceError("dead"))
    worker = InputWorker(bench.duty(), socket.open, Seen[int]().add)
    worker.start()
    bench.reports.count(2)
    finish(worker, socket)


def test_a_device_that_hangs_is_told_by_join_and_by_the_beat() -> None:
    bench = Bench()
    entered, free = threading.Event(), threading.Event()

    class Hanging:
        def poll(self, seconds: float) -> list[int]:
            entered.set()
            assert free.wait(PATIENCE)
            return []

        def close(self) -> None:
            pass

    worker: InputWorker[int] = InputWorker(bench.duty(), Hanging, Seen[int]().add)
    worker.start()
    assert entered.wait(PATIENCE)
    bench.clock.advance(30)
    assert bench.clock.mono() - worker.last_beat == 30
    worker.stop()
    assert not worker.join(0.01)
    free.set()
    assert worker.join(PATIENCE)
    assert worker.last_beat == 30
