"""Asking a device on its owner's thread: once, with the device or with None, never beside it."""

import queue
import threading

from kiosk.domain.devices import Part, PartState
from kiosk.domain.errors import DeviceAbsent
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.worker import Backoff, Duty, InputWorker


class Plug:
    """A device that can be pulled; `threads` are those that touched it."""

    def __init__(self) -> None:
        self.there = threading.Event()
        self.threads: set[str] = set()

    def open(self) -> "Plug":
        self.threads.add(threading.current_thread().name)
        self._must_be_there()
        return self

    def poll(self, seconds: float) -> list[int]:
        self._must_be_there()
        threading.Event().wait(min(seconds, 0.01))
        return []

    def close(self) -> None:
        """Nothing to give back."""

    def _must_be_there(self) -> None:
        if not self.there.is_set():
            raise DeviceAbsent("pulled")


def test_a_question_is_answered_once_by_the_owner_open_or_not() -> None:
    plug = Plug()
    duty = Duty(Part.SCANNER, lambda _: None, SystemClock(), Backoff(0.01, 0.01))
    worker: InputWorker[int] = InputWorker(duty, plug.open, lambda _: None)
    answers: queue.SimpleQueue[tuple[object, str]] = queue.SimpleQueue()

    def ask() -> tuple[object, str]:
        worker.ask(lambda device: answers.put((device, threading.current_thread().name)))
        return answers.get(timeout=20)

    worker.start()
    assert ask() == (None, "scanner")
    last = worker.last
    assert last is not None
    assert last.state is PartState.ABSENT
    plug.there.set()
    while (answer := ask())[0] is None:
        pass
    assert answer == (plug, "scanner")
    plug.there.clear()
    while ask()[0] is not None:
        pass
    assert answers.empty()
    worker.stop()
    assert worker.join()
    assert plug.threads == {"scanner"}


def test_a_question_that_raises_harms_nobody() -> None:
    plug = Plug()
    plug.there.set()
    worker: InputWorker[int] = InputWorker(
        Duty(Part.SCANNER, lambda _: None, SystemClock()), plug.open, lambda _: None
    )
    worker.start()
    done = threading.Event()

    def stumble(_device: object) -> None:
        raise ZeroDivisionError

    worker.ask(stumble)
    worker.ask(lambda _: done.set())
    assert done.wait(20)
    worker.stop()
    assert worker.join()
