"""The doctor's way to the devices: as an opener for `kiosk doctor`, as questions in the daemon."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from kiosk.assembly.devices import Bench, opener
from kiosk.doctor.access import Question, as_reported
from kiosk.doctor.examination import Circumstances, probes
from kiosk.doctor.probe import Found, examine
from kiosk.domain.devices import Part, PartState
from kiosk.domain.errors import DeviceError
from kiosk.domain.findings import Finding, Symptom
from kiosk.domain.policy import Language
from kiosk.runtime.clock import Clock
from kiosk.runtime.worker import Worker
from kiosk.settings.options import Config, Section

PATIENCE = 10.0
"""Seconds: less than a probe's own, so that it is this that says who hangs."""


def opens(clock: Clock) -> Callable[[Section], Any]:
    """Return what opens a section's port, for a program that owns no device yet."""
    bench = Bench(
        clock,
        virtual={},
        post=lambda _: None,
        report=lambda _: None,
        printed=lambda *_: None,
        language=lambda: Language.EN,
    )
    return lambda section: opener(section, bench)()


def examined(
    config: Config, bench: Bench, workers: Iterable[Worker[Any]], clock_off: float | None
) -> tuple[Finding, ...]:
    """Check every device of a running kiosk, and what they stand on; waits for all of it."""
    given = Circumstances(
        Owned(workers),
        lambda section: opener(section, bench)(),
        bench.clock,
        clock_off=clock_off,
        training=bench.training,
    )
    return examine(probes(config, given))


class Owned:
    """The daemon's own devices: each is asked on the thread that owns it."""

    alone, asks = False, True

    def __init__(self, workers: Iterable[Worker[Any]]) -> None:
        self._workers = {(worker.part, worker.name): worker for worker in workers}

    def use(self, part: Part, name: str, _section: Section, question: Question) -> Found:
        """Ask the owner.  Raises DeviceError as its driver did, now or when it was last opened."""
        worker = self._workers[part, name]
        answers: list[Found | DeviceError | None] = []
        answered = threading.Event()

        def ask(device: Any) -> None:
            try:
                answers.append(None if device is None else question(device))
            except DeviceError as e:
                answers.append(e)
            finally:
                answered.set()

        worker.ask(ask)
        if not answered.wait(PATIENCE):
            return Found(Symptom.HANGS, f"its owner says nothing for {PATIENCE:.0f} s")
        match answers:
            case [DeviceError() as error]:
                raise error
            case [Found() as found]:
                return found
        last = worker.last
        if last is None or last.state is PartState.READY:
            return Found(Symptom.BROKEN, "it was just closed")
        return as_reported(last.state, last.detail)
