"""The check of the devices in a running kiosk: one answer, of all of them, from another thread."""

from pathlib import Path

from kiosk.assembly.devices import Bench, outputs
from kiosk.assembly.examiner import Examiner
from kiosk.domain.devices import Part, PartReport, PartState
from kiosk.domain.events import Correlation, Event, Examined
from kiosk.domain.findings import Subject, Symptom
from kiosk.domain.policy import Language
from kiosk.drivers.virtual.outputs import VirtualDisplay
from kiosk.runtime.clock import SystemClock
from tests.peers.config import configured
from tests.peers.until import until


def test_what_was_found_comes_as_one_answer_to_who_asked(tmp_path: Path) -> None:
    reports: list[PartReport] = []
    bench = Bench(
        SystemClock(),
        {Part.DISPLAY: VirtualDisplay().open},
        post=lambda _: None,
        report=reports.append,
        printed=lambda *_: None,
        language=lambda: Language.EN,
        training=True,
    )
    config = configured(tmp_path, '[display]\ndriver = "virtual"\n')
    workers = [worker for _, worker in outputs(config, bench)]
    for worker in workers:
        worker.start()
    until(lambda: PartState.READY in [r.state for r in reports], "the display is open")
    answers: list[Event] = []
    Examiner(config, bench, workers, lambda: 3600.0).begin(Correlation(7), answers.append)
    until(lambda: answers, "the answer")
    for worker in workers:
        worker.stop()
    [answer] = answers
    assert isinstance(answer, Examined)
    assert answer.correlation == 7
    found = {finding.subject: finding.symptom for finding in answer.findings}
    assert found[Subject.DISPLAY] is Symptom.WELL
    # an hour ahead of central
    assert found[Subject.CLOCK] is Symptom.CLOCK_WRONG
    # training has no books
    assert Subject.JOURNAL not in found
    assert all(worker.join() for worker in workers)
