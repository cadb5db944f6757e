"""One owner thread per blocking thing: opens lazily, reopens with backoff, says how it is.

A worker posts and never decides.  Two kinds: an InputWorker polls its device and posts what
happened; an OutputWorker (jobs.py) takes jobs from its queue.  A DeviceError closes the device,
is reported as a PartReport, and the device is opened again after a growing pause; any other
exception is a bug, logged with its traceback, and treated the same so that one part never takes
the rest down.

A thread that does not come back from its device cannot be ended.  It is told from outside by
`Worker.look`, is left alone until its device lets go of it, and is never doubled by another.
"""

import collections
import dataclasses as dc
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from kiosk.domain.devices import Ailment, Part, PartReport, PartState, part_key
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, DeviceError
from kiosk.runtime.clock import Clock

log = logging.getLogger(__name__)


HANGS = "hangs: its driver does not come back; unplug the part and plug it in, or restart"


class Closable(Protocol):
    """What a worker owns can be closed; closing a broken device must not raise."""

    def close(self) -> None:
        """Give the device back.  Never raises."""


D = TypeVar("D", bound=Closable)
E_co = TypeVar("E_co", covariant=True)
E = TypeVar("E")


class Backoff:
    """Pauses between attempts, in seconds: doubling from `first` up to `most`."""

    def __init__(self, first: float = 0.1, most: float = 2.0) -> None:
        self.first, self.most, self._next = first, most, first

    def reset(self) -> None:
        """Start again from the shortest pause."""
        self._next = self.first

    def pause(self) -> float:
        """Return the next pause."""
        pause, self._next = self._next, min(self._next * 2, self.most)
        return pause


def state_of(error: Exception) -> PartState:
    """Name the state that an error puts a part in."""
    match error:
        case DeviceAbsent():
            return PartState.ABSENT
        case DeviceDenied():
            return PartState.DENIED
        case _:
            return PartState.FAULT


@dc.dataclass(frozen=True)
class Duty:
    """What a worker answers for: its part, to whom it reports, and the clock it beats by.

    `name` is the part's own where the terminal has several of its kind; a turn that takes longer
    than `patience` seconds is one that hangs.
    """

    part: Part
    report: Callable[[PartReport], None]
    clock: Clock
    backoff: Backoff = dc.field(default_factory=Backoff)
    name: str = ""
    patience: float = 20.0


class Worker(Generic[D]):
    """Owns one device on one thread.  `last_beat` is the clock's mono() of the last turn."""

    def __init__(self, duty: Duty, open_device: Callable[[], D]) -> None:
        self.part, self.name = duty.part, duty.name
        self.last_beat = duty.clock.mono()
        self._open, self._report, self._clock = open_device, duty.report, duty.clock
        self._backoff, self._patience = duty.backoff, duty.patience
        self._stop = threading.Event()
        self._last: PartReport | None = None
        self._before: PartReport | None = None
        self._saying = threading.RLock()
        self._after: threading.Thread | None = None
        self._device: D | None = None
        self._questions: collections.deque[Callable[[D | None], None]] = collections.deque()
        self.thread = threading.Thread(target=self._run, name=self.key, daemon=True)

    @property
    def key(self) -> str:
        """The part's name among all of the terminal's, and the thread's."""
        return part_key(self.part, self.name)

    def start(self, after: threading.Thread | None = None) -> None:
        """Start the thread; the device is opened on it, but not before the thread `after` ended:
        that of an earlier worker of the same device, which may still hang in it.
        """
        self._after = after
        self.thread.start()

    @property
    def last(self) -> PartReport | None:
        """What it last said of its part; None before that.  From any thread."""
        return self._last

    def ask(self, question: Callable[[D | None], None]) -> None:
        """Have `question` called once, between two turns, with the open device, or with None.

        From any thread.  It runs on the device's own thread, where nobody else uses the device; it
        must be as quick as a turn, and catch what the device raises.
        """
        self._questions.append(question)

    def look(self) -> None:
        """Say so if the thread hangs in its device.  From any thread, every second or so."""
        if not self.thread.is_alive() or self._clock.mono() - self.last_beat <= self._patience:
            return
        with self._saying:
            if self._before is None:
                self._before = self._last or PartReport(self.part, PartState.UNKNOWN)
                self._tell(PartState.FAULT, HANGS, Ailment.HANGS)

    def stop(self) -> None:
        """Ask the thread to end; returns at once."""
        self._stop.set()

    def join(self, seconds: float = 5.0) -> bool:
        """Wait for the end; False when the thread still hangs in its device."""
        self.thread.join(seconds)
        return not self.thread.is_alive()

    def _beat(self) -> None:
        self.last_beat = self._clock.mono()
        with self._saying:
            if self._before is not None:
                self._say(self._before.state, self._before.detail, self._before.ailment)
        if self._device is not None:
            self._answer()

    def _answer(self) -> None:
        for _ in range(len(self._questions)):
            try:
                self._questions.popleft()(self._device)
            except Exception:
                log.exception("%s: a question raised", self.key)

    def _say(self, state: PartState, detail: str = "", ailment: Ailment | None = None) -> None:
        """Say how the part is, on its own thread: it does not hang."""
        with self._saying:
            self._before = None
            self._tell(state, detail, ailment)

    def _tell(self, state: PartState, detail: str, ailment: Ailment | None) -> None:
        report = PartReport(self.part, state, detail, self.name, ailment)
        if report != self._last:
            self._last = report
            level = logging.WARNING if report.ill else logging.INFO
            log.log(level, "%s: %s", self.key, f"{state.value} {detail}".rstrip())
            self._report(report)

    def _wait_for_the_other(self) -> None:
        while self._after is not None and self._after.is_alive() and not self._stop.is_set():
            self._say(PartState.FAULT, HANGS, Ailment.HANGS)
            self._beat()
            self._after.join(0.25)
        self._after = None

    def _run(self) -> None:
        self._wait_for_the_other()
        while not self._stop.is_set():
            self._beat()
            device: D | None = None
            try:
                device = self._device = self._open()
                self._say(PartState.READY)
                self._serve(device)
            except DeviceError as e:
                self._say(state_of(e), str(e), e.ailment)
            except Exception as e:
                log.exception("%s: bug in its driver", self.key)
                self._say(PartState.FAULT, f"{type(e).__name__}: {e}")
            finally:
                self._device = None
                if device is not None:
                    self._close(device)
            self._answer()
            self._stop.wait(self._backoff.pause())

    def _close(self, device: D) -> None:
        try:
            device.close()
        except Exception:
            log.exception("%s: close() raised", self.key)

    def _serve(self, device: D) -> None:
        """Use the device until stopped.  Resets the backoff whenever the device did something:
        one that opens and then fails every time must not be reopened in a hot loop.
        """
        raise NotImplementedError


class InputDevice(Closable, Protocol[E_co]):
    """A device that is asked what has happened."""

    def poll(self, seconds: float) -> Iterable[E_co]:
        """Wait up to `seconds` and return what happened, oldest first.  Raises DeviceError."""


class InputWorker(Worker[InputDevice[E]], Generic[E]):
    """Polls a device and posts each event."""

    def __init__(
        self,
        duty: Duty,
        open_device: Callable[[], InputDevice[E]],
        post: Callable[[E], None],
    ) -> None:
        super().__init__(duty, open_device)
        self._post = post

    def _serve(self, device: InputDevice[E]) -> None:
        while not self._stop.is_set():
            for event in device.poll(0.25):
                self._post(event)
            self._backoff.reset()
            self._beat()
