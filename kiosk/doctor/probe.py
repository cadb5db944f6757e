"""A probe, and running many so that none can hide what another finds.

Each probe has a thread of its own and a time-out.  One that does not come back is reported as
hanging and left behind: its thread is a daemon, which the end of the program does not wait for.
"""

import dataclasses as dc
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kiosk.domain.findings import Finding, Subject, Symptom

log = logging.getLogger(__name__)

SECONDS = 12.0
"""Longer than the longest time-out of a driver that works: a printer's 3 s for each question."""


class Found(NamedTuple):
    """What a probe found of one subject, with what a technician may want to know besides.

    `where` is for what was not found where the probe looked.
    """

    symptom: Symptom = Symptom.WELL
    detail: str = ""
    where: str = ""


@dc.dataclass(frozen=True)
class Probe:
    """Looks at one subject, or at several that one look tells about: one Found for each.

    `where` and `exercised` are words for the table; `seconds` is the time-out.
    """

    subjects: tuple[Subject, ...]
    look: Callable[[], Sequence[Found]]
    name: str = ""
    where: str = ""
    exercised: str = ""
    seconds: float = SECONDS

    def run(self) -> tuple[Finding, ...]:
        """Look, on this thread.  Never raises."""
        try:
            found = self.look()
        except Exception as e:
            log.exception("%s: bug in its probe", self.subjects[0])
            return self.all(Symptom.BUG, f"{type(e).__name__}: {e}")
        return tuple(
            self._finding(subject, *one) for subject, one in zip(self.subjects, found, strict=True)
        )

    def all(self, symptom: Symptom, detail: str = "") -> tuple[Finding, ...]:
        """Say the same of every subject."""
        return tuple(self._finding(subject, symptom, detail) for subject in self.subjects)

    def _finding(self, subject: Subject, symptom: Symptom, detail: str, where: str = "") -> Finding:
        return Finding(subject, symptom, self.name, where or self.where, self.exercised, detail)


def examine(probes: Sequence[Probe]) -> tuple[Finding, ...]:
    """Run all probes at once; their findings in the order of the probes.  Never raises."""
    answers: list[tuple[Finding, ...] | None] = [None] * len(probes)

    def run(index: int) -> None:
        answers[index] = probes[index].run()

    threads = [
        threading.Thread(target=run, args=(index,), name=f"probe {probe.subjects[0]}", daemon=True)
        for index, probe in enumerate(probes)
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    findings: list[Finding] = []
    for probe, thread, index in zip(probes, threads, range(len(probes)), strict=True):
        thread.join(max(0.0, began + probe.seconds - time.monotonic()))
        hangs = f"no answer within {probe.seconds:.0f} s"
        findings += answers[index] or probe.all(Symptom.HANGS, hangs)
    return tuple(findings)
