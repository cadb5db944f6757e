"""Probes hide nothing from each other: a hanging one, a broken one, and the rest."""

import threading

import pytest

from kiosk.doctor import advice
from kiosk.doctor.probe import Found, Probe, examine
from kiosk.domain.findings import (
    Finding,
    Subject,
    Symptom,
    Verdict,
    is_well,
    judge,
    worst_first,
)


def test_a_probe_that_hangs_and_one_with_a_bug_do_not_keep_the_others_from_answering(
    caplog: pytest.LogCaptureFixture,
) -> None:
    release = threading.Event()

    def hang() -> tuple[Found, Found]:
        release.wait(20)
        return Found(), Found()

    def stumble() -> tuple[Found]:
        raise ZeroDivisionError("by nothing")

    found = examine(
        [
            Probe((Subject.BROKER, Subject.CENTRAL), hang, seconds=0.05),
            Probe((Subject.DISK,), stumble),
            Probe((Subject.CLOCK,), lambda: (Found(Symptom.CLOCK_UNSYNCED, "1970"),)),
            Probe((Subject.PRINTER,), lambda: (Found(),), "p", "there", "paper"),
        ]
    )
    release.set()
    assert [(f.subject, f.symptom) for f in found] == [
        (Subject.BROKER, Symptom.HANGS),
        (Subject.CENTRAL, Symptom.HANGS),
        (Subject.DISK, Symptom.BUG),
        (Subject.CLOCK, Symptom.CLOCK_UNSYNCED),
        (Subject.PRINTER, Symptom.WELL),
    ]
    assert found[2].detail == "ZeroDivisionError: by nothing"
    assert found[4] == Finding(Subject.PRINTER, Symptom.WELL, "p", "there", "paper")
    assert "bug in its probe" in caplog.text


@pytest.mark.parametrize("symptom", Symptom)
@pytest.mark.parametrize("subject", [Subject.READER, Subject.PRINTER, Subject.DISK])
def test_every_symptom_has_a_verdict_and_every_one_but_well_a_next_step(
    symptom: Symptom, subject: Subject
) -> None:
    judgement = judge(symptom)
    step = advice.step(Finding(subject, symptom, where="/dev/kiosk-nfc: x"))
    assert "{" not in step
    assert bool(step) == (symptom not in (Symptom.WELL, Symptom.NOT_CONFIGURED))
    if judgement.verdict is Verdict.FAULT:
        assert judgement.fault is not None


def test_a_fault_and_not_to_know_are_wrong_and_a_note_is_not() -> None:
    well, note = Finding(Subject.DISK, Symptom.WELL), Finding(Subject.DISK, Symptom.DISK_FILLING)
    absent = Finding(Subject.LAMPS, Symptom.NOT_CONFIGURED)
    fault = Finding(Subject.CLOCK, Symptom.CLOCK_WRONG)
    unknown = Finding(Subject.CENTRAL, Symptom.NOT_ASKED)
    assert is_well([well, note, absent])
    assert not is_well([well, fault])
    assert not is_well([well, unknown])
    every = [well, absent, note, unknown, fault]
    assert worst_first(every) == (fault, unknown, note, well, absent)
