"""Jobs under stress: each is done once or dropped once, whatever the device and the end do."""

import dataclasses as dc
import functools
import random
import threading
from collections import Counter

import pytest

from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.errors import DeviceAbsent, DeviceError
from kiosk.runtime.jobs import OutputWorker
from kiosk.runtime.worker import Backoff
from tests.runtime.devices import PATIENCE, Bench, Paper, Seen, Socket


@dc.dataclass
class Ledger:
    """What became of each job."""

    done: Seen[int] = dc.field(default_factory=Seen)
    dropped: Seen[int] = dc.field(default_factory=Seen)
    ended: Seen[int] = dc.field(default_factory=Seen)

    def do(self, job: int) -> None:
        self.done.add(job)
        self.ended.add(job)

    def drop(self, job: int) -> None:
        self.dropped.add(job)
        self.ended.add(job)


def contains(job: int, jobs: list[int]) -> bool:
    return job in jobs


PRODUCERS, EACH, BATCH = 4, 250, 25


@pytest.mark.parametrize("seed", range(6))
def test_every_job_is_done_once_or_dropped_once(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL")
    chance, ledger, socket = random.Random(seed), Ledger(), Socket(Paper)
    bench = Bench(backoff=Backoff(1e-5, 1e-4))
    early_end = EACH // 2 if seed % 2 else EACH - 1

    def reopen() -> Paper:
        if chance.random() < 0.3:
            raise DeviceAbsent("unplugged")
        return socket.open()

    def do(_: Paper, job: int) -> None:
        if (luck := chance.random()) < 0.1:
            raise DeviceError("shaky") if luck < 0.08 else KeyError("bug")
        ledger.do(job)

    worker = OutputWorker(bench.duty(), reopen, do, dropped=ledger.drop)

    def produce(first: int) -> None:
        for job in range(first, first + EACH):
            worker.put(job)
            if first == 0 and job == early_end:
                worker.stop()
            elif job % BATCH == BATCH - 1:
                ledger.ended.until(functools.partial(contains, job))

    threads = [threading.Thread(target=produce, args=(n * EACH,)) for n in range(PRODUCERS)]
    ready = PartReport(Part.PRINTER, PartState.READY)
    worker.start()
    # what is put while the device is known to be away is dropped at once
    bench.reports.until(lambda reports: reports[-1:] == [ready])
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    worker.stop()
    assert worker.join(PATIENCE)
    assert socket.even()
    assert Counter(ledger.ended.items()) == Counter(range(PRODUCERS * EACH))
    assert ledger.done.items()
    assert ledger.dropped.items()
    for number in range(PRODUCERS):
        own = [job for job in ledger.done.items() if job // EACH == number]
        assert own == sorted(own)
